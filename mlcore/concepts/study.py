"""Whether a model is right for the right reason: its maps held against the boxes that experts drew, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from PIL import Image

from mlcore.concepts.explaining import Explainable, explain_concepts
from mlcore.contract import Report
from mlcore.explain.pointing import Box, Pointing, pointing
from mlcore.images.reading import RefusedPicture, read_picture


@dataclass(frozen=True)
class Question:
    """Does the model look into these boxes when it looks for this concept on this side?"""

    side: int
    coin: str
    concept: str
    picture: Path
    boxes: tuple[Box, ...]
    other: Path | None = None
    """The coin's other side, for models that look at both."""


@dataclass(frozen=True)
class Answer:
    """What one method found for one question."""

    question: Question
    method: str
    pointing: Pointing | None
    forwards: int = 0
    backwards: int = 0
    probability: float = 0.0
    error: str = ""
    """Why the picture could not be read; nothing is measured then."""

    def as_row(self) -> dict[str, Any]:
        """Plain values, as they stand in a file."""
        asked = self.question
        row = {"side": asked.side, "coin": asked.coin, "concept": asked.concept, "method": self.method}
        if self.pointing is None:
            return row | {"error": self.error}
        costs = {"forwards": self.forwards, "backwards": self.backwards, "probability": round(self.probability, 6)}
        return row | asdict(self.pointing) | costs


def study(
    model: Explainable, questions: Sequence[Question], methods: Sequence[str], report: Report, tolerance: float = 0.0
) -> Iterator[Answer]:
    """Answer each question by each method, side by side and picture by picture; unreadable pictures say why.

    Raises LearningError for a concept, a method or a box that cannot be used, and what `report` raises to cancel.
    """
    done, total = 0, len(questions) * len(methods)
    for (path, other), group in groupby(sorted(questions, key=_place), key=_place):
        asked = list(group)
        for method in methods:
            report({"event": "progress", "stage": "studying", "done": done, "total": total})
            yield from _look(model, asked, method, Path(path), other, tolerance)
            done += len(asked)
    report({"event": "progress", "stage": "studying", "done": total, "total": total})


def _place(question: Question) -> tuple[str, str]:
    return str(question.picture), str(question.other or "")


def _look(
    model: Explainable, asked: list[Question], method: str, path: Path, other: str, tolerance: float
) -> Iterator[Answer]:
    try:
        picture: Image.Image = read_picture(path)
        second = read_picture(Path(other)) if other else None
    except (RefusedPicture, OSError) as error:
        yield from (Answer(each, method, None, error=f"{path.name}: {error}") for each in asked)
        return
    found = explain_concepts(model, picture, [each.concept for each in asked], method, other=second)
    for question, seen in zip(asked, found, strict=True):
        measured = pointing(seen.map, question.boxes, tolerance)
        yield Answer(question, method, measured, seen.forwards, seen.backwards, seen.probability)
