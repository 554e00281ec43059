"""Curves of one concept, thinned for drawing. Truth is 0 or 1 per side, scores are probabilities."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

POINTS = 100
BINS = 10


def curves_of(truth: npt.NDArray[np.int_], scores: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Points of precision over recall, of the ROC, and reliability bins; lists are empty where not defined.

    `pr`: [recall, precision, threshold]; `roc`: [false positive rate, true positive rate, threshold].
    """
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.diff(scores[order], append=-np.inf))
    found, seen, at = np.cumsum(truth[order])[ends], ends + 1, scores[order][ends]
    present, absent = int(truth.sum()), int(len(truth) - truth.sum())
    pr = np.stack([found / max(present, 1), found / seen, at], axis=1) if present else np.empty((0, 3))
    roc = np.stack([(seen - found) / max(absent, 1), found / max(present, 1), at], axis=1)
    return {
        "pr": _thin(pr),
        "roc": _thin(np.vstack([[0.0, 0.0, 1.0], roc])) if present and absent else [],
        "reliability": reliability(truth, scores),
    }


def _thin(points: npt.NDArray[np.float64]) -> list[list[float]]:
    kept = np.unique(np.linspace(0, len(points) - 1, POINTS).round().astype(int)) if len(points) > POINTS else None
    chosen = points if kept is None else points[kept]
    return [[round(float(value), 5) for value in point] for point in chosen]


def reliability(truth: npt.NDArray[np.int_], scores: npt.NDArray[np.float64]) -> list[dict[str, float]]:
    """Ten equal bins of probability: how many sides, their mean probability, the share that is present.

    "low" and "high" are the 95 % interval of that share (Wilson, 1927).
    """
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    found = []
    for number in np.unique(bins).tolist():
        inside = bins == number
        low, high = wilson(int(truth[inside].sum()), int(inside.sum()))
        found.append(
            {
                "from": number / BINS,
                "to": (number + 1) / BINS,
                "n": int(inside.sum()),
                "probability": float(scores[inside].mean()),
                "present": float(truth[inside].mean()),
                "low": low,
                "high": high,
            }
        )
    return found


def wilson(hits: float, count: int, deviations: float = 1.96) -> tuple[float, float]:
    """Interval of a share counted as `hits` of `count` (Wilson, 1927), in 0..1; (0, 1) where nothing was counted."""
    if not count:
        return 0.0, 1.0
    share, squared = hits / count, deviations**2
    middle = (share + squared / (2 * count)) / (1 + squared / count)
    spread = deviations * math.sqrt(share * (1 - share) / count + squared / (4 * count**2)) / (1 + squared / count)
    return max(0.0, middle - spread), min(1.0, middle + spread)


def calibration_error(truth: npt.NDArray[np.int_], scores: npt.NDArray[np.float64]) -> float | None:
    """Expected calibration error (Naeini and others, 2015): mean gap of the bins, weighted by their sides."""
    if not len(truth):
        return None
    gaps = [item["n"] * abs(item["probability"] - item["present"]) for item in reliability(truth, scores)]
    return sum(gaps) / len(truth)
