"""What authorities call a thing, in all languages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from annotations.models import AuthorityName
from mlcore.text.languages import fold

SEEN_ON_COINS = ("deity", "object type", "person", "mint", "region")
"""Kinds in the order in which a word of a description is likely to mean them."""


@dataclass
class Thing:
    uri: str
    kind: str
    names: dict[str, str] = field(default_factory=dict)
    """Language → its preferred name, or the first that the authority gives."""


def things_called(name: str) -> list[Thing]:
    """Things that any language calls so, case and accents aside; the likeliest first."""
    uris = AuthorityName.objects.filter(folded=fold(name.strip())).values("uri")
    things: dict[str, Thing] = {}
    for row in AuthorityName.objects.filter(uri__in=uris).order_by("pk"):
        thing = things.setdefault(row.uri, Thing(row.uri, row.kind))
        thing.names.setdefault(row.language, row.name)
    return sorted(things.values(), key=_likelihood)


def known_names(words: Collection[str]) -> dict[str, str]:
    """Which of these folded words are names in an authority file, and of what kind."""
    kinds: dict[str, str] = {}
    for row in AuthorityName.objects.filter(folded__in=words).order_by("pk").values_list("folded", "kind"):
        kinds.setdefault(*row)
    return kinds


def _likelihood(thing: Thing) -> tuple[int, int]:
    place = SEEN_ON_COINS.index(thing.kind) if thing.kind in SEEN_ON_COINS else len(SEEN_ON_COINS)
    return place, -len(thing.names)
