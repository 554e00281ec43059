"""Hierarchical perturbation: hide parts of the picture, and look closer only where hiding mattered.

Cooper, Arandjelović and Harris, "Believe the HiPe: hierarchical perturbation for fast, robust, and model-agnostic
saliency mapping", 2022.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from mlcore.contract import LearningError
from mlcore.explain.methods import spread

Floats = npt.NDArray[np.float32]
Squares = npt.NDArray[np.uint8]
Window = tuple[slice, slice]
Perturbation = Literal["mean", "blur"]
FIRST_GRID = 4
"""Cells along an edge at the first depth; each depth has twice as many."""
BLUR = 1 / 16
"""Radius of the blur as a share of the picture's edge."""


def hipe(
    score: Callable[[Squares], Floats],
    square: Squares,
    *,
    depth: int = 3,
    batch: int = 32,
    perturbation: Perturbation = "mean",
) -> tuple[Floats, int]:
    """Map of how much the score falls when a place is hidden, and how many pictures the model was shown.

    `score` takes pictures (n, size, size, channels) and gives (n,), for instance a logit; `square` is one picture.
    At each depth windows of 2 x 2 cells, overlapping by half, are replaced by the picture's mean, or by the same place
    of the picture blurred; at the next, half as large, only those that touch a place above the middle of the map's
    range so far. Returns (size, size) in 0..1, all 0 where no hiding lowers the score. Raises LearningError where
    `depth` asks for cells smaller than a pixel.
    """
    check_depth(square.shape[0], depth)
    whole, veil = float(score(square[None])[0]), veil_of(square, perturbation)
    total, forwards = np.zeros(square.shape[:2], dtype=np.float32), 1
    for level in range(depth):
        added, shown = _falls(score, square, veil, windows_of(total, level), whole, batch)
        total += added
        forwards += shown
    return spread(total), forwards


def _falls(
    score: Callable[[Squares], Floats],
    square: Squares,
    veil: Squares,
    windows: Iterator[Window],
    whole: float,
    batch: int,
) -> tuple[Floats, int]:
    """How far the score falls below that of the whole picture: per place, the mean over the windows that hide it.

    Windows are chosen, hidden, scored and added up a batch at a time in one buffer, so that memory depends on neither
    the depth nor the number of windows.
    """
    fall, seen = (np.zeros(square.shape[:2], dtype=np.float32) for _ in range(2))
    buffer, shown = np.empty((batch, *square.shape), dtype=np.uint8), 0
    while chosen := list(islice(windows, batch)):
        hidden = buffer[: len(chosen)]
        hidden[:] = square
        for picture, window in zip(hidden, chosen, strict=True):
            picture[window] = veil[window]
        for window, left in zip(chosen, score(hidden), strict=True):
            fall[window] += max(0.0, whole - float(left))
            seen[window] += 1
        shown += len(chosen)
    return np.asarray(fall / np.maximum(seen, 1), dtype=np.float32), shown


def windows_of(total: Floats, level: int) -> Iterator[Window]:
    """The windows of a level, by rows; below the first level, those that touch a place above the middle of the range of
    the map so far. `total` (size, size) must not change meanwhile."""
    cells = FIRST_GRID * 2**level
    edges = np.linspace(0, len(total), cells + 1).round().astype(int)
    spans = [slice(int(edges[max(0, at)]), int(edges[min(cells, at + 2)])) for at in range(-1, cells)]
    middle = (float(total.max()) + float(total.min())) / 2
    for rows in spans:
        for columns in spans:
            if not level or total[rows, columns].max() > middle:
                yield rows, columns


def veil_of(square: Squares, perturbation: Perturbation) -> Squares:
    """What stands where the picture is hidden: (size, size, channels)."""
    if perturbation == "mean":
        return np.broadcast_to(square.mean(axis=(0, 1)).round().astype(np.uint8), square.shape)
    blur = ImageFilter.GaussianBlur(BLUR * square.shape[0])
    channels = [np.asarray(Image.fromarray(channel).filter(blur)) for channel in np.moveaxis(square, -1, 0)]
    return np.stack(channels, axis=-1)


def check_depth(size: int, depth: int) -> None:
    """Raises LearningError for a depth that a picture of `size` pixels does not have."""
    deepest = int(np.log2(max(1, size / FIRST_GRID))) + 1
    if not 1 <= depth <= deepest:
        raise LearningError(
            f"The depth of HiPe is {depth}; for pictures of {size} pixels it must be from 1 to {deepest}."
        )
