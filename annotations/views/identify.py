"""A photograph in, what is seen on each side out; open to everybody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods
from rest_framework.throttling import UserRateThrottle

from annotations import tasks
from annotations.forms.identify import MEGABYTE, IdentifyForm, SizeCap
from annotations.models import Identification, ModelVersion
from annotations.queries.identify import Seen, SeenSide, sides_seen, size_of
from annotations.queries.workers import queues_without_worker
from annotations.services.identifying import LearningError, NoPublishedModel, RefusedPicture, queue_identification
from annotations.templatetags.pictures import media
from annotations.views.errors import too_many
from annotations.views.live import answer_poll


# Exempt only until the cap stands: the check of the token, in `_identify`, reads the whole body.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def identify(request: HttpRequest) -> HttpResponse:
    cap = SizeCap(request)
    request.upload_handlers.insert(0, cap)
    return _identify(request, cap)


class PhotographThrottle(UserRateThrottle):
    """Each photograph costs seconds of a worker, so nobody sends many at once; counted by account or address."""

    scope = "predictions"


@csrf_protect
def _identify(request: HttpRequest, cap: SizeCap) -> HttpResponse:
    form = IdentifyForm()
    if request.method == "POST" and not PhotographThrottle().allow_request(request, None):
        return too_many(request, "You sent many photographs within a minute. Wait a little, then send this one again.")
    if request.method == "POST":
        files = request.FILES  # parsed here, so that the cap knows
        form = IdentifyForm(request.POST, files, exceeded=cap.exceeded)
        row = _queue(request, form) if form.is_valid() else None
        if row is not None:
            tasks.send(row)
            return redirect(row)
    context = {
        "form": form,
        "published": ModelVersion.objects.published(),
        "most_bytes": settings.PHOTOGRAPH_MAX_BYTES,
        "most_megabytes": settings.PHOTOGRAPH_MAX_BYTES // MEGABYTE,
    }
    return render(
        request, "identify/identify.html", context, status=413 if cap.exceeded else 400 if form.errors else 200
    )


def _queue(request: HttpRequest, form: IdentifyForm) -> Identification | None:
    photograph = form.cleaned_data["photograph"]
    user = request.user if request.user.is_authenticated else None
    try:
        return queue_identification(user=user, content=photograph.read(), name=photograph.name)
    except RefusedPicture as error:
        form.add_error("photograph", error.sentence)
    except (NoPublishedModel, LearningError) as error:
        form.add_error(None, str(error))
    return None


@require_GET
@never_cache
def identification(request: HttpRequest, public_id: UUID) -> HttpResponse:
    row = _look_up(public_id)
    context = {
        "row": row,
        "sides": sides_seen(row),
        "size": size_of(row),
        "no_worker": row.active and "predict" in queues_without_worker(),
        "json": reverse("identification_json", args=[public_id]),
    }
    template = "identify/identification.html"
    if request.htmx:
        return answer_poll(request, row, template, context, {"progress"})
    return render(request, template, context)


@require_GET
@never_cache
def identification_json(request: HttpRequest, public_id: UUID) -> JsonResponse:
    row = _look_up(public_id)
    return JsonResponse(
        {
            "id": str(row.public_id),
            "name": row.name,
            "status": row.status,
            "progress": row.progress,
            "reason": row.reason,
            "picture": media(row.file),
            "model": _model_json(row.version),
            "sides": [_side_json(side) for side in sides_seen(row)],
        }
    )


def _side_json(side: SeenSide) -> dict[str, Any]:
    return {
        "face": side.face,
        "picture": media(side.crop),
        "box": side.box,
        "level": side.level,
        "unlike": side.unlike,
        "concepts": [_concept_json(each) for each in side.seen],
        "alike": [
            {"coin": near.side.coin.identifier, "face": near.side.face, "cosine": near.cosine} for near in side.alike
        ],
    }


def _concept_json(each: Seen) -> dict[str, Any]:
    return {
        "concept": each.slug,
        "name": each.name,
        "probability": each.probability,
        "threshold": each.threshold,
        "low": each.low,
        "high": each.high,
        "verdict": each.verdict,
        "reason": each.reason,
        "calibration": each.calibration,
    }


def _model_json(version: ModelVersion | None) -> dict[str, Any] | None:
    return {"version": version.pk, "kind": version.kind} if version else None


def _look_up(public_id: UUID) -> Identification:
    rows = Identification.objects.select_related("version").defer("version__metrics")
    return get_object_or_404(rows, public_id=public_id)
