"""Whether two pictures are one: laid over each other to a fraction of a pixel, and compared in their detail."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

Floats = npt.NDArray[np.float64]

_LENGTH = 160
"""Pixels of the square in which pictures are compared."""
_STEPS = 12
_COARSE = 3.0
"""Pixels of blur below which detail begins: outline and light, which all coins share, are left out."""
_SMOOTH = 1.0
"""Pixels of blur with which re-encoding is forgiven."""
_MARGIN = 13
"""Pixels at the edge that are not compared: a copy may have lost them."""


def likeness(one: Image.Image, other: Image.Image) -> float:
    """Return how like the details of two pictures are, -1..1: 1 for the same pixels, about 0 for different coins.

    The normalised cross-correlation of both after the second was moved, stretched and sheared onto the first (Lucas &
    Kanade 1981, by Gauss-Newton steps on six parameters), without outline and light.
    """
    fixed, moving = (_detail(picture) for picture in (one, other))
    inside = (slice(_MARGIN, -_MARGIN), slice(_MARGIN, -_MARGIN))
    rows, columns = (grid.astype(np.float64) for grid in np.mgrid[:_LENGTH, :_LENGTH])
    terms = [(grid - _LENGTH / 2) / _LENGTH for grid in (columns, rows)] + [np.ones_like(rows)]
    moves = np.zeros((2, 3))
    best = -1.0
    for _ in range(_STEPS):
        down, across = (sum(move * term for move, term in zip(part, terms, strict=True)) for part in moves)
        seen = ndimage.map_coordinates(moving, [rows + down, columns + across], order=1, mode="nearest")
        score = _correlation(fixed[inside], seen[inside])
        if score < best + 1e-4:
            break
        best = score
        moves += _step(fixed, seen, terms, inside)
    return best


def _detail(picture: Image.Image) -> Floats:
    grey = picture.convert("L").resize((_LENGTH, _LENGTH), Image.Resampling.BOX, reducing_gap=2.0)
    levels = np.asarray(grey, dtype=np.float64)
    fine: Floats = ndimage.gaussian_filter(levels, _SMOOTH) - ndimage.gaussian_filter(levels, _COARSE)
    deviation = fine.std()
    return fine / deviation if deviation > 0 else fine


def _step(fixed: Floats, seen: Floats, terms: list[Floats], inside: tuple[slice, slice]) -> Floats:
    """Return the change of the six parameters by which what is seen comes nearest to what is fixed."""
    slopes = np.gradient(seen)
    lines = np.stack([(slope * term)[inside].ravel() for slope in slopes for term in terms])
    squares = np.einsum("pn,qn->pq", lines, lines) + 1e-6 * np.eye(len(lines))
    rest = (fixed - seen)[inside].ravel()
    change: Floats = np.linalg.solve(squares, np.einsum("pn,n->p", lines, rest)).reshape(2, 3)
    return change


def _correlation(one: Floats, other: Floats) -> float:
    one, other = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / scale if scale > 0 else 0.0
