"""Which labels are probably wrong, and how many (confident learning: Northcutt, Jiang and Chuang, 2021).

The probabilities must come from a model that did not learn the label it judges: see `mlcore.ranking.out_of_fold`. One
concept at a time: what is present on a side does not exclude what else is, so each concept is a matter of two classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.integer]
FEWEST = 5
"""Present and absent labels each, below which a share of wrong ones is a guess."""
LEAST_WRONG = 1e-3
"""No kind of error is taken to be impossible."""


@dataclass(frozen=True)
class Errors:
    """How labels of one concept err, by the joint of given and true labels."""

    wrong_present: float
    """Of the labels that call it present, the share that is estimated wrong, 0..1."""
    wrong_absent: float
    """Of those that call it absent."""
    invented: float
    """Of the sides that do not show it, the share that is called present."""
    forgotten: float
    """Of the sides that show it, the share that is called absent."""


def estimate_errors(labels: Labels, probabilities: npt.NDArray[np.floating]) -> Errors | None:
    """The errors of one concept's labels, from the joint that cleanlab estimates.

    labels: (n,) 1, 0 or -1 for none; probabilities: (n,) that it is present, 0..1, NaN for none. None with fewer than
    FEWEST labels of either kind, or where the model says the same of all. A label counts as wrong where the model is
    surer of the other class than it is on average where that is given: with a weak model the shares are far too high
    (`mlcore.noise.noisy_sigmoid` is for telling people), but they put labels in a good order.
    """
    known = (labels >= 0) & np.isfinite(probabilities)
    given, said = labels[known].astype(int), probabilities[known].astype(float)
    present = int(given.sum())
    if min(present, len(given) - present) < FEWEST or np.ptp(said) == 0:
        return None
    from cleanlab.count import estimate_joint  # takes seconds to load

    joint: Any = estimate_joint(given, np.stack([1 - said, said], axis=1))  # rows given, columns true
    rows, columns = joint.sum(axis=1), np.maximum(joint.sum(axis=0), 1e-9)
    return Errors(
        wrong_present=float(joint[1, 0] / rows[1]),
        wrong_absent=float(joint[0, 1] / rows[0]),
        invented=float(joint[1, 0] / columns[0]),
        forgotten=float(joint[0, 1] / columns[1]),
    )


def wrongness(labels: Labels, probabilities: npt.NDArray[np.floating], errors: Errors | None) -> Floats:
    """Probability (n,) that each label is wrong, 0..1; NaN without a label or a probability.

    By Bayes, with q the probability that it is present, a the share of absent sides called present and b that of
    present sides called absent: a present label is wrong with odds of a (1 - q) to (1 - b) q, an absent one with b q to
    (1 - a) (1 - q). Without errors known, both kinds are taken to be as frequent: the label's own improbability.
    """
    q = np.clip(probabilities.astype(np.float64), 1e-6, 1 - 1e-6)
    a, b = (errors.invented, errors.forgotten) if errors else (0.5, 0.5)
    a, b = np.clip([a, b], LEAST_WRONG, 1 - LEAST_WRONG)
    wrong = np.where(labels == 1, a * (1 - q), b * q)
    right = np.where(labels == 1, (1 - b) * q, (1 - a) * (1 - q))
    return np.where((labels >= 0) & np.isfinite(probabilities), wrong / (wrong + right), np.nan)
