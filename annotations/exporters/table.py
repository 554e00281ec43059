"""The table that the importer of the same name reads: CSV in UTF-8, every column, one coin a row."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TextIO

from annotations.records import (
    COLUMNS,
    LICENCE_COLUMNS,
    NUMBER_COLUMNS,
    PICTURE_COLUMNS,
    TERM_COLUMNS,
    TEXT_COLUMNS,
    CoinRecord,
    Term,
    TextRecord,
)

LABEL = "Table (CSV)"
SUFFIX = ".csv"
CONTENT_TYPE = "text/csv; charset=utf-8"

_PLAIN_COLUMNS = (
    *("identifier", "title", "obverse_legend", "reverse_legend", "obverse_symbol", "reverse_symbol"),
    *("department", "object_type", "rights_holder"),
)
_PICTURE_FOLDER = "images"
# A spreadsheet runs such a cell as a formula. One that already has an apostrophe gets one more: reading undoes writing.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def write(coins: Iterable[CoinRecord], stream: TextIO) -> int:
    """Returns how many coins were written. Holds one at a time."""
    rows = csv.writer(stream, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    written = 0
    for written, coin in enumerate(coins, 1):  # noqa: B007  (the last one is the answer)
        cells = _cells(coin)
        rows.writerow(
            [
                cells.get(column, "") if column in NUMBER_COLUMNS else guard_cell(cells.get(column, ""))
                for column in COLUMNS
            ]
        )
    return written


def _cells(coin: CoinRecord) -> dict[str, str]:
    cells: dict[str, str] = {column: getattr(coin, column) for column in _PLAIN_COLUMNS}
    for column in NUMBER_COLUMNS:
        cells[column] = _number(getattr(coin, column))
    for column in (*TERM_COLUMNS, *LICENCE_COLUMNS, "collection"):
        term: Term = getattr(coin, column)
        cells[column], cells[f"{column}_uri"] = term.name, term.uri
    cells["synthetic"] = "true" if coin.synthetic else ""
    cells["reference"] = join_cell([reference.name for reference in coin.references])
    cells["reference_uri"] = join_cell([reference.uri for reference in coin.references])
    return cells | _persons_and_notes(coin) | _texts(coin.texts) | _pictures(coin)


def _number(value: float | None) -> str:
    """Without an exponent: 0.00001, not 1e-05."""
    return "" if value is None else format(Decimal(repr(value)), "f")


def _persons_and_notes(coin: CoinRecord) -> dict[str, str]:
    return {
        "person": join_cell([person.term.name for person in coin.persons]),
        "person_uri": join_cell([person.term.uri for person in coin.persons]),
        "person_role": join_cell([person.role for person in coin.persons]),
        "person_side": join_cell([person.face for person in coin.persons]),
        "note": join_cell([note.term.name for note in coin.notes]),
        "note_uri": join_cell([note.term.uri for note in coin.notes]),
        "note_kind": join_cell([note.kind for note in coin.notes]),
    }


def _texts(texts: Sequence[TextRecord]) -> dict[str, str]:
    """Texts of one language fill the cells of their sides; several languages stand beside each other in each cell."""
    order = list(TEXT_COLUMNS)
    groups: list[tuple[str, dict[str, str]]] = []
    before = -1
    for text in texts:
        place = order.index(text.face)
        if not groups or groups[-1][0] != text.language or place <= before:
            groups.append((text.language, {}))
        groups[-1][1][text.face] = text.text
        before = place
    if len(groups) == 1:
        language, said = groups[0]
        return {"language": language, **{TEXT_COLUMNS[face]: text for face, text in said.items()}}
    cells = {column: join_cell([said.get(face, "") for _, said in groups]) for face, column in TEXT_COLUMNS.items()}
    # Two texts in unknown languages still are two: the bar says so where join_cell would write nothing.
    return {"language": "|".join(language for language, _ in groups), **cells}


def _pictures(coin: CoinRecord) -> dict[str, str]:
    cells = {}
    for face, column in PICTURE_COLUMNS.items():
        pictures = [picture for picture in coin.pictures if picture.face == face]
        cells[column] = join_cell([_place(picture.path) for picture in pictures])
        cells[f"{column}_uri"] = join_cell([picture.source for picture in pictures])
    return cells


def _place(path: Path) -> str:
    """Relative to the table: a record's path is absolute, so the file is expected in images/ beside the table."""
    return f"{_PICTURE_FOLDER}/{path.name}" if path.is_absolute() else path.as_posix()


def join_cell(values: Sequence[str]) -> str:
    """Several values, told apart again by the importer. Nothing but empty values is written as an empty cell."""
    if not any(values):
        return ""
    return "|".join(value.replace("\\", "\\\\").replace("|", "\\|") for value in values)


def guard_cell(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell
