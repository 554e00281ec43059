"""Who answered what without knowing what others said, who is right on gold, and how fast persons answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

PAUSE = timedelta(minutes=2)
"""A longer gap between two answers is a pause, and counts as no time at all."""

# A reading is independent where no answer of another person stood in sight: a blind answer, or a decision that is the
# first on its question but for the person's own. Only questions that were read again by somebody are looked at.
_READINGS = """
WITH again AS (
  SELECT side_id, concept_id, user_id, answer FROM annotations_blindanswer given
  WHERE answer <> 'withdrawn'
    AND NOT EXISTS (SELECT 1 FROM annotations_blindanswer later WHERE later.base_id = given.id)
), asked AS (
  SELECT DISTINCT side_id, concept_id FROM again
), standing AS (
  SELECT decision.* FROM annotations_decision decision JOIN asked USING (side_id, concept_id)
  WHERE answer <> 'withdrawn' AND undoes_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM annotations_decision undo WHERE undo.undoes_id = decision.id)
), first AS (
  SELECT DISTINCT ON (side_id, concept_id, user_id) side_id, concept_id, user_id, answer FROM standing
  WHERE NOT EXISTS (SELECT 1 FROM standing earlier
                    WHERE (earlier.side_id, earlier.concept_id) = (standing.side_id, standing.concept_id)
                      AND earlier.id < standing.id AND earlier.user_id <> standing.user_id)
    AND NOT EXISTS (SELECT 1 FROM again
                    WHERE (again.side_id, again.concept_id, again.user_id)
                        = (standing.side_id, standing.concept_id, standing.user_id))
  ORDER BY side_id, concept_id, user_id, id DESC
)
SELECT said.side_id, concept.slug, coin.identifier, said.user_id, said.answer
FROM (SELECT * FROM again UNION ALL SELECT * FROM first) said
JOIN annotations_concept concept ON concept.id = said.concept_id
JOIN annotations_side side ON side.id = said.side_id
JOIN annotations_coin coin ON coin.id = side.coin_id
ORDER BY concept.slug, said.side_id, said.user_id
"""
# What was answered on a merged concept counts for the one that it was merged into.
_GOLD = """
WITH RECURSIVE root (concept_id, root_id) AS (
  SELECT id, id FROM annotations_concept WHERE merged_into_id IS NULL
  UNION ALL
  SELECT concept.id, root.root_id FROM annotations_concept concept JOIN root ON concept.merged_into_id = root.concept_id
)
SELECT given.user_id, person.username, concept.slug, concept.name, gold.answer = given.answer AS is_right,
       given.answer, gold.answer, given.side_id, given.created_at
FROM annotations_blindanswer given
JOIN annotations_goldquestion gold
  ON gold.side_id = given.side_id AND gold.concept_id = given.concept_id AND NOT gold.withdrawn
JOIN root ON root.concept_id = given.concept_id
JOIN annotations_concept concept ON concept.id = root.root_id
JOIN auth_user person ON person.id = given.user_id
WHERE given.purpose = 'gold' AND given.answer <> 'withdrawn' AND (%(user)s::int IS NULL OR given.user_id = %(user)s)
  AND NOT EXISTS (SELECT 1 FROM annotations_blindanswer later WHERE later.base_id = given.id)
ORDER BY person.username, given.id DESC
"""
# Taking back is no answer, but work: the gaps around it are time spent.
_PACE = """
WITH given AS (
  SELECT user_id, created_at, undoes_id IS NULL AS is_answer FROM annotations_decision
  WHERE created_at > %(since)s AND created_at <= %(until)s AND (%(user)s::int IS NULL OR user_id = %(user)s)
  UNION ALL
  SELECT user_id, created_at, undoes_id IS NULL FROM annotations_blindanswer
  WHERE created_at > %(since)s AND created_at <= %(until)s AND (%(user)s::int IS NULL OR user_id = %(user)s)
), gaps AS (
  SELECT user_id, is_answer, created_at - lag(created_at) OVER (PARTITION BY user_id ORDER BY created_at) AS gap
  FROM given
)
SELECT person.id, person.username, count(*) FILTER (WHERE is_answer),
       count(*) FILTER (WHERE is_answer AND gap <= %(pause)s),
       coalesce(extract(epoch FROM sum(gap) FILTER (WHERE gap <= %(pause)s)), 0)::float8
FROM gaps JOIN auth_user person ON person.id = gaps.user_id GROUP BY person.id, person.username ORDER BY 2
"""


@dataclass(frozen=True)
class Reading:
    side_id: int
    concept: str
    coin: str
    user_id: int
    answer: str


@dataclass(frozen=True)
class GoldAnswer:
    """What a person said to a hidden question whose answer is known."""

    user_id: int
    who: str
    concept: str
    name: str
    is_right: bool
    answer: str
    truth: str
    side_id: int
    when: Any


@dataclass(frozen=True)
class Pace:
    """How much one person answered in a span of time, and how long that took.

    Answers are decisions and blind answers, those among them that were taken back later; taking back is none. The time
    is the sum of the gaps between whatever the person stored, an answer or its taking back, but for pauses.
    """

    user_id: int
    who: str
    answers: int
    timed: int
    """Answers with a gap before them that is no pause."""
    seconds: float

    @property
    def per_hour(self) -> float | None:
        """None below a minute of active time, of which no pace follows."""
        return 3600 * self.timed / self.seconds if self.seconds >= 60 else None

    @property
    def hours(self) -> float:
        return self.seconds / 3600


def read_readings() -> list[Reading]:
    return [Reading(*row) for row in _rows(_READINGS, {})]


def read_gold(user_id: int | None = None) -> list[GoldAnswer]:
    """Of one person, or of all; the newest of each person first."""
    return [GoldAnswer(*row) for row in _rows(_GOLD, {"user": user_id})]


def read_pace(
    user_id: int | None = None, *, since: datetime | None = None, until: datetime | None = None
) -> list[Pace]:
    """Of one person, or of all by name, after the one moment and up to the other; None is the beginning, and now."""
    span = {"since": since or "-infinity", "until": until or "infinity"}
    return [Pace(*row) for row in _rows(_PACE, span | {"user": user_id, "pause": PAUSE})]


def _rows(query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
