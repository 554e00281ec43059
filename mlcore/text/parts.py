"""What each stretch of a lot's text is: sides, header, legends, references, measures, grade, provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlcore.text import side_marks as marks
from mlcore.text.grades import read_grades
from mlcore.text.header import read_header
from mlcore.text.languages import detect_language
from mlcore.text.layout import EDGES, Span, header_end, sentence_starts, tail_start
from mlcore.text.legends import read_legends
from mlcore.text.measures import read_measures
from mlcore.text.part import Part
from mlcore.text.provenance import read_provenance
from mlcore.text.references import name_type, read_references
from mlcore.text.sides import SideTexts, split_sides

_LANGUAGE_OF_MARK = {"A/": "fr", "D/": "it", "D\\": "it", "R\\": "it", "Anv": "es", "Vs": "de", "Rs": "de", "Hs": "de"}
_LONGEST = 50_000
"""Characters that are read; a text that is longer is no description of a coin."""


def read_parts(text: str) -> tuple[Part, ...]:
    """Return the parts of the text by place; sides and header come before what stands inside them.

    Sides are those of `split_sides`. Around them, what says where the coin comes from is cut out first, then
    references, then measures, then grades, so that no stretch counts twice. Where nothing marks the sides, the
    description between header and tail is searched for legends all the same, and belongs to no side. Only the first
    50,000 characters are read; takes time linear in them.
    """
    text = text[:_LONGEST]
    sides = split_sides(text)
    header, described = _layout(text, sides)
    found = [Part("obverse", *sides.obverse, sides.rule)] if sides.obverse else []
    found += [Part("reverse", *sides.reverse, sides.rule)] if sides.reverse else []
    found += [legend for span in described for legend in read_legends(text, *span)]
    found += _read_rest(_without(text, described), header, _language(text, sides))
    return tuple(sorted(found, key=lambda part: (part.start, -part.end)))


def _layout(text: str, sides: SideTexts) -> tuple[Span, list[Span]]:
    """Return the span of the header and the stretches that describe the coin."""
    described = [span for span in (sides.obverse, sides.reverse) if span]
    if described:
        return (0, min(place[0] for place in (*described, *sides.marks))), described
    header = header_end(text, len(text))
    return (0, header), [(header, tail_start(text, header))]


def _language(text: str, sides: SideTexts) -> str:
    written = (text[start:end].strip(" .:") for start, end in sides.marks)
    return next((_LANGUAGE_OF_MARK[mark] for mark in written if mark in _LANGUAGE_OF_MARK), "") or detect_language(text)


def _read_rest(rest: str, header: Span, language: str) -> Iterator[Part]:
    """Read what stands around the descriptions, and strike out of it what has been read."""
    tail = _header_stop(rest, header)
    origins = list(read_provenance(rest))
    rest = _struck(rest, origins)
    references = list(read_references(rest))
    without_references = _struck(rest, references)
    facts = read_header(without_references, header[0], tail) if tail > header[0] else None
    issuer, mint = (str(facts.value.get(name, "")) if facts else "" for name in ("issuer", "mint"))
    measures = list(read_measures(without_references))
    rest = _struck(without_references, measures)
    works = list(_named_works(rest, tail))
    grades = read_grades(_struck(rest, works), tail, language=language)
    yield from ([facts] if facts else [])
    yield from (*origins, *(name_type(part, issuer, mint) for part in references), *measures, *works, *grades)


def _header_stop(text: str, header: Span) -> int:
    """Return where the header ends, or before that state, grade or origin begin in front of the description."""
    return next((place for place in sentence_starts(text, *header) if marks.AFTERWORD.match(text, place)), header[1])


def _named_works(text: str, start: int) -> Iterator[Part]:
    """Yield references to works that catalogues.toml does not know: names in capitals and a number."""
    for place in (start, *sentence_starts(text, start, len(text))):
        opening = marks.LEADING.match(text, place)
        place = opening.end() if opening else place
        found = marks.NAMED_WORK.match(text, place)
        if found and not marks.NO_WORK.match(text, place):
            end = found.end()
            while text[end - 1] in EDGES + "()":
                end -= 1
            name, number = marks.NUMBER_OF_WORK.split(text[place:end], maxsplit=1)
            value = {"catalogue": name.strip(" .,("), "number": number, "text": " ".join(text[place:end].split())}
            yield Part("reference", place, end, "names and a number", {**value})


def _struck(text: str, parts: Iterable[Part]) -> str:
    return _without(text, ((part.start, part.end) for part in parts))


def _without(text: str, spans: Iterable[Span]) -> str:
    """Return a text of equal length in which nothing stands at these places."""
    for start, end in spans:
        text = f"{text[:start]}{chr(0) * (end - start)}{text[end:]}"
    return text
