"""Figures of one concept for many weightings of its sides at once: a bootstrap draw is a weighting.

Truth is 0 or 1 per side (n,), scores are probabilities (n,), weights (draws, n). Each function returns (draws,), NaN
where a figure is not defined. Weights that lie in memory side by side (see `coin_weights`) are several times faster.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Truth = npt.NDArray[np.int_]
Floats = npt.NDArray[np.float64]
Weights = npt.NDArray[np.floating]
Metric = Callable[[Truth, Floats, float, Weights], Floats]
_CHUNK = 4_000_000
"""Numbers held at once; bounds memory for a thousand draws of a large test set."""


def average_precision(truth: Truth, scores: Floats, threshold: float, weights: Weights) -> Floats:
    """Sum of precision over steps of recall, equal scores taken together (as scikit-learn defines it).

    Not defined without absent sides either: any ranking has a precision of 1 there.
    """
    return ap_and_roc_auc(truth, scores, weights)[0]


def roc_auc(truth: Truth, scores: Floats, threshold: float, weights: Weights) -> Floats:
    """Share of pairs of a present and an absent side that the scores put in the right order; ties count half."""
    return ap_and_roc_auc(truth, scores, weights)[1]


def f1(truth: Truth, scores: Floats, threshold: float, weights: Weights) -> Floats:
    """Harmonic mean of precision and recall; not defined without present sides."""
    tp, fp, fn, _ = confusion(truth, scores, threshold, weights)
    return np.where(tp + fn > 0, ratio(2 * tp, 2 * tp + fp + fn), np.nan)


def balanced_accuracy(truth: Truth, scores: Floats, threshold: float, weights: Weights) -> Floats:
    """Mean of the share of present sides found and the share of absent sides left alone."""
    tp, fp, fn, tn = confusion(truth, scores, threshold, weights)
    return (ratio(tp, tp + fn) + ratio(tn, tn + fp)) / 2


def confusion(
    truth: Truth, scores: Floats, threshold: float, weights: Weights
) -> tuple[Floats, Floats, Floats, Floats]:
    """True positives, false positives, false negatives, true negatives, each (draws,)."""
    present, said = truth == 1, scores >= threshold
    cells = [present & said, ~present & said, present & ~said, ~present & ~said]
    tp, fp, fn, tn = (weights @ np.array(cells, dtype=weights.dtype).T).T.astype(np.float64)
    return tp, fp, fn, tn


def in_chunks(metric: Metric, truth: Truth, scores: Floats, threshold: float, weights: Weights) -> Floats:
    """A metric over many draws without holding all of them at once."""
    rows = max(1, _CHUNK // max(1, len(truth)))
    parts = [metric(truth, scores, threshold, weights[start : start + rows]) for start in range(0, len(weights), rows)]
    return np.concatenate(parts)


def ap_and_roc_auc(truth: Truth, scores: Floats, weights: Weights) -> tuple[Floats, Floats]:
    """Both at once, for the sake of the sorting that they share."""
    steps = _steps(truth, scores, weights)
    if steps is None:
        return np.full(len(weights), np.nan), np.full(len(weights), np.nan)
    found, absent = steps.present.sum(axis=0), steps.total - steps.present.sum(axis=0)
    reached = np.cumsum(steps.present, axis=0)
    precise = (steps.present * np.nan_to_num(ratio(reached, steps.seen))).sum(axis=0)
    missed_before = steps.before - (reached - steps.present)
    missed_within = steps.seen - steps.before - steps.present
    ordered = (steps.present * (absent - missed_before - missed_within / 2)).sum(axis=0)
    return np.where(absent > 0, ratio(precise, found), np.nan), ratio(ordered, found * absent)


@dataclass(frozen=True)
class _Steps:
    """Going down the ranking: what is met at each score that a present side has (steps, draws)."""

    present: Floats
    """Weight of the present sides of just this score."""
    before: Floats
    """Weight of all sides with a higher score."""
    seen: Floats
    """Weight of all sides with this score or a higher one."""
    total: Floats
    """Weight of all sides (draws,)."""


def _steps(truth: Truth, scores: Floats, weights: Weights) -> _Steps | None:
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], np.flatnonzero(truth[order])
    if not len(hits):
        return None
    heights = -ranked  # rising, as searchsorted wants it
    first = np.unique(np.searchsorted(heights, heights[hits], side="left"))
    last = np.searchsorted(heights, heights[first], side="right")
    drawn = weights.T[order]
    # sums between the places that matter, not along all sides: most concepts are rare
    cuts = np.unique(np.concatenate([[0], first, last[last < len(ranked)]]))
    pieces = np.add.reduceat(drawn, cuts, axis=0).astype(np.float64)
    passed = np.concatenate([np.zeros((1, pieces.shape[1])), np.cumsum(pieces, axis=0)])
    ends = np.append(cuts, len(ranked))
    present = np.add.reduceat(drawn[hits], np.searchsorted(hits, first), axis=0).astype(np.float64)
    return _Steps(present, passed[np.searchsorted(ends, first)], passed[np.searchsorted(ends, last)], passed[-1])


def ratio(above: Floats, below: Floats) -> Floats:
    """NaN where there is nothing to divide by."""
    return np.asarray(np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0))
