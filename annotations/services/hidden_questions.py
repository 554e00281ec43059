"""What a person says to questions that are hidden from them, and which questions these are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from django.utils import timezone

from annotations.models import BlindAnswer, Concept, Decision, HiddenQuestion, ReviewItem
from annotations.services.decisions import check_answer, store, take_back

Asked = tuple[int, int, int | None]
"""Ids of a side, a concept and the answer that the person saw, if any."""


def find_hidden(*, user: User, asked: Collection[Asked]) -> dict[tuple[int, int], HiddenQuestion]:
    """By side and concept those that are answered without knowing what others said.

    Who answers a decision has seen it, also where the question was hidden from them later. Both kinds of answer are
    numbered in one row, so the answer that was seen tells which it is.
    """
    pair = {"side_id": OuterRef("side_id"), "concept_id": OuterRef("concept_id")}
    hidden = HiddenQuestion.objects.filter(
        Exists(ReviewItem.objects.filter(**pair, status=ReviewItem.Status.ANSWERED)),
        ~Exists(Decision.objects.filter(**pair, user=user)),
        user=user,
        seen_at=None,
        side__in={side for side, _, _ in asked},
        concept__in={concept for _, concept, _ in asked},
    )
    found = {(each.side_id, each.concept_id): each for each in hidden}
    bases = [base for side, concept, base in asked if base and (side, concept) in found]
    seen = set(Decision.objects.filter(pk__in=bases).values_list("pk", flat=True)) if bases else set()
    blind = {(side, concept) for side, concept, base in asked if base not in seen}
    return {place: question for place, question in found.items() if place in blind}


def answers_blind(*, user: User, side_id: int, concept: str, base_id: int | None) -> bool:
    """Whether one answer is given without knowing what others said."""
    asked = [(side_id, pk, base_id) for pk in Concept.objects.filter(slug=concept).values_list("pk", flat=True)]
    return bool(find_hidden(user=user, asked=asked))


def blind_answer(question: HiddenQuestion, **given: Any) -> BlindAnswer:
    return BlindAnswer(purpose=question.purpose, decision_id=question.decision_id, **given)


def record_blind(
    *, user: User, side_id: int, concept: str, answer: str, key: UUID, base_id: int | None = None
) -> BlindAnswer:
    """Store what a person says to a hidden question; `base_id`: their own answer before it. The same key is one row.

    Raises Conflict where they answered in another tab meanwhile, KeyReused, ValueError for an answer that is none,
    and HiddenQuestion.DoesNotExist where the question was never hidden from them.
    """
    check_answer(answer)
    hidden = HiddenQuestion.objects.filter(user=user, side_id=side_id, concept__slug=concept).first()
    if hidden is None:
        raise HiddenQuestion.DoesNotExist(f"{concept} on side {side_id} was never hidden from {user}.")
    given = {"user": user, "side_id": side_id, "concept_id": hidden.concept_id, "answer": answer, "key": key}
    return store([blind_answer(hidden, base_id=base_id, **given)])[0]


def undo_blind(*, user: User, answer: BlindAnswer, key: UUID) -> BlindAnswer:
    """Take a blind answer back: a new row, as with decisions. Undoing twice is one reversal."""
    return take_back([answer], user=user, keys={answer.key: key})[0]


def note_seen(*, user: User, answers: Iterable[Decision | BlindAnswer | None]) -> None:
    """This person was shown these answers: where they are another's, the question is never asked blind any more."""
    seen = {
        (each.side_id, each.concept_id): each
        for each in answers
        if isinstance(each, Decision) and each.user_id != user.pk and each.answer != Decision.Answer.WITHDRAWN
    }
    rows = [
        HiddenQuestion(
            user=user,
            side_id=side,
            concept_id=concept,
            purpose=BlindAnswer.Purpose.OVERLAP,
            decision=shown,
            seen_at=timezone.now(),
        )
        for (side, concept), shown in sorted(seen.items(), key=lambda each: each[0])  # two tabs never wait in a circle
    ]
    HiddenQuestion.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "side", "concept"], update_fields=["seen_at"]
    )
