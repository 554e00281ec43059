"""What merging two concepts brings together, and where experts said different things of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import Exists, OuterRef

from annotations.models import Concept, Decision, Label, ReviewItem, Side
from annotations.queries.criteria import Criteria, CriteriaError
from annotations.queries.hierarchy import Hierarchy

_CONTRADICTIONS = """
SELECT DISTINCT ON (own.side_id) own.side_id, own.answer, merged.answer
FROM annotations_decision own
JOIN annotations_decision merged ON merged.side_id = own.side_id AND merged.concept_id = ANY(%(merged)s)
WHERE own.concept_id = %(into)s AND own.answer IN ('yes', 'no') AND merged.answer IN ('yes', 'no')
AND own.answer <> merged.answer
AND NOT EXISTS (SELECT 1 FROM annotations_decision later WHERE later.base_id = own.id)
AND NOT EXISTS (SELECT 1 FROM annotations_decision later WHERE later.base_id = merged.id)
{since}
ORDER BY own.side_id
"""
# What was said of the concept that stays after the merging has settled the matter.
_UNSETTLED = """
AND own.created_at < (SELECT max(change.created_at) FROM annotations_conceptchange change
                      WHERE change.concept_id = merged.concept_id AND change.what = 'merged' AND change.after <> '')
"""


@dataclass(frozen=True)
class Contradiction:
    side_id: int
    answer: str
    """What experts said of the concept that stays."""
    merged_answer: str


@dataclass(frozen=True)
class ShownContradiction:
    said: Contradiction
    side: Side
    item: ReviewItem | None


@dataclass(frozen=True)
class Preview:
    """What a merging would bring together."""

    sides: int
    """On which the concept is present now."""
    shared: int
    """Of these, on which the one that stays is present too."""
    decisions: int
    rules: int
    """That go along; the same words are not had twice."""
    contradictions: int


class RetiredConcept(ValueError):
    """Says which concept is no longer searched for, and what to do."""


def standing_concept(slug: str) -> Concept | None:
    """The one that this slug counts for by now, in use or retired; None where there never was one."""
    found = Concept.objects.filter(slug=slug).first() if slug.isprintable() else None
    while found and found.merged_into_id:
        found = Concept.objects.get(pk=found.merged_into_id)
    return found


def follow_concept(slug: str) -> str:
    """The slug that this one counts for by now; an unknown one is returned as it is. Raises RetiredConcept."""
    found = standing_concept(slug)
    if found and found.retired:
        raise RetiredConcept(f"The concept {found.name} is retired and no longer searched for. Take it away.")
    return found.slug if found else slug


def follow_concepts(criteria: Criteria) -> Criteria:
    """The search as it is meant by now: what was merged into another concept asks for that one.

    Raises CriteriaError for a retired one.
    """
    try:
        slugs = tuple(dict.fromkeys(map(follow_concept, criteria.concepts)))
    except RetiredConcept as error:
        raise CriteriaError(str(error)) from error
    return criteria if slugs == criteria.concepts else replace(criteria, concepts=slugs)


def contradictions_between(concept: Concept, into: Concept) -> list[Contradiction]:
    """Sides on which the standing answers of these two differ, yes against no."""
    hierarchy = Hierarchy.read()
    members = [pk for pk in hierarchy.concepts if hierarchy.root(pk) == concept.pk]
    return _contradictions(into, members, "")


def contradictions_of(concept: Concept, hierarchy: Hierarchy) -> list[Contradiction]:
    """Sides on which nobody answered since a concept of which something else had been said was merged into this one."""
    members = [pk for pk in hierarchy.concepts if pk != concept.pk and hierarchy.root(pk) == concept.pk]
    return _contradictions(concept, members, _UNSETTLED) if members else []


def show_contradictions(found: Iterable[Contradiction], concept: Concept) -> list[ShownContradiction]:
    said = {each.side_id: each for each in found}
    sides = Side.objects.select_related("coin").defer("coin__search").in_bulk(said)
    items = {item.side_id: item for item in ReviewItem.objects.filter(concept=concept, side__in=said)}
    return [ShownContradiction(each, sides[pk], items.get(pk)) for pk, each in said.items()]


def preview_merging(concept: Concept, into: Concept) -> Preview:
    present = Label.objects.present().filter(concept=concept)
    beside = Label.objects.present().filter(concept=into, side=OuterRef("side"))
    known = set(into.rules.values_list("language", "kind", "pattern"))
    own = concept.rules.filter(retired=False).values_list("language", "kind", "pattern")
    return Preview(
        sides=present.count(),
        shared=present.filter(Exists(beside)).count(),
        decisions=Decision.objects.filter(concept=concept).count(),
        rules=sum(rule not in known for rule in own),
        contradictions=len(contradictions_between(concept, into)),
    )


def _contradictions(into: Concept, merged: list[int], since: str) -> list[Contradiction]:
    with connection.cursor() as cursor:
        cursor.execute(_CONTRADICTIONS.format(since=since), {"into": into.pk, "merged": merged})
        return [Contradiction(*row) for row in cursor.fetchall()]
