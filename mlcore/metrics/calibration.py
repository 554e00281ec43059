"""From logits to probabilities that can be taken at their word: learned per concept on the validation sides.

Platt scaling (Platt, 1999, with his smoothed targets, fitted as Lin, Lin and Weng, 2007) needs few sides. Isotonic
regression (Zadrozny and Elkan, 2002) is taken where there are many and it clearly predicts kept-back coins better.
Both keep the order of the sides, so they change no ranking.

A concept with too few sides has what learning is known to have added to its log odds taken off again: a network that
learned from balanced classes, or with heavier present sides, speaks of a collection in which the concept is that
frequent. This is the prior correction of King and Zeng (2001), and the first step of Saerens, Latinne and Decaestecker
(2002), with both shares known. Models from before it hold no such shift and answer these concepts by the bare sigmoid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mlcore.metrics.too_few import too_few
from mlcore.odds import sigmoid

Floats = npt.NDArray[np.float64]
Calibration = dict[str, Any]
"""Plain JSON: {"method": "none", "reason", "shift"}, {"method": "platt", "slope", "offset"} or {"method": "isotonic",
"knots"} with slope and offset too. "shift" is taken off the log odds; it is missing for concepts that were not learned
and in models from before it. "n" and "positives" count the validation sides; "log_loss" compares the two methods."""

FEWEST = 5
"""Present, and absent, validation sides for Platt scaling."""
MANY = 50
"""The same for isotonic regression."""
FOLDS = 5
PLATT_SHARE = 0.1
"""Of an isotonic answer: its steps are level, and a share of Platt's curve keeps the order of the sides on them."""


def fit_calibration(
    labels: npt.NDArray[np.int_],
    logits: npt.NDArray[np.floating],
    coins: Sequence[str],
    untrained: Mapping[int, str],
    shifts: Floats | None = None,
) -> list[Calibration]:
    """One calibration per concept, from validation labels (sides, concepts; -1 for unknown) and logits of that shape.

    `untrained`: the numbers of concepts that were not learned, with the reason. `shifts` (concepts,): what weighting or
    balancing the classes added to the log odds while learning; None for nothing.
    """
    added = np.zeros(labels.shape[1]) if shifts is None else shifts
    found = []
    for column in range(labels.shape[1]):
        known = labels[:, column] >= 0
        if column in untrained:
            found.append({"method": "none", "reason": f"not learned: {untrained[column]}"})
            continue
        groups = np.asarray(coins, dtype=str)[known]
        fitted = _fit(labels[known, column], logits[known, column].astype(np.float64), groups)
        found.append(fitted | ({"shift": float(added[column])} if fitted["method"] == "none" else {}))
    return found


def calibrated(logits: npt.NDArray[np.floating], calibrations: Sequence[Calibration] | None = None) -> Floats:
    """Logits (n, concepts) to probabilities 0..1; without calibrations, as models before them, by the sigmoid alone."""
    wide = logits.astype(np.float64)
    if calibrations is None:
        return sigmoid(wide)
    columns = [apply(each, wide[:, number]) for number, each in enumerate(calibrations)]
    return np.stack(columns, axis=1) if columns else wide


def apply(calibration: Calibration, logits: Floats) -> Floats:
    """Probabilities (n,) of one concept's logits (n,)."""
    if calibration["method"] == "none":
        return sigmoid(logits - calibration.get("shift", 0.0))
    smooth: Floats = sigmoid(calibration["slope"] * logits + calibration["offset"])
    if calibration["method"] == "platt":
        return smooth
    at, heights = np.array(calibration["knots"]).T
    return np.asarray(PLATT_SHARE * smooth + (1 - PLATT_SHARE) * np.interp(logits, at, heights))


def why_uncalibrated(calibration: Calibration) -> str:
    """The reason in words, empty for a concept that was calibrated."""
    if calibration["method"] != "none":
        return ""
    return calibration["reason"] if "n" not in calibration else f"not calibrated: {calibration['reason']}"


def _fit(truth: npt.NDArray[np.int_], logits: Floats, groups: npt.NDArray[np.str_]) -> Calibration:
    present, absent = int(truth.sum()), int((1 - truth).sum())
    counts = {"n": len(truth), "positives": present}
    if few := too_few(present, absent, FEWEST, "validation side", of=len(truth)):
        return {"method": "none", "reason": few} | counts
    if np.ptp(logits) == 0:
        return {"method": "none", "reason": "the network says the same of every validation side"} | counts
    platt = fit_platt(truth, logits)
    if platt["slope"] <= 0:
        return {"method": "none", "reason": "the network ranks the validation sides the wrong way round"} | counts
    if min(present, absent) < MANY:
        return platt | counts
    losses = {"platt": _kept_back(fit_platt, *(truth, logits, groups))}
    losses["isotonic"] = _kept_back(fit_isotonic, *(truth, logits, groups))
    gain = losses["platt"] - losses["isotonic"]
    # by more than two standard errors: in doubt the curve with two numbers is the safer one
    surely = gain.mean() > 2 * gain.std() / np.sqrt(len(gain))
    chosen = fit_isotonic(truth, logits) if surely else platt
    return chosen | counts | {"log_loss": {name: round(float(each.mean()), 5) for name, each in losses.items()}}


def fit_platt(truth: npt.NDArray[np.int_], logits: Floats) -> Calibration:
    """Slope and offset of the most likely sigmoid, by Newton's method. Needs logits that differ."""
    middle, spread = logits.mean(), logits.std()
    scaled = np.stack([(logits - middle) / spread, np.ones(len(logits))], axis=1)
    present = int(truth.sum())
    target = np.where(truth == 1, (present + 1) / (present + 2), 1 / (len(truth) - present + 2))
    weights = np.array([0.0, np.log((present + 1) / (len(truth) - present + 1))])
    for _ in range(100):
        said = sigmoid(scaled @ weights)
        slope = scaled.T @ (said - target)
        bend = (scaled * (said * (1 - said))[:, None]).T @ scaled + 1e-9 * np.eye(2)
        step = np.linalg.solve(bend, slope)
        share = 1.0
        while share > 1e-6 and _loss(scaled @ (weights - share * step), target) > _loss(scaled @ weights, target):
            share /= 2
        weights = weights - share * step
        if abs(share * step).max() < 1e-9:
            break
    return {
        "method": "platt",
        "slope": float(weights[0] / spread),
        "offset": float(weights[1] - weights[0] * middle / spread),
    }


def fit_isotonic(truth: npt.NDArray[np.int_], logits: Floats) -> Calibration:
    """The best rising steps (pool adjacent violators), joined by lines between the middles of the steps."""
    values, index, counts = np.unique(logits, return_inverse=True, return_counts=True)
    shares = np.bincount(index, weights=truth) / counts
    # runs of the same share end in one step anyway
    starts = np.flatnonzero(np.diff(shares, prepend=np.nan) != 0)
    sums = np.add.reduceat(np.stack([shares * counts, values * counts, counts]), starts, axis=1)
    steps: list[list[float]] = []  # sum of truth, sum of logits, sides
    for run in sums.T.tolist():
        steps.append(run)
        while len(steps) > 1 and steps[-2][0] * steps[-1][2] >= steps[-1][0] * steps[-2][2]:
            last = steps.pop()
            steps[-1] = [before + more for before, more in zip(steps[-1], last, strict=True)]
    knots = [[total / count, found / count] for found, total, count in steps]
    return fit_platt(truth, logits) | {"method": "isotonic", "knots": knots}


def _kept_back(fit: Any, truth: npt.NDArray[np.int_], logits: Floats, groups: npt.NDArray[np.str_]) -> Floats:
    """Log loss of each side (n,) on coins that the fit has not seen, in five turns with like shares of positives."""
    names, index = np.unique(groups, return_inverse=True)
    shows = np.bincount(index, weights=truth) > 0
    turns = np.empty(len(names), dtype=int)
    turns[np.argsort(~shows, kind="stable")] = np.arange(len(names)) % FOLDS
    losses = np.zeros(len(truth))
    for turn in range(FOLDS):
        back = turns[index] == turn
        if back.any():
            said = apply(fit(truth[~back], logits[~back]), logits[back]).clip(1e-6, 1 - 1e-6)
            losses[back] = -np.where(truth[back] == 1, np.log(said), np.log(1 - said))
    return losses


def _loss(logits: Floats, target: Floats) -> float:
    return float((np.logaddexp(0, logits) - target * logits).sum())
