"""All figures of all concepts for many draws of coins at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mlcore.metrics.curves import BINS
from mlcore.metrics.weighted import Floats, Weights, ap_and_roc_auc, in_chunks, ratio

FIGURES = (
    *("accuracy", "balanced_accuracy", "precision", "recall", "f1", "ap", "roc_auc"),
    *("calibration_error", "calibration_error_by_mass", "brier"),
)


def figures_of(
    labels: npt.NDArray[np.int_], probabilities: Floats, thresholds: Sequence[float], weights: Weights
) -> dict[str, Floats]:
    """Name to (concepts, draws), NaN where a figure is not defined.

    Labels (sides, concepts) are 1, 0 or -1 for unknown, probabilities 0..1 of the same shape, weights (draws, sides).
    """
    found = _counted(labels, probabilities, thresholds, weights) | _gaps(labels, probabilities, weights)
    ranked = [_ranked(*column, weights) for column in zip(labels.T, probabilities.T, strict=True)]
    pairs = np.array(ranked).reshape(labels.shape[1], 2, len(weights))
    return found | {"ap": pairs[:, 0], "roc_auc": pairs[:, 1]}


def _counted(
    labels: npt.NDArray[np.int_], probabilities: Floats, thresholds: Sequence[float], weights: Weights
) -> dict[str, Floats]:
    present, absent, said = labels == 1, labels == 0, probabilities >= np.asarray(thresholds)
    tp, fp, fn, tn = (
        _summed(weights, cell) for cell in (present & said, absent & said, present & ~said, absent & ~said)
    )
    return {
        "accuracy": ratio(tp + tn, tp + fp + fn + tn),
        "balanced_accuracy": (ratio(tp, tp + fn) + ratio(tn, tn + fp)) / 2,
        "precision": ratio(tp, tp + fp),
        "recall": ratio(tp, tp + fn),
        "f1": np.where(tp + fn > 0, ratio(2 * tp, 2 * tp + fp + fn), np.nan),
    }


def _gaps(labels: npt.NDArray[np.int_], probabilities: Floats, weights: Weights) -> dict[str, Floats]:
    """Brier score (mean squared gap), and expected calibration error by bins of equal width and of equal number."""
    known = labels >= 0
    gaps = np.where(known, probabilities - (labels == 1), 0.0)
    total = _summed(weights, known)
    by_width = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    # unknown sides rank last, so that the known ones of a concept fall into bins of equal number; ties stay together
    ordered = [np.where(*column, 2.0) for column in zip(known.T, probabilities.T, strict=True)]
    ranks = np.array([np.searchsorted(np.sort(column), column) for column in ordered]).reshape(labels.T.shape).T
    by_mass = ranks * BINS // np.maximum(known.sum(axis=0), 1)
    errors = {
        name: sum(abs(_summed(weights, np.where(bins == number, gaps, 0.0))) for number in range(BINS))
        for name, bins in (("calibration_error", by_width), ("calibration_error_by_mass", by_mass))
    }
    return {name: ratio(np.asarray(error), total) for name, error in errors.items()} | {
        "brier": ratio(_summed(weights, gaps**2), total)
    }


def _summed(weights: Weights, values: npt.NDArray[np.bool_] | Floats) -> Floats:
    """(concepts, draws) sums of values (sides, concepts)."""
    return (weights @ values.astype(weights.dtype)).T.astype(np.float64)


def _ranked(truth: npt.NDArray[np.int_], scores: Floats, weights: Weights) -> Floats:
    """(2, draws): average precision and area under the ROC curve on the sides that are known."""
    known = truth >= 0
    if not known.any():
        return np.full((2, len(weights)), np.nan)
    drawn = weights if known.all() else weights.T[known].T

    def both(truth: npt.NDArray[np.int_], scores: Floats, threshold: float, weights: Weights) -> Floats:
        return np.stack(ap_and_roc_auc(truth, scores, weights), axis=1)

    return in_chunks(both, truth[known], scores[known], 0.0, drawn).T
