"""What a benchmark is given to read, with a sentence where it cannot serve; and the line of figures it ends with."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from annotations.importers.folder import SUFFIXES
from mlcore.contract import LearningError
from mlcore.images.reading import RefusedPicture, read_picture

SHOWN = 5
"""Names printed of what is left out."""


@contextmanager
def in_words() -> Iterator[None]:
    """Ends the benchmark with the sentence of what cannot be learned or seen, instead of a trace."""
    try:
        yield
    except (LearningError, RefusedPicture) as error:
        raise SystemExit(str(error)) from error


def read_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a table, which must have these columns and may have others. Raises SystemExit."""
    rows = csv.DictReader(io.StringIO(_read_text(path), newline=""), restval="")
    try:
        found, given = list(rows), rows.fieldnames or []
    except csv.Error as error:
        raise SystemExit(f"{path} is no table of commas and quotes ({error}).") from error
    if missing := [column for column in columns if column not in given]:
        raise SystemExit(
            f"{path} has no column {' and no column '.join(missing)}. It has {', '.join(given) or 'none'}."
        )
    return found


def read_json(path: Path) -> Any:
    """Raises SystemExit."""
    try:
        return json.loads(_read_text(path))
    except json.JSONDecodeError as error:
        raise SystemExit(f"{path} is no JSON ({error}).") from error


def _read_text(path: Path) -> str:
    """With or without a byte order mark; ends of lines stay as they are."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SystemExit(f"{path} cannot be read ({error.strerror}). Check its name and folder.") from error
    except UnicodeDecodeError as error:
        raise SystemExit(f"{path} is not in UTF-8 (byte {error.start:,}). Save it in UTF-8.") from error


def find_pictures(folder: Path) -> list[Path]:
    """At any depth, by name. Raises SystemExit where there are none."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not found:
        raise SystemExit(f"There is no picture in {folder} ({', '.join(SUFFIXES)}).")
    return found


def can_be_read(path: Path) -> bool:
    try:
        read_picture(path, longest=64)
    except RefusedPicture:
        return False
    return True


def print_left_out(names: Sequence[str], why: str) -> None:
    if names:
        print(f"  {len(names)} left out {why}: {', '.join(names[:SHOWN])}{' …' if len(names) > SHOWN else ''}")


def share_of(right: Sequence[bool]) -> float | None:
    """None where nothing was asked."""
    return round(sum(right) / len(right), 4) if right else None


def print_figures(figures: Mapping[str, Any]) -> None:
    """The last line: JSON, with null for what could not be measured."""
    print(json.dumps(_plain(figures), allow_nan=False))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
