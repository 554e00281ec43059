"""Which words of a lot speak of which side. Where nothing marks the sides, they are unknown: never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from mlcore.text import side_marks as marks

Span = tuple[int, int]
"""Start and end in the text; end exclusive."""

_MOST_SLASHES = 40
"""A longer list of slashes parts no two sides; the bound keeps the work linear in the length of the text."""
_EDGES = " \t\r\n.;,:–—|/\\"


@dataclass(frozen=True)
class SideTexts:
    """Spans of both sides, legend and type together; None where the side is unknown."""

    obverse: Span | None
    reverse: Span | None
    rule: str
    """What marked the sides: "marks" (Obv./Rev., Vs./Rs., A/ R/ …), "reverse mark", "obverse mark", "slash" or ""."""
    reason: str
    """A sentence for the person who asks why."""


def split_sides(text: str) -> SideTexts:
    """Return the spans that speak of the obverse and of the reverse, without header, references, measures and grade.

    Marks of both sides are believed first, then a mark of the reverse inside the text, then a slash that stands between
    two descriptions. A slash between two words in capitals parts lines of a legend; one inside a number, a date or a
    reference is none. Linear in the length of the text.
    """
    reverse = _reverse_mark(text)
    obverse = _obverse_mark(text, reverse)
    if obverse and reverse:
        return _by_marks(text, obverse, reverse)
    if reverse:
        return _by_reverse_mark(text, reverse)
    if obverse:
        span = _trimmed(text, obverse.end(), _tail(text, obverse.end()))
        reason = f"Only the obverse is marked, by {obverse.group().strip()!r}."
        return SideTexts(span, None, "obverse mark" if span else "", reason)
    return _by_slash(text)


def _reverse_mark(text: str) -> re.Match[str] | None:
    found = [match for match in (marks.REVERSE_MARK.search(text), marks.LOW_REVERSE_MARK.search(text)) if match]
    return min(found, key=lambda match: match.start(), default=None)


def _obverse_mark(text: str, reverse: re.Match[str] | None) -> re.Match[str] | None:
    for match in marks.OBVERSE_MARK.finditer(text):
        if not marks.WEAK_OBVERSE_MARK.fullmatch(match.group()) or (reverse and match.start() < reverse.start()):
            return match
    return None


def _by_marks(text: str, obverse: re.Match[str], reverse: re.Match[str]) -> SideTexts:
    first, last = sorted((obverse, reverse), key=lambda match: match.start())
    early = _trimmed(text, first.end(), _tail(text, first.end(), last.start()))
    late = _trimmed(text, last.end(), _tail(text, last.end()))
    sides = (early, late) if first is obverse else (late, early)
    words = f"{obverse.group().strip()!r} and {reverse.group().strip()!r}"
    return SideTexts(*sides, "marks" if early or late else "", f"The sides are marked by {words}.")


def _by_reverse_mark(text: str, reverse: re.Match[str]) -> SideTexts:
    late = _trimmed(text, reverse.end(), _tail(text, reverse.end()))
    early = _trimmed(text, _header_end(text, reverse.start()), reverse.start())
    if not early or not marks.SMALL_WORD.search(text, *early):
        early = None
    mark = reverse.group().strip()
    reason = f"The reverse is marked by {mark!r}; what stands before it, after the header, is the obverse."
    return SideTexts(early, late, "reverse mark" if late else "", reason)


def _by_slash(text: str) -> SideTexts:
    refused = "No word and no slash marks the sides."
    slashes = list(islice(marks.SLASH.finditer(text), _MOST_SLASHES))
    header = _header_end(text, slashes[-1].start()) if slashes else 0
    for slash in slashes:
        early = _trimmed(text, header, slash.start())
        late = _trimmed(text, slash.end(), _tail(text, slash.end()))
        if early and late and _parts_sides(text, early, late):
            return SideTexts(early, late, "slash", "A slash stands between the descriptions of two sides.")
        refused = "The slash in the text parts lines of a legend, a number or a reference, not sides."
    return SideTexts(None, None, "", refused + " Which side is meant is unknown.")


def _parts_sides(text: str, early: Span, late: Span) -> bool:
    """Whether a description ends before the slash and one begins behind it."""
    if _tail(text, early[0], early[1]) < early[1] or not marks.SMALL_WORD.search(text, *early):
        return False
    if not marks.CAPITALS_END.search(text, early[0], early[1]):
        return not text[early[1] - 1].isdigit() or bool(marks.SMALL_WORD.search(text, *late))
    return bool(marks.LEGEND_AND_TYPE.match(text, *late) or marks.CAPITALISED.match(text, *late))


def _sentence_starts(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where sentences and half-sentences begin; the full stop of an initial or abbreviation ends none."""
    for stop in marks.STOP.finditer(text, start, end):
        initial = stop.group().isspace() and marks.INITIAL.search(text, max(start, stop.start() - 5), stop.start())
        if not initial or marks.SURE_TAIL.match(text, stop.end(), end):
            yield stop.end()


def _tail(text: str, start: int, end: int | None = None) -> int:
    """Return where references, measures, grade or provenance begin, or `end`."""
    end = len(text) if end is None else end
    opening = marks.LEADING.match(text, start, end)
    start = opening.end() if opening else start
    if marks.SURE_TAIL.match(text, start, end):
        return start
    bracket = marks.BRACKETED.search(text, start, end)
    end = bracket.start() if bracket else end
    return next((place for place in _sentence_starts(text, start, end) if marks.TAIL.match(text, place, end)), end)


def _header_end(text: str, end: int) -> int:
    """Return where issuer, denomination, mint and date have ended and the obverse begins."""
    start = header = 0
    for following in [*_sentence_starts(text, 0, end), end]:
        sentence = text[start:following].rstrip(_EDGES)
        described = marks.DESCRIBES.search(sentence)
        if not described and (marks.HEADER.search(sentence) or (start and marks.TAIL.match(text, start, following))):
            header = following
        elif described or (start and marks.LEGEND_START.match(sentence)):
            break
        elif header and following < end and marks.PLACE.match(sentence):
            header = following
        start = following
    return header


def _trimmed(text: str, start: int, end: int) -> Span | None:
    opening = marks.LEADING.match(text, start, end)
    start = opening.end() if opening else start
    while start < end and text[end - 1] in _EDGES:
        end -= 1
    return (start, end) if start < end else None
