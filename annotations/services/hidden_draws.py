"""Which settled questions are put to a person as if they were open, and where they stand among the open ones."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import connection

from annotations.models import BlindAnswer, Decision, HiddenQuestion, ReviewItem, ReviewPolicy

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
  SELECT * FROM annotations_hiddenquestion WHERE user_id = %(user)s AND purpose = %(purpose)s AND seen_at IS NULL
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
  AND NOT EXISTS (SELECT 1 FROM annotations_hiddenquestion seen WHERE seen.user_id = %(user)s
                  AND seen.side_id = item.side_id AND seen.concept_id = item.concept_id AND seen.seen_at IS NOT NULL
                  OFFSET 0)
  AND (%(said)s = '' OR (%(said)s = 'yes') = EXISTS (
    SELECT 1 FROM annotations_label label WHERE label.side_id = item.side_id AND label.concept_id = item.concept_id
    AND (label.text_present OR label.model_present) OFFSET 0))
  {more}
LIMIT %(count)s
"""
_SOURCES = {
    Purpose.GOLD: ("annotations_goldquestion", _GOLD, ""),
    Purpose.OVERLAP: ("annotations_decision", _OVERLAP, _UNREAD),
}


def mix_hidden(
    items: Sequence[ReviewItem],
    *,
    user: User,
    concept: str = "",
    said: str = "",
    exclude: Collection[int] = (),
    most: int | None = None,
) -> list[ReviewItem]:
    """Open questions with hidden ones among them, by the shares of the policy: none where no question is open.

    `said`: only those to which the machines say so; `most`: how many there may be altogether.
    """
    if not items or Decision.objects.filter(user=user)[:FIRST].count() < FIRST:
        return list(items)
    plan = _plan(len(items))[:most]
    hidden: dict[str, list[ReviewItem]] = {}
    for purpose in Purpose:
        known = {*exclude, *(each.pk for drawn in hidden.values() for each in drawn)}
        count = plan.count(purpose)
        hidden[purpose] = draw_hidden(
            user=user, purpose=purpose, count=count, concept=concept, said=said, exclude=known
        )
    opened = iter(items)
    mixed: list[ReviewItem] = []
    for place in plan:
        if not place:
            mixed.append(next(opened))
        elif hidden[place]:
            mixed.append(hidden[place].pop())
    return [*mixed, *opened][:most]


def _plan(count: int) -> list[str]:
    """The purposes of hidden questions, each before the open question that it comes with, which is empty."""
    policy = ReviewPolicy.objects.first() or ReviewPolicy()
    overlap = policy.overlap_share
    chances = {Purpose.GOLD: policy.gold_share * (1 + overlap) / (1 - policy.gold_share), Purpose.OVERLAP: overlap}
    plan: list[str] = []
    for _ in range(count):
        plan += [purpose for purpose, chance in chances.items() if random.random() < chance]
        plan.append("")
    return plan


def draw_hidden(
    *, user: User, purpose: Purpose, count: int = 1, concept: str = "", said: str = "", exclude: Collection[int] = ()
) -> list[ReviewItem]:
    """So many questions of this purpose that the person never answered, now hidden from them; fewer where there are."""
    if not count:
        return []
    table, known, more = _SOURCES[purpose]
    again, anew = (_DRAW.format(known=each, more=more) for each in (_AGAIN, known))
    values = {"user": user.pk, "concept": concept, "said": said, "window": WINDOW, "purpose": purpose}
    found: dict[int, int] = {}
    for query, start in ((again, 0), (anew, _random_id(table)), (anew, 0)):
        if len(found) < count:
            rest = {"start": start, "exclude": [*exclude, *found], "count": count - len(found)}
            found |= _draw(query, values | rest)
    items = ReviewItem.objects.select_related("side__coin", "concept").in_bulk(list(found))
    HiddenQuestion.objects.bulk_create(
        [
            HiddenQuestion(user=user, side=item.side, concept=item.concept, purpose=purpose, decision_id=found[item.pk])
            for item in items.values()
        ],
        update_conflicts=True,
        unique_fields=["user", "side", "concept"],
        update_fields=["purpose", "decision"],
    )
    return list(items.values())


def _draw(query: str, values: dict[str, Any]) -> dict[int, int]:
    """Questions, each with the answer of record."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return dict(cursor.fetchall())


def _random_id(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM {table}")  # noqa: S608 - our own names
        first, last = cursor.fetchone()
    return random.randint(first, last)
