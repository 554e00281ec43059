"""The state of a coin on the scales of five languages, and a rank that makes them comparable."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mlcore.text.part import Part, Value

GRADES = Path(__file__).with_name("grades.toml")
SCALES = ("en", "de", "fr", "it", "es")
STEP = 0.3
"""What near, good, + and - add to or take from a rank."""


@dataclass(frozen=True)
class _Grade:
    scale: str
    name: str
    rank: int
    alone: str
    """Whether it is believed by itself: yes, language, no; see grades.toml."""


def _read() -> tuple[dict[str, list[_Grade]], str, str]:
    with GRADES.open("rb") as stream:
        tables = tomllib.load(stream)
    meanings: dict[str, list[_Grade]] = {}
    for scale in SCALES:
        for name, row in tables[scale].items():
            for written in (*row["written"], *row["words"]):
                meanings.setdefault(written, []).append(_Grade(scale, name, row["rank"], row.get("alone", "yes")))
    near, more = (
        rf"(?i:{_any_of(tables[name]['words'])})\s|(?:{_any_of(tables[name]['letters'])})(?=[A-Z]{{2}})"
        for name in ("near", "more")
    )
    return meanings, near, more


def _any_of(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_MEANINGS, _NEAR, _MORE = _read()
_NAMES = "|".join(
    re.escape(name) if name.isupper() or len(name) < 4 else f"(?i:{re.escape(name)})"
    for name in sorted(_MEANINGS, key=len, reverse=True)
)


def _one(place: str) -> str:
    before = rf"(?:(?P<near{place}>{_NEAR})|(?P<more{place}>{_MORE}))*"
    return rf"{before}(?P<name{place}>{_NAMES})(?P<sign{place}>[+-](?!\w))?"


_PATTERN = re.compile(_one("") + r"(?:\s?(?:[-–/]|à|bis|to)\s?" + _one("_to") + r")?(?P<after>(?!\w).?)")
_SEGMENT = re.compile(r"[^.,;:()\n\0]+")
_LEAD = re.compile(r"\s*(?i:(?:grade|condition|erhaltung|état|conservazione|conservación|otherwise|sonst|NGC)\s)*")


def read_grades(text: str, start: int = 0, end: int | None = None, language: str = "") -> Iterator[Part]:
    """Yield the grades in text[start:end], by place: those that begin a sentence or stand between commas.

    language: of the describer, where known; decides SPL (French or Italian), s, B, BC, SC. Values: `scale` (language),
    `grade`, `rank` 1-10 (see grades.toml; near and - take 0.3 off, good and + add it), and for a range `to` and
    `to_rank`.
    """
    for segment in _SEGMENT.finditer(text, start, len(text) if end is None else end):
        lead = _LEAD.match(text, segment.start(), segment.end())
        found = _PATTERN.match(text, lead.end() if lead else segment.start(), segment.end())
        if not found:
            continue
        last = found.start("after")
        closed = not text[last : segment.end()].strip()
        grade = _choose(found["name"], language)
        if grade and _believed(found, grade, language, closed):
            yield Part("grade", found.start(), last, "grade on a scale", _value(found, grade))


def _choose(name: str, language: str) -> _Grade | None:
    meanings = _MEANINGS.get(name) or _MEANINGS.get(name.lower()) or []
    return next((meaning for meaning in meanings if meaning.scale == language), meanings[0] if meanings else None)


def _believed(found: re.Match[str], grade: _Grade, language: str, closed: bool) -> bool:
    """Abbreviations must fill what stands between two stops; words may go on: "Fine, worn", "Superbe exemplaire"."""
    marked = any(found[name] for name in ("name_to", "sign", "near", "more"))
    if grade.alone == "yes":
        return closed or marked or len(found["name"]) > 3
    return closed and (marked or (grade.alone == "language" and grade.scale == language))


def _rank(grade: _Grade, found: re.Match[str], place: str) -> float:
    shift = bool(found[f"more{place}"]) - bool(found[f"near{place}"])
    shift += {"+": 1, "-": -1}.get(found[f"sign{place}"] or "", 0)
    return round(grade.rank + STEP * max(-1, min(1, shift)), 1)


def _value(found: re.Match[str], grade: _Grade) -> Value:
    value: Value = {"scale": grade.scale, "grade": grade.name, "rank": _rank(grade, found, "")}
    other = _choose(found["name_to"], grade.scale) if found["name_to"] else None
    if other:
        value |= {"to": other.name, "to_rank": _rank(other, found, "_to")}
    return value
