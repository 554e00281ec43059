"""Boxes gathered by picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from annotations.records import BoxRecord


def by_picture(records: Iterable[BoxRecord]) -> Iterator[list[BoxRecord]]:
    """The boxes of one picture after those of another; they come in this order already."""
    for _, boxes in groupby(records, key=lambda record: record.picture):
        yield list(boxes)


def class_names(records: Iterable[BoxRecord]) -> list[str]:
    """Concepts in alphabetical order; a figure without a name is called figure."""
    return sorted({class_of(record) for record in records})


def class_of(record: BoxRecord) -> str:
    return record.concept or "figure"
