"""The columns of a table of coins, and how one cell holds several values: for what reads and for what writes."""

from __future__ import annotations

import re
from collections.abc import Sequence

TERM_COLUMNS = ("authority", "issuer", "mint", "region", "denomination", "material")
LICENCE_COLUMNS = ("licence", "picture_licence")
PICTURE_COLUMNS = {"obverse": "obverse_picture", "reverse": "reverse_picture", "both": "picture"}
TEXT_COLUMNS = {"obverse": "obverse_text", "reverse": "reverse_text", "both": "text"}
PERSON_COLUMNS = ("person", "person_uri", "person_role", "person_side")
NOTE_COLUMNS = ("note", "note_uri", "note_kind")
SEVERAL_COLUMNS = (
    *("reference", "reference_uri", *PERSON_COLUMNS, *NOTE_COLUMNS),
    *(column for picture in PICTURE_COLUMNS.values() for column in (picture, f"{picture}_uri")),
)
NUMBER_COLUMNS = ("date_from", "date_to", "weight", "diameter", "axis")
COLUMNS = (
    *("identifier", "title"),
    *(column for term in TERM_COLUMNS for column in (term, f"{term}_uri")),
    *NUMBER_COLUMNS,
    *("obverse_legend", "reverse_legend", "obverse_symbol", "reverse_symbol"),
    *TEXT_COLUMNS.values(),
    *("language", "reference", "reference_uri", *PERSON_COLUMNS, *NOTE_COLUMNS),
    *("collection", "collection_uri", "department", "object_type"),
    *("licence", "licence_uri", "picture_licence", "picture_licence_uri", "rights_holder", "synthetic"),
    *(column for picture in PICTURE_COLUMNS.values() for column in (picture, f"{picture}_uri")),
)

_SEPARATOR_OR_ESCAPE = re.compile(r"(\\[\\|]|\|)")
# A spreadsheet runs such a cell as a formula. One that already has an apostrophe gets one more: reading undoes writing.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


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


def join_cell(values: Sequence[str]) -> str:
    """Undone by `split_cell`. Nothing but empty values is written as an empty cell."""
    if not any(values):
        return ""
    return "|".join(value.replace("\\", "\\\\").replace("|", "\\|") for value in values)


def guard_cell(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguard_cell(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
