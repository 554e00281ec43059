"""Settled questions put to a person as if they were open, and what that person says without seeing what others said."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from annotations.models import BlindAnswer, Decision, HiddenQuestion, ReviewItem, ReviewPolicy
from annotations.services.decisions import Conflict, KeyReused
from annotations.services.gold import settle_gold

FIRST = 10
"""Answers that a person gives before the first hidden question: a short visit is spent on open ones."""
WINDOW = 300
"""Rows looked at for a draw, which therefore costs the same however many there are."""
Purpose = BlindAnswer.Purpose

# Each looks at some rows from a random one on, before anything is compared with the rest.
_GOLD = """
SELECT gold.side_id, gold.concept_id, gold.decision_id FROM annotations_goldquestion gold
WHERE gold.id >= %(start)s AND NOT gold.withdrawn
  AND (%(concept)s = '' OR gold.concept_id = (SELECT id FROM annotations_concept WHERE slug = %(concept)s))
ORDER BY gold.id LIMIT %(window)s
"""
_OVERLAP = """
SELECT first.side_id, first.concept_id, first.id AS decision_id, first.base_id FROM annotations_decision first
WHERE first.id >= %(start)s AND first.user_id <> %(user)s AND first.undoes_id IS NULL AND first.answer <> 'withdrawn'
  AND (%(concept)s = '' OR first.concept_id = (SELECT id FROM annotations_concept WHERE slug = %(concept)s))
ORDER BY first.id LIMIT %(window)s
"""
# Read by one person alone, who saw nobody else's answer.
_UNREAD = """
  AND NOT EXISTS (SELECT 1 FROM annotations_decision base WHERE base.id = known.base_id AND base.answer <> 'withdrawn'
                  OFFSET 0)
  AND NOT EXISTS (SELECT 1 FROM annotations_blindanswer again
                  WHERE again.side_id = known.side_id AND again.concept_id = known.concept_id OFFSET 0)
"""
# What was drawn lately; one of these that was not answered comes before a new one.
_AGAIN = """
SELECT hidden.side_id, hidden.concept_id, hidden.decision_id, decision.base_id FROM (
  SELECT * FROM annotations_hiddenquestion WHERE user_id = %(user)s AND purpose = %(purpose)s
  ORDER BY id DESC LIMIT 30) hidden
JOIN annotations_decision decision ON decision.id = hidden.decision_id
WHERE (%(concept)s = '' OR hidden.concept_id = (SELECT id FROM annotations_concept WHERE slug = %(concept)s))
  AND (%(purpose)s <> 'gold' OR EXISTS (SELECT 1 FROM annotations_goldquestion gold
                                        WHERE gold.decision_id = hidden.decision_id AND NOT gold.withdrawn))
"""
# OFFSET 0 keeps a condition out of the join: ten tables take longer to plan than to read, and each condition is
# looked up only until a question meets all of them.
_DRAW = """
WITH known AS MATERIALIZED ({known})
SELECT item.id, known.decision_id FROM known
JOIN annotations_reviewitem item ON item.side_id = known.side_id AND item.concept_id = known.concept_id
WHERE item.status = 'answered' AND item.id <> ALL(%(exclude)s)
  AND EXISTS (SELECT 1 FROM annotations_side side WHERE side.id = item.side_id AND side.crop <> '' OFFSET 0)
  AND EXISTS (SELECT 1 FROM annotations_concept concept WHERE concept.id = item.concept_id AND NOT concept.retired
              OFFSET 0)
  AND NOT EXISTS (SELECT 1 FROM annotations_decision later WHERE later.base_id = known.decision_id OFFSET 0)
  AND NOT EXISTS (SELECT 1 FROM annotations_decision mine WHERE mine.user_id = %(user)s
                  AND mine.side_id = item.side_id AND mine.concept_id = item.concept_id OFFSET 0)
  AND NOT EXISTS (SELECT 1 FROM annotations_blindanswer mine WHERE mine.user_id = %(user)s
                  AND mine.side_id = item.side_id AND mine.concept_id = item.concept_id OFFSET 0)
  AND NOT EXISTS (SELECT 1 FROM annotations_reviewitem_skipped_by skipped
                  WHERE skipped.reviewitem_id = item.id AND skipped.user_id = %(user)s OFFSET 0)
  {more}
LIMIT 1
"""
_SOURCES = {
    Purpose.GOLD: ("annotations_goldquestion", _GOLD, ""),
    Purpose.OVERLAP: ("annotations_decision", _OVERLAP, _UNREAD),
}


def mix_hidden(
    items: Sequence[ReviewItem], *, user: User, concept: str = "", exclude: Collection[int] = ()
) -> list[ReviewItem]:
    """Open questions with hidden ones among them, by the shares of the policy: none where no question is open."""
    policy = ReviewPolicy.objects.first() or ReviewPolicy()
    if not items or Decision.objects.filter(user=user)[:FIRST].count() < FIRST:
        return list(items)
    overlap = policy.overlap_share
    chances = {Purpose.GOLD: policy.gold_share * (1 + overlap) / (1 - policy.gold_share), Purpose.OVERLAP: overlap}
    mixed: list[ReviewItem] = []
    for item in items:
        for purpose, chance in chances.items():
            if random.random() < chance:
                known = {*exclude, *(each.pk for each in mixed)}
                mixed += draw_hidden(user=user, purpose=purpose, concept=concept, exclude=known)
        mixed.append(item)
    return mixed


@transaction.atomic
def draw_hidden(*, user: User, purpose: Purpose, concept: str = "", exclude: Collection[int] = ()) -> list[ReviewItem]:
    """One question of this purpose that the person never answered, now hidden from them; none where there is none."""
    values = {"user": user.pk, "concept": concept, "exclude": list(exclude), "window": WINDOW, "purpose": purpose}
    table, known, more = _SOURCES[purpose]
    again, query = _DRAW.format(known=_AGAIN, more=more), _DRAW.format(known=known, more=more)
    found = _draw(again, values) or _draw(query, values | {"start": _random_id(table)})
    found = found or _draw(query, values | {"start": 0})
    if found is None:
        return []
    item = ReviewItem.objects.select_related("side__coin", "concept").get(pk=found[0])
    HiddenQuestion.objects.update_or_create(
        user=user,
        side=item.side,
        concept=item.concept,
        defaults={"purpose": purpose, "decision_id": found[1]},
    )
    return [item]


def hidden_purpose(*, user: User, side_id: int, concept: str) -> str:
    """Why this question is hidden from this person; empty where it is an open one, or one that they decided."""
    asked = {"side_id": side_id, "concept__slug": concept}
    hidden = HiddenQuestion.objects.filter(user=user, **asked).first()
    settled = ReviewItem.objects.filter(**asked, status=ReviewItem.Status.ANSWERED)
    if hidden is None or not settled.exists() or Decision.objects.filter(user=user, **asked).exists():
        return ""
    return hidden.purpose


def record_blind(
    *, user: User, side_id: int, concept: str, answer: str, key: UUID, base_id: int | None = None
) -> BlindAnswer:
    """Store what a person says to a hidden question; `base_id`: their own answer before it. The same key is one row.

    Raises Conflict where they answered in another tab meanwhile, KeyReused, ValueError for an answer that is none,
    and HiddenQuestion.DoesNotExist where the question was never hidden from them.
    """
    if answer not in (Decision.Answer.YES, Decision.Answer.NO, Decision.Answer.UNSURE):
        raise ValueError(f"“{answer}” is no answer; say yes, no or unsure.")
    asked = {"user": user, "side_id": side_id, "concept__slug": concept}
    hidden = HiddenQuestion.objects.filter(**asked).select_related("decision").first()
    if hidden is None:
        raise HiddenQuestion.DoesNotExist(f"{concept} on side {side_id} was never hidden from {user}.")
    return _insert(
        BlindAnswer(
            user=user,
            side_id=side_id,
            concept_id=hidden.concept_id,
            answer=answer,
            key=key,
            purpose=hidden.purpose,
            decision=hidden.decision,
            base_id=base_id,
        )
    )


def undo_blind(*, user: User, answer: BlindAnswer, key: UUID) -> BlindAnswer:
    """Take a blind answer back: a new row, as with decisions. Undoing twice is one reversal."""
    if answer.user_id != user.pk:
        raise PermissionDenied("Only the person who decided can undo it.")
    before = answer.base.answer if answer.base else Decision.Answer.WITHDRAWN
    copied = {name: getattr(answer, name) for name in ("side_id", "concept_id", "purpose", "decision")}
    reversal = BlindAnswer(user=user, answer=before, key=key, base=answer, undoes=answer, **copied)
    try:
        return _reversal_of(answer) or _insert(reversal)
    except Conflict:
        stored = _reversal_of(answer)  # it may have been taken back twice at once
        if stored is None:
            raise
        return stored


def _reversal_of(answer: BlindAnswer) -> BlindAnswer | None:
    return BlindAnswer.objects.filter(undoes=answer).first()


def current_blind(*, user: User, side_id: int, concept_id: int) -> BlindAnswer | None:
    mine = BlindAnswer.objects.filter(user=user, side_id=side_id, concept_id=concept_id, answered_by=None)
    return mine.select_related("user").order_by("-id").first()


def is_stored(key: UUID) -> bool:
    """Whether an answer of either kind has this key."""
    return any(model.objects.filter(key=key).exists() for model in (Decision, BlindAnswer))


def answers_blind(*, user: User, side_id: int, concept: str, key: UUID, base_id: int | None) -> bool:
    """Whether this answer was given, or is given now, without knowing what others said.

    Who answers a decision has seen it, also where the question was hidden from them later. Both kinds of answer are
    numbered in one row, so `base_id` tells which it is.
    """
    if BlindAnswer.objects.filter(key=key).exists():
        return True
    if base_id and Decision.objects.filter(pk=base_id).exists():
        return False
    return bool(hidden_purpose(user=user, side_id=side_id, concept=concept))


def _insert(answer: BlindAnswer) -> BlindAnswer:
    stored = _stored(answer)
    if stored:
        return stored
    try:
        with transaction.atomic():
            current = current_blind(user=answer.user, side_id=answer.side_id, concept_id=answer.concept_id)
            if (current.pk if current else None) != answer.base_id:
                raise Conflict(current)
            answer.save()
            settle_gold(answer)
    except (Conflict, IntegrityError):
        stored = _stored(answer)  # the same key may have come twice at once
        if stored:
            return stored
        newest = current_blind(user=answer.user, side_id=answer.side_id, concept_id=answer.concept_id)
        raise Conflict(newest) from None
    return answer


def _stored(answer: BlindAnswer) -> BlindAnswer | None:
    stored = BlindAnswer.objects.filter(key=answer.key).first()
    same = ("user_id", "side_id", "concept_id")
    if stored and any(getattr(stored, name) != getattr(answer, name) for name in same):
        raise KeyReused(f"The key {answer.key} already stands for another answer; draw a new one.")
    return stored


def _draw(query: str, values: dict[str, Any]) -> tuple[int, int] | None:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found: tuple[int, int] | None = cursor.fetchone()
    return found


def _random_id(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM {table}")  # noqa: S608 - our own names
        first, last = cursor.fetchone()
    return random.randint(first, last)
