"""How sure a figure is, by drawing coins anew: sides of one coin are alike and stand or fall together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mlcore.metrics.curves import wilson

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


def interval_with_width(figures: npt.NDArray[np.float64]) -> Interval:
    """As `interval_of`; None where the draws are all alike. Few coins that agree tell nothing of others."""
    found = interval_of(figures)
    return found if found and found[1] - found[0] > 1e-9 else None


def share_interval(share: float, figures: npt.NDArray[np.float64], coins: int) -> Interval:
    """Of a share of sides: as its draws have it, and Wilson's (1927) where they are all alike or too seldom defined.

    The latter as if each of the `coins` that it is counted on were one side: those of one coin are not independent.
    None for a share that is not defined.
    """
    if not np.isfinite(share):
        return None
    return interval_with_width(figures) or wilson(share * coins, coins)


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
