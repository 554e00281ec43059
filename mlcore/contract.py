"""The words that the site and the learning side share: plain data, no torch, no Django."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Face = Literal["obverse", "reverse"]
Split = Literal["train", "validation", "test"]
FACES: tuple[Face, Face] = ("obverse", "reverse")
SPLITS: tuple[Split, Split, Split] = ("train", "validation", "test")
FORMAT = 1


class LearningError(Exception):
    """A failure that a curator can understand: the message says what was wrong, with which value, and what to do."""


class Cancelled(Exception):
    """The person who started the work asked for it to stop."""


@dataclass(frozen=True)
class Sample:
    """One side of one coin with the answers known for it when the data set was frozen."""

    side: int
    """The site's id of the side."""
    coin: str
    """Groups samples: all sides of a coin (and of its doubles) carry the same value, and stand in one split."""
    face: Face
    picture: str
    """Path of the crop, relative to the folder of pictures."""
    text: str
    """What is said of this side and of no other; may be empty."""
    labels: tuple[int, ...]
    """One per concept of the snapshot: 1 present, 0 absent, -1 unknown (neither trained nor measured on)."""
    expert: tuple[bool, ...]
    """One per concept: whether a person gave the answer."""
    split: Split


@dataclass(frozen=True)
class Snapshot:
    """A frozen data set."""

    concepts: tuple[str, ...]
    samples: tuple[Sample, ...]
    sha256: str = field(default="")

    def of(self, split: Split) -> tuple[Sample, ...]:
        return tuple(sample for sample in self.samples if sample.split == split)


@dataclass(frozen=True)
class Prediction:
    side: int
    probabilities: tuple[float, ...]
    """In the order of the model's concepts, each in 0..1."""
    embedding: tuple[float, ...] = ()
    """Pooled features of the picture, of L2 norm 1; empty where the kind has none."""
    error: str = ""
    """Why the picture could not be read; the probabilities are then empty."""


@dataclass(frozen=True)
class RunResult:
    """What `train` returns and stores as result.json beside the weights."""

    kind: str
    concepts: tuple[str, ...]
    metrics: dict[str, Any]
    """{"test": {"eagle": {"f1": ..}, "mean": {}}, "test_expert": .., "validation": .., "curves": .., "epochs": [..]}"""
    thresholds: tuple[float, ...]
    """Per concept: the probability from which the model says present, chosen on the validation split."""
    seconds: float
    device: str
    libraries: dict[str, str]


Report = Callable[[dict[str, Any]], None]
"""Takes one event, e.g. {"event": "progress", "stage": "features", "done": 10, "total": 200}.

Raises Cancelled to stop the work.
"""


def write_snapshot(path: Path, concepts: Sequence[str], samples: Iterable[Sample]) -> str:
    """Write JSON lines (a header, then a sample a line) aside, rename, and return the SHA-256 of the file."""
    digest = hashlib.sha256()
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    with partial.open("wb") as stream:
        for row in _rows(concepts, samples):
            line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            digest.update(line)
            stream.write(line)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
    return digest.hexdigest()


def _rows(concepts: Sequence[str], samples: Iterable[Sample]) -> Iterator[dict[str, Any]]:
    yield {"format": FORMAT, "concepts": list(concepts)}
    for sample in samples:
        yield asdict(sample)


def read_snapshot(path: Path) -> Snapshot:
    """Read what `write_snapshot` wrote. Raises LearningError where the file is missing, cut or of another format."""
    try:
        content = path.read_bytes()
        header, *rows = [json.loads(line) for line in content.splitlines()]
        if header["format"] != FORMAT:
            raise LearningError(
                f"The snapshot {path.name} has format {header['format']}; this version reads format {FORMAT}. "
                "Freeze a new snapshot."
            )
        samples = tuple(
            Sample(**{**row, "labels": tuple(row["labels"]), "expert": tuple(row["expert"])}) for row in rows
        )
        _check_rows(len(header["concepts"]), samples)
        return Snapshot(tuple(header["concepts"]), samples, hashlib.sha256(content).hexdigest())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LearningError(f"The snapshot {path.name} cannot be read ({error}). Freeze a new one.") from error


def _check_rows(concepts: int, samples: Sequence[Sample]) -> None:
    for row in samples:
        if row.face not in FACES or row.split not in SPLITS:
            raise ValueError(f"side {row.side} is of face {row.face!r} and split {row.split!r}")
        if len(row.labels) != concepts or len(row.expert) != concepts or not set(row.labels) <= {-1, 0, 1}:
            raise ValueError(f"side {row.side} has other labels than -1, 0 or 1 for each of {concepts} concepts")
