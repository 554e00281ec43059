"""Pictures that belong to a coin by their name: ID.obv.jpg, ID_rev.png, ID-obv.tif, ID.o.webp, or ID.jpg for both."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from annotations.records import PictureFace, PictureRecord

_NAME = re.compile(
    r"(?P<identifier>.+?)(?P<suffix>(?:[._-](?P<face>obverse|obv|o|reverse|rev|r))?\.(?:jpe?g|png|webp|tiff?))",
    re.IGNORECASE,
)
_ORDER: tuple[PictureFace, ...] = ("obverse", "reverse", "both")


class PictureFolder:
    """An index of the folder. Suffixes are shared between coins: about 180 MB for the pictures of a million coins."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._suffixes: dict[str, tuple[str, ...]] = {}
        self._spellings: dict[str, str] = {}
        self._shared: dict[tuple[str, ...], tuple[str, ...]] = {}
        with os.scandir(folder) as entries:
            for entry in entries:
                self._add(entry.name)

    @property
    def is_empty(self) -> bool:
        return not self._suffixes

    def _add(self, name: str) -> None:
        found = None if name.startswith(".") else _NAME.fullmatch(name)
        if not found:
            return
        identifier = found["identifier"]
        suffixes = (*self._suffixes.get(identifier, ()), found["suffix"])
        self._suffixes[identifier] = self._shared.setdefault(suffixes, suffixes)
        if identifier.casefold() != identifier:
            self._spellings[identifier.casefold()] = identifier

    def pictures(self, identifier: str, sources: Mapping[str, str]) -> tuple[PictureRecord, ...]:
        """Those that are there; for a side that has none, the path where it is expected, so that it is missed."""
        folded = identifier.casefold()
        spelling = identifier if identifier in self._suffixes else self._spellings.get(folded, folded)
        suffixes = sorted(self._suffixes.get(spelling, ()))
        names = [(_face(suffix), f"{spelling}{suffix}") for suffix in suffixes]
        faces = {face for face, _ in names}
        if "both" not in faces:
            names += [(face, f"{identifier}.{face[:3]}.jpg") for face in _ORDER[:2] if face not in faces]
        names.sort(key=lambda named: _ORDER.index(named[0]))
        return tuple(PictureRecord(face, self.folder / name, sources.get(face, "")) for face, name in names)


def _face(suffix: str) -> PictureFace:
    mark = re.split(r"[._-]", suffix.lower())[1:-1]
    if not mark:
        return "both"
    return "obverse" if mark[0].startswith("o") else "reverse"
