"""What a search asks for, as it stands in the address. Whatever cannot be read is refused with a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from annotations.models.coins import Face
from annotations.models.evidence import Origin
from annotations.queries.years import YearError, read_year, write_year

FACETS = {
    "ruler": "authority",
    "mint": "mint",
    "region": "region",
    "denomination": "denomination",
    "material": "material",
    "collection": "collection",
}
"""Name in the address → field of a coin."""
LONGEST_QUERY, LONGEST_VALUE, MOST_VALUES = 200, 200, 50
_SINGLE = ("q", "from", "to", "origin", "side", "sort", "after", "before")
_NOT_OURS = re.compile(r"utm_\w+|fbclid|gclid")  # what newsletters and networks hang on to addresses


class CriteriaError(ValueError):
    """Says which part of the address cannot be read, and what would be understood."""


@dataclass(frozen=True)
class Sort:
    label: str
    column: str
    descending: bool = False


SORTS = {
    "identifier": Sort("Identifier", "identifier"),
    "date": Sort("Oldest first", "date_from"),
    "-date": Sort("Youngest first", "date_from", descending=True),
    "mint": Sort("Mint, A to Z", "mint"),
    "-weight": Sort("Heaviest first", "weight", descending=True),
    "weight": Sort("Lightest first", "weight"),
    "-diameter": Sort("Largest first", "diameter", descending=True),
    "diameter": Sort("Smallest first", "diameter"),
}


@dataclass(frozen=True)
class Criteria:
    text: str = ""
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Facet name → wanted values: any of these; all facets must agree."""
    date_from: int | None = None
    date_to: int | None = None
    concepts: tuple[str, ...] = ()
    """Slugs: any of these."""
    origin: str = ""
    """Who must say so; empty: the present answer, whoever gave it."""
    face: str = ""
    sort: str = "identifier"
    after: str = ""
    """Identifier of the last coin of the page before."""
    before: str = ""

    def pairs(self) -> list[tuple[str, str]]:
        """The criteria as they stand in an address, without what says nothing; the place in the results left out."""
        years = [(name, year) for name, year in (("from", self.date_from), ("to", self.date_to)) if year is not None]
        found = [
            ("q", self.text),
            *((name, value) for name, values in self.terms.items() for value in values),
            *((name, write_year(year)) for name, year in years),
            *(("concept", slug) for slug in self.concepts),
            ("origin", self.origin if self.concepts else ""),
            ("side", self.face if self.concepts else ""),
            ("sort", "" if self.sort == "identifier" else self.sort),
        ]
        return [(name, value) for name, value in found if value]

    def address(self, **place: str) -> str:
        return urlencode([*self.pairs(), *place.items()])

    def without(self, name: str, value: str) -> Criteria:
        """The same search with one filter taken off."""
        emptied: dict[str, dict[str, Any]] = {
            "q": {"text": ""},
            "from": {"date_from": None},
            "to": {"date_to": None},
            "origin": {"origin": ""},
            "side": {"face": ""},
        }
        if name in emptied:
            return replace(self, **emptied[name])
        if name == "concept":
            return replace(self, concepts=tuple(slug for slug in self.concepts if slug != value))
        kept = {facet: tuple(v for v in values if (facet, v) != (name, value)) for facet, values in self.terms.items()}
        return replace(self, terms={facet: values for facet, values in kept.items() if values})


def read_criteria(params: QueryDict) -> Criteria:
    """Raises CriteriaError."""
    _check_amount(params)
    one = {name: params.get(name, "").strip() for name in _SINGLE}
    if len(one["q"]) > LONGEST_QUERY:
        raise CriteriaError(
            f"The words to search for have {len(one['q'])} characters; at most {LONGEST_QUERY} are read."
        )
    if one["after"] and one["before"]:
        raise CriteriaError("The address names both “after” and “before”; take one away.")
    first, last = _year(one["from"]), _year(one["to"])
    if first is not None and last is not None and first > last:
        raise CriteriaError(
            f"The search goes from {write_year(first)} to {write_year(last)}, which is earlier. Swap them."
        )
    terms = {name: _distinct(params.getlist(name)) for name in FACETS}
    return Criteria(
        text=one["q"],
        terms={name: values for name, values in terms.items() if values},
        date_from=first,
        date_to=last,
        concepts=_distinct(params.getlist("concept")),
        origin=_choice("origin", one["origin"], Origin.values),
        face=_choice("side", one["side"], Face.values),
        sort=_choice("sort", one["sort"], SORTS) or "identifier",
        after=one["after"],
        before=one["before"],
    )


def _check_amount(params: QueryDict) -> None:
    values = [value for _, several in params.lists() for value in several]
    if len(values) > MOST_VALUES:
        raise CriteriaError(f"The address asks for {len(values)} things at once; at most {MOST_VALUES} are read.")
    known = {*_SINGLE, *FACETS, "concept"}
    for name, several in params.lists():
        if name not in known and not _NOT_OURS.fullmatch(name):
            raise CriteriaError(f"The search knows no “{name[:40]}”. It knows {', '.join(sorted(known))}.")
        if name not in _SINGLE and any(len(value) > LONGEST_VALUE for value in several):
            raise CriteriaError(f"A value of “{name}” is longer than {LONGEST_VALUE} characters.")
        if any("\0" in value for value in several):
            raise CriteriaError(f"The value of “{name}” holds a character (NUL) that no text has.")


def _year(written: str) -> int | None:
    try:
        return read_year(written) if written else None
    except YearError as error:
        raise CriteriaError(str(error)) from error


def _choice(name: str, value: str, allowed: Iterable[str]) -> str:
    if value and value not in allowed:
        raise CriteriaError(f"“{value[:40]}” is no {name}. Choose {', '.join(allowed)}.")
    return value


def _distinct(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip() for value in values if value.strip()))
