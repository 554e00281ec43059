"""Figures on a side, drawn by persons: where to draw, the page to draw on, and what its script sends."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from annotations.forms.boxes import EDGES
from annotations.models import Box, Concept, Side
from annotations.queries import boxes as queries
from annotations.services.box_leases import lease_next, lease_side
from annotations.services.boxes import LEAST_LENGTH
from annotations.services.hidden_questions import note_seen
from annotations.templatetags.pictures import media
from annotations.views.access import expert_required, signed_in
from annotations.views.box_answers import box_json
from annotations.views.csv_files import csv_file
from annotations.views.live import page_number

COLUMNS = ("concept", "name", "seen", "drawn", "open")


@require_safe
@never_cache
@expert_required
def boxes_to_draw(request: HttpRequest) -> HttpResponse:
    rows = queries.count_supply()
    return render(request, "boxes/supply.html", {"rows": rows, "open": any(row.open for row in rows)})


@require_safe
@never_cache
@expert_required
def boxes_to_draw_json(request: HttpRequest) -> JsonResponse:
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in _rows()]
    return JsonResponse({"concepts": rows})


@require_safe
@never_cache
@expert_required
def boxes_to_draw_csv(request: HttpRequest) -> HttpResponse:
    return csv_file([COLUMNS, *_rows()], "boxes.csv")


def _rows() -> list[tuple[str, str, int, int, int]]:
    return [(row.concept.slug, row.concept.name, row.seen, row.drawn, row.open) for row in queries.count_supply()]


@require_safe
@never_cache
@expert_required
def box_next(request: HttpRequest) -> HttpResponse:
    """On to a side that nobody else is drawing on: which, is settled now and not when the page before was opened."""
    asked, back = _asked(request), request.GET.get("back") == "yes"
    after = page_number(request, "after")
    slug = asked.slug if asked else ""
    side_id = lease_next(user=signed_in(request), concept=slug, after=after, back=back)
    if side_id is None:
        messages.info(request, "No side is left that nobody else is drawing on. What they leave comes back in minutes.")
        return redirect("boxes_to_draw")
    return redirect(reverse("boxes", args=[side_id], query={"concept": slug} if slug else None))


@require_safe
@never_cache
@expert_required
def boxes(request: HttpRequest, side_id: int) -> HttpResponse:
    side, asked = _side(side_id), _asked(request)
    user = signed_in(request)
    slug = asked.slug if asked else ""
    numbered = queries.numbered_concepts(user, side, slug)
    following = queries.next_wanted(user, slug, side.pk)
    said = queries.seen_labels().filter(side=side).select_related("decision")
    note_seen(user=user, answers=[label.decision for label in said])  # the page names what experts saw here
    ways = _ways(slug, side) if following else {"next": "", "previous": ""}
    context = {
        "holder": lease_side(user=user, side_id=side.pk),
        "side": side,
        "asked": asked,
        "other": queries.other_side(side),
        "ways": ways,
        "seen": queries.saw_saliency(user, side),
        "history": queries.history_of(side),
        "numbered": numbered,
        "concepts": Concept.objects.in_use(),
        "state": _state(side, user)
        | {
            "asked": slug,
            "numbered": [each.slug for each in numbered],
            "ways": ways,
            "upcoming": _crop(following),
        },
    }
    return render(request, "boxes/boxes.html", context)


def _ways(concept: str, side: Side) -> dict[str, str]:
    query = {"after": side.pk} | ({"concept": concept} if concept else {})
    return {"next": reverse("box_next", query=query), "previous": reverse("box_next", query=query | {"back": "yes"})}


def _state(side: Side, user: User) -> dict[str, Any]:
    """What the script needs in order to draw, and to send what was drawn."""
    other = queries.other_side(side)
    return {
        "user": user.pk,
        "side": side.pk,
        "face": side.face,
        "coin": str(side.coin),
        "picture": media(side.crop),
        "thumbnail": media(side.thumbnail),
        "who": user.get_username(),
        "seen": queries.saw_saliency(user, side) is not None,
        "least": LEAST_LENGTH,
        "names": dict(Concept.objects.values_list("slug", "name")),
        "boxes": [_row(box, user) for box in queries.newest_boxes(side)],
        "other": {"side": other.pk, "face": other.face} if other else None,
    }


def _crop(side_id: int | None) -> str:
    """The next picture, so that it is there before it is asked for."""
    found = Side.objects.filter(pk=side_id).first()
    return media(found.crop) if found else ""


@require_safe
@never_cache
@expert_required
def boxes_json(request: HttpRequest, side_id: int) -> JsonResponse:
    side = _side(side_id)
    rows = [box_json(box) for box in queries.newest_boxes(side) if not box.removed]
    return JsonResponse({"side": side.pk, "coin": side.coin.identifier, "face": side.face, "boxes": rows})


def _row(box: Box, user: User) -> dict[str, Any]:
    """A figure with what stood before this person's last change, so that it can be undone after a reload."""
    before = box.replaces
    mine = box.user_id == user.pk
    return box_json(box) | {"mine": mine, "before": _before(before) if mine and before else None}


def _before(box: Box) -> dict[str, Any]:
    concept = box.concept.slug if box.concept else ""
    return {"concept": concept, "removed": box.removed, **{edge: getattr(box, edge) for edge in EDGES}}


def _side(side_id: int) -> Side:
    return get_object_or_404(Side.objects.select_related("coin", "photograph"), pk=side_id)


def _asked(request: HttpRequest) -> Concept | None:
    slug = request.GET.get("concept", "")
    found = Concept.objects.in_use().filter(slug=slug).first()
    if slug and not found:
        raise Http404(f"There is no concept “{slug}”. The page of concepts lists those in use.")
    return found
