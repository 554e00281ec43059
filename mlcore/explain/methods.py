"""Ways to find what in a picture speaks for a concept, by name. Loads no torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mlcore.contract import LearningError

METHODS = {
    "hipe": "HiPe",
    "grad_cam": "Grad-CAM",
    "chefer": "Chefer relevance",
    "rollout": "Attention rollout",
    "rise": "RISE",
}
"""Name to how it is called on pages."""


@dataclass(frozen=True)
class Explanation:
    """Where a model looks in a picture for one concept, and what it cost to find out."""

    map: npt.NDArray[np.float32]
    """(height, width) of the picture, 0..1; all 0 where nothing speaks for the concept."""
    method: str
    """A name in METHODS."""
    forwards: int
    """Pictures put through the network."""
    probability: float
    """What the model says of the concept, 0..1."""
    backwards: int = 0
    """Pictures for which a gradient was computed."""


def check_method(name: str) -> None:
    """Raises LearningError for a name that is not in METHODS."""
    if name not in METHODS:
        raise LearningError(f"There is no way of explaining called {name!r}; there are {', '.join(METHODS)}.")


def spread(found: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """Bring a map to 0..1, its least value at 0; a map that is the same everywhere says nothing and becomes 0."""
    low, high = float(found.min()), float(found.max())
    if not high > low:
        return np.zeros(found.shape, dtype=np.float32)
    return np.asarray((found - low) / (high - low), dtype=np.float32)
