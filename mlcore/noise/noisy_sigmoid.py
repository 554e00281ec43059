"""How many labels are wrong, read off the curve of labels over a model's answers.

Where labels err at random, the share of present labels does not fall to 0 however low a model's answer is, nor rise to
1 however high: it runs from a, the share of absent sides called present, to 1 - b, where b is the share of present
sides called absent (Angluin and Laird, 1988; the curve is the one of Raykar and others, 2010, for one source). a, b and
the sigmoid between are fitted together. Confident learning takes a weak model's doubt for wrong labels; this does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mlcore.odds import log_odds, sigmoid

Floats = npt.NDArray[np.float64]
MOST_WRONG = 0.45
"""Where a and b end: beyond one half labels would say the opposite."""
INVENTED_PRIOR, FORGOTTEN_PRIOR = (1.5, 20.0), (2.0, 8.0)
"""Beta distributions that a and b are taken from before anything is seen: texts forget more than they invent. They
matter where no side is surely present, for then nothing else tells b."""
STEEPEST = 2.0
"""Deviation of the logarithm of the slope, for answers of deviation 1."""
BINS = 400
"""Answers of more sides than this are taken together in so many steps of equal size."""
FEWEST = 5
"""Present and absent labels each, below which nothing can be read off."""


@dataclass(frozen=True)
class LabelNoise:
    """How the labels of one concept err."""

    present: int
    absent: int
    """Labels that call it present and absent."""
    wrong_present: float
    """Of those that call it present, the share that is estimated wrong, 0..1."""
    wrong_absent: float
    """Of those that call it absent."""
    invented: float
    """a: of the sides that do not show it, the share called present."""
    forgotten: float
    """b: of the sides that show it, the share called absent."""
    doubts: Floats
    """(n,): the probability that each label is wrong, NaN for those that were not used."""


def fit_noise(labels: npt.NDArray[np.integer], probabilities: npt.NDArray[np.floating]) -> LabelNoise | None:
    """How labels of one concept err.

    labels: (n,) 1, 0 or -1 for none; probabilities: (n,) 0..1 of a model that did not learn the label it judges, NaN
    for none; they need not be calibrated. None with fewer than FEWEST labels of either kind, or where the model says
    the same of all.
    """
    known = (labels >= 0) & np.isfinite(probabilities)
    sure = np.clip(probabilities[known].astype(np.float64), 1e-6, 1 - 1e-6)
    given, said = labels[known] == 1, log_odds(sure)
    present = int(given.sum())
    if min(present, len(given) - present) < FEWEST or np.ptp(said) == 0:
        return None
    places = (said - said.mean()) / said.std()
    heights, counts, shares = _in_steps(places, given)
    invented, forgotten, steps = _fit(heights, counts, shares)
    shown = np.interp(places, heights, steps)
    called = invented + (1 - invented - forgotten) * shown
    doubts = np.where(given, (1 - shown) * invented / called, shown * forgotten / (1 - called))
    wrong = float(doubts[given].mean()), float(doubts[~given].mean())
    all_doubts = np.full(labels.shape, np.nan)
    all_doubts[known] = doubts
    return LabelNoise(present, len(given) - present, *wrong, float(invented), float(forgotten), all_doubts)


def _in_steps(heights: Floats, given: npt.NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Mean answer, sides and share of present labels of each step."""
    order = np.argsort(heights, kind="stable")
    starts = np.unique(np.linspace(0, len(order), min(BINS, len(order)), endpoint=False).astype(int))
    counts = np.diff(starts, append=len(order)).astype(np.float64)
    sums = [np.add.reduceat(each[order].astype(np.float64), starts) for each in (heights, given)]
    return sums[0] / counts, counts, sums[1] / counts


def _fit(heights: Floats, counts: Floats, shares: Floats) -> tuple[float, float, Floats]:
    """a, b and the probability that each step is present: the most likely ones, priors included."""
    from scipy.optimize import minimize

    def unpack(free: Floats) -> tuple[float, float, Floats]:
        a, b = (MOST_WRONG * sigmoid(free[2:])).tolist()
        return a, b, sigmoid(np.exp(free[0]) * heights + free[1])

    def cost(free: Floats) -> float:
        a, b, shown = unpack(free)
        called = np.clip(a + (1 - a - b) * shown, 1e-9, 1 - 1e-9)
        found = counts @ (shares * np.log(called) + (1 - shares) * np.log(1 - called))
        return float(
            -found - _log_beta(a, INVENTED_PRIOR) - _log_beta(b, FORGOTTEN_PRIOR) + (free[0] / STEEPEST) ** 2 / 2
        )

    share = np.asarray(counts @ shares / counts.sum())
    start = np.array([0.3, log_odds(share), -2.5, -0.3])
    return unpack(minimize(cost, start, method="L-BFGS-B", bounds=[(-6, 6), (-30, 30), (-12, 12), (-12, 12)]).x)


def _log_beta(value: float, prior: tuple[float, float]) -> float:
    return float((prior[0] - 1) * np.log(value) + (prior[1] - 1) * np.log(1 - value))
