"""Hierarchical perturbation (Cooper, Arandjelović and Harris, 2022): hide parts, look closer where hiding mattered."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Window = tuple[slice, slice]
FIRST_GRID = 4
"""Cells along an edge at the first depth; each depth has twice as many."""


def hipe(
    score: Callable[[npt.NDArray[np.uint8]], Floats],
    square: npt.NDArray[np.uint8],
    *,
    depth: int = 3,
    batch: int = 32,
) -> tuple[Floats, int]:
    """Map of how much the score falls when a place is hidden, and how many pictures the model was shown.

    `score` takes pictures (n, size, size, channels) and gives (n,), for instance a logit; `square` is one picture.
    At each depth windows of 2 x 2 cells, overlapping by half, are replaced by the picture's mean; at the next, half as
    large, only those that touch a place above the middle of the map's range so far. Returns (size, size) in 0..1, all
    0 where no hiding lowers the score.
    """
    whole = float(score(square[None])[0])
    total, forwards = np.zeros(square.shape[:2], dtype=np.float32), 1
    for level in range(depth):
        windows = _windows(square.shape[0], FIRST_GRID * 2**level)
        if level:
            middle = (total.max() + total.min()) / 2
            windows = [window for window in windows if total[window].max() > middle]
        total += _falls(score, square, windows, whole, batch)
        forwards += len(windows)
    span = float(total.max() - total.min())
    return ((total - total.min()) / span if span > 0 else np.zeros_like(total)), forwards


def _falls(
    score: Callable[[npt.NDArray[np.uint8]], Floats],
    square: npt.NDArray[np.uint8],
    windows: list[Window],
    whole: float,
    batch: int,
) -> Floats:
    """How far the score falls below that of the whole picture: per place, the mean over windows that hide it."""
    fall, seen = (np.zeros(square.shape[:2], dtype=np.float32) for _ in range(2))
    for start in range(0, len(windows), batch):
        chosen = windows[start : start + batch]
        for window, hidden in zip(chosen, score(_hide(square, chosen)), strict=True):
            fall[window] += max(0.0, whole - float(hidden))
            seen[window] += 1
    return np.asarray(fall / np.maximum(seen, 1), dtype=np.float32)


def _windows(size: int, cells: int) -> list[Window]:
    edges = np.linspace(0, size, cells + 1).round().astype(int)
    spans = [slice(int(edges[max(0, at)]), int(edges[min(cells, at + 2)])) for at in range(-1, cells)]
    return [(rows, columns) for rows in spans for columns in spans]


def _hide(square: npt.NDArray[np.uint8], windows: list[Window]) -> npt.NDArray[np.uint8]:
    pictures = np.repeat(square[None], len(windows), axis=0)
    mean = square.mean(axis=(0, 1)).round().astype(np.uint8)
    for picture, window in zip(pictures, windows, strict=True):
        picture[window] = mean
    return pictures
