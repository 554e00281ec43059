"""The figures of a model per concept and on average, with 95 % intervals by drawing coins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mlcore.metrics.curves import calibration_error, curves_of
from mlcore.metrics.resampling import DRAWS, as_json, coin_weights, interval_of, mean_of_defined
from mlcore.metrics.weighted import (
    Metric,
    average_precision,
    balanced_accuracy,
    confusion,
    f1,
    in_chunks,
    roc_auc,
)

WITH_INTERVAL: dict[str, Metric] = {"f1": f1, "ap": average_precision, "balanced_accuracy": balanced_accuracy}
AVERAGED = (
    "prevalence accuracy balanced_accuracy precision recall f1 ap roc_auc calibration_error".split()  # noqa: SIM905
)


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

    def only(self, asked: npt.NDArray[np.bool_]) -> Answers:
        """The same with all labels unknown except where `asked` (sides, concepts) is true."""
        labels = np.where(asked, self.labels, -1)
        return Answers(self.concepts, labels, self.probabilities, self.coins, self.thresholds, self.notes)


def measure(answers: Answers, *, draws: int = DRAWS, seed: int = 0) -> dict[str, dict[str, Any]]:
    """Figures per concept and under "mean"; None for what is not defined."""
    weights = coin_weights(answers.coins, draws, seed) if len(answers.coins) else np.empty((draws, 0))
    figures: dict[str, dict[str, Any]] = {}
    drawn: dict[str, list[npt.NDArray[np.float64]]] = {name: [] for name in WITH_INTERVAL}
    for column, concept in enumerate(answers.concepts):
        known = answers.labels[:, column] >= 0
        truth, scores = answers.labels[known, column], answers.probabilities[known, column]
        threshold = answers.thresholds[column]
        figures[concept] = _figures(truth, scores, threshold) | {"note": answers.notes.get(concept)}
        for name, metric in WITH_INTERVAL.items():
            drawn[name].append(_draw(metric, truth, scores, threshold, weights[:, known]))
        figures[concept]["intervals"] = {name: interval_of(drawn[name][-1]) for name in WITH_INTERVAL}
    return figures | {"mean": _mean(figures, drawn)}


def curves(answers: Answers) -> dict[str, dict[str, Any]]:
    """Curves per concept, see `curves_of`."""
    found = {}
    for column, concept in enumerate(answers.concepts):
        known = answers.labels[:, column] >= 0
        found[concept] = curves_of(answers.labels[known, column], answers.probabilities[known, column])
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


def _draw(
    metric: Metric,
    truth: npt.NDArray[np.int_],
    scores: npt.NDArray[np.float64],
    threshold: float,
    weights: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    if not len(truth):
        return np.full(len(weights), np.nan)
    return in_chunks(metric, truth, scores, threshold, weights)


def _figures(truth: npt.NDArray[np.int_], scores: npt.NDArray[np.float64], threshold: float) -> dict[str, Any]:
    once = np.ones((1, len(truth)))
    tp, fp, fn, tn = (int(cell[0]) for cell in confusion(truth, scores, threshold, once))
    count = len(truth)
    ranked = {"ap": average_precision, "roc_auc": roc_auc, "f1": f1, "balanced_accuracy": balanced_accuracy}
    return {
        "n": count,
        "positives": tp + fn,
        "prevalence": (tp + fn) / count if count else None,
        "threshold": threshold,
        "confusion": {"tp": tp, "fp": fp, "fn": fn, "tn": tn},
        "accuracy": (tp + tn) / count if count else None,
        "precision": tp / (tp + fp) if tp + fp else None,
        "recall": tp / (tp + fn) if tp + fn else None,
        "calibration_error": calibration_error(truth, scores),
    } | {name: as_json(metric(truth, scores, threshold, once)[0]) if count else None for name, metric in ranked.items()}


def _mean(figures: dict[str, dict[str, Any]], drawn: dict[str, list[npt.NDArray[np.float64]]]) -> dict[str, Any]:
    mean: dict[str, Any] = {}
    for name in AVERAGED:
        values = [row[name] for row in figures.values() if row[name] is not None]
        mean[name] = sum(values) / len(values) if values else None
    mean["concepts"] = sum(row["ap"] is not None for row in figures.values())
    mean["n"] = sum(row["n"] for row in figures.values())
    mean["positives"] = sum(row["positives"] for row in figures.values())
    mean["intervals"] = {
        name: interval_of(mean_of_defined(np.array(rows))) if rows else None for name, rows in drawn.items()
    }
    return mean
