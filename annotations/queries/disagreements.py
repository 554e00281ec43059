"""Questions on which two persons said different things, and whether a third has settled them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from django.contrib.auth.models import User
from django.db import connection

from annotations.models import Concept, ReviewItem, Side

PAGE = 24
# Where a person said several things, the newest counts. Answers of both kinds are numbered in one row, so that their
# ids tell which came first.
_CASES = """
WITH asked AS (
  SELECT later.side_id, later.concept_id FROM annotations_decision later
  JOIN annotations_decision base ON base.id = later.base_id AND base.user_id <> later.user_id
  UNION SELECT side_id, concept_id FROM annotations_blindanswer WHERE purpose = 'overlap'
), said AS (
  SELECT decision.id, side_id, concept_id, user_id, answer, true AS on_record
  FROM annotations_decision decision JOIN asked USING (side_id, concept_id)
  WHERE answer <> 'withdrawn' AND undoes_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM annotations_decision undo WHERE undo.undoes_id = decision.id)
  UNION ALL
  SELECT given.id, side_id, concept_id, user_id, answer, false FROM annotations_blindanswer given
  WHERE purpose = 'overlap' AND answer <> 'withdrawn'
    AND NOT EXISTS (SELECT 1 FROM annotations_blindanswer later WHERE later.base_id = given.id)
), newest AS (
  SELECT DISTINCT ON (side_id, concept_id, user_id) * FROM said ORDER BY side_id, concept_id, user_id, id DESC
)
SELECT side_id, concept_id, array_agg(id ORDER BY id), array_agg(user_id ORDER BY id), array_agg(answer ORDER BY id),
       array_agg(on_record ORDER BY id)
FROM newest WHERE {where} GROUP BY side_id, concept_id HAVING count(DISTINCT answer) > 1 ORDER BY max(id) DESC
"""


@dataclass(frozen=True)
class Said:
    id: int
    user_id: int
    answer: str
    on_record: bool
    """A decision, not a blind answer."""


@dataclass(frozen=True)
class Case:
    side_id: int
    concept_id: int
    said: Sequence[Said]
    """One answer per person, in the order given."""

    @property
    def settled_by(self) -> Said | None:
        """The newest decision, where two others had said different things before it."""
        for place in reversed(range(len(self.said))):
            if self.said[place].on_record:
                return self.said[place] if len({each.answer for each in self.said[:place]}) > 1 else None
        return None

    @property
    def readers(self) -> list[Said]:
        """Those who disagree: everybody before the one who settled it."""
        settled = self.settled_by
        return list(takewhile(lambda each: each is not settled, self.said)) if settled else list(self.said)

    @property
    def newest(self) -> int:
        return self.said[-1].id

    @property
    def place(self) -> int:
        """Among the open ones, which settling this one does not change."""
        return self.readers[-1].id

    def was_read_by(self, user: User) -> bool:
        return any(each.user_id == user.pk for each in self.said)

    def was_settled_by(self, user: User) -> bool:
        return self.settled_by is not None and self.settled_by.user_id == user.pk


@dataclass(frozen=True)
class ShownCase:
    case: Case
    side: Side
    concept: Concept


def list_cases(user: User, *, see_all: bool) -> list[Case]:
    """The newest first. Who is no administrator sees those that they have no part in: those they may settle."""
    cases = _read("true", [])
    return cases if see_all else [case for case in cases if not case.was_read_by(user) or case.was_settled_by(user)]


def find_case(side_id: int, concept: str) -> Case | None:
    found = _read(
        "side_id = %s AND concept_id = (SELECT id FROM annotations_concept WHERE slug = %s)", [side_id, concept]
    )
    return next(iter(found), None)


def show_cases(cases: Sequence[Case]) -> list[ShownCase]:
    sides = Side.objects.select_related("coin").defer("coin__search").in_bulk([case.side_id for case in cases])
    concepts = Concept.objects.in_bulk({case.concept_id for case in cases})
    return [ShownCase(case, sides[case.side_id], concepts[case.concept_id]) for case in cases]


def question_item(case: Case) -> ReviewItem:
    """The question of a case, as the page of questions draws it; made up where it never stood in the queue."""
    asked = {"side_id": case.side_id, "concept_id": case.concept_id}
    stored = ReviewItem.objects.filter(**asked).select_related("side__coin", "concept").first()
    return stored or ReviewItem(
        side=Side.objects.select_related("coin").get(pk=case.side_id),
        concept=Concept.objects.get(pk=case.concept_id),
        score=0,
        reason="Two persons said different things.",
    )


def _read(where: str, values: Sequence[int | str]) -> list[Case]:
    with connection.cursor() as cursor:
        cursor.execute(_CASES.format(where=where), values)
        rows = cursor.fetchall()
    return [
        Case(side, concept, [Said(*each) for each in zip(ids, people, answers, kinds, strict=True)])
        for side, concept, ids, people, answers, kinds in rows
    ]
