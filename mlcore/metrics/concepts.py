"""The figures of a model per concept and on average, with 95 % intervals by drawing coins."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mlcore.metrics.certainty import Bounds, certainty_of
from mlcore.metrics.curves import curves_of, reliability
from mlcore.metrics.drawn import FIGURES, figures_of
from mlcore.metrics.resampling import (
    DRAWS,
    Interval,
    as_json,
    coin_weights,
    interval_with_width,
    mean_of_defined,
    share_interval,
)
from mlcore.metrics.too_few import too_few
from mlcore.metrics.weighted import Floats, average_precision, confusion

BEFORE = ("calibration_error", "brier")
"""Figures that are told of the probabilities before calibration too."""
FEWEST_COINS = 5
"""That show a concept, and that do not: with fewer, draws of coins say nothing about others."""


@dataclass(frozen=True)
class Answers:
    """What was asked of a model and what it said, side by side."""

    concepts: tuple[str, ...]
    labels: npt.NDArray[np.int_]
    """(sides, concepts): 1, 0, or -1 for unknown."""
    probabilities: npt.NDArray[np.float64]
    """(sides, concepts) in 0..1."""
    coins: Sequence[str]
    """(sides,): sides of the same value are drawn together."""
    thresholds: Sequence[float]
    notes: Mapping[str, str]
    """Concept to the reason why it was not learned."""
    uncalibrated: npt.NDArray[np.float64] | None = None
    """The probabilities before calibration, where there was one."""
    bounds: Sequence[Bounds] = ()
    """Per concept, when the model is sure; empty for a model that does not say."""
    untrained: Collection[str] = ()
    """Concepts that were not learned: measured, but left out of the mean."""

    def only(self, asked: npt.NDArray[np.bool_]) -> Answers:
        """The same with all labels unknown except where `asked` (sides, concepts) is true."""
        return replace(self, labels=np.where(asked, self.labels, -1))


def measure(answers: Answers, *, draws: int = DRAWS, seed: int = 0) -> dict[str, dict[str, Any]]:
    """Figures per concept and under "mean", each with its interval; None for what is not defined.

    The interval is None, and "note" says so, where fewer than five coins show a concept, or do not, and where every
    draw gives the same; accuracy, precision and recall, which are shares, then have Wilson's. The mean is over the
    "concepts" that were learned and have an average precision: some test sides show them, and some do not.
    """
    sides = np.flatnonzero((answers.labels >= 0).any(axis=1))
    answers = _of_sides(answers, sides)
    weights = coin_weights(answers.coins, draws, seed) if len(sides) else np.empty((draws, 0), dtype=np.float32)
    asked = answers.labels, answers.probabilities, answers.thresholds
    once, drawn = figures_of(*asked, np.ones((1, len(sides)))), figures_of(*asked, weights)
    rows: dict[str, dict[str, Any]] = {}
    for column, concept in enumerate(answers.concepts):
        few = _too_few(answers.labels[:, column], answers.coins)
        intervals = dict.fromkeys(FIGURES) if few else _intervals(answers, column, once, drawn)
        rows[concept] = _counts(answers, column) | {name: as_json(once[name][column, 0]) for name in FIGURES}
        rows[concept]["note"] = answers.notes.get(concept) or few or _alike(rows[concept], intervals)
        rows[concept]["intervals"] = intervals
    _add_before(rows, answers)
    return rows | {"mean": _mean(rows, drawn, answers.untrained)}


def _of_sides(answers: Answers, sides: npt.NDArray[np.int_]) -> Answers:
    """Without the sides of which nothing is known: they cost time and change nothing."""
    return replace(
        answers,
        labels=answers.labels[sides],
        probabilities=answers.probabilities[sides],
        coins=[answers.coins[side] for side in sides],
        uncalibrated=None if answers.uncalibrated is None else answers.uncalibrated[sides],
    )


def _too_few(labels: npt.NDArray[np.int_], coins: Sequence[str]) -> str | None:
    present, absent = (_coins(coins, labels == label) for label in (1, 0))
    words = too_few(present, absent, FEWEST_COINS, "coin")
    return f"{words} for an interval" if words else None


def _coins(coins: Sequence[str], asked: npt.NDArray[np.bool_]) -> int:
    return len({coins[side] for side in np.flatnonzero(asked).tolist()})


def _intervals(answers: Answers, column: int, once: dict[str, Floats], drawn: dict[str, Floats]) -> dict[str, Interval]:
    labels, said = answers.labels[:, column], answers.probabilities[:, column] >= answers.thresholds[column]
    found = {name: interval_with_width(drawn[name][column]) for name in FIGURES}
    for name, sides in {"accuracy": labels >= 0, "precision": (labels >= 0) & said, "recall": labels == 1}.items():
        found[name] = share_interval(once[name][column, 0], drawn[name][column], _coins(answers.coins, sides))
    return found


def _alike(row: Mapping[str, Any], intervals: Mapping[str, Interval]) -> str | None:
    """Which figures have no interval though there are coins enough."""
    bare = [name.replace("_", " ") for name, found in intervals.items() if found is None and row[name] is not None]
    return f"no interval for {', '.join(bare)}: draws of these coins do not differ" if bare else None


def _counts(answers: Answers, column: int) -> dict[str, Any]:
    known = answers.labels[:, column] >= 0
    truth, scores = answers.labels[known, column], answers.probabilities[known, column]
    threshold, count = answers.thresholds[column], len(truth)
    cells = confusion(truth, scores, threshold, np.ones((1, count)))
    row = {
        "n": count,
        "positives": int(truth.sum()),
        "prevalence": float(truth.mean()) if count else None,
        "threshold": threshold,
        "confusion": {name: int(cell[0]) for name, cell in zip(("tp", "fp", "fn", "tn"), cells, strict=True)},
    }
    return row | ({"sure": certainty_of(truth, scores, answers.bounds[column])} if answers.bounds else {})


def _add_before(rows: dict[str, dict[str, Any]], answers: Answers) -> None:
    """What calibration changed; the ranking it does not change."""
    if answers.uncalibrated is None:
        return
    once = np.ones((1, len(answers.coins)))
    before = figures_of(answers.labels, answers.uncalibrated, answers.thresholds, once)
    for column, concept in enumerate(answers.concepts):
        rows[concept] |= {f"{name}_before": as_json(before[name][column, 0]) for name in BEFORE}


def curves(answers: Answers) -> dict[str, dict[str, Any]]:
    """Curves per concept, see `curves_of`; "reliability_before" is of the probabilities before calibration."""
    found = {}
    for column, concept in enumerate(answers.concepts):
        known = answers.labels[:, column] >= 0
        truth = answers.labels[known, column]
        found[concept] = curves_of(truth, answers.probabilities[known, column])
        if answers.uncalibrated is not None:
            found[concept]["reliability_before"] = reliability(truth, answers.uncalibrated[known, column])
    return found


def mean_average_precision(labels: npt.NDArray[np.int_], probabilities: npt.NDArray[np.float64]) -> float | None:
    """Mean over the concepts for which a present and an absent side are known; None where there is none."""
    found = []
    for column in range(labels.shape[1]):
        known = labels[:, column] >= 0
        scores, once = probabilities[known, column], np.ones((1, int(known.sum())))
        found.append(float(average_precision(labels[known, column], scores, 0.0, once)[0]))
    return as_json(float(mean_of_defined(np.array(found))))


def _mean(
    rows: Mapping[str, dict[str, Any]], drawn: Mapping[str, Floats], untrained: Collection[str]
) -> dict[str, Any]:
    """Over the concepts that were learned and have an average precision; "n" and "positives" count all sides.

    Precision is not defined where a concept is never said to be present; its mean leaves that concept out.
    """
    columns = [at for at, slug in enumerate(rows) if slug not in untrained and rows[slug]["ap"] is not None]
    counted = [row for at, row in enumerate(rows.values()) if at in columns]
    mean: dict[str, Any] = {"concepts": len(counted)}
    for name in ("prevalence", *FIGURES, *(f"{name}_before" for name in BEFORE)):
        values = [row[name] for row in counted if row.get(name) is not None]
        mean[name] = sum(values) / len(values) if values else None
    mean["n"] = sum(row["n"] for row in rows.values())
    mean["positives"] = sum(row["positives"] for row in rows.values())
    for_one = {name for row in counted for name, found in row["intervals"].items() if found}
    mean["intervals"] = {
        name: interval_with_width(mean_of_defined(figures[columns])) if name in for_one else None
        for name, figures in drawn.items()
    }
    return mean
