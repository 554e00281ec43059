"""A share with its interval: how sure "9 of 10" is."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z95 = 1.959964
"""Standard normal quantile of 97.5 %."""


@dataclass(frozen=True)
class Share:
    right: int
    of: int
    low: float
    high: float
    """Bounds of the 95 % interval, in 0..1."""

    @property
    def value(self) -> float:
        return self.right / self.of


def wilson(right: int, of: int) -> Share | None:
    """Return right/of with its 95 % interval by Wilson (1927), or None for 0 of 0.

    Raises ValueError unless 0 <= right <= of.
    """
    if not 0 <= right <= of:
        raise ValueError(f"{right} of {of} is no share. The first number must lie between 0 and the second.")
    if not of:
        return None
    share, weight = right / of, Z95**2 / of
    centre, half = share + weight / 2, Z95 * sqrt(share * (1 - share) / of + weight / (4 * of))
    return Share(right, of, max(0.0, (centre - half) / (1 + weight)), min(1.0, (centre + half) / (1 + weight)))
