"""What persons say: inserted, never changed; a stale answer is a conflict, a repeated one is the same row."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from annotations.models import BlindAnswer, Concept, Decision, Side
from annotations.services.labels import ROOTS, settle_decisions

_SETTLE_QUESTIONS = f"""
WITH RECURSIVE {ROOTS}
UPDATE annotations_reviewitem item SET
  status = CASE label.expert WHEN '' THEN 'open' ELSE 'answered' END,
  leased_to_id = NULL, leased_until = NULL
FROM annotations_decision decision
JOIN merged ON merged.concept_id = decision.concept_id
JOIN annotations_label label ON label.side_id = decision.side_id AND label.concept_id = merged.root_id
WHERE decision.id = ANY(%s) AND item.side_id = label.side_id AND item.concept_id = label.concept_id
"""  # noqa: S608 - a part of our own


class Conflict(Exception):
    """Somebody answered in the meantime."""

    def __init__(self, current: Decision | BlindAnswer | None) -> None:
        super().__init__("Somebody answered this question in the meantime.")
        self.current = current


class KeyReused(Exception):
    """A key that already stands for another answer."""


def record_decision(*, user: User, side_id: int, concept: str, answer: str, key: UUID, base_id: int | None) -> Decision:
    """Store an answer to what `base_id` said (None: nobody yet). The same key again returns the stored row.

    Raises Conflict where another decision stands by now, KeyReused, Side.DoesNotExist, Concept.DoesNotExist, and
    ValueError for an answer that is none.
    """
    if answer not in (Decision.Answer.YES, Decision.Answer.NO, Decision.Answer.UNSURE):
        raise ValueError(f"“{answer}” is no answer; say yes, no or unsure.")
    side, asked = Side.objects.get(pk=side_id), Concept.objects.get(slug=concept)
    return _insert(Decision(user=user, side=side, concept=asked, answer=answer, key=key, base_id=base_id))


def undo_decision(*, user: User, decision_id: int, key: UUID) -> Decision:
    """Take a decision back: a new row with the answer that stood before it. Undoing twice is one reversal."""
    undone = Decision.objects.select_related("base", "side", "concept").get(pk=decision_id)
    if undone.user_id != user.pk:
        raise PermissionDenied("Only the person who decided can undo it.")
    before = undone.base.answer if undone.base else Decision.Answer.WITHDRAWN
    reversal = Decision(
        user=user, side=undone.side, concept=undone.concept, answer=before, key=key, base=undone, undoes=undone
    )
    try:
        return _reversal_of(undone) or _insert(reversal)
    except Conflict:
        stored = _reversal_of(undone)  # it may have been taken back twice at once
        if stored is None:
            raise
        return stored


def current_decision(*, side_id: int, concept_id: int) -> Decision | None:
    return (
        Decision.objects.filter(side_id=side_id, concept_id=concept_id, answered_by=None)
        .select_related("user", "concept")
        .order_by("-id")
        .first()
    )


def _reversal_of(undone: Decision) -> Decision | None:
    return Decision.objects.filter(undoes=undone).first()


def _insert(decision: Decision) -> Decision:
    stored = _stored(decision)
    if stored:
        return stored
    try:
        with transaction.atomic():
            _check_base(decision)
            decision.save()
            settle_decisions([decision.pk])
            settle_questions([decision.pk])
    except (Conflict, IntegrityError):
        stored = _stored(decision)  # the same key may have come twice at once
        if stored:
            return stored
        raise Conflict(current_decision(side_id=decision.side_id, concept_id=decision.concept_id)) from None
    return decision


def _stored(decision: Decision) -> Decision | None:
    stored = Decision.objects.filter(key=decision.key).first()
    if stored and (stored.user_id, stored.side_id, stored.concept_id) != (
        decision.user_id,
        decision.side_id,
        decision.concept_id,
    ):
        raise KeyReused(f"The key {decision.key} already stands for another answer; draw a new one.")
    return stored


def _check_base(decision: Decision) -> None:
    """The answered decision must speak of the same side and concept, and be the newest."""
    current = current_decision(side_id=decision.side_id, concept_id=decision.concept_id)
    if (current.pk if current else None) != decision.base_id:
        raise Conflict(current)


def settle_questions(decision_ids: Sequence[int]) -> None:
    """Close the questions that these decisions answer, and open those whose answer they take back."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE_QUESTIONS, [list(decision_ids)])
