"""Years as people write them: 44 BC, -44, AD 14, 14 n. Chr."""

from __future__ import annotations

import re

LAST_YEAR = 9999
_BEFORE = r"b\.?\s?c\.?(?:\s?e\.?)?|v\.?\s?chr\.?|av\.?\s?j\.?-?\s?c\.?|a\.\s?c\."
_AFTER = r"a\.?\s?d\.?|c\.?\s?e\.?|n\.?\s?chr\.?|ap\.?\s?j\.?-?\s?c\.?|d\.\s?c\."
_YEAR = re.compile(
    rf"(?P<first>{_BEFORE}|{_AFTER})?\s*(?P<sign>[-−+]?)(?P<digits>\d{{1,5}})\s*(?P<last>{_BEFORE}|{_AFTER})?",
    re.IGNORECASE,
)


class YearError(ValueError):
    """Says what was written and what is understood."""


def read_year(written: str) -> int:
    """A year with BC negative and no year 0. Raises YearError."""
    found = _YEAR.fullmatch(written.strip())
    era = (found["first"] or found["last"] or "") if found else ""
    if found is None or (found["first"] and found["last"]) or (era and found["sign"]):
        raise YearError(f"“{written[:40]}” is no year. Write 44 BC, -44 or AD 14.")
    year = int(found["digits"])
    if year == 0:
        raise YearError("There is no year 0: 1 BC is followed by AD 1.")
    if year > LAST_YEAR:
        raise YearError(f"The year {year} is out of range; years go to {LAST_YEAR}.")
    before = found["sign"] in ("-", "−") or re.fullmatch(_BEFORE, era, re.IGNORECASE)
    return -year if before else year


def write_year(year: int) -> str:
    """44 BC, AD 14, 330."""
    if year < 0:
        return f"{-year} BC"
    return f"AD {year}" if year < 100 else str(year)


def write_years(first: int | None, last: int | None) -> str:
    """A range as coin books write it: 44–43 BC, 27 BC–AD 14, 337–340."""
    known = [year for year in (first, last) if year is not None]
    if not known or known[0] == known[-1]:
        return write_year(known[0]) if known else ""
    start, end = known
    if end < 0:
        return f"{-start}–{-end} BC"
    if start > 0 and end >= 100:
        return f"{'AD ' if start < 100 else ''}{start}–{end}"
    return f"{write_year(start)}–{write_year(end) if start < 0 else end}"
