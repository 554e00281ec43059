"""Where the published model looks on a side: everybody sees the maps that exist, experts and admins ask for more."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from annotations import tasks
from annotations.models import Concept, Job, ModelVersion, SaliencyMap, Side
from annotations.queries.runs import read_progress
from annotations.queries.saliency import list_offers
from annotations.queries.workers import queues_without_worker
from annotations.services.saliency import queue_map
from annotations.views.access import expert_required, is_admin, is_expert


@require_http_methods(["GET", "HEAD", "POST"])
def saliency(request: HttpRequest, side_id: int) -> HttpResponse:
    side = get_object_or_404(Side.objects.select_related("coin"), pk=side_id)
    return _ask(request, side) if request.method == "POST" else _offer(request, side)


def _offer(request: HttpRequest, side: Side) -> HttpResponse:
    version = ModelVersion.objects.defer("metrics").published()
    offers = list_offers(side, version) if version and side.crop else []
    existing = [offer for offer in offers if offer.map]
    may_ask = is_expert(request) or is_admin(request)
    context = {
        "side": side,
        "version": version,
        "offers": offers if may_ask else existing,
        "existing": existing,
        "may_ask": may_ask,
    }
    whole = not request.htmx  # type: ignore[attr-defined]
    return render(request, "saliency/side.html" if whole else "saliency/side.html#offer", context)


def _ask(request: HttpRequest, side: Side) -> HttpResponse:
    if not is_admin(request):
        return expert_required(_queue)(request, side)
    return _queue(request, side)


def _queue(request: HttpRequest, side: Side) -> HttpResponse:
    version = ModelVersion.objects.defer("metrics").published()
    if version is None:
        raise Http404("No model is published, so nothing looks at this side. An administrator can publish one.")
    concept = Concept.objects.filter(slug=request.POST.get("concept", "")[:50]).first()
    if concept is None:
        raise Http404(f"There is no concept “{request.POST.get('concept', '')[:50]}”. Choose one of the list.")
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    try:
        row = queue_map(user=user, side=side, version=version, concept=concept)
    except ValueError as error:
        raise Http404(str(error)) from error
    if row.status == Job.Status.QUEUED:
        tasks.send(row)
    if request.htmx:  # type: ignore[attr-defined]
        return _show(request, _find(row.pk))
    return redirect("saliency_map", row.pk)


def _find(map_id: int) -> SaliencyMap:
    maps = SaliencyMap.objects.select_related("side__coin", "version", "concept").defer("version__metrics")
    found = maps.filter(pk=map_id).first()
    if found is None:
        raise Http404(f"There is no map {map_id}. Ask for one on the coin’s page.")
    return found


@require_safe
def saliency_map(request: HttpRequest, map_id: int) -> HttpResponse:
    """One map: the fragment that a page polls, or a page of its own."""
    return _show(request, _find(map_id))


def _show(request: HttpRequest, row: SaliencyMap) -> HttpResponse:
    context: dict[str, Any] = {
        "map": row,
        "side": row.side,
        "progress": read_progress(row),
        "queues": queues_without_worker() if row.status == Job.Status.QUEUED else [],
    }
    whole = not request.htmx  # type: ignore[attr-defined]
    return render(request, "saliency/map.html" if whole else "saliency/map.html#map", context)


@require_safe
def saliency_map_json(request: HttpRequest, map_id: int) -> JsonResponse:
    row = _find(map_id)
    return JsonResponse(
        {
            "id": row.pk,
            "status": row.status,
            "reason": row.reason,
            "coin": row.side.coin.identifier,
            "face": row.side.face,
            "side": row.side_id,
            "concept": row.concept.slug,
            "model": row.version_id,
            "file": row.file,
            "facts": row.facts,
        }
    )
