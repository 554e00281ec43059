"""Where a coin was before: collections, sales, dealers, finds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from mlcore.text import side_marks as marks
from mlcore.text.layout import EDGES, sentence_starts
from mlcore.text.part import Part, Value

_STEP = re.compile(
    r"(?<!eportedly)[;,.]?\s+(?:and\s)?(?=(?:ex|Ex|EX|purchased|acquired|bought|formerly|erworben|reportedly ex"
    r"|from the|aus der)\b(?!ergue))"
)
_FIRST = re.compile(r"[(\[]?(?:[Rr]eportedly\s)?(?:[Ee]x|EX)(?:[\s-]|\.\s)(?!ergue)")
_INLINE = re.compile(r"(?<=[,(])\s?(?=ex\s[^\W\d_a-z])")
_LEAD = re.compile(
    r"[(\[]?(?:[Rr]eportedly\s)?(?:[Ee]x|EX|[Ff]rom|[Aa]us|[Pp]urchased|[Aa]cquired|[Bb]ought|[Ee]rworben|[Ff]ormerly|Da(?:lla)?|SOLD|Sold|"
    r"Provenance|Provenienz|Proveniencia|Provenienza|[Bb][Yy]|from|bei|von|in|der|dem|einer|asta|coll(?:ezione|ection)?\.?|Slg\.|Sammlung|"
    r"Colección|the|privately|at)\b[\s.:-]*"
)
_KINDS = (
    ("find", re.compile(r"(?i)\b(?:hoard|find|found|fund|schatz|trésor|ripostiglio|tesoro)\b")),
    ("collection", re.compile(r"(?i)collection|collezione|sammlung|\bslg\b|\bcoll\.|colección|cabinet")),
    ("publication", re.compile(r"(?i)^published|^publié|^abgebildet|exemplar|plate coin")),
    ("purchase", re.compile(r"(?i)^[(\[]?(?:purchased|acquired|bought|erworben)")),
)
_SALE = re.compile(r"(?i)\b(?:auctions?|auktion(?:en)?|e-auction|sale|vente|asta|subasta|MBS|FPL)\b\.?\s?")
_YEAR = re.compile(r"(?<!\d)(?:1[6-9]|20)\d\d(?!\d)")
_LOT = re.compile(r"(?i)(?:\blots?|\blos|\bnr\.?|\bno\.?|#)\s?#?(\d{1,5})")
_SALE_AND_LOT = re.compile(r"(?<![\w#])(\d{1,4}|[IVXL]{1,7})(?!\w)(?:(?:,\s?)+(\d{1,5})(?!\w))?")


def read_provenance(text: str, start: int = 0, end: int | None = None) -> Iterator[Part]:
    """Yield each step of the provenance in text[start:end], by place: "From a private collection" and "ex Le Rider".

    A step begins a sentence or follows a comma ("ex" before a capital), and ends with its sentence. Values, where the
    text has them: `kind` (sale, collection, purchase, find, publication or owner), `name`, `sale`, `lot`, `year`.
    """
    end = len(text) if end is None else end
    starts = [start, *sentence_starts(text, start, end), end]
    for first, following in pairwise(starts):
        opening = marks.LEADING.match(text, first, following)
        first = opening.end() if opening else first
        if not (marks.PROVENANCE.match(text, first, following) or _FIRST.match(text, first, following)):
            inline = _INLINE.search(text, first, following)
            if not inline:
                continue
            first = inline.end()
        yield from _steps(text, first, following)


def _steps(text: str, start: int, end: int) -> Iterator[Part]:
    for step in [*_STEP.finditer(text, start + 1, end), None]:
        last = step.start() if step else end
        while last > start and text[last - 1] in EDGES:
            last -= 1
        if text[last - 1] == ")" and "(" not in text[start:last]:
            last -= 1
        if last - start > 3:
            yield Part("provenance", start, last, "words of origin", _value(text[start:last]))
        start = step.end() if step else end


def _value(words: str) -> Value:
    rest = words
    while (lead := _LEAD.match(rest)) and lead.end():
        rest = rest[lead.end() :]
    year, lot = _YEAR.search(rest), _LOT.search(rest)
    without_year = _YEAR.sub("", rest)
    number = _SALE_AND_LOT.search(without_year)
    kind = next((kind for kind, pattern in _KINDS if pattern.search(words)), "sale" if number else "owner")
    name = re.split(r"\s*(?:,|\(|\b\d|#|\blot\b)", _SALE.sub("", rest))[0].strip(" .,;()")
    name = re.sub(r"(?:\s(?:at|Electronic|Auctions?|of))+$", "", name)
    value: Value = {"kind": kind, "name": name or rest.strip(" .,;()")}
    if number and kind == "sale":
        value["sale"] = number[1]
    if lot or (number and kind == "sale" and number[2]):
        value["lot"] = lot[1] if lot else str(number and number[2])
    if year:
        value["year"] = int(year[0])
    return value
