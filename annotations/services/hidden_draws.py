"""Which settled questions are put to a person as if they were open, and where they stand among the open ones."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import connection

from annotations.models import BlindAnswer, Decision, HiddenQuestion, ReviewItem
from annotations.queries.ranking import read_policy

FIRST = 10
"""Answers that a person gives before the first hidden question: a short visit is spent on open ones."""
WINDOW = 300
"""Rows looked at for a draw, which therefore costs the same however many there are."""
Purpose = BlindAnswer.Purpose

# Each looks at some rows from a random one on, before anything is compared with the rest.
_GOLD = """
SELECT gold.side_id, gold.concept_id, gold.decision_id FROM annotations_goldquestion gold
WHERE gold.id >= (SELECT min(id) + (%(part)s * (max(id) - min(id)))::bigint FROM annotations_goldquestion)
  AND NOT gold.withdrawn
  AND (%(concept)s = '' OR gold.concept_id = (SELECT id FROM annotations_concept WHERE slug = %(concept)s))
ORDER BY gold.id LIMIT %(window)s
"""
_OVERLAP = """
SELECT first.side_id, first.concept_id, first.id AS decision_id, first.base_id FROM annotations_decision first
WHERE first.id >= (SELECT min(id) + (%(part)s * (max(id) - min(id)))::bigint FROM annotations_decision)
  AND first.user_id <> %(user)s AND first.undoes_id IS NULL AND first.answer <> 'withdrawn'
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
# An answer to a concept that was merged since stands only while nobody has answered on the one that stays.
_WORD = """
  AND EXISTS (SELECT 1 FROM annotations_label word WHERE word.side_id = item.side_id
              AND word.concept_id = item.concept_id AND word.decision_id = known.decision_id OFFSET 0)
  AND NOT EXISTS (SELECT 1 FROM annotations_decision own
                  WHERE own.id = known.decision_id AND own.user_id = %(user)s OFFSET 0)
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
_SOURCES: dict[str, tuple[str, str]] = {
    Purpose.GOLD: (_GOLD, _WORD),
    Purpose.OVERLAP: (_OVERLAP, _UNREAD),
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
    wanted = {purpose.value: plan.count(purpose) for purpose in Purpose}
    hidden = hide_questions(user=user, wanted=wanted, concept=concept, said=said, exclude=exclude)
    opened = iter(items)
    mixed: list[ReviewItem] = []
    for place in plan:
        if not place:
            mixed.append(next(opened))
        elif hidden.get(place):
            mixed.append(hidden[place].pop())
    return [*mixed, *opened][:most]


def _plan(count: int) -> list[str]:
    """The purposes of hidden questions, each before the open question that it comes with, which is empty."""
    policy = read_policy()
    overlap = policy.overlap_share
    chances = {Purpose.GOLD: policy.gold_share * (1 + overlap) / (1 - policy.gold_share), Purpose.OVERLAP: overlap}
    plan: list[str] = []
    for _ in range(count):
        plan += [purpose for purpose, chance in chances.items() if random.random() < chance]
        plan.append("")
    return plan


def hide_questions(
    *, user: User, wanted: Mapping[str, int], concept: str = "", said: str = "", exclude: Collection[int] = ()
) -> dict[str, list[ReviewItem]]:
    """By purpose so many settled questions that this person never answered, now hidden from them.

    There are fewer where not as many can be found.
    """
    drawn: dict[int, tuple[str, int]] = {}
    for purpose, count in wanted.items():
        values = {"user": user.pk, "concept": concept, "said": said, "purpose": purpose, "exclude": [*exclude, *drawn]}
        drawn |= {item: (purpose, decision) for item, decision in _draw(values, count).items()}
    if not drawn:
        return {}
    items = ReviewItem.objects.select_related("side__coin", "concept").in_bulk(list(drawn))
    rows = [
        HiddenQuestion(
            user=user,
            side_id=item.side_id,
            concept_id=item.concept_id,
            purpose=drawn[item.pk][0],
            decision_id=drawn[item.pk][1],
        )
        for item in sorted(items.values(), key=lambda item: (item.side_id, item.concept_id))  # as note_seen does
    ]
    HiddenQuestion.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["user", "side", "concept"],
        update_fields=["purpose", "decision"],
    )
    return {purpose: [item for item in items.values() if drawn[item.pk][0] == purpose] for purpose in wanted}


def _draw(values: dict[str, Any], count: int) -> dict[int, int]:
    """Questions, each with the answer of record: those of late, then from a random place on, then from the first on."""
    known, more = _SOURCES[values["purpose"]]
    again, anew = (_DRAW.format(known=each, more=more) for each in (_AGAIN, known))
    found: dict[int, int] = {}
    with connection.cursor() as cursor:
        for query, part in ((again, 0.0), (anew, random.random()), (anew, 0.0)):
            if len(found) < count:
                rest = {"exclude": [*values["exclude"], *found], "count": count - len(found), "part": part}
                cursor.execute(query, values | rest | {"window": WINDOW})
                found |= dict(cursor.fetchall())
    return found
