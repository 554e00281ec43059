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
MOST_WRONG = 0.45
"""A share of wrong labels above which they would say nothing or the opposite; rates of error end there."""


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

    probabilities: that the label *calls* it present, as a calibrated model predicts that was taught by such labels. By
    Bayes: with q the probability that it is present, a the share of absent sides called present and b of present sides
    called absent, p = q (1 - b) + (1 - q) a; a present label is wrong with (1 - q) a / p, an absent one with
    q b / (1 - p). Without errors known, the label's own improbability is taken.
    """
    p = np.clip(probabilities.astype(float), 1e-6, 1 - 1e-6)
    if errors is None:
        found = np.where(labels == 1, 1 - p, p)
    else:
        a, b = min(errors.invented, MOST_WRONG), min(errors.forgotten, MOST_WRONG)
        q = np.clip((p - a) / (1 - a - b), 0.0, 1.0)
        # where a model is surer than errors allow for, every such label is wrong, and the surer it is the more so
        surely = np.where(labels == 1, 1 - p, p)
        found = np.where(labels == 1, (1 - q) * a / np.maximum(p, a), q * b / np.maximum(1 - p, b))
        found = np.where((q > 0) & (q < 1), found, found * (1 - 1e-3) + 1e-3 * surely)
    return np.where((labels >= 0) & np.isfinite(probabilities), found, np.nan)
