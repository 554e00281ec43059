"""One row of a table, as text by column, becomes a coin."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Literal, cast

from annotations.importers import _fields
from annotations.importers._fields import UnreadableError
from annotations.records import (
    LICENCE_COLUMNS,
    NOTE_COLUMNS,
    PERSON_COLUMNS,
    PICTURE_COLUMNS,
    TERM_COLUMNS,
    TEXT_COLUMNS,
    CoinRecord,
    NoteRecord,
    PersonRecord,
    PictureFace,
    PictureRecord,
    Term,
    TextFace,
    TextRecord,
)

Cells = Mapping[str, str]
"""Text by column; a column whose cell is empty is left out."""

TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_SEPARATOR_OR_ESCAPE = re.compile(r"(\\[\\|]|\|)")
_DRIVE_OR_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def read_cells(cells: Cells, row: int, source: str, folder: Path) -> CoinRecord:
    """Raises UnreadableError at the first cell that no coin can have. Pictures are looked for from `folder`."""
    terms: dict[str, Any] = {
        column: _term(cells, column) for column in _TERMS if column in cells or f"{column}_uri" in cells
    }
    record = CoinRecord(
        identifier=_fields.read_identifier(cells.get("identifier", "")),
        row=row,
        source=source,
        persons=tuple(_persons(cells)),
        references=tuple(Term(*values) for values in _several(cells, "reference", "reference_uri")),
        notes=tuple(NoteRecord(kind, Term(name, uri)) for name, uri, kind in _several(cells, *NOTE_COLUMNS)),
        texts=tuple(_texts(cells)),
        pictures=tuple(_pictures(cells, folder)),
        **{column: reader(cells[column]) for column, reader in READERS.items() if column in cells},
        **terms,
    )
    _fields.check_years(record.date_from, record.date_to)
    return record


def split_cell(cell: str) -> list[str]:
    """`a | b` holds two values; `\\|` and `\\\\` within a value stand for themselves. An empty cell holds none."""
    if not cell:
        return []
    if "|" not in cell and "\\" not in cell:
        return [cell]
    values = [""]
    for part in _SEPARATOR_OR_ESCAPE.split(cell):
        if part == "|":
            values.append("")
        else:
            values[-1] += part[1] if part in {"\\|", "\\\\"} else part
    return [value.strip() for value in values]


def _read_truth(value: str) -> bool:
    if value.lower() not in TRUTHS:
        raise UnreadableError("synthetic", value, f"Write one of: {', '.join(TRUTHS)}.")
    return TRUTHS[value.lower()]


READERS: dict[str, Callable[[str], Any]] = {
    "title": partial(_fields.read_name, "title", limit=500),
    "date_from": partial(_fields.read_year, "date_from"),
    "date_to": partial(_fields.read_year, "date_to"),
    "weight": _fields.read_weight,
    "diameter": _fields.read_diameter,
    "axis": _fields.read_axis,
    **{
        column: partial(_fields.read_name, column, limit=2000)
        for column in ("obverse_legend", "reverse_legend", "obverse_symbol", "reverse_symbol")
    },
    "department": partial(_fields.read_name, "department"),
    "object_type": partial(_fields.read_name, "object_type", limit=100),
    "rights_holder": partial(_fields.read_name, "rights_holder"),
    "synthetic": _read_truth,
}
_TERMS = {
    **dict.fromkeys((*TERM_COLUMNS, "collection"), _fields.NAME_LENGTH),
    **dict.fromkeys(LICENCE_COLUMNS, _fields.LICENCE_LENGTH),
}


def _term(cells: Cells, column: str) -> Term:
    name = _fields.read_name(column, cells.get(column, ""), _TERMS[column])
    return Term(name, _fields.read_address(f"{column}_uri", cells.get(f"{column}_uri", "")))


def _several(cells: Cells, *columns: str) -> Iterator[tuple[str, ...]]:
    """The values that stand at the same place in several cells. An empty cell stands for as many empty values."""
    lists = {column: split_cell(cells[column]) for column in columns if column in cells}
    wanted = max(map(len, lists.values()), default=0)
    for column, values in lists.items():
        if len(values) != wanted:
            reason = (
                f"Holds {len(values)} values, but the columns beside it hold {wanted}: {', '.join(lists)} go together."
            )
            raise UnreadableError(column, cells[column], reason)
    for place in range(wanted):
        values = [_value(column, lists[column][place]) if column in lists else "" for column in columns]
        if any(values):
            yield tuple(values)


def _value(column: str, value: str) -> str:
    if column.endswith("_uri"):
        return _fields.read_address(column, value)
    return _fields.read_name(column, value, 2000 if column == "note" else 500)


def _persons(cells: Cells) -> Iterator[PersonRecord]:
    for name, uri, role, side in _several(cells, *PERSON_COLUMNS):
        if side not in {"obverse", "reverse", ""}:
            raise UnreadableError("person_side", side, "Write obverse, reverse or nothing.")
        yield PersonRecord(cast(Literal["obverse", "reverse", ""], side), role, Term(name, uri))


def _texts(cells: Cells) -> Iterator[TextRecord]:
    """Several languages stand as `en|de`; then each text cell holds as many texts, or none."""
    languages = split_cell(cells.get("language", "")) or [""]
    texts = {face: _texts_of(cells, column, len(languages)) for face, column in TEXT_COLUMNS.items()}
    for place, language in enumerate(languages):
        code = _fields.read_language("language", language)
        for face, parts in texts.items():
            if parts[place]:
                yield TextRecord(cast(TextFace, face), parts[place], code)


def _texts_of(cells: Cells, column: str, languages: int) -> list[str]:
    cell = cells.get(column, "")
    parts = [cell] if languages == 1 else split_cell(cell) or [""] * languages
    if len(parts) != languages:
        raise UnreadableError(column, cell, f"Holds {len(parts)} texts, but the column language holds {languages}.")
    return [_fields.read_text(column, part) for part in parts]


def _pictures(cells: Cells, folder: Path) -> Iterator[PictureRecord]:
    for face, column in PICTURE_COLUMNS.items():
        for value, uri in _several(cells, column, f"{column}_uri"):
            yield PictureRecord(cast(PictureFace, face), _picture_path(column, value, folder), uri)


def _picture_path(column: str, value: str, folder: Path) -> Path:
    path = PurePosixPath(value.replace("\\", "/"))
    if not value or _DRIVE_OR_SCHEME.match(value):
        raise UnreadableError(
            column, value, "A picture is named by its path from the table's folder; addresses are not fetched."
        )
    if path.is_absolute() or ".." in path.parts:
        raise UnreadableError(column, value, "The path leaves the table's folder. Put the picture into it or below it.")
    return folder / path
