"""Files of boxes: out in the formats that other tools read, and in from those that write them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from annotations.box_files import formats
from annotations.forms.box_files import BoxExportForm, BoxImportForm
from annotations.models import Box
from annotations.services.box_export import suffix_of, write_boxes
from annotations.services.box_import import BoxesRefused, BoxReport, import_boxes, refused_rows
from annotations.templatetags.pictures import media
from annotations.views.access import expert_required, signed_in
from annotations.views.errors import bad_request

REFUSED_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@expert_required
def box_files(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    if request.method == "POST" and not user.is_staff:
        raise PermissionDenied("Administrators bring in files of boxes.")
    form = BoxImportForm(request.POST or None, request.FILES or None)
    done = _import(form, user) if request.method == "POST" and form.is_valid() else None
    context = {
        "exporting": BoxExportForm(),
        "importing": form,
        "writable": formats("files"),
        "readable": formats("read"),
        "boxes": Box.objects.current().count(),
        "drawn": Box.objects.current().filter(by_hand=True, source="").count(),
        "brought": Box.objects.current().filter(by_hand=True).exclude(source="").count(),
        "done": done,
        "refused": list(refused_rows(done))[:REFUSED_SHOWN] if done else [],
    }
    return render(request, "boxes/files.html", context, status=400 if form.errors else 200)


def _import(form: BoxImportForm, user: User) -> BoxReport | None:
    upload = form.cleaned_data["upload"]
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        try:
            return import_boxes(
                user=user, path=Path(file.name), format=form.cleaned_data["format"], name=upload.name or "upload"
            )
        except BoxesRefused as error:
            form.add_error("upload", str(error))
            return None


@require_safe
@expert_required
def box_export(request: HttpRequest) -> HttpResponse | FileResponse:
    form = BoxExportForm(request.GET)
    if not form.is_valid():
        return bad_request(request, " ".join(str(each) for errors in form.errors.values() for each in errors))
    boxes, asked = Box.objects.current(), form.cleaned_data
    if asked["concept"]:
        boxes = boxes.filter(concept=asked["concept"])
    address = request.build_absolute_uri(media("x").removesuffix("x"))
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    write_boxes(boxes=boxes, format=asked["format"], stream=file, address=address, pictures=asked["pictures"])
    file.seek(0)
    name = f"boxes-{asked['format']}{suffix_of(asked['format'], asked['pictures'])}"
    return FileResponse(file, as_attachment=True, filename=name)
