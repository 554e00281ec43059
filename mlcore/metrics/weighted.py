"""Figures of one concept for many weightings of its sides at once: a bootstrap draw is a weighting.

Truth is 0 or 1 per side (n,), scores are probabilities (n,), weights (draws, n). Each function returns (draws,), NaN
where a figure is not defined.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Metric = Callable[["npt.NDArray[np.int_]", Floats, float, Floats], Floats]
_CHUNK = 4_000_000
"""Numbers held at once; bounds memory for a thousand draws of a large test set."""


def average_precision(truth: npt.NDArray[np.int_], scores: Floats, threshold: float, weights: Floats) -> Floats:
    """Sum of precision over steps of recall, equal scores taken together (as scikit-learn defines it)."""
    found, seen = _cumulated(truth, scores, weights)
    precision = _ratio(found, seen)
    steps = np.diff(found, axis=1, prepend=0.0)
    return _ratio((steps * np.nan_to_num(precision)).sum(axis=1), found[:, -1])


def roc_auc(truth: npt.NDArray[np.int_], scores: Floats, threshold: float, weights: Floats) -> Floats:
    """Share of pairs of a present and an absent side that the scores put in the right order; ties count half."""
    found, seen = _cumulated(truth, scores, weights)
    missed = seen - found
    heights = found + np.pad(found, ((0, 0), (1, 0)))[:, :-1]
    area = (np.diff(missed, axis=1, prepend=0.0) * heights).sum(axis=1) / 2
    return _ratio(area, found[:, -1] * missed[:, -1])


def f1(truth: npt.NDArray[np.int_], scores: Floats, threshold: float, weights: Floats) -> Floats:
    """Harmonic mean of precision and recall; not defined without present sides."""
    tp, fp, fn, _ = confusion(truth, scores, threshold, weights)
    return np.where(tp + fn > 0, _ratio(2 * tp, 2 * tp + fp + fn), np.nan)


def balanced_accuracy(truth: npt.NDArray[np.int_], scores: Floats, threshold: float, weights: Floats) -> Floats:
    """Mean of the share of present sides found and the share of absent sides left alone."""
    tp, fp, fn, tn = confusion(truth, scores, threshold, weights)
    return (_ratio(tp, tp + fn) + _ratio(tn, tn + fp)) / 2


def confusion(
    truth: npt.NDArray[np.int_], scores: Floats, threshold: float, weights: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """True positives, false positives, false negatives, true negatives, each (draws,)."""
    present, said = truth == 1, scores >= threshold
    cells = [present & said, ~present & said, present & ~said, ~present & ~said]
    tp, fp, fn, tn = (weights @ np.array(cells, dtype=np.float64).T).T
    return tp, fp, fn, tn


def in_chunks(metric: Metric, truth: npt.NDArray[np.int_], scores: Floats, threshold: float, weights: Floats) -> Floats:
    """A metric over many draws without holding all of them at once."""
    rows = max(1, _CHUNK // max(1, len(truth)))
    parts = [metric(truth, scores, threshold, weights[start : start + rows]) for start in range(0, len(weights), rows)]
    return np.concatenate(parts)


def _cumulated(truth: npt.NDArray[np.int_], scores: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weight of present sides, and of all, from the highest score down to the end of each run of equal scores."""
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.diff(scores[order], append=-np.inf))
    sorted_weights = weights[:, order]
    found = np.cumsum(sorted_weights * truth[order], axis=1)[:, ends]
    return found, np.cumsum(sorted_weights, axis=1)[:, ends]


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)
