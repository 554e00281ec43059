"""Coins that answer to criteria, a page at a time, from where the last page ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchQueryCombinable
from django.db.models import F, Prefetch, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, NullIf

from annotations.models import Coin, Label, Side
from annotations.queries.criteria import FACETS, SORTS, Criteria, CriteriaError, Sort
from mlcore.text.languages import fold

PAGE_SIZE = 24
_TOKEN = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


@dataclass(frozen=True)
class Page:
    coins: Sequence[Coin]
    previous: str
    """Identifier before which the page before ends; empty on the first page."""
    next: str


def matching(criteria: Criteria, *, terms: bool = True, concepts: bool = True) -> QuerySet[Coin]:
    """All coins that answer; without the facets' terms or the concepts where those are to be counted."""
    coins = Coin.objects.all()
    if criteria.text:
        coins = coins.filter(search=read_words(criteria.text))
    if criteria.date_from is not None:
        coins = coins.annotate(ends=Coalesce("date_to", "date_from")).filter(ends__gte=criteria.date_from)
    if criteria.date_to is not None:
        coins = coins.annotate(starts=Coalesce("date_from", "date_to")).filter(starts__lte=criteria.date_to)
    if terms:
        coins = coins.filter(**{f"{FACETS[name]}__in": values for name, values in criteria.terms.items()})
    if concepts and criteria.concepts:
        said = labels_said(criteria).filter(concept__slug__in=criteria.concepts)
        coins = coins.filter(pk__in=said.values("side__coin_id"))
    return coins


def labels_said(criteria: Criteria) -> QuerySet[Label]:
    """Labels that say present, by the wanted origin, on the wanted side."""
    labels = Label.objects.said_by(criteria.origin) if criteria.origin else Label.objects.present()
    return labels.filter(side__face=criteria.face) if criteria.face else labels


def read_words(text: str) -> SearchQueryCombinable:
    """words, "a phrase", -not and begin*: all must hold. Every word goes to PostgreSQL as a parameter."""
    parts = [part for part in map(_part, _TOKEN.finditer(fold(text))) if part is not None]
    if not parts:
        raise CriteriaError(f"“{text}” has neither letters nor figures to search for.")
    return reduce(and_, parts)


def _part(token: re.Match[str]) -> SearchQueryCombinable | None:
    said = token["phrase"] if token["phrase"] is not None else token["word"]
    words = re.findall(r"\w+", said)
    if not words:
        return None
    if token["word"] and said.endswith("*"):
        beginning = " <-> ".join([*(f"'{word}'" for word in words[:-1]), f"'{words[-1]}':*"])
        query = SearchQuery(beginning, config="simple", search_type="raw")
    else:
        query = SearchQuery(said, config="simple", search_type="plain" if token["word"] else "phrase")
    return ~query if token["minus"] else query


def page_of(criteria: Criteria, coins: QuerySet[Coin]) -> Page:
    """A page in the wanted order, unknown values last. Raises CriteriaError where its first coin is gone."""
    sort, backwards = SORTS[criteria.sort], bool(criteria.before)
    descending = sort.descending != backwards
    keyed = coins.annotate(key=_key(sort))
    cursor = criteria.before or criteria.after
    if cursor:
        keyed = keyed.filter(_beyond(_place(sort, cursor), sort.column, descending=descending, backwards=backwards))
    nulls: dict[str, Any] = {"nulls_first": True} if backwards else {"nulls_last": True}
    order = F("key").desc(**nulls) if descending else F("key").asc(**nulls)
    found = list(with_labels(keyed).order_by(order, "-id" if backwards else "id")[: PAGE_SIZE + 1])
    shown, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    if backwards:
        shown.reverse()
    before, beyond = (more, True) if backwards else (bool(cursor), more)
    return Page(
        shown,
        previous=shown[0].identifier if shown and before else "",
        next=shown[-1].identifier if shown and beyond else "",
    )


def _key(sort: Sort) -> Combinable:
    return NullIf(F(sort.column), Value("")) if sort.column == "mint" else F(sort.column)


def _place(sort: Sort, identifier: str) -> tuple[Any, int]:
    place = Coin.objects.filter(identifier=identifier).annotate(key=_key(sort)).values_list("key", "id").first()
    if place is None:
        raise CriteriaError(f"The page starts from the coin “{identifier[:60]}”, which is gone. Search again.")
    return place


def _beyond(place: tuple[Any, int], column: str, *, descending: bool, backwards: bool) -> Q:
    """The coins that come after this place in the order of the page."""
    value, pk = place
    ties = Q(id__lt=pk) if backwards else Q(id__gt=pk)
    if value is None:
        return Q(key=None) & ties | ~Q(key=None) if backwards else Q(key=None) & ties
    further = Q(key__lt=value) if descending else Q(key__gt=value)
    if column == "identifier":  # unique and never empty: one condition lets the index find the place
        return further
    return further | Q(key=value) & ties | (Q() if backwards else Q(key=None))


def with_labels(coins: QuerySet[Coin]) -> QuerySet[Coin]:
    """Coins as their cards show them: sides, and what is said to be there."""
    labels = Label.objects.present().select_related("concept").order_by("origin", "concept__name")
    sides = Side.objects.order_by("face").prefetch_related(Prefetch("labels", labels))
    return coins.defer("search").prefetch_related(Prefetch("sides", sides))
