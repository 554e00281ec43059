"""A coin's texts as they came, cut where a part or a name begins or ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from annotations.models import Description
from annotations.models.coins import Face, Scope
from annotations.queries.entities import Mention, merged_mentions


@dataclass(frozen=True)
class TextPart:
    """A stretch of a text: obverse, reverse, header, legend, reference, measure, grade or provenance."""

    kind: str
    start: int
    end: int
    rule: str
    value: Mapping[str, Any]


@dataclass(frozen=True)
class TextPiece:
    """Some words, the innermost part that they belong to, and what they name."""

    text: str
    part: TextPart | None
    mention: Mention | None


@dataclass(frozen=True)
class ShownText:
    description: Description
    pieces: Sequence[TextPiece]
    parts: Sequence[TextPart]
    mentions: Sequence[Mention]


def read_shown_texts(descriptions: Sequence[Description]) -> list[ShownText]:
    mentions = merged_mentions(descriptions)
    return [_show(description, mentions[description.pk]) for description in descriptions]


def references_read(texts: Iterable[ShownText]) -> list[Mapping[str, Any]]:
    """References that stand in the texts, each once: {"text": …, "uri": …}."""
    found = {part.value["text"]: part.value for text in texts for part in text.parts if part.kind == "reference"}
    return list(found.values())


def _show(description: Description, mentions: Sequence[Mention]) -> ShownText:
    text, parts = description.text, _parts(description)
    inside = {place for each in mentions for place in range(each.start + 1, each.end)}
    edges = {edge for each in (*parts, *mentions) for edge in (each.start, each.end)}
    cuts = sorted({0, len(text), *(edge for edge in edges if 0 < edge < len(text))} - inside)
    named = {each.start: each for each in mentions}
    pieces = [TextPiece(text[start:end], _innermost(parts, start), named.get(start)) for start, end in pairwise(cuts)]
    return ShownText(description, pieces, parts, mentions)


def _parts(description: Description) -> list[TextPart]:
    """A text of one side is that side, which its heading says; it needs no part for it."""
    faces = Face.values if description.scope == Scope.BOTH else ()
    sides = [TextPart(face, *span, description.rule, {}) for face in faces if (span := description.span(face))]
    return [*sides, *(TextPart(**part) for part in description.parts)]


def _innermost(parts: Iterable[TextPart], place: int) -> TextPart | None:
    around = [part for part in parts if part.start <= place < part.end]
    return min(around, key=lambda part: (part.end - part.start, part.kind in Face.values), default=None)
