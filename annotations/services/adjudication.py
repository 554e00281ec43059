"""A third person decides where two said different things."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction

from annotations.models import Decision
from annotations.queries.disagreements import find_case
from annotations.services.decisions import record_decision
from annotations.services.gold import KNOWN, set_gold


class NoDisagreement(Exception):
    """Nobody disagrees about this question; says so."""


@transaction.atomic
def adjudicate(
    *, user: User, side_id: int, concept: str, answer: str, key: UUID, base_id: int | None, gold: bool
) -> Decision:
    """Store what the third person says, on what stands now; `gold`: and ask it of others as a known answer.

    The same key again returns the stored row. Raises NoDisagreement, PermissionDenied for one of the readers, and
    what record_decision raises.
    """
    if not Decision.objects.filter(key=key).exists():
        _check(user, side_id, concept)
    decision = record_decision(user=user, side_id=side_id, concept=concept, answer=answer, key=key, base_id=base_id)
    if gold and decision.answer in KNOWN and not decision.answered_by.exists():
        set_gold(user=user, decision=decision)
    return decision


def _check(user: User, side_id: int, concept: str) -> None:
    case = find_case(side_id, concept)
    if case is None:
        raise NoDisagreement(f"Nobody disagrees about {concept} on side {side_id}, or no longer.")
    if case.was_read_by(user):
        raise PermissionDenied("You have answered this question yourself. A third person has to settle it.")
