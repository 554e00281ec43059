"""The figures of a model per concept and on average, with 95 % intervals by drawing coins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mlcore.metrics.certainty import Bounds, certainty_of
from mlcore.metrics.curves import curves_of, reliability
from mlcore.metrics.drawn import FIGURES, figures_of
from mlcore.metrics.resampling import DRAWS, as_json, coin_weights, interval_of, mean_of_defined
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

    def only(self, asked: npt.NDArray[np.bool_]) -> Answers:
        """The same with all labels unknown except where `asked` (sides, concepts) is true."""
        return replace(self, labels=np.where(asked, self.labels, -1))


def measure(answers: Answers, *, draws: int = DRAWS, seed: int = 0) -> dict[str, dict[str, Any]]:
    """Figures per concept and under "mean", each with its interval; None for what is not defined.

    The interval is None, and "note" says so, where fewer than five coins show a concept, or do not.
    """
    sides = np.flatnonzero((answers.labels >= 0).any(axis=1))
    answers = _of_sides(answers, sides)
    weights = coin_weights(answers.coins, draws, seed) if len(sides) else np.empty((draws, 0), dtype=np.float32)
    asked = answers.labels, answers.probabilities, answers.thresholds
    once, drawn = figures_of(*asked, np.ones((1, len(sides)))), figures_of(*asked, weights)
    rows: dict[str, dict[str, Any]] = {}
    for column, concept in enumerate(answers.concepts):
        few = _too_few(answers.labels[:, column], answers.coins)
        rows[concept] = _counts(answers, column) | {name: as_json(once[name][column, 0]) for name in FIGURES}
        rows[concept]["note"] = answers.notes.get(concept) or few
        rows[concept]["intervals"] = {name: None if few else interval_of(drawn[name][column]) for name in FIGURES}
    _add_before(rows, answers)
    return rows | {"mean": _mean(rows, drawn)}


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
    for label, words in ((1, "show it"), (0, "are known not to show it")):
        count = len({coins[side] for side in np.flatnonzero(labels == label).tolist()})
        if count < FEWEST_COINS:
            return f"only {count} coins {words}: too few for an interval"
    return None


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
    """Mean over the concepts for which a present side is known; None where there is none."""
    found = []
    for column in range(labels.shape[1]):
        known = labels[:, column] >= 0
        scores, once = probabilities[known, column], np.ones((1, int(known.sum())))
        if labels[known, column].any():
            found.append(float(average_precision(labels[known, column], scores, 0.0, once)[0]))
    return sum(found) / len(found) if found else None


def _mean(rows: dict[str, dict[str, Any]], drawn: dict[str, Floats]) -> dict[str, Any]:
    """Each figure's mean over the concepts that have it; no interval where no concept has one."""
    mean: dict[str, Any] = {}
    for name in ("prevalence", *FIGURES, *(f"{name}_before" for name in BEFORE)):
        values = [row[name] for row in rows.values() if row.get(name) is not None]
        mean[name] = sum(values) / len(values) if values else None
    mean["concepts"] = sum(row["ap"] is not None for row in rows.values())
    mean["n"] = sum(row["n"] for row in rows.values())
    mean["positives"] = sum(row["positives"] for row in rows.values())
    for_one = {name for row in rows.values() for name, found in row["intervals"].items() if found}
    mean["intervals"] = {
        name: interval_of(mean_of_defined(figures)) if name in for_one else None for name, figures in drawn.items()
    }
    return mean
