"""The queue of questions: where an expert lands after signing in."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from annotations.models import ReviewItem
from annotations.queries.hidden_questions import veil, with_blind
from annotations.queries.merged_concepts import standing_concept
from annotations.queries.review import (
    MOST_COUNTED,
    Question,
    answers_to_undo,
    concepts_with_open,
    count_progress,
    draw_questions,
    questions_of,
)
from annotations.services.hidden_questions import note_seen
from annotations.services.review import lease_items
from annotations.templatetags.pictures import media
from annotations.views.access import expert_required, signed_in

AHEAD = 3  # questions that a browser holds, so that nobody waits between answers
TAKEN_BACK = 3  # answers that can be undone at once after a reload
MOST_EXCLUDED = 200
ID = re.compile(r"[0-9]{1,18}")


@require_GET
@never_cache
@expert_required
def review(request: HttpRequest) -> HttpResponse:
    concept = _chosen_concept(request)
    return _show(request, lease_items(user=request.user, count=AHEAD, concept=concept), concept)


@require_GET
@never_cache
@expert_required
def review_item(request: HttpRequest, item_id: int) -> HttpResponse:
    """One question by its address, also an answered one: to look at it again, or to answer anew after undoing."""
    concept = _chosen_concept(request)
    item = get_object_or_404(ReviewItem.objects.select_related("side__coin", "concept"), pk=item_id)
    others = lease_items(user=request.user, count=AHEAD - 1, concept=concept, exclude=[item.pk])
    return _show(request, [item, *others], concept)


@require_GET
@never_cache
@expert_required
def review_next(request: HttpRequest) -> HttpResponse:
    excluded = [each for each in request.GET.get("exclude", "").split(",")[:MOST_EXCLUDED] if each]
    if not all(ID.fullmatch(each) for each in excluded):
        return JsonResponse({"detail": "exclude: give the ids of questions, with commas between them."}, status=400)
    exclude = [int(each) for each in excluded]
    concept = _chosen_concept(request)
    items = lease_items(user=request.user, count=AHEAD, concept=concept, exclude=exclude)
    return JsonResponse(
        {
            "questions": [question_json(each) for each in veil(draw_questions(items), request.user)],
            "progress": count_progress(request.user, concept, MOST_COUNTED),
        }
    )


def _chosen_concept(request: HttpRequest) -> str:
    """What was merged is asked as what it became; nothing is open of what was retired."""
    slug = request.GET.get("concept", "")
    concept = standing_concept(slug) if slug else None
    if slug and concept is None:
        raise Http404(f"There is no concept “{slug}”. The page of concepts lists those in use.")
    return concept.slug if concept else ""


def _show(request: HttpRequest, items: list[ReviewItem], concept: str) -> HttpResponse:
    answered = with_blind(answers_to_undo(request.user, TAKEN_BACK), request.user, TAKEN_BACK)
    drawn = veil(draw_questions([*items, *questions_of(answered)]), request.user)
    note_seen(user=signed_in(request), answers=[each.current for each in drawn])
    questions, previous = drawn[: len(items)], drawn[len(items) :]
    progress = count_progress(request.user, concept)
    return render(
        request,
        "review/review.html",
        {
            "question": questions[0] if questions else None,
            "key": uuid.uuid4(),
            "last": answered[0] if answered else None,
            "concept": concept,
            "concepts": concepts_with_open(),
            "progress": progress,
            "state": {
                "user": request.user.pk,
                "concept": concept,
                "questions": [question_json(each) for each in questions],
                "previous": [question_json(each) for each in previous],
                "progress": progress,
            },
        },
    )


def question_json(question: Question) -> dict[str, Any]:
    """Everything that a browser needs to ask a question and to send the answer."""
    item, current = question.item, question.current
    return {
        "id": item.pk,
        "side": item.side_id,
        "face": item.side.face,
        "concept": item.concept.slug,
        "name": item.concept.name,
        "base": current.pk if current else None,
        "decision": {"key": str(current.key), "answer": current.answer, "user": current.user_id} if current else None,
        "coin": str(item.side.coin),
        "address": item.side.coin.get_absolute_url(),
        "picture": media(item.side.crop),
        "thumbnail": media(item.side.thumbnail),
        "other": media(question.other.crop) if question.other else "",
        "reason": item.reason,
        "score": item.score,
        "suspicion": item.suspicion,
        "html": render_to_string("review/question.html", {"question": question}),
    }
