"""The contact sheet: many sides at a glance, one concept, what looks most wrong first."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Value
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from annotations.forms.sheets import SAID, SHOWN, HeldForm, NextSheetForm, read_one
from annotations.models import Concept, ReviewItem
from annotations.queries.hidden_questions import veil
from annotations.queries.merged_concepts import standing_concept
from annotations.queries.ranking import strategies_asking
from annotations.queries.review import Question, concepts_with_open, count_answered, draw_questions, questions_of
from annotations.queries.sheets import count_questions, find_last_page
from annotations.services.sheets import lease_sheet, renew_leases
from annotations.templatetags.pictures import media
from annotations.views.access import expert_required, signed_in
from annotations.views.posted import Refused, posted_object, refuse


@require_GET
@never_cache
@expert_required
def sheet(request: HttpRequest) -> HttpResponse:
    concepts = list(concepts_with_open())
    concept = _chosen_concept(request.GET.get("concept", ""), concepts)
    said, show = _one_of(request, "said", SAID), int(_one_of(request, "show", tuple(map(str, SHOWN))))
    user = signed_in(request)
    items = lease_sheet(user=user, concept=concept.slug, said=said, count=show) if concept else []
    last = find_last_page(user, concept) if concept else []
    slug = concept.slug if concept else ""
    page, progress = draw_page(items, user), _progress(request, slug)
    state = {
        "user": user.pk,
        "concept": slug,
        "said": said,
        "show": show,
        "page": page,
        "progress": progress,
        "previous": draw_page(questions_of(last), user) if last else None,
        "answers": {each.side_id: {"key": str(each.key), "answer": each.answer} for each in last},
    }
    choice = {"concept": concept, "concepts": concepts, "said": said, "show": show, "shown": SHOWN}
    drawn = {"page": page, "progress": progress, "last": last, "key": uuid.uuid4(), "state": state}
    return render(request, "sheets/sheet.html", {**choice, **drawn, "asking": strategies_asking()})


@require_POST
@expert_required
def sheet_next(request: HttpRequest) -> HttpResponse:
    """Another page, without the questions that the browser holds already."""
    try:
        asked = read_one(NextSheetForm(posted_object(request)))
    except (Refused, ValidationError) as error:
        return refuse(request, error)
    concept = standing_concept(asked["concept"].slug) or asked["concept"]
    items = lease_sheet(
        user=signed_in(request), concept=concept.slug, said=asked["said"], count=asked["show"], exclude=asked["exclude"]
    )
    return JsonResponse({"page": draw_page(items, signed_in(request))})


@require_POST
@expert_required
def review_renew(request: HttpRequest) -> HttpResponse:
    """An open page says which questions it still shows. The answer tells nothing: only open ones can be leased."""
    try:
        asked = read_one(HeldForm(posted_object(request)))
    except (Refused, ValidationError) as error:
        return refuse(request, error)
    renew_leases(user=signed_in(request), item_ids=asked["items"])
    return HttpResponse(status=204)


def draw_page(items: list[ReviewItem], user: User) -> dict[str, Any]:
    """The drawn sides, and what a browser needs to answer for them."""
    questions = veil(draw_questions(items), user)
    cells = [(question, uuid.uuid4()) for question in questions]
    return {"html": render_to_string("sheets/cells.html", {"cells": cells}), "cells": [*map(_cell, questions)]}


def _cell(question: Question) -> dict[str, Any]:
    item, current = question.item, question.current
    return {
        "id": item.pk,
        "side": item.side_id,
        "concept": item.concept.slug,
        "coin": str(item.side.coin),
        "thumbnail": media(item.side.thumbnail),
        "base": current.pk if current else None,
    }


def _progress(request: HttpRequest, concept: str) -> dict[str, int]:
    return {"answered": count_answered(request.user), **count_questions(concept)}


def _chosen_concept(slug: str, concepts: list[Any]) -> Concept | None:
    """The one asked for, or what it was merged into, else the one with the most open questions."""
    if not slug:
        return max(concepts, key=lambda each: each.waiting, default=None)
    asked = standing_concept(slug)
    if asked is None:
        raise Http404(f"There is no concept “{slug}”. The page of concepts lists those in use.")
    if asked not in concepts:  # answered through, or retired
        concepts.append(Concept.objects.annotate(waiting=Value(0)).get(pk=asked.pk))
    return asked


def _one_of(request: HttpRequest, name: str, known: tuple[str, ...]) -> str:
    given = request.GET.get(name, known[0])
    if given not in known:
        raise Http404(f"“{given}” is nothing to choose for {name}; say {', '.join(known)}.")
    return given
