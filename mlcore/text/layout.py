"""Where header, description and tail of a lot begin and end: sentences, and what opens them."""

from __future__ import annotations

from collections.abc import Iterator

from mlcore.text import side_marks as marks

Span = tuple[int, int]
"""Start and end in the text; end exclusive."""

EDGES = " \t\r\n.;,:–—|/\\"


def sentence_starts(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where sentences and half-sentences begin; the full stop of an initial or abbreviation ends none."""
    for stop in marks.STOP.finditer(text, start, end):
        initial = stop.group().isspace() and marks.INITIAL.search(text, max(start, stop.start() - 5), stop.start())
        if not initial or any(tail.match(text, stop.end(), end) for tail in (marks.SURE_TAIL, marks.AFTER_INITIAL)):
            yield stop.end()


def tail_start(text: str, start: int, end: int | None = None) -> int:
    """Return where references, measures, grade or provenance begin, or `end`."""
    end = len(text) if end is None else end
    opening = marks.LEADING.match(text, start, end)
    start = opening.end() if opening else start
    if marks.SURE_TAIL.match(text, start, end):
        return start
    bracket = marks.BRACKETED.search(text, start, end)
    end = bracket.start() if bracket else end
    return next((place for place in sentence_starts(text, start, end) if marks.TAIL.match(text, place, end)), end)


def header_end(text: str, end: int) -> int:
    """Return where issuer, denomination, mint and date have ended and the obverse begins."""
    start = header = 0
    for following in [*sentence_starts(text, 0, end), end]:
        whole = text[start:following].rstrip()
        sentence = whole.rstrip(EDGES)
        described = marks.DESCRIBES.search(sentence)
        if not described and (marks.HEADER.search(sentence) or (start and marks.TAIL.match(text, start, following))):
            header = following
        elif described or (start and marks.LEGEND_START.match(sentence)):
            break
        elif header and following < end and not whole.endswith(";") and marks.PLACE.match(sentence):
            header = following
        start = following
    return header


def trimmed(text: str, start: int, end: int) -> Span | None:
    opening = marks.LEADING.match(text, start, end)
    start = opening.end() if opening else start
    while start < end and text[end - 1] in EDGES:
        end -= 1
    return (start, end) if start < end else None
