"""A folder of pictures without records: names say which side of which coin each shows, folders of which type it is."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Literal

from annotations.importers._fields import SeenIdentifiers, UnreadableError, read_identifier, read_name
from annotations.importers._picture_shapes import layout_of, read_layout, read_size
from annotations.importers._side_names import Mark, SideName, read_side_name
from annotations.records import CoinRecord, NoteRecord, PictureFace, PictureRecord, RefusedRecord, Term

LABEL = "Folder of pictures"
DESCRIPTION = (
    "Pictures without records: two files a coin (COIN_obv.jpg, COIN_rev.jpg) or one with both sides; "
    "the folder that they lie in is kept as the type."
)
ONE_FOLDER = False
"""Pictures may stand in several folders: obverse/ and reverse/, or one for each type."""
ATOMIC: Literal["file", "record"] = "record"
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff")

_NAMED = "Name two files COIN_obv and COIN_rev (or .obv/.rev, -av/-rv, _o/_r, or folders obverse and reverse)"
_WANTED = f"{_NAMED}, or send one picture with both sides beside or above each other."

Key = tuple[str, str]
"""Kind and stem: one coin."""
Files = dict[Key, list[tuple[Mark, str, PurePath]]]
"""Mark, the word that gave it, and the path from the folder."""


def count(path: Path) -> int:
    found, refused = _grouped(path)
    return len(found) + len(refused)


def read(path: Path) -> Iterator[CoinRecord | RefusedRecord]:
    """Row is the place of the coin by folder and name. The names of all files are held, about 300 bytes each."""
    if not path.is_dir():
        reason = "A folder of pictures was expected here, or a zip of one."
        yield RefusedRecord(0, path.name, "", str(path)[-80:], reason)
        return
    found, refused = _grouped(path)
    if not found and not refused:
        reason = f"There is no picture here or below: none ends in {', '.join(SUFFIXES)}."
        yield RefusedRecord(0, path.name, "", str(path)[-80:], reason)
    seen = SeenIdentifiers()
    for row, (key, files) in enumerate(sorted(found.items()), 1):
        source = files[0][2].as_posix()
        try:
            record = _coin(path, key, files, row)
            seen.add(record.identifier)
        except UnreadableError as refusal:
            yield refusal.refused(row, source)
        else:
            yield record
    for row, (file, reason) in enumerate(refused, len(found) + 1):
        yield UnreadableError("pictures", file.as_posix(), reason).refused(row, file.as_posix())


def _grouped(path: Path) -> tuple[Files, list[tuple[PurePath, str]]]:
    """Return the files of each coin, and those whose names contradict themselves, with the reason."""
    named: dict[PurePath, SideName] = {}
    refused: list[tuple[PurePath, str]] = []
    for file in _pictures(path):
        name = read_side_name(file)
        if isinstance(name, str):
            refused.append((file, name))
        else:
            named[file] = name
    counting = _counting(named)
    files: Files = defaultdict(list)
    for file, name in named.items():
        if name.mark in ("first", "second", "counted") and (name.kind, name.stem) in counting:
            files[name.kind, file.stem].append(("", "", file))
        else:
            files[name.kind, name.stem].append((name.mark, name.word, file))
    return files, refused


def _pictures(path: Path) -> Iterator[PurePath]:
    for folder, below, names in os.walk(path):
        below[:] = sorted(name for name in below if not name.startswith((".", "__")))
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield PurePath(folder, name).relative_to(path)


def _counting(named: dict[PurePath, SideName]) -> set[Key]:
    """Return the stems after which numbers or letters count coins, not sides: there is a third, or no second."""
    marks: dict[Key, set[Mark]] = defaultdict(set)
    for name in named.values():
        marks[name.kind, name.stem].add(name.mark)
    pairs = ({"first", "second"}, {"first", "reverse"})
    return {key for key, found in marks.items() if found & {"first", "second", "counted"} and found not in pairs}


def _coin(folder: Path, key: Key, files: list[tuple[Mark, str, PurePath]], row: int) -> CoinRecord:
    kind, stem = key
    identifier = read_identifier(".".join(part for part in (kind, stem) if part))
    faces, remarks = _faces(folder, stem, files)
    notes = [NoteRecord("type", Term(read_name("type", kind)))] if kind else []
    return CoinRecord(
        identifier=identifier,
        row=row,
        source=files[0][2].as_posix(),
        title=read_name("title", kind, 500),
        notes=(*notes, *(NoteRecord("layout", Term(remark)) for remark in remarks)),
        pictures=tuple(PictureRecord(face, folder.absolute() / file) for face, file in faces),
    )


def _faces(
    folder: Path, stem: str, files: list[tuple[Mark, str, PurePath]]
) -> tuple[list[tuple[PictureFace, PurePath]], list[str]]:
    """Return the picture of each face, and what was taken to be so. Raises UnreadableError rather than guess."""
    names = ", ".join(file.name for _, _, file in files)
    by_mark = {mark: file for mark, _, file in files}
    if len(by_mark) < len(files):
        raise UnreadableError("pictures", names, f"Several pictures show the same side of one coin. {_WANTED}")
    if set(by_mark) == {"obverse", "reverse"}:
        return [("obverse", by_mark["obverse"]), ("reverse", by_mark["reverse"])], []
    if set(by_mark) in ({"first", "second"}, {"first", "reverse"}):
        return _counted(folder, names, files)
    if len(files) == 1 and files[0][0] in ("", "both"):
        return [(read_layout(folder, files[0][2], _NAMED), files[0][2])], []
    if "swapped" in by_mark:
        reason = "Its name says that the reverse comes first. Turn the picture so that the obverse is left or above."
        raise UnreadableError("pictures", names, reason)
    (mark, *_) = by_mark
    other = "reverse" if mark == "obverse" else "obverse"
    if len(files) == 1:
        reason = f"Only the {mark} of {stem or 'a coin'} is here; its {other} was expected beside it. {_WANTED}"
        raise UnreadableError("pictures", names, reason)
    raise UnreadableError("pictures", names, f"These pictures of one coin do not go together. {_WANTED}")


def _counted(
    folder: Path, names: str, files: list[tuple[Mark, str, PurePath]]
) -> tuple[list[tuple[PictureFace, PurePath]], list[str]]:
    ordered = sorted(files, key=lambda file: file[0] != "first")
    words = [word for _, word, _ in ordered]
    faces: tuple[PictureFace, PictureFace] = ("obverse", "reverse")
    taken = [(face, file) for face, (_, _, file) in zip(faces, ordered, strict=True)]
    if {word.lower() for word in words} == {"a", "r"}:
        return taken, []  # as in French: A/ and R/
    if any(layout_of(*read_size(folder / file)) for _, file in taken):
        reason = f"Do {words[0]} and {words[1]} count sides or coins? One of them looks like both sides. {_WANTED}"
        raise UnreadableError("pictures", names, reason)
    return taken, [f"{words[0]} was taken for the obverse, {words[1]} for the reverse"]
