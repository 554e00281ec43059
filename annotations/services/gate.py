"""The gate: a candidate against the published model on the same test sides, for a person to decide by."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from django.core.cache import cache

from annotations.models import ModelVersion
from annotations.models.snapshots import TestSet
from annotations.queries.forest import say_change
from annotations.services.model_scores import Asked, NoScores, expert_answers, read_scores, text_answers
from annotations.services.publishing import reads_texts
from mlcore.contract import LearningError
from mlcore.metrics.curves import calibration_error, reliability
from mlcore.metrics.paired import paired_difference

FEWEST = 5
"""Sides that show a concept, and sides that do not, from which on a concept is compared."""
MOST_SIDES = 4000
MOST_CELLS, DRAWS = 6_000_000, (200, 1000)
"""Sides × concepts × draws that keep a page within a second or so; fewer draws rather than a longer wait."""


@dataclass(frozen=True)
class Row:
    """One concept (or the mean) on the common test sides; None where a figure is not defined."""

    concept: str
    n: int
    positives: int
    candidate_ap: float | None
    published_ap: float | None
    difference: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Calibration:
    """Whether a probability means what it says, over all concepts together."""

    error: float | None
    """Expected calibration error, 0..1."""
    bins: list[dict[str, float]]

    @property
    def marks(self) -> list[dict[str, float]]:
        """Where its dots stand in a drawing 100 by 100; the area of a dot grows with its answers."""
        most = max((found["n"] for found in self.bins), default=1)
        return [
            {
                "x": round(100 * found["probability"], 2),
                "y": round(100 - 100 * found["present"], 2),
                "r": round(1.5 + 4 * (found["n"] / most) ** 0.5, 2),
            }
            for found in self.bins
        ]


@dataclass(frozen=True)
class Part:
    """Both models by answers of one origin. Answers of experts and of texts never stand in one figure."""

    origin: Literal["expert", "text"]
    sides: int
    missing: int
    """Test sides that one of the models has not seen, left out."""
    left_out: int
    """Sides beyond what a page can compare, left out by chance."""
    draws: int
    rows: list[Row]
    mean: Row | None
    """Over the concepts with enough sides."""
    thin: list[str]
    """Concepts with fewer than FEWEST sides with or without them: listed, not compared."""
    candidate: Calibration
    published: Calibration

    @property
    def worst(self) -> Row | None:
        """The concept that loses most, or gains least."""
        known = [row for row in self.rows if row.difference is not None]
        return min(known, key=lambda row: row.difference or 0.0, default=None)

    @property
    def shows(self) -> bool:
        return self.mean is not None and self.mean.low is not None and self.mean.high is not None


@dataclass(frozen=True)
class Comparison:
    candidate: ModelVersion
    published: ModelVersion | None
    verdict: str
    sentence: str
    test_set: TestSet | None = None
    expert: Part | None = None
    text: Part | None = None

    @property
    def lost(self) -> list[str]:
        """Concepts that the published model answers and this one does not know."""
        return [
            slug for slug in (self.published.concepts if self.published else []) if slug not in self.candidate.concepts
        ]

    @property
    def decided_by(self) -> Part | None:
        """The experts' answers where they are enough, else the texts'."""
        return next((part for part in (self.expert, self.text) if part and part.shows), None)


def compare(version: ModelVersion) -> Comparison:
    """Average precision and calibration of both models on the newest frozen test set, and on what the texts say."""
    published = ModelVersion.objects.published()
    if reads_texts(version):
        sentence = "This model finds names in texts. It answers no question about pictures and is not published."
        return Comparison(version, published, "unknown", sentence)
    if published is None:
        return Comparison(version, None, "first", "No model is published yet, so there is nothing to compare with.")
    if published.pk == version.pk:
        return Comparison(version, published, "published", _seen_by(version))
    newest = TestSet.objects.first()
    try:
        expert = _compared(_shared(version, published, expert_answers(newest)), "expert") if newest else None
        text = _compared(_shared(version, published, text_answers(version)), "text")
    except (NoScores, LearningError) as error:
        return Comparison(version, published, "unknown", str(error), newest)
    found = Comparison(version, published, "unknown", "", newest, expert, text)
    verdict, sentence = _verdict(found.decided_by, published)
    return Comparison(version, published, verdict, sentence, newest, expert, text)


def _seen_by(version: ModelVersion) -> str:
    if version.publications.exclude(served_at=None).exists():
        return "Visitors, the search and Identify see what it says."
    return "Identify asks it already; labels and the search follow once its predictions for the corpus are complete."


def compare_by_experts(version: ModelVersion, earlier: ModelVersion, test_set: TestSet) -> Part | None:
    """Two models on one frozen test set; `published` is the earlier one. None where they share no concept or side."""
    return _compared(_shared(version, earlier, expert_answers(test_set)), "expert")


@dataclass(frozen=True)
class Shared:
    """What both models say of the same sides and concepts: arrays (sides, concepts)."""

    concepts: list[str]
    coins: list[str]
    labels: npt.NDArray[np.int_]
    mine: npt.NDArray[np.float64]
    theirs: npt.NDArray[np.float64]
    missing: int
    left_out: int


def _shared(version: ModelVersion, published: ModelVersion, asked: Asked) -> Shared | None:
    """None where the models share no concept, or no side that both have seen."""
    scores = read_scores(version, asked.sides), read_scores(published, asked.sides)
    common = [slug for slug in version.concepts if slug in published.concepts and slug in asked.concepts]
    columns = [asked.concepts.index(slug) for slug in common]
    known = np.flatnonzero((asked.labels[:, columns] >= 0).any(axis=1))
    seen = [place for place in known.tolist() if all(asked.sides[place] in said for said in scores)]
    if not common or not seen:
        return None
    drawn = np.random.default_rng(0).permutation(len(seen))[:MOST_SIDES]
    places = [seen[number] for number in sorted(drawn.tolist())]
    mine, theirs = (
        np.array([said[asked.sides[place]] for place in places])[:, [model.concepts.index(slug) for slug in common]]
        for said, model in zip(scores, (version, published), strict=True)
    )
    coins, labels = [asked.coins[place] for place in places], asked.labels[places][:, columns]
    return Shared(common, coins, labels, mine, theirs, len(known) - len(seen), len(seen) - len(places))


def _compared(shared: Shared | None, origin: Literal["expert", "text"]) -> Part | None:
    if shared is None:
        return None
    labels = shared.labels
    enough = [_counts(column, 1) and _counts(column, 0) for column in labels.T]
    found = _difference(shared, np.flatnonzero(enough))
    figures = iter(found["concepts"])
    return Part(
        origin=origin,
        sides=len(labels),
        missing=shared.missing,
        left_out=shared.left_out,
        draws=found["draws"],
        rows=[
            _row(slug, column, next(figures) if counts else None)
            for slug, column, counts in zip(shared.concepts, labels.T, enough, strict=True)
        ],
        mean=_row("mean", labels[:, enough], found["mean"]) if any(enough) else None,
        thin=[slug for slug, counts in zip(shared.concepts, enough, strict=True) if not counts],
        candidate=_calibration(labels, shared.mine),
        published=_calibration(labels, shared.theirs),
    )


def _difference(shared: Shared, columns: npt.NDArray[np.int_]) -> dict[str, Any]:
    """Paired draws of coins; kept, since the same answers always give the same figures."""
    labels, theirs, mine = shared.labels[:, columns], shared.theirs[:, columns], shared.mine[:, columns]
    draws = int(np.clip(MOST_CELLS // max(1, labels.size), *DRAWS))
    digest = hashlib.sha256(repr((shared.coins, labels.shape, draws)).encode())
    for array in (labels, theirs, mine):
        digest.update(np.ascontiguousarray(array).tobytes())
    key = f"gate-{digest.hexdigest()}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = paired_difference(labels, theirs, mine, shared.coins, draws=draws)
        cache.set(key, found, timeout=None)
    return found


def _counts(labels: npt.NDArray[np.int_], value: int) -> bool:
    return int((labels == value).sum()) >= FEWEST


def _calibration(labels: npt.NDArray[np.int_], scores: npt.NDArray[np.float64]) -> Calibration:
    known = labels >= 0
    return Calibration(calibration_error(labels[known], scores[known]), reliability(labels[known], scores[known]))


def _row(concept: str, labels: npt.NDArray[Any], figures: dict[str, Any] | None) -> Row:
    low, high = (figures or {}).get("interval") or (None, None)
    first, second, difference = ((figures or {}).get(name) for name in ("first", "second", "difference"))
    return Row(concept, int((labels >= 0).sum()), int((labels == 1).sum()), second, first, difference, low, high)


def _verdict(part: Part | None, published: ModelVersion) -> tuple[str, str]:
    if part is None or part.mean is None or part.mean.low is None or part.mean.high is None:
        return "unknown", (
            f"No concept is on {FEWEST} test sides or more that both models have seen, so they cannot be compared. "
            "Answer questions on test coins in the review, or wait for predictions that are being made."
        )
    by = "by expert answers" if part.origin == "expert" else "by what the texts say, not by expert answers"
    concepts = len(part.rows) - len(part.thin)
    interval = f"95 % interval {say_change(part.mean.low)} to {say_change(part.mean.high)}"
    words = (
        f"{say_change(part.mean.difference or 0)} of mean average precision, 0 to 1, over {concepts} "
        f"concept{'' if concepts == 1 else 's'} {by} ({interval})"
    )
    if part.mean.low > 0:
        return "better", f"Better than model {published.pk}: {words}."
    if part.mean.high < 0:
        return "worse", f"Worse than model {published.pk}: {words}."
    return "no difference shown", f"No difference from model {published.pk} is shown: {words}."
