"""The ground a coin was photographed on: its colour, read at the edges, and what stands out from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
"""Height x width x 4: red, green, blue and one byte that means nothing. Four bytes are compared at once, three not."""
Mask = npt.NDArray[np.bool_]
"""Height x width, true where something stands out from the ground."""
Floats = npt.NDArray[np.float32]
Window = tuple[int, int, int, int]

_FITS = 4
"""Most fits of the surface: each takes in the ground that the one before it reached."""
_LEVEL = 6.5
"""Levels by which the edges of a plain ground may differ in the mean before a slope is looked for."""
_CALM = 9
"""Levels within which all pixels of the edge lie where no slope is worth following."""
_HOPELESS = 0.2
"""Share of the edge near one corner's colour below which no slope is looked for."""
_FEW = 60
"""Pixels of ground between the coins from which on the surface is fitted to them."""
_WAVY = 1.0
"""Levels of noise from which a curved surface may fit better than a plane."""
_CURVED = 0.75
"""A curved surface is believed where it leaves at most this share of the noise that a plane leaves."""


@dataclass(frozen=True)
class Ground:
    surface: Floats
    """3 x 6: per channel the level in the middle and the factors of x, y, x², y², xy, which run from -0.5 to 0.5."""
    noise: float
    """Standard deviation of the ground around the surface, in levels (0..255)."""
    share: float
    """Of the pixels at the edge that show the ground, 0..1."""
    corners: int
    """How many of the four corners show it."""
    plain: bool
    """Whether it is of one level all over."""

    @property
    def colour(self) -> tuple[int, int, int]:
        red, green, blue = np.clip(np.rint(self.surface[:, 0]), 0, 255).astype(int).tolist()
        return red, green, blue

    def levels(self, window: Window, size: tuple[int, int]) -> Floats:
        """Return the ground's levels in a window (left, top, right, bottom) of a picture of this width and height."""
        across = (np.arange(window[0], window[2], dtype=np.float32) / size[0] - 0.5)[None, :]
        down = (np.arange(window[1], window[3], dtype=np.float32) / size[1] - 0.5)[:, None]
        return np.stack(
            [
                centre + right * across + below * down + bend * across**2 + fall * down**2 + twist * across * down
                for centre, right, below, bend, fall, twist in self.surface
            ],
            axis=-1,
        )

    def stands_out(
        self, pixels: Pixels, threshold: float, window: Window | None = None, size: tuple[int, int] | None = None
    ) -> Mask:
        """Return where a channel differs from the ground by more than `threshold` levels.

        `window` says which part of a picture of `size` (width, height) the pixels are; without it, they are all of it.
        """
        height, width = pixels.shape[:2]
        if not self.plain:
            level = self.levels(window or (0, 0, width, height), size or (width, height))
            away = np.abs(pixels[..., :3] - level) > threshold
            found: Mask = away[..., 0] | away[..., 1] | away[..., 2]
            return found
        return self.differs(pixels.reshape(height, -1), threshold)

    def differs(self, rows: npt.NDArray[np.uint8], threshold: float) -> Mask:
        """Return for each pixel of rows of bytes whether it differs from a plain ground."""
        levels = self.surface[:, 0].tolist()
        low = [min(255, max(0, int(level - threshold))) for level in levels]
        span = [min(255, int(level + threshold) + 1) - least for level, least in zip(levels, low, strict=True)]
        # Below `low` the difference wraps round and is larger than any span; the fourth byte never is.
        lows = np.frombuffer(bytes([*low, 0]) * (rows.shape[-1] // 4), np.uint8)
        spans = np.frombuffer(bytes([*span, 255]) * (rows.shape[-1] // 4), np.uint8)
        outside: Mask = (rows - lows > spans).view(np.uint32) != 0
        return outside


def find_ground(pixels: Pixels, *, tolerance: float) -> Ground:
    """Take the corner whose colour most of the edge shows, and follow the edge's ground from there.

    After Reid & Arandjelović, who compare the corners alone. A ground that is not of one level is fitted with a plane,
    or with a curved surface where that fits clearly better: lamps leave both. `tolerance`: levels by which ground may
    differ from the surface, and from the corner that it starts from.
    """
    strips = _strips(pixels)
    levels = np.ascontiguousarray(np.concatenate(strips).T)
    low, high = levels.min(axis=1), levels.max(axis=1)
    if (high - low).max() <= _CALM:
        return _calm_ground(levels)
    edge = levels.astype(np.float32)
    patch = max(2, round(0.05 * min(pixels.shape[:2])))
    corners = np.array([pixels[rows, columns, :3].reshape(-1, 3) for rows in _ends(patch) for columns in _ends(patch)])
    middle = corners.shape[1] // 2
    colours = np.partition(corners, middle, axis=1)[:, middle].astype(np.float32)
    colour = colours[0]
    if np.ptp(colours, axis=0).max() > _LEVEL:
        colour = max(colours, key=lambda each: np.count_nonzero(_within(edge - each[:, None], tolerance)))
    plain = _plain_ground(edge, [len(strip) for strip in strips], corners, colour, tolerance)
    return plain or _uneven_ground(pixels, edge, corners, colour, tolerance)


def _calm_ground(levels: Pixels) -> Ground:
    """Return the ground where no pixel of the edge (3 x pixels) shows anything else."""
    surface = np.zeros((3, 6), dtype=np.float32)
    surface[:, 0] = levels.mean(axis=1)
    away = levels - surface[:, :1]
    return Ground(surface, float(np.vdot(away, away) / away.size) ** 0.5, 1.0, 4, plain=True)


def _within(away: Floats, tolerance: float) -> Mask:
    """Return for each column (of 3 channels) whether no channel is further away than the tolerance."""
    near = np.abs(away) <= tolerance
    within: Mask = near[0] & near[1] & near[2]
    return within


def _plain_ground(edge: Floats, lengths: list[int], corners: Pixels, colour: Floats, tolerance: float) -> Ground | None:
    """Return the ground where its four edges are level with each other, or where it is hopelessly uneven."""
    away = edge - colour[:, None]
    near = _within(away, tolerance)
    shown = np.count_nonzero(near)
    share = shown / len(near)
    away *= near
    starts = np.cumsum([0, *lengths[:-1]])
    counts = np.add.reduceat(near, starts, dtype=np.float32)
    sums = np.add.reduceat(away, starts, axis=1)
    means = (sums / np.maximum(counts, 1))[:, counts > 0.2 * np.array(lengths)]
    if share >= _HOPELESS and means.size and np.ptp(means, axis=1).max() > _LEVEL:
        return None
    mean = sums.sum(axis=1) / max(1, shown)
    noise = np.vdot(away, away) / max(1, 3 * shown) - np.vdot(mean, mean) / 3
    surface = np.zeros((3, 6), dtype=np.float32)
    surface[:, 0] = colour + mean
    return Ground(
        surface, float(max(0.0, noise)) ** 0.5, share, _corners(corners, surface[:, 0], tolerance), plain=True
    )


def _corners(corners: Pixels, levels: Floats, tolerance: float) -> int:
    """Return how many of the corners (4 x pixels x 3) show the level, or each its own."""
    away = np.abs(corners - levels.reshape(-1, 1, 3)) <= tolerance
    shown = (away[..., 0] & away[..., 1] & away[..., 2]).sum(axis=1)
    return int(np.count_nonzero(shown >= 0.2 * corners.shape[1]))


def _uneven_ground(pixels: Pixels, edge: Floats, corners: Pixels, colour: Floats, tolerance: float) -> Ground:
    terms = _edge_terms(*pixels.shape[:2])
    near = _within(edge - colour[:, None], tolerance)
    surface, near, noise = _followed(terms[:3], edge, near, tolerance)
    curved, reached, rest = surface, near, noise
    if noise > _WAVY and np.count_nonzero(near) > len(near) / 2:
        curved, reached, rest = _followed(terms, edge, near, tolerance)
    if rest < _CURVED * noise and np.count_nonzero(reached) >= np.count_nonzero(near):
        surface, near, noise = _settled(pixels, curved, tolerance, rest), reached, rest
    whole = np.zeros((3, 6), dtype=np.float32)
    whole[:, : surface.shape[1]] = surface
    ends = np.array([_terms_at(across, down) for down in (-0.5, 0.5) for across in (-0.5, 0.5)])
    shown = _corners(corners, np.einsum("pt,ct->pc", ends, whole), tolerance)
    return Ground(whole, noise, np.count_nonzero(near) / len(near), shown, plain=False)


def _followed(terms: Floats, levels: Floats, near: Mask, tolerance: float) -> tuple[Floats, Mask, float]:
    """Fit a surface to what is near, and again to what is near that; return it, what it reaches, and the noise."""
    for _ in range(_FITS):
        surface, before = _fit(terms[:, near], levels[:, near]), np.count_nonzero(near)
        away = levels - np.einsum("tp,ct->cp", terms, surface)
        near = _within(away, tolerance)
        if np.count_nonzero(near) == before:
            break
    return surface, near, float(np.sqrt(np.square(away[:, near]).mean())) if near.any() else tolerance


def _settled(pixels: Pixels, surface: Floats, tolerance: float, noise: float) -> Floats:
    """Fit the curved surface again with the ground between the coins, of which the edge alone tells little."""
    height, width = pixels.shape[:2]
    rows, columns = (grid.ravel()[::5] for grid in np.mgrid[:height, :width])
    terms = np.array(_terms_at(columns / width - 0.5, rows / height - 0.5), dtype=np.float32)
    levels = pixels[rows, columns, :3].T.astype(np.float32)
    for reach in (tolerance / 2, max(4 * noise, 4.0)):
        near = _within(levels - np.einsum("tp,ct->cp", terms, surface), reach)
        if np.count_nonzero(near) < _FEW:
            break
        surface = _fit(terms[:, near], levels[:, near])
    return surface


def _fit(terms: Floats, levels: Floats) -> Floats:
    """Return the surface by least squares; sums instead of matrix products, which would wake a thread per core."""
    squares = np.einsum("tp,up->tu", terms, terms) + 1e-3 * np.eye(len(terms), dtype=np.float32)
    surface: Floats = np.linalg.solve(squares, np.einsum("tp,cp->tc", terms, levels)).T
    return surface


def _ends(length: int) -> tuple[slice, slice]:
    return slice(0, length), slice(-length, None)


def _deep(height: int, width: int) -> int:
    return max(1, round(0.02 * min(height, width)))


def _strips(pixels: Pixels) -> list[Pixels]:
    """Return the pixels along the top, bottom, left and right edge."""
    first, last = _ends(_deep(*pixels.shape[:2]))
    return [part[..., :3].reshape(-1, 3) for part in (pixels[first], pixels[last], pixels[:, first], pixels[:, last])]


def _terms_at(across: npt.ArrayLike, down: npt.ArrayLike) -> list[npt.NDArray[np.floating]]:
    x, y = np.asarray(across), np.asarray(down)
    return [np.ones_like(x), x, y, x * x, y * y, x * y]


@lru_cache(maxsize=64)
def _edge_terms(height: int, width: int) -> Floats:
    rows, columns = np.mgrid[:height, :width]
    places = np.stack([rows, columns, rows, rows], axis=-1)
    row, column = np.concatenate(_strips(places))[:, :2].T
    return np.array(_terms_at(column / width - 0.5, row / height - 0.5), dtype=np.float32)
