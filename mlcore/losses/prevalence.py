"""How often a concept is present, and what a loss makes of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

HEAVIEST = 50.0
"""A concept seen once in a thousand sides would otherwise drown the others."""


def positive_weights(labels: npt.NDArray[np.int_]) -> npt.NDArray[np.float64]:
    """Absent over present sides per concept, at most 50 and at least 1/50; 1 where either is missing."""
    present, absent = (labels == 1).sum(axis=0), (labels == 0).sum(axis=0)
    both = (present > 0) & (absent > 0)
    return np.where(both, np.clip(absent / np.maximum(present, 1), 1 / HEAVIEST, HEAVIEST), 1.0)


def prior_log_odds(labels: npt.NDArray[np.int_]) -> npt.NDArray[np.float64]:
    """Log odds (concepts,) of each concept's share among its known labels (n, concepts): 1, 0 or -1 for unknown.

    Half a side is counted on either side, so that no share is 0 or 1; nothing known gives 0.
    """
    present, absent = (labels == 1).sum(axis=0), (labels == 0).sum(axis=0)
    return np.asarray(np.log((present + 0.5) / (absent + 0.5)), dtype=np.float64)


def logit_offsets(labels: npt.NDArray[np.int_], tau: float) -> npt.NDArray[np.float64]:
    """Tau times the log odds of each concept's share among its known labels (Menon et al., 2021).

    Added to the logits while learning, they let the network learn what speaks for a concept beyond its being frequent.
    """
    return tau * prior_log_odds(labels)
