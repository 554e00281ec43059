"""How sure a figure is, by drawing coins anew: sides of one coin are alike and stand or fall together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

DRAWS = 1000
Interval = tuple[float, float] | None


def coin_weights(coins: Sequence[str], draws: int = DRAWS, seed: int = 0) -> npt.NDArray[np.float32]:
    """How often each side stands in each bootstrap draw: (draws, sides). Coins are drawn, with all of their sides.

    The draws of one side lie side by side in memory: figures go down the ranking of the sides.
    """
    names, index = np.unique(np.asarray(coins, dtype=str), return_inverse=True)
    random = np.random.default_rng(seed)
    drawn = random.integers(0, len(names), (draws, len(names)))
    counts = np.bincount((drawn + np.arange(draws)[:, None] * len(names)).ravel(), minlength=draws * len(names))
    return counts.reshape(draws, len(names)).T.astype(np.float32)[index].T


def interval_of(figures: npt.NDArray[np.float64]) -> Interval:
    """The middle 95 % of a figure's draws; None where less than half of the draws define it."""
    defined = figures[np.isfinite(figures)]
    if len(defined) < max(1, len(figures) / 2):
        return None
    low, high = np.percentile(defined, [2.5, 97.5])
    return float(low), float(high)


def mean_of_defined(figures: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Mean over the first axis of what is defined; NaN where nothing is."""
    defined = np.isfinite(figures)
    counts = defined.sum(axis=0)
    sums = np.where(defined, figures, 0.0).sum(axis=0)
    means = np.full(sums.shape, np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    return means


def as_json(value: float) -> float | None:
    """None for what is not defined: JSON knows no NaN."""
    return float(value) if np.isfinite(value) else None
