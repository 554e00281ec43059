"""The catalogues of coins that lots refer to, read from catalogues.toml, and how a reference to one begins."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

CATALOGUES = Path(__file__).with_name("catalogues.toml")

with CATALOGUES.open("rb") as _stream:
    _TABLES: dict[str, dict[str, list[str]]] = tomllib.load(_stream)


def _keys(table: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {written: key for key, names in table.items() for written in names}


def _any_of(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


KEY_OF = _keys(_TABLES["names"]) | _keys(_TABLES["plain"])
"""Name as written in a lot to the name of the catalogue."""
KEY_OF_LETTER = _keys(_TABLES["letter"])

SURE_NAMES = _any_of(_keys(_TABLES["names"]))
PLAIN_NAMES = _any_of(_keys(_TABLES["plain"]))
LETTERS = _any_of(KEY_OF_LETTER)

OPENING = (
    rf"(?:(?:{SURE_NAMES})(?:\.|\b)(?:[\s,-]{{0,2}}(?:\d|[IVX]+\b|[-–—]+(?=[\s.;,)]|$))|[^;:/]{{1,40}}?[\s(-]\d)"
    rf"|(?:{PLAIN_NAMES})\.?\s\d)"
)
"""How a reference begins: the name of a catalogue, then a number, with at most the name of a volume between them."""
LETTER_OPENING = rf"(?:{LETTERS})\.?\s?\d"
