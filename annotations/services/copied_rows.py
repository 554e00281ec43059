"""Millions of numbers between the database and arrays, by PostgreSQL's binary COPY: no row becomes an object.

Every column of such a query has a fixed width, so that a row is one record of a structured array.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

Rows = npt.NDArray[np.void]
BLOCK = 2**24
"""Bytes that are held before they become an array."""
_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"

Columns = Mapping[str, npt.DTypeLike]
BIGINT, INTEGER, SMALLINT, DOUBLE = ">i8", ">i4", ">i2", ">f8"


def reals(count: int) -> npt.DTypeLike:
    """A column `real[]` of so many numbers, none of them null: they stand under ["values"]["value"]."""
    one = np.dtype([("width", ">i4"), ("value", ">f4")])
    return np.dtype([("head", ">i4", (5,)), ("values", one, (count,))])


def half_vector(size: int) -> npt.DTypeLike:
    """A column `halfvec` of so many dimensions: they stand under ["values"]."""
    return np.dtype([("head", ">i2", (2,)), ("values", ">f2", (size,))])


def copy_out(query: str, columns: Columns, parameters: Sequence[Any] = ()) -> Iterator[Rows]:
    """The rows of a query in blocks, each an array with a field per column.

    Raises ValueError where a row is not as wide as its columns say, or holds a null.
    """
    record = _record(columns)
    connection.ensure_connection()
    pending = bytearray()
    begun = False
    # A cursor of psycopg itself: Django's, while it notes queries, takes no parameters here.
    with connection.connection.cursor() as cursor:
        with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)", parameters or None) as copy:
            for piece in copy:
                pending += piece
                if not begun and len(pending) >= len(_HEADER):
                    del pending[: len(_HEADER)]
                    begun = True
                if len(pending) >= BLOCK:
                    whole = len(pending) // record.itemsize * record.itemsize
                    yield _checked(bytes(pending[:whole]), record, columns)
                    del pending[:whole]
        if bytes(pending[-2:]) != _TRAILER or (len(pending) - 2) % record.itemsize:
            raise ValueError(f"The rows are not as wide as their columns: {', '.join(columns)}.")
        yield _checked(bytes(pending[:-2]), record, columns)


def copy_in(table: str, columns: Mapping[str, tuple[npt.DTypeLike, npt.NDArray[Any]]]) -> None:
    """Append rows to a table, given as arrays of one length with the width of each column."""
    record = _record({name: kind for name, (kind, _) in columns.items()})
    filled = np.empty(len(next(iter(columns.values()))[1]), dtype=record)
    filled["fields"] = len(columns)
    for name, (_, values) in columns.items():
        filled[f"width of {name}"] = record[name].itemsize
        filled[name] = values
    connection.ensure_connection()
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(_HEADER)
        for start in range(0, len(filled), BLOCK // record.itemsize):
            copy.write(filled[start : start + BLOCK // record.itemsize].tobytes())
        copy.write(_TRAILER)


def _record(columns: Columns) -> np.dtype[np.void]:
    fields: list[tuple[str, npt.DTypeLike]] = [("fields", ">i2")]
    for name, kind in columns.items():
        fields += [(f"width of {name}", ">i4"), (name, kind)]
    return np.dtype(fields)


def _checked(block: bytes, record: np.dtype[np.void], columns: Columns) -> Rows:
    rows = np.frombuffer(block, dtype=record)
    fits = (rows["fields"] == len(columns)).all() and all(
        (rows[f"width of {name}"] == record[name].itemsize).all() for name in columns
    )
    if not fits:
        raise ValueError(f"A row holds a null, or is not as wide as its columns: {', '.join(columns)}.")
    return rows
