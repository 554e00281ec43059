"""From which probability on a model says present."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FALLBACK = 0.5
FEWEST_PRESENT = 5
NEVER = 1.0
"""Above every probability that a model gives: for concepts that it could not learn."""


def choose_thresholds(labels: npt.NDArray[np.int_], probabilities: npt.NDArray[np.float64]) -> list[float]:
    """Per concept the threshold of the best F1 on known labels; 0.5 where fewer than five are present.

    Labels (n, concepts) are 1, 0 or -1 for unknown; probabilities have the same shape.
    """
    chosen = []
    for column in range(labels.shape[1]):
        known = labels[:, column] >= 0
        chosen.append(_best(labels[known, column], probabilities[known, column]))
    return chosen


def _best(truth: npt.NDArray[np.int_], scores: npt.NDArray[np.float64]) -> float:
    if truth.sum() < FEWEST_PRESENT:
        return FALLBACK
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    ends = np.flatnonzero(np.diff(ranked, append=-np.inf))
    found = np.cumsum(truth[order])[ends]
    scored = 2 * found / (ends + 1 + truth.sum())
    best = int(scored.argmax())
    lower = ranked[ends[best] + 1] if ends[best] + 1 < len(ranked) else 0.0
    # half way to the next score: a threshold on a score itself would turn with the last digit
    return float((ranked[ends[best]] + lower) / 2)
