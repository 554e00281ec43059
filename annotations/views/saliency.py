"""Where models look on a side: everybody sees the maps that exist, experts and admins ask for more."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from annotations import tasks
from annotations.models import Job, ModelVersion, SaliencyMap, Side
from annotations.models.predictions import Method
from annotations.queries import saliency as queries
from annotations.queries.saliency import Choice, Look, Pane
from annotations.queries.workers import queues_without_worker
from annotations.services.saliency import measure_maps, note_view, queue_map
from annotations.views.access import expert_required, is_admin, is_expert


@require_http_methods(["GET", "HEAD", "POST"])
def saliency(request: HttpRequest, side_id: int) -> HttpResponse:
    side = _side(side_id)
    if request.method != "POST":
        return _offer(request, side)
    return _queue(request, side) if is_admin(request) else expert_required(_queue)(request, side)


def _side(side_id: int) -> Side:
    return get_object_or_404(Side.objects.select_related("coin"), pk=side_id)


def _offer(request: HttpRequest, side: Side) -> HttpResponse:
    published = ModelVersion.objects.defer("metrics").published()
    models = queries.seeing_models()
    choice = _choice(request.GET.dict(), models, published)
    version = choice.looks[0].version if choice else published or next(iter(models), None)
    may_ask = is_expert(request) or is_admin(request)
    context = {
        "models": models,
        "version": version,
        "published": published,
        "offers": queries.list_offers(side, version) if version and side.crop else [],
        "methods": [(method, method in queries.OF_ATTENTION) for method in _methods(models)],
        "existing": [] if may_ask else queries.list_maps(side),
        "may_ask": may_ask,
        "not_drawn": False,
    }
    if choice:
        context |= _shown(request, side, choice)
        context["not_drawn"] = any(pane.map is None and not pane.refusal for pane, _ in context["panes"])
    whole = not request.htmx  # type: ignore[attr-defined]
    return render(request, "saliency/side.html" if whole else "saliency/side.html#offer", context | {"side": side})


def _choice(given: dict[str, str], models: list[ModelVersion], usual: ModelVersion | None) -> Choice | None:
    try:
        return queries.read_choice(given, models, usual)
    except ValueError as error:
        raise Http404(str(error)) from error


def _methods(models: list[ModelVersion]) -> list[Method]:
    possible = {method for version in models for method in queries.methods_of(version)}
    return [method for method in Method if method in possible]


def _shown(request: HttpRequest, side: Side, choice: Choice) -> dict[str, Any]:
    """What the part with the pictures needs; whoever is signed in has seen the maps from here on."""
    panes = queries.find_panes(side, choice)
    drawn = [pane.map for pane in panes if pane.map and pane.map.file]
    measured = measure_maps(drawn)
    if drawn:
        note_view(user=request.user, sides=[side])
    waiting = any(pane.map and pane.map.status == Job.Status.QUEUED for pane in panes)
    return {
        "side": side,
        "choice": choice,
        "panes": [(pane, measured.get(pane.map.pk, []) if pane.map else []) for pane in panes],
        "address": choice.address(side),
        "shows": [(show, words, choice.address(side, show=show)) for show, words in queries.SHOWS.items()],
        "other_boxes": choice.address(side, boxes="no" if choice.boxes else "yes"),
        "queues": queues_without_worker() if waiting else [],
    }


def _queue(request: HttpRequest, side: Side) -> HttpResponse:
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    published = ModelVersion.objects.defer("metrics").published()
    choice = _choice(request.POST.dict(), queries.seeing_models(), published)
    if choice is None:
        raise Http404("No concept was chosen. Choose one of the list.")
    possible = [look for look in choice.looks if not queries.refusal_of(look, choice.concept)]
    try:
        for look in possible or choice.looks:  # what one model cannot give is said in its place beside the other
            _send(user, side, choice, look)
    except ValueError as error:
        raise Http404(str(error)) from error
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "saliency/view.html", _shown(request, side, choice))
    return redirect(choice.address(side))


def _send(user: User, side: Side, choice: Choice, look: Look) -> None:
    row = queue_map(user=user, side=side, version=look.version, concept=choice.concept, method=look.method)
    if row.status == Job.Status.QUEUED:
        tasks.send(row)


def _find(map_id: int) -> SaliencyMap:
    maps = SaliencyMap.objects.select_related("side__coin", "version__run", "concept").defer("version__metrics")
    found = maps.filter(pk=map_id).first()
    if found is None:
        raise Http404(f"There is no map {map_id}. Ask for one on the coin’s page.")
    return found


@require_safe
def saliency_map(request: HttpRequest, map_id: int) -> HttpResponse:
    """One map: the part that a page polls, or the page of its side with this map chosen."""
    row = _find(map_id)
    look = Look(row.version, Method(row.method))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(Choice(row.concept, (look,)).address(row.side))
    if row.file:
        note_view(user=request.user, sides=[row.side])
    context: dict[str, Any] = {
        "pane": Pane(look, row),
        "measured": measure_maps([row])[row.pk],
        "side": row.side,
        "concept": row.concept,
        "queues": queues_without_worker() if row.status == Job.Status.QUEUED else [],
    }
    return render(request, "saliency/pane.html", context)


@require_safe
def saliency_map_json(request: HttpRequest, map_id: int) -> JsonResponse:
    row = _find(map_id)
    return JsonResponse(_described([row])[0])


@require_safe
def saliency_json(request: HttpRequest, side_id: int) -> JsonResponse:
    side = _side(side_id)
    rows = _described(queries.list_maps(side))
    return JsonResponse({"side": side.pk, "coin": side.coin.identifier, "face": side.face, "maps": rows})


def _described(rows: list[SaliencyMap]) -> list[dict[str, Any]]:
    measured = measure_maps(rows)
    return [queries.describe_map(row) | {"boxes": [asdict(box) for box in measured[row.pk]]} for row in rows]
