"""Two models on the same sides: the difference, and how sure it is. Needs numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mlcore.metrics.resampling import DRAWS, as_json, coin_weights, interval_of, mean_of_defined
from mlcore.metrics.weighted import Metric, average_precision, balanced_accuracy, f1, in_chunks, roc_auc

METRICS: dict[str, Metric] = {
    "ap": average_precision,
    "roc_auc": roc_auc,
    "f1": f1,
    "balanced_accuracy": balanced_accuracy,
}


def paired_difference(
    labels: npt.ArrayLike,
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    coins: Sequence[str],
    metric: Literal["ap", "roc_auc", "f1", "balanced_accuracy"] = "ap",
    *,
    first_thresholds: Sequence[float] | None = None,
    second_thresholds: Sequence[float] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, Any]:
    """Second minus first per concept and on average, with 95 % intervals from the same draws of coins for both.

    `labels` (sides, concepts) are 1, 0 or -1 for unknown; `first` and `second` are probabilities of that shape;
    `coins` (sides,). Thresholds, for f1 and balanced_accuracy, are 0.5 unless given. Returns {"metric", "draws",
    "concepts": [{"first", "second", "difference", "interval"}, …], "mean": the same keys}, None for what is not
    defined. The mean is over concepts with both figures.
    """
    truth, *said = (np.asarray(each, dtype=float) for each in (labels, first, second))
    if truth.ndim != 2 or {each.shape for each in said} != {truth.shape} or len(truth) != len(coins):
        raise ValueError(f"shapes differ: {truth.shape}, {[each.shape for each in said]}, {len(coins)} coins")
    half = [0.5] * truth.shape[1]
    bounds = zip(first_thresholds or half, second_thresholds or half, strict=True)
    # the first row weighs every side once: it gives the figures themselves, the others their draws
    weights = np.vstack([np.ones(len(coins)), coin_weights(coins, draws, seed)]) if coins else np.ones((1, 0))
    columns = zip(truth.astype(int).T, said[0].T, said[1].T, bounds, strict=True)
    rows = [_both(METRICS[metric], known, (one, two), pair, weights) for known, one, two, pair in columns]
    figures = np.array(rows).reshape(len(rows), 2, len(weights))
    figures = np.where(np.isfinite(figures).all(axis=1, keepdims=True), figures, np.nan)
    mean = mean_of_defined(figures) if rows else np.full((2, len(weights)), np.nan)
    return {"metric": metric, "draws": draws, "concepts": [_summary(row) for row in figures], "mean": _summary(mean)}


def _both(
    metric: Metric,
    truth: npt.NDArray[np.int_],
    scores: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
    thresholds: tuple[float, float],
    weights: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    known = truth >= 0
    if not known.any():
        return np.full((2, len(weights)), np.nan)
    pairs = zip(scores, thresholds, strict=True)
    return np.array([in_chunks(metric, truth[known], each[known], low, weights[:, known]) for each, low in pairs])


def _summary(figures: npt.NDArray[np.float64]) -> dict[str, Any]:
    difference = figures[1] - figures[0]
    known = as_json(difference[0])
    return {
        "first": as_json(figures[0, 0]),
        "second": as_json(figures[1, 0]),
        "difference": known,
        "interval": None if known is None else interval_of(difference[1:]),
    }
