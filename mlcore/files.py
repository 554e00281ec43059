"""Files that are either whole or not there."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlcore.contract import LearningError


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Give a path to write to; on leaving, the file is synced to disk and renamed to `path`, or removed after an error.

    Raises LearningError where it cannot be written (disk full, no permission).
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield partial
            with partial.open("rb") as stream:
                os.fsync(stream.fileno())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise LearningError(
            f"{path} cannot be written ({error.strerror or error}). Make room on the disk or allow writing there."
        ) from error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_json(path: Path, content: Any) -> None:
    """Write JSON without NaN or infinity, whole or not at all."""
    with written_aside(path) as partial:
        partial.write_text(json.dumps(content, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
