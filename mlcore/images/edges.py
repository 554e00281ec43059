"""The rim of a side to the pixel, looked for in thin bands of the whole picture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mlcore.images.canvas import Canvas
from mlcore.images.ground import Ground, Mask
from mlcore.images.outlines import Box, Thing

_NEAR_RIM = 2
"""Reduced pixels from the outermost one: a row or column that comes so near to it may hold the outermost whole one."""


def exact_boxes(canvas: Canvas, ground: Ground, threshold: float, things: list[Thing], factor: int) -> list[Box]:
    """Return the boxes of things found on a picture reduced by `factor`, in pixels of the whole picture."""
    bands = [band for thing in things for band in rim_bands(thing, factor, canvas.image.size)]
    masks = _masks(canvas, ground, threshold, bands)
    edges = [
        _edge(mask, band, place % 4, things[place // 4].box[place % 4] * factor, factor)
        for place, (mask, band) in enumerate(zip(masks, bands, strict=True))
    ]
    return [(edges[at], edges[at + 1], edges[at + 2], edges[at + 3]) for at in range(0, len(edges), 4)]


def rim_bands(thing: Thing, factor: int, size: tuple[int, int]) -> list[Box]:
    """Return for left, top, right and bottom where the outermost pixels must lie."""
    left, top, right, bottom = thing.box
    (first_column, last_column), (first_row, last_row) = thing.rows, thing.columns
    along = (
        _stretch(first_column <= _NEAR_RIM, top),
        _stretch(first_row <= _NEAR_RIM, left),
        _stretch(last_column >= thing.width - _NEAR_RIM, top),
        _stretch(last_row >= thing.height - _NEAR_RIM, left),
    )
    bands = []
    for place, edge in enumerate((left, top, right, bottom)):
        low, high = (edge - 2, edge + 1) if place < 2 else (edge - 1, edge + 2)
        start, stop = along[place]
        box = (low, start, high, stop) if place % 2 == 0 else (start, low, stop, high)
        whole = [min(max(0, each * factor), size[axis % 2]) for axis, each in enumerate(box)]
        bands.append((whole[0], whole[1], whole[2], whole[3]))
    return bands


def _stretch(near: Mask, start: int) -> tuple[int, int]:
    first = int(near.argmax())
    return start + first - 1, start + len(near) - int(near[::-1].argmax()) + 1


def _masks(canvas: Canvas, ground: Ground, threshold: float, bands: list[Box]) -> list[Mask]:
    parts = [canvas.part(band) for band in bands]
    if not ground.plain:
        size = canvas.image.size
        return [ground.stands_out(part, threshold, band, size) for part, band in zip(parts, bands, strict=True)]
    # One comparison for all bands: each is too thin to be worth a call of its own.
    seen = ground.differs(np.concatenate([part.reshape(-1) for part in parts]), threshold)
    ends = np.cumsum([part.size // 4 for part in parts]).tolist()
    return [seen[end - part.size // 4 : end].reshape(part.shape[:2]) for end, part in zip(ends, parts, strict=True)]


def _edge(mask: Mask, band: Box, place: int, expected: int, factor: int) -> int:
    """Return where the object begins (left, top) or ends (right, bottom); `expected` where nothing is seen."""
    axis = place % 2
    counts: npt.NDArray[np.intp] = mask.sum(axis=axis)
    (seen,) = (counts > min(factor, 4)).nonzero()
    limit = band[axis + 2]
    if not len(seen):
        return min(expected, limit)
    return band[axis] + int(seen[0] if place < 2 else seen[-1] + 1)
