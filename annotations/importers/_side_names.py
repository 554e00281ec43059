"""Which side of which coin a file shows, read from its name and folders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

Mark = Literal["obverse", "reverse", "first", "second", "counted", "both", "swapped", ""]
"""`first`, `second` and `counted` (third and on) only count; `swapped`: both sides are here, the reverse first."""

_OBVERSE = ("obverse", "obv", "o", "avers", "av", "vorderseite", "vs", "hauptseite", "hs", "droit", "dritto", "diritto")
_REVERSE = ("reverse", "rev", "r", "revers", "rv", "rückseite", "rueckseite", "rs", "rovescio", "reverso")
_SIDES: dict[str, Mark] = {
    **dict.fromkeys((*_OBVERSE, "anverso", "anv"), "obverse"),
    **dict.fromkeys(_REVERSE, "reverse"),
}
_WORD = "|".join(sorted(_SIDES, key=len, reverse=True))
_LONG_WORD = "|".join(sorted((word for word in _SIDES if len(word) > 1), key=len, reverse=True))
_BOTH = re.compile(
    rf"(?P<stem>.*?)[ ._-]*(?<![a-z])"
    rf"(?:(?P<one>{_LONG_WORD})[ ._+&-]*(?P<two>{_LONG_WORD})|(?P<o>[or])[ ._+&-](?P<r>[or]))",
    re.IGNORECASE,
)
_LAST = re.compile(
    rf"(?P<stem>.*?)(?:[ ._-]+|^|(?<=[0-9])(?=[a-z]))\(?(?:(?P<side>{_WORD})|(?P<count>0*[1-9][0-9]{{0,2}}|[a-z]))\)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class SideName:
    """What a file's name and folders say."""

    kind: str
    """The folder that it lies in, folders named for a side left out; empty where it lies in none."""
    stem: str
    """What the files of one coin share."""
    mark: Mark
    word: str
    """The word that gave the mark."""


def read_side_name(path: PurePath) -> SideName | str:
    """Return what the path, relative to the folder that was given, says; or a sentence where it contradicts itself."""
    marks = [_of_folder(folder) for folder in path.parts[:-1]]
    folders = [folder for folder, mark in zip(path.parts[:-1], marks, strict=True) if not mark]
    kind = folders[-1] if folders else ""
    by_folder: Mark = next((mark for mark in reversed(marks) if mark), "")
    stem, mark, word = _of_stem(path.stem)
    if not by_folder:
        return SideName(kind, stem, mark, word)
    if mark in ("obverse", "reverse") and mark != by_folder:
        return f"Its folder says {by_folder}, its name {mark} ({word}). Make them agree."
    if mark == by_folder and stem:
        return SideName(kind, stem, mark, word)
    return SideName(kind, path.stem, by_folder, "")


def _of_folder(name: str) -> Mark:
    lower = name.lower()
    if len(lower) < 2:
        return ""
    return _SIDES.get(lower) or (_SIDES.get(lower.removesuffix("s"), "") if len(lower) > 3 else "")


def _of_stem(stem: str) -> tuple[str, Mark, str]:
    if found := _BOTH.fullmatch(stem):
        one, two = found["one"] or found["o"], found["two"] or found["r"]
        if _SIDES[one.lower()] != _SIDES[two.lower()]:
            return found["stem"], "both" if _SIDES[one.lower()] == "obverse" else "swapped", f"{one}, {two}"
    found = _LAST.fullmatch(stem)
    if found and found["side"]:
        return found["stem"], _SIDES[found["side"].lower()], found["side"]
    if found and found["stem"]:
        place = found["count"].lower().lstrip("0")
        mark: Mark = "first" if place in ("1", "a") else "second" if place in ("2", "b") else "counted"
        return found["stem"], mark, found["count"]
    return stem, "", ""
