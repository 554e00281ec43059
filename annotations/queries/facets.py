"""How many coins stand behind each value of each facet, as if nothing had been chosen in that facet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import Count

from annotations.models import Concept
from annotations.queries.criteria import FACETS, Criteria
from annotations.queries.search import labels_said, matching

MOST_VALUES = 200


@dataclass(frozen=True)
class FacetValue:
    value: str
    words: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    values: list[FacetValue]
    more: int
    """Values left out because the list is long."""

    @property
    def chosen(self) -> int:
        return sum(value.chosen for value in self.values)


@dataclass(frozen=True)
class Counts:
    total: int
    facets: list[Facet]


def count_facets(criteria: Criteria) -> Counts:
    """The total and all facets, in one pass over the coins: a count per facet, filtered by all other facets."""
    sql, parameters = _one_pass(criteria)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    total, found = 0, {name: list[tuple[str, int]]() for name in FACETS}
    for grouping, value, whole, *counts in rows:
        if grouping == _EVERYTHING:
            total = whole
            continue
        place = _PLACES[grouping]
        if value and counts[place]:
            found[list(FACETS)[place]].append((value, counts[place]))
    return Counts(total, [_facet(name, found[name], criteria.terms.get(name, ())) for name in FACETS])


def count_concepts(criteria: Criteria) -> Facet:
    """How many coins show each concept by the wanted origin on the wanted side, whichever concepts are chosen."""
    coins = matching(criteria, concepts=False)
    labels = labels_said(criteria)
    if replace(criteria, concepts=(), sort="identifier").pairs():
        labels = labels.filter(side__coin__in=coins.values("pk"))
    counts = dict(labels.values_list("concept_id").annotate(Count("side__coin_id", distinct=True)))
    values = [
        FacetValue(concept.slug, concept.name, counts.get(concept.pk, 0), concept.slug in criteria.concepts)
        for concept in Concept.objects.in_use()
    ]
    known = {value.value for value in values}
    values += [FacetValue(slug, slug, 0, True) for slug in criteria.concepts if slug not in known]
    return Facet("concept", sorted(values, key=lambda value: (-value.count, value.words)), 0)


_WIDTH = len(FACETS)
_EVERYTHING = 2**_WIDTH - 1
# GROUPING() has a 1 for every column that is not grouped by; the first column is the highest bit.
_PLACES = {_EVERYTHING - 2 ** (_WIDTH - 1 - place): place for place in range(_WIDTH)}


def _one_pass(criteria: Criteria) -> tuple[str, list[object]]:
    columns = ", ".join(FACETS.values())
    base, base_parameters = matching(criteria, terms=False).values(*FACETS.values()).query.sql_with_params()
    sets = ", ".join(f"({column})" for column in FACETS.values())
    counts, parameters = zip(*(_count(criteria, left_out) for left_out in ("", *FACETS)), strict=True)
    sql = (
        f"SELECT GROUPING({columns}), COALESCE({columns}), {', '.join(counts)} "  # noqa: S608 - names of our own
        f"FROM ({base}) AS coins GROUP BY GROUPING SETS ((), {sets})"
    )
    return sql, [*(value for several in parameters for value in several), *base_parameters]


def _count(criteria: Criteria, left_out: str) -> tuple[str, list[object]]:
    """Count the coins that have the wanted values in all facets but one."""
    wanted = {FACETS[name]: list(values) for name, values in criteria.terms.items() if name != left_out}
    if not wanted:
        return "count(*)", []
    return f"count(*) FILTER (WHERE {' AND '.join(f'{c} = ANY(%s)' for c in wanted)})", list(wanted.values())


def _facet(name: str, counted: Iterable[tuple[str, int]], chosen: tuple[str, ...]) -> Facet:
    counts = {**dict.fromkeys(chosen, 0), **dict(counted)}
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].casefold()))
    kept = [pair for place, pair in enumerate(ranked) if place < MOST_VALUES or pair[0] in chosen]
    values = [FacetValue(value, value, count, value in chosen) for value, count in kept]
    return Facet(name, values, len(ranked) - len(kept))
