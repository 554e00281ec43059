"""Tables: one coin a row, as CSV, TSV, semicolons or JSON lines, in the columns of docs/formats.md."""

from __future__ import annotations

import csv
import difflib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NoReturn, TextIO

from annotations.importers._cells import Cells, read_cells
from annotations.importers._fields import SeenIdentifiers, UnreadableError
from annotations.importers._lines import bounded_lines, count_rows, open_text
from annotations.records import COLUMNS, SEVERAL_COLUMNS, CoinRecord, RefusedRecord

LABEL = "Table"
DESCRIPTION = (
    "One coin a row: CSV, TSV, semicolons or JSON lines with named columns; pictures by their path from the table."
)
ATOMIC: Literal["file", "record"] = "file"
SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson")

_JSON_SUFFIXES = (".jsonl", ".ndjson")
_KNOWN = frozenset(COLUMNS)
_SEVERAL = frozenset(SEVERAL_COLUMNS)
# What a spreadsheet would run as a formula stands behind an apostrophe, which is no part of the value.
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_Rows = Iterator[tuple[int, Cells | UnreadableError]]


def count(path: Path) -> int:
    """Rows of coins, by line breaks: for a progress bar."""
    if path.suffix.lower() in _JSON_SUFFIXES:
        return count_rows(path, quoted=False)
    return max(0, count_rows(path, quoted=True) - 1)


def read(path: Path) -> Iterator[CoinRecord | RefusedRecord]:
    """Row 1 is the header, as a spreadsheet numbers it; in JSON lines, row is line. Holds one row at a time."""
    source, seen = path.name, SeenIdentifiers()
    try:
        with open_text(path) as stream:
            rows = _json_rows(stream) if path.suffix.lower() in _JSON_SUFFIXES else _csv_rows(stream)
            for row, cells in rows:
                yield _record(cells, row, path, seen)
    except OSError as error:
        yield RefusedRecord(0, source, "", str(path)[-80:], f"The file cannot be read: {error.strerror}.")


def _record(cells: Cells | UnreadableError, row: int, path: Path, seen: SeenIdentifiers) -> CoinRecord | RefusedRecord:
    try:
        if isinstance(cells, UnreadableError):
            raise cells
        record = read_cells(cells, row, path.name, path.parent.absolute())
        seen.add(record.identifier)
    except UnreadableError as refusal:
        return refusal.refused(row, path.name)
    return record


def _csv_rows(stream: TextIO) -> _Rows:
    row = 0
    try:
        first = next(bounded_lines(stream), "")
        stream.seek(0)
        reader = csv.reader(bounded_lines(stream), delimiter=_delimiter(first), strict=True)
        header = [_column(cell) for cell in next(reader, [])]
        row = 1
        refusals = list(_header_refusals(header))
        yield from ((1, refusal) for refusal in refusals)
        if refusals:
            return
        for row, values in enumerate(reader, 2):
            if any(values):
                yield row, _cells_of(header, values)
    except UnreadableError as refusal:
        yield row + 1, refusal
    except (csv.Error, UnicodeDecodeError) as error:
        reason = f"From here on the file is no table ({error}): look for a lone quotation mark or a huge cell."
        yield row + 1, UnreadableError("", "", reason)


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _column(name: str) -> str:
    return "_".join(name.lstrip("\ufeff").lower().replace("-", " ").replace("_", " ").split())


def _header_refusals(header: list[str]) -> Iterator[UnreadableError]:
    if not header:
        yield UnreadableError("", "", "The file is empty. Its first row names the columns.")
        return
    if "identifier" not in header:
        reason = "There is no column identifier. The first row names the columns; only this one is required."
        yield UnreadableError("identifier", ", ".join(header), reason)
    for place, name in enumerate(header, 1):
        if name in header[: place - 1]:
            yield UnreadableError(name, name, f"Column {place} has the name of a column before it.")
        elif not _is_known(name):
            yield UnreadableError(name, name, _reason_for_column(name, place))


def _is_known(name: str) -> bool:
    return name in _KNOWN or name.startswith("x_")


def _reason_for_column(name: str, place: int) -> str:
    if not name:
        return f"Column {place} has no name."
    near = difflib.get_close_matches(name[:80], COLUMNS, n=1, cutoff=0.5)
    meant = f"Is {near[0]} meant? " if near else ""
    return f"Column {place} is not known. {meant}A column to be passed over begins with x_."


def _cells_of(header: list[str], values: list[str]) -> Cells | UnreadableError:
    if len(values) != len(header):
        reason = (
            f"The row has {len(values)} cells, the header {len(header)}. Look for a delimiter without quotation marks."
        )
        return UnreadableError("", ", ".join(values[:3]), reason)
    cells = {name: _unguard(value) for name, value in zip(header, map(str.strip, values), strict=True) if value}
    return {name: value for name, value in cells.items() if name in _KNOWN}


def _unguard(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell


def _json_rows(stream: TextIO) -> _Rows:
    row = 0
    try:
        for row, line in enumerate(bounded_lines(stream), 1):
            if line.strip("\ufeff \t\r\n"):
                yield row, _cells_of_json(line.lstrip("\ufeff"))
        if not row:
            yield 1, UnreadableError("", "", "The file is empty.")
    except UnreadableError as refusal:
        yield row + 1, refusal
    except UnicodeDecodeError as error:
        yield row + 1, UnreadableError("", "", f"From here on the file is no text ({error}).")


def _cells_of_json(line: str) -> Cells | UnreadableError:
    try:
        values = json.loads(line, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
        if not isinstance(values, dict):
            return UnreadableError("", line, "A line holds one coin: an object in braces.")
        for place, name in enumerate(values, 1):
            if not _is_known(name):
                return UnreadableError(name[:80], name, _reason_for_column(name, place))
        cells = {name: _text_of(name, value) for name, value in values.items() if name in _KNOWN}
    except UnreadableError as refusal:
        return refusal
    except (ValueError, RecursionError) as error:
        return UnreadableError("", line, f"The line is not JSON ({str(error)[:100]}).")
    return {name: value for name, value in cells.items() if value}


def _refuse_constant(name: str) -> NoReturn:
    raise UnreadableError("", name, f"{name} is no number.")


def _text_of(name: str, value: Any) -> str:
    if isinstance(value, list) and name in _SEVERAL and all(isinstance(part, str) for part in value):
        return "|".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in value)
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    if not isinstance(value, str):
        allowed = "text, a number, true, false, null or a list of texts" if name in _SEVERAL else "text or a number"
        raise UnreadableError(name, json.dumps(value)[:80], f"Holds {type(value).__name__}: write {allowed}.")
    return value.strip()
