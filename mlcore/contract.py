"""The words that the site and the learning side share: plain data, no torch, no Django."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Face = Literal["obverse", "reverse"]
Split = Literal["train", "validation", "test"]
FACES: tuple[Face, Face] = ("obverse", "reverse")
SPLITS: tuple[Split, Split, Split] = ("train", "validation", "test")
FORMAT, TEXT_FORMAT = 1, 2
"""Of a snapshot of sides, and of one of texts."""


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
class LabelledSpan:
    """Words of a text that name something."""

    start: int
    end: int
    """In the text, end exclusive."""
    label: str


@dataclass(frozen=True)
class TextSample:
    """One description with everything in it that has a name, as far as it was known when the data set was frozen."""

    description: int
    """The site's id of the description."""
    coin: str
    """Groups samples as in Sample."""
    language: str
    """ISO 639-1, or empty."""
    text: str
    spans: tuple[LabelledSpan, ...]
    """By place, none across another; what no span covers has no name."""
    expert: bool
    """Whether a person read and corrected the spans of this text."""
    split: Split


@dataclass(frozen=True)
class Snapshot:
    """A frozen data set: of sides or of texts."""

    concepts: tuple[str, ...]
    """What is learned: concepts of sides, or labels of spans."""
    samples: tuple[Sample, ...]
    sha256: str = field(default="")
    texts: tuple[TextSample, ...] = ()

    def of(self, split: Split) -> tuple[Sample, ...]:
        return tuple(sample for sample in self.samples if sample.split == split)

    def texts_of(self, split: Split) -> tuple[TextSample, ...]:
        return tuple(sample for sample in self.texts if sample.split == split)


@dataclass(frozen=True)
class SidePicture:
    """A side to be looked at."""

    side: int
    """The site's id of the side."""
    picture: Path
    other: Path | None = None
    """The picture of the same coin's other side, for models that look at both; None where there is none."""


@dataclass(frozen=True)
class Prediction:
    """What a model says of one side."""

    side: int
    probabilities: tuple[float, ...]
    """In the order of the model's concepts, each in 0..1."""
    embedding: tuple[float, ...] = ()
    """Pooled features of the picture, of L2 norm 1; empty where the kind has none."""
    error: str = ""
    """Why the picture could not be read; the probabilities are then empty."""


@dataclass(frozen=True)
class PredictedSpan:
    """Words of a text that a model takes for a name."""

    start: int
    end: int
    """In the text, end exclusive."""
    label: str
    score: float
    """0..1; how sure the model is of exactly this span and label."""


@dataclass(frozen=True)
class TextPrediction:
    """What a model finds in one description."""

    description: int
    spans: tuple[PredictedSpan, ...]
    """By place, none across another."""


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
    return _write_rows(path, {"format": FORMAT, "concepts": list(concepts)}, samples)


def write_text_snapshot(path: Path, labels: Sequence[str], texts: Iterable[TextSample]) -> str:
    """Write a snapshot of texts, in a format of its own, as `write_snapshot` does. Returns the SHA-256 of the file."""
    return _write_rows(path, {"format": TEXT_FORMAT, "labels": list(labels)}, texts)


def _write_rows(path: Path, header: dict[str, Any], samples: Iterable[Sample] | Iterable[TextSample]) -> str:
    digest = hashlib.sha256()
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as stream:
            for row in itertools.chain([header], map(asdict, samples)):
                line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                digest.update(line)
                stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return digest.hexdigest()


def read_snapshot(path: Path) -> Snapshot:
    """Read what `write_snapshot` or `write_text_snapshot` wrote.

    Raises LearningError where the file is missing, cut or of another format.
    """
    try:
        content = path.read_bytes()
        header, *rows = [json.loads(line) for line in content.splitlines()]
        digest = hashlib.sha256(content).hexdigest()
        if header["format"] == FORMAT:
            samples = tuple(_side(row, len(header["concepts"])) for row in rows)
            return Snapshot(tuple(header["concepts"]), samples, digest)
        if header["format"] == TEXT_FORMAT:
            texts = tuple(_text(row, header["labels"]) for row in rows)
            return Snapshot(tuple(header["labels"]), (), digest, texts)
        raise LearningError(
            f"The snapshot {path.name} has format {header['format']}; this version reads formats {FORMAT} and "
            f"{TEXT_FORMAT}. Freeze a new snapshot."
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LearningError(f"The snapshot {path.name} cannot be read ({error}). Freeze a new one.") from error


def _side(values: dict[str, Any], concepts: int) -> Sample:
    row = Sample(**{**values, "labels": tuple(values["labels"]), "expert": tuple(values["expert"])})
    if row.face not in FACES or row.split not in SPLITS:
        raise ValueError(f"side {row.side} is of face {row.face!r} and split {row.split!r}")
    if len(row.labels) != concepts or len(row.expert) != concepts or not set(row.labels) <= {-1, 0, 1}:
        raise ValueError(f"side {row.side} has other labels than -1, 0 or 1 for each of {concepts} concepts")
    return row


def _text(values: dict[str, Any], labels: Sequence[str]) -> TextSample:
    row = TextSample(**{**values, "spans": tuple(LabelledSpan(**span) for span in values["spans"])})
    if row.split not in SPLITS:
        raise ValueError(f"description {row.description} is of split {row.split!r}")
    reached = 0
    for span in row.spans:
        if not reached <= span.start < span.end <= len(row.text) or span.label not in labels:
            raise ValueError(f"description {row.description} has a span {span} that is across another or of no label")
        reached = span.end
    return row
