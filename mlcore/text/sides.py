"""Which words of a lot speak of which side. Where nothing marks the sides, they are unknown: never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from mlcore.text import side_marks as marks
from mlcore.text.layout import Span, header_end, tail_start, trimmed

_MOST_SLASHES = 40
"""A longer list of slashes parts no two sides; the bound keeps the work linear in the length of the text."""


@dataclass(frozen=True)
class SideTexts:
    """Spans of both sides, legend and type together; None where the side is unknown."""

    obverse: Span | None
    reverse: Span | None
    rule: str
    """What marked the sides: "marks" (Obv./Rev., Vs./Rs., A/ R/ …), "reverse mark", "obverse mark", "slash" or ""."""
    reason: str
    """A sentence for the person who asks why."""
    marks: tuple[Span, ...] = ()
    """Where the words or the slash that mark the sides stand, by place."""


def split_sides(text: str) -> SideTexts:
    """Return the spans that speak of the obverse and of the reverse, without header, references, measures and grade.

    Marks of both sides are believed first, then a mark of the reverse inside the text, then a slash that stands between
    two descriptions. A slash between two words in capitals parts lines of a legend; one inside a number, a date or a
    reference is none. Linear in the length of the text.
    """
    reverse = _first(text, marks.REVERSE_MARK, marks.LOW_REVERSE_MARK)
    obverse = _obverse_mark(text, reverse)
    if not reverse and not obverse:
        obverse, reverse = _letters(text)
    if obverse and reverse:
        return _by_marks(text, obverse, reverse)
    if reverse:
        return _by_reverse_mark(text, reverse)
    if obverse:
        span = trimmed(text, obverse.end(), tail_start(text, obverse.end()))
        reason = f"Only the obverse is marked, by {obverse.group().strip()!r}."
        return SideTexts(span, None, "obverse mark" if span else "", reason, _spans(obverse))
    return _by_slash(text)


def _first(text: str, *patterns: re.Pattern[str]) -> re.Match[str] | None:
    found = [match for pattern in patterns if (match := pattern.search(text))]
    return min(found, key=lambda match: match.start(), default=None)


def _obverse_mark(text: str, reverse: re.Match[str] | None) -> re.Match[str] | None:
    for match in marks.OBVERSE_MARK.finditer(text):
        if not marks.WEAK_OBVERSE_MARK.fullmatch(match.group()) or (reverse and match.start() < reverse.start()):
            return match
    return marks.LOW_OBVERSE_MARK.search(text, 0, reverse.start()) if reverse else None


def _letters(text: str) -> tuple[re.Match[str] | None, re.Match[str] | None]:
    """Return "O:" and the "R:" behind it, or nothing."""
    obverse = marks.LETTER_OBVERSE_MARK.search(text)
    reverse = marks.LETTER_REVERSE_MARK.search(text, obverse.end()) if obverse else None
    return (obverse, reverse) if reverse else (None, None)


def _spans(*found: re.Match[str]) -> tuple[Span, ...]:
    return tuple(sorted(match.span() for match in found))


def _by_marks(text: str, obverse: re.Match[str], reverse: re.Match[str]) -> SideTexts:
    first, last = sorted((obverse, reverse), key=lambda match: match.start())
    early = trimmed(text, first.end(), tail_start(text, first.end(), last.start()))
    late = trimmed(text, last.end(), tail_start(text, last.end()))
    sides = (early, late) if first is obverse else (late, early)
    reason = f"The sides are marked by {obverse.group().strip()!r} and {reverse.group().strip()!r}."
    return SideTexts(*sides, "marks" if early or late else "", reason, _spans(obverse, reverse))


def _by_reverse_mark(text: str, reverse: re.Match[str]) -> SideTexts:
    late = trimmed(text, reverse.end(), tail_start(text, reverse.end()))
    early = trimmed(text, header_end(text, reverse.start()), reverse.start())
    if not early or not marks.SMALL_WORD.search(text, *early):
        early = None
    mark = reverse.group().strip()
    reason = f"The reverse is marked by {mark!r}; what stands before it, after the header, is the obverse."
    return SideTexts(early, late, "reverse mark" if early or late else "", reason, _spans(reverse))


def _by_slash(text: str) -> SideTexts:
    refused = "No word and no slash marks the sides."
    slashes = list(islice(marks.SLASH.finditer(text), _MOST_SLASHES))
    header = header_end(text, slashes[-1].start()) if slashes else 0
    for slash in slashes:
        early = trimmed(text, header, slash.start())
        late = trimmed(text, slash.end(), tail_start(text, slash.end()))
        if early and late and _parts_sides(text, early, late):
            reason = "A slash stands between the descriptions of two sides."
            return SideTexts(early, late, "slash", reason, _spans(slash))
        refused = "The slash in the text parts lines of a legend, a number or a reference, not sides."
    return SideTexts(None, None, "", refused + " Which side is meant is unknown.")


def _parts_sides(text: str, early: Span, late: Span) -> bool:
    """Whether a description ends before the slash and one begins behind it."""
    if tail_start(text, early[0], early[1]) < early[1] or not marks.SMALL_WORD.search(text, *early):
        return False
    if not marks.CAPITALS_END.search(text, early[0], early[1]):
        return not text[early[1] - 1].isdigit() or bool(marks.SMALL_WORD.search(text, *late))
    return bool(marks.LEGEND_AND_TYPE.match(text, *late) or marks.CAPITALISED.match(text, *late))
