"""Bringing coins in: the upload, how far it is, and what was refused."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations import tasks
from annotations.forms.imports import ImportForm
from annotations.importers import formats
from annotations.models import ImportRun, Job
from annotations.queries import imports as queries
from annotations.queries.runs import first_of_double_click, read_progress
from annotations.queries.workers import queues_without_worker
from annotations.services.importing import queue_import
from annotations.services.jobs import cancel_job, repeat_job
from annotations.services.uploads import ImportRefused, store_upload
from annotations.views.access import admin_required, signed_in
from annotations.views.live import answer_poll, page_number


@require_safe
@admin_required
def imports(request: HttpRequest) -> HttpResponse:
    found = queries.list_imports(page_number(request))
    shown = found[: queries.PAGE]
    after = f"{reverse('imports')}?before={shown[-1].pk}" if len(found) > queries.PAGE else ""
    return render(request, "imports/list.html", {"imports": shown, "next": after, "queues": queues_without_worker()})


@require_safe
@admin_required
def imports_json(request: HttpRequest) -> JsonResponse:
    found = queries.list_imports(page_number(request))
    shown = found[: queries.PAGE]
    after = f"{reverse('imports_json')}?before={shown[-1].pk}" if len(found) > queries.PAGE else None
    rows = [queries.describe_import(run) | {"url": reverse("import_run", args=[run.pk])} for run in shown]
    return JsonResponse({"imports": rows, "next": after})


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def import_new(request: HttpRequest) -> HttpResponse:
    form = ImportForm(formats(), request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            address = reverse("import_run", args=[_queue_once(request, form.cleaned_data).pk])
        except ImportRefused as error:
            form.add_error("upload", str(error))
        else:
            if request.htmx:  # type: ignore[attr-defined]
                return HttpResponse(headers={"HX-Redirect": address})
            return redirect(address)
    # htmx shows an answer only when it is no error; a plain form gets the right status
    status = 400 if form.errors and not request.htmx else 200  # type: ignore[attr-defined]
    return render(request, "imports/new.html", {"form": form, "queues": queues_without_worker()}, status=status)


@transaction.atomic
def _queue_once(request: HttpRequest, asked: dict[str, Any]) -> ImportRun:
    user, upload = signed_in(request), asked["upload"]
    name = upload.name[:255]
    run = first_of_double_click(user, ImportRun.objects.all(), format=asked["format"], name=name)
    if run is None:
        path = store_upload(upload=upload, format=asked["format"])
        run = queue_import(user=user, format=asked["format"], path=path, name=name)
        tasks.send(run)
    return run


def _find(run_id: int) -> ImportRun:
    found = ImportRun.objects.select_related("created_by").filter(pk=run_id).first()
    if found is None:
        raise Http404(f"There is no import {run_id}. The list of imports shows those that there are.")
    return found


@require_safe
@admin_required
def import_run(request: HttpRequest, run_id: int) -> HttpResponse:
    run = _find(run_id)
    context: dict[str, Any] = {"run": run, "progress": read_progress(run), "counts": queries.label_counts(run)}
    if request.htmx:  # type: ignore[attr-defined]
        return answer_poll(request, run, "imports/detail.html", context, {"live"})
    photographs = queries.refused_photographs(run)
    context |= {
        "format": formats().get(run.format),
        "photographs": photographs[: queries.PICTURES_SHOWN],
        "photographs_refused": photographs.count(),
        "queues": queues_without_worker() if run.status == Job.Status.QUEUED else [],
    }
    return render(request, "imports/detail.html", context)


@require_safe
@admin_required
def import_run_json(request: HttpRequest, run_id: int) -> JsonResponse:
    return JsonResponse(queries.describe_import_fully(_find(run_id)))


@require_safe
@admin_required
def import_refused_csv(request: HttpRequest, run_id: int) -> HttpResponse:
    run = _find(run_id)
    response = HttpResponse(queries.write_refused(run.refused), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{run.pk}-refused.csv"'
    return response


@require_POST
@admin_required
def import_cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    return redirect("import_run", cancel_job(_find(run_id)).pk)


@require_POST
@admin_required
def import_repeat(request: HttpRequest, run_id: int) -> HttpResponse:
    again = repeat_job(_find(run_id))
    if again.status == Job.Status.QUEUED:
        tasks.send(again)
    return redirect("import_run", again.pk)
