"""The ground a coin was photographed on: its colour, read at the edges, and what stands out from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
"""Height x width x 3."""
Mask = npt.NDArray[np.bool_]
"""Height x width, true where something stands out from the ground."""

_FITS = 4
"""Most fits of the plane: each takes in the ground that the one before it reached."""
_PLANE_FROM = 2.0
"""Levels between opposite edges from which a slope of the ground is worth following."""


@dataclass(frozen=True)
class Ground:
    plane: npt.NDArray[np.float32]
    """3 x 3: per channel the level in the middle, its rise from left to right edge, and from top to bottom edge."""
    noise: float
    """Standard deviation of the ground around the plane, in levels (0..255)."""
    share: float
    """Of the pixels at the edge that show the ground, 0..1."""
    corners: int
    """How many of the four corners show it."""

    @property
    def colour(self) -> tuple[int, int, int]:
        red, green, blue = np.clip(np.rint(self.plane[:, 0]), 0, 255).astype(int).tolist()
        return red, green, blue

    def stands_out(self, pixels: Pixels, threshold: float, *, window: tuple[int, int, int, int] | None = None) -> Mask:
        """Return where a channel differs from the ground by more than `threshold` levels.

        `window` (left, top, right, bottom) looks at a part only; its coordinates may be those of the whole picture.
        """
        height, width = pixels.shape[:2]
        left, top, right, bottom = window or (0, 0, width, height)
        part = pixels[top:bottom, left:right]
        if np.abs(self.plane[:, 1:]).max() < _PLANE_FROM:
            low = np.clip(self.plane[:, 0] - threshold, 0, 255).astype(np.uint8)
            high = np.clip(np.ceil(self.plane[:, 0] + threshold), 0, 255).astype(np.uint8)
            outside = (part < low) | (part > high)
        else:
            across = (np.arange(left, right, dtype=np.float32) / width - 0.5)[None, :, None]
            down = (np.arange(top, bottom, dtype=np.float32) / height - 0.5)[:, None, None]
            level = self.plane[:, 0] + across * self.plane[:, 1] + down * self.plane[:, 2]
            outside = np.abs(part - level) > threshold
        found: Mask = outside[..., 0] | outside[..., 1] | outside[..., 2]
        return found


def find_ground(pixels: Pixels, *, tolerance: float) -> Ground:
    """Take the corner whose colour most of the edge shows, and fit a plane to those edge pixels.

    After Reid & Arandjelović, who compare the corners alone. `tolerance`: levels by which ground may differ from the
    plane, and from the corner that the plane starts from.
    """
    height, width = pixels.shape[:2]
    edge = _edge_pixels(pixels)
    patch = max(2, round(0.05 * min(height, width)))
    corners = np.stack([pixels[rows, columns].reshape(-1, 3) for rows in _ends(patch) for columns in _ends(patch)])
    starts = [np.abs(edge - colour).max(axis=1) <= tolerance for colour in np.median(corners, axis=1)]
    near = max(starts, key=np.count_nonzero)
    terms = _terms(height, width)
    for _ in range(_FITS):
        plane, before = _fit(terms[near], edge[near]), np.count_nonzero(near)
        away = np.abs(edge - np.einsum("pt,tc->pc", terms, plane))
        near = away.max(axis=1) <= tolerance
        if np.count_nonzero(near) == before:
            break
    corner_levels = (plane[0] + across * plane[1] + down * plane[2] for down in (-0.5, 0.5) for across in (-0.5, 0.5))
    seen = [_share(corner, level, tolerance) for corner, level in zip(corners, corner_levels, strict=True)]
    noise = float(np.sqrt(np.square(away[near]).mean())) if near.any() else tolerance
    return Ground(plane.T.astype(np.float32), noise, float(near.mean()), sum(share >= 0.2 for share in seen))


def _fit(terms: npt.NDArray[np.float32], levels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the plane by least squares; sums instead of matrix products, which would wake a thread per core."""
    squares = np.einsum("pt,pu->tu", terms, terms) + 1e-3 * np.eye(3, dtype=np.float32)
    plane: npt.NDArray[np.float32] = np.linalg.solve(squares, np.einsum("pt,pc->tc", terms, levels))
    return plane


def _ends(length: int) -> tuple[slice, slice]:
    return slice(0, length), slice(-length, None)


def _share(pixels: Pixels, level: npt.NDArray[np.floating], tolerance: float) -> float:
    return float((np.abs(pixels - level).max(axis=1) <= tolerance).mean())


def _edge_pixels(pixels: Pixels) -> npt.NDArray[np.float32]:
    rows, columns = _edge_places(*pixels.shape[:2])
    return pixels[rows, columns].astype(np.float32)


@lru_cache(maxsize=64)
def _edge_places(height: int, width: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    deep = max(1, round(0.02 * min(height, width)))
    edge = np.zeros((height, width), dtype=bool)
    edge[:deep] = edge[-deep:] = True
    edge[:, :deep] = edge[:, -deep:] = True
    rows, columns = np.nonzero(edge)
    return rows, columns


@lru_cache(maxsize=64)
def _terms(height: int, width: int) -> npt.NDArray[np.float32]:
    rows, columns = _edge_places(height, width)
    terms = np.column_stack([np.ones(len(rows)), columns / width - 0.5, rows / height - 0.5])
    return terms.astype(np.float32)
