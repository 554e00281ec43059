"""Probabilities and their log odds, one the inverse of the other."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Floats = TypeVar("Floats", bound=npt.NDArray[np.floating])


def sigmoid(log_odds: Floats) -> Floats:
    """Probabilities 0..1 of log odds of any shape, in their type; beyond 80 they change no more, nothing overflows."""
    return np.asarray(1 / (1 + np.exp(-log_odds.clip(-80, 80))))  # type: ignore[return-value]


def log_odds(probabilities: Floats) -> Floats:
    """Log odds of probabilities of any shape; these must lie between 0 and 1, without either."""
    return np.asarray(np.log(probabilities / (1 - probabilities)))  # type: ignore[return-value]
