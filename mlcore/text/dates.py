"""Years as lots write them, in six languages: BC years are negative, and there is no year 0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BC = (
    r"(?:BCE?|B\.C\.(?:E\.)?|v\.?\s?(?:Chr|u\.?\s?Z)\.?|av(?:ant|\.)?\s?J\.?-?\s?C\.?|a\.\s?C\.?|a\.?\s?Chr\.?"
    r"|a\.n\.e\.)(?!\w)"
)
_AD = r"(?:AD|A\.D\.|CE|n\.?\s?(?:Chr|u\.?\s?Z)\.?|ap(?:rès|r?\.)?\s?J\.?-?\s?C\.?|d\.\s?C\.?|p\.?\s?Chr\.?)(?![\w])"
_CIRCA = r"(?P<circa>(?:[Cc]irca|[Cc]a\.?|[Cc]\.|[Uu]m|[Vv]ers|[Vv]erso(?: il)?|[Hh]acia)\s?)?"
_PLAIN = re.compile(
    rf"(?<![\w./-]){_CIRCA}(?P<early_before>{_AD}\s?)?(?P<early>\d{{1,4}})(?P<early_era>\s?(?:{_BC}|{_AD}))?"
    rf"(?:\s?(?P<stroke>[-–—/]|to|bis|à|al)\s?(?P<late_before>{_AD}\s?)?(?P<late>\d{{1,4}}))?"
    rf"(?:\s?(?:(?P<bc>{_BC})|(?P<ad>{_AD})))?(?![\d]|[.,/]\d|\s?(?:g|gr|mm|h|cm)\b)"
)
_ROMAN_CENTURY = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7}
_CENTURY = re.compile(
    rf"(?<![\w./-]){_CIRCA}(?:(?P<figure>[1-7])(?:st|nd|rd|th|\.)|(?P<roman>[IV]{{1,3}})(?:e|er|ème)?)"
    r"(?:\s?[-–/]\s?(?:(?P<figure_to>[1-7])(?:st|nd|rd|th|\.)|(?P<roman_to>[IV]{1,3})(?:e|ème)?))?"
    rf"\s?(?:[Cc]entur(?:y|ies)|[Jj]ahrhunderts?|Jhs?\.?|Jhdt\.?|siècles?|s\.|sec(?:olo|\.)?)\s?(?:(?P<bc>{_BC})|(?P<ad>{_AD}))?"
)
_LAST_YEAR = 2030


@dataclass(frozen=True)
class Years:
    start: int
    end: int
    """Place in the text; end exclusive."""
    first: int
    last: int
    """Years, BC negative, first <= last."""
    circa: bool
    rule: str


def read_years(text: str, start: int = 0, end: int | None = None) -> Iterator[Years]:
    """Yield the dates in text[start:end], by place.

    "323/2 BC" is -323 to -322, "AD 117-138" 117 to 138, "3rd century BC" -300 to -201. Without an era only a range, or
    one number of three figures or four, is a date, after Christ.
    """
    end = len(text) if end is None else end
    found = [*_centuries(text, start, end), *_plain(text, start, end)]
    reached = start
    for years in sorted(found, key=lambda years: (years.start, -years.end)):
        if years.start >= reached:
            yield years
            reached = years.end


def _centuries(text: str, start: int, end: int) -> Iterator[Years]:
    for match in _CENTURY.finditer(text, start, end):
        first = _century(match["figure"], match["roman"])
        last = _century(match["figure_to"], match["roman_to"]) or first
        if first and last:
            years = (-100 * first, -100 * last + 99) if match["bc"] else (100 * first - 99, 100 * last)
            if years[0] <= years[1]:
                yield Years(match.start(), match.end(), *years, bool(match["circa"]), "century")


def _century(figure: str | None, roman: str | None) -> int:
    return int(figure) if figure else _ROMAN_CENTURY.get(roman or "", 0)


def _plain(text: str, start: int, end: int) -> Iterator[Years]:
    for match in _PLAIN.finditer(text, start, end):
        years = _read(match)
        if years:
            rule = "years with an era" if _has_era(match) else "years without an era"
            yield Years(match.start(), match.end(), *years, bool(match["circa"]), rule)


def _has_era(match: re.Match[str]) -> bool:
    return any(match[name] for name in ("bc", "ad", "early_era", "early_before", "late_before"))


def _read(match: re.Match[str]) -> tuple[int, int] | None:
    early, late = match["early"], match["late"]
    if not _has_era(match) and not _believed(early, late, match["stroke"] or ""):
        return None
    bc_end = bool(match["bc"])
    bc_start = bool(re.search(_BC, match["early_era"])) if match["early_era"] else bc_end and not match["early_before"]
    first = -int(early) if bc_start else int(early)
    last = first
    if late:
        bc_last = bc_end or (bc_start and not match["ad"] and not match["late_before"])
        number = _filled(early, late, match["stroke"], bc_last)
        last = -number if bc_last else number
    return (first, last) if first and last and first <= last <= _LAST_YEAR and first >= -_LAST_YEAR else None


def _believed(early: str, late: str | None, stroke: str) -> bool:
    """Whether numbers without an era are years: 337–340 and 118, not 44/5 and not 12."""
    if late:
        return stroke in "-–—" or (stroke == "/" and min(len(early), len(late)) > 2)
    return len(early) > 2


def _filled(early: str, late: str, stroke: str, bc: bool) -> int:
    """ "323/2" and "117-38" leave out figures that the first number gives; "120-30 BC" does not."""
    if len(late) < len(early) and (stroke == "/" or (not bc and int(late) < int(early))):
        return int(early[: len(early) - len(late)] + late)
    return int(late)
