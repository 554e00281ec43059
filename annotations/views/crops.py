"""One photograph with the boxes of its sides: drawn by a person, then on to the next."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from annotations.forms.crops import EDGES, CropForm
from annotations.models import HandCrop
from annotations.models.coins import Face
from annotations.queries.pictures import (
    ShownPhotograph,
    describe_photograph_fully,
    find_photograph,
    next_photograph,
)
from annotations.services.crops import BadCrop, CropConflict, crop_by_hand
from annotations.services.decisions import KeyReused
from annotations.templatetags.pictures import media
from annotations.views.access import expert_required, signed_in

FROM_COIN = "coin"


@require_http_methods(["GET", "HEAD", "POST"])
@expert_required
def picture(request: HttpRequest, photograph_id: int) -> HttpResponse:
    shown = _find(request, photograph_id)
    if request.method != "POST":
        return _show(request, shown)
    form = CropForm(request.POST)
    if not form.is_valid():
        return _show(request, shown, status=400, problem=form.sentence())
    sent, user = form.cleaned_data, signed_in(request)
    if sent["user"] not in (None, user.pk):
        raise PermissionDenied(f"You are signed in as {user.get_username()}, and this crop is another person's.")
    drawn = replace(shown, boxes=sent["boxes"] or shown.boxes)
    try:
        crop_by_hand(user=user, photograph=shown.photograph, boxes=sent["boxes"], key=sent["key"], base_id=sent["base"])
    except (BadCrop, KeyReused) as error:
        return _show(request, drawn, status=400, problem=str(error))
    except CropConflict as conflict:
        return _show(request, drawn, status=409, theirs=conflict.current)
    return redirect(_onward(request, shown, said=True))


@require_safe
@expert_required
def picture_json(request: HttpRequest, photograph_id: int) -> JsonResponse:
    return JsonResponse(describe_photograph_fully(_find(request, photograph_id)))


def _find(request: HttpRequest, photograph_id: int) -> ShownPhotograph:
    begin_with = request.GET.get("of", "")
    if begin_with and (not begin_with.isdecimal() or len(begin_with) > 18):
        raise BadRequest(f"of is “{begin_with[:40]}”; it must be the number of a crop in the history.")
    found = find_photograph(photograph_id, int(begin_with) if begin_with else None)
    if found is None:
        raise Http404(f"There is no photograph {photograph_id}. The page of pictures shows those that were refused.")
    return found


def _show(
    request: HttpRequest,
    shown: ShownPhotograph,
    *,
    status: int = 200,
    problem: str = "",
    theirs: HandCrop | None = None,
) -> HttpResponse:
    photograph = shown.photograph
    faces = [
        {"face": face, "words": face.label, "edges": _edges(shown.boxes, face)} for face in (Face.OBVERSE, Face.REVERSE)
    ]
    context: dict[str, Any] = {
        "shown": shown,
        "photograph": photograph,
        "faces": faces,
        "problem": problem,
        "theirs": theirs,
        "conflict": status == 409,
        "key": uuid.uuid4(),
        "reason": request.GET.get("reason", ""),
        "from": request.GET.get("from", ""),
        "onward": _onward(request, shown),
        "state": {
            "width": photograph.width,
            "height": photograph.height,
            "picture": media(photograph.shown),
            "boxes": shown.boxes,
            "theirs": theirs.boxes if theirs else {},
        },
    }
    return render(request, "pictures/picture.html", context, status=status)


def _edges(boxes: Mapping[str, Any], face: str) -> list[dict[str, Any]]:
    values = boxes.get(face) or ("", "", "", "")
    return [{"name": edge, "value": value} for edge, value in zip(EDGES, values, strict=True)]


def _onward(request: HttpRequest, shown: ShownPhotograph, *, said: bool = False) -> str:
    """Where to go after this photograph: back to its coin, on to the next of its tab, or to the list."""
    photograph = shown.photograph
    if said and request.GET.get("from") == FROM_COIN:
        messages.success(request, f"{photograph.name} is cropped as you drew it.")
    if request.GET.get("from") == FROM_COIN:
        return photograph.coin.get_absolute_url()
    code = request.GET.get("reason", "")
    following = next_photograph(code, photograph)
    query = {"reason": code} if code else None
    if following is not None:
        return reverse("picture", args=[following.pk], query=query)
    if said:
        messages.success(request, f"{photograph.name} is cropped; no other picture is left here.")
    return reverse("pictures")
