"""What stands on the ground: pieces of a mask, joined to objects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from mlcore.images.ground import Mask
from mlcore.images.outlines import Box

_MOST_PIECES = 400
"""More pieces than this are texture, not objects; joining them would take long and mean nothing."""
_EIGHT = np.ones((3, 3), dtype=int)


def two_apart(mask: Mask) -> list[Box]:
    """Return the boxes of two objects with a column of ground between them and nothing above, below or beside them.

    The scan of Reid & Arandjelović, from both sides at once. An empty list says only that a closer look is needed.
    """
    columns = _runs(np.logical_or.reduce(mask, axis=0))
    if len(columns) != 2:
        return []
    boxes = []
    for left, right in columns:
        rows = _runs(np.logical_or.reduce(mask[:, left:right], axis=1))
        if len(rows) != 1:
            return []
        boxes.append((left, rows[0][0], right, rows[0][1]))
    return boxes


def _runs(line: Mask) -> list[tuple[int, int]]:
    steps = (line[1:] != line[:-1]).nonzero()[0] + 1
    if len(steps) > 8:
        return []
    ends = [*([0] if line[0] else []), *steps.tolist(), *([len(line)] if line[-1] else [])]
    return list(zip(ends[::2], ends[1::2], strict=True))


def find_boxes(mask: Mask, smallest: int, slimmest: float) -> list[Box]:
    """Return the boxes of connected pieces, those that overlap joined.

    Left out: dust shorter than `smallest` pixels; lines that run along half of the picture and are `slimmest` times
    longer than wide, such as scale bars, which would join what they pass; and frames around sides.
    """
    labels, count = ndimage.label(mask, structure=_EIGHT)
    boxes = []
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels) if count else [], 1):
        box = (columns.start, rows.start, columns.stop, rows.stop)
        short, long = sorted((box[2] - box[0], box[3] - box[1]))
        line = long >= slimmest * short and 2 * long >= min(mask.shape)
        if long < smallest or line or (3 * long >= min(mask.shape) and _frames(labels[rows, columns] == number)):
            continue
        boxes.append(box)
    return _joined(boxes[:_MOST_PIECES])


def _frames(piece: Mask) -> bool:
    """Whether it is drawn along the edges of its own box and nowhere else: a frame, or a corner of one."""
    deep = max(2, round(0.04 * max(piece.shape)))
    inside = piece[deep:-deep, deep:-deep]
    return bool(inside.size and inside.mean() < 0.01)


def _joined(boxes: Sequence[Box]) -> list[Box]:
    waiting, done = list(boxes), list[Box]()
    while waiting:
        box = waiting.pop()
        other = next((index for index, other in enumerate(waiting) if _belong(box, other)), None)
        if other is None:
            done.append(box)
        else:
            near = waiting.pop(other)
            joined = min(box[0], near[0]), min(box[1], near[1]), max(box[2], near[2]), max(box[3], near[3])
            waiting += [joined, *done]
            done = []
    return done


def _belong(one: Box, other: Box) -> bool:
    """Whether a third of the smaller box lies in the larger: flakes of one coin do, neighbours on the tray do not."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return wide > 0 and high > 0 and 3 * wide * high >= smaller


def parted(mask: Mask, box: Box, narrowest: float) -> list[Box]:
    """Part two sides that touch, where they are at most `narrowest` of their height; else give back the one box."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    heights = mask[top:bottom, left:right].sum(axis=0)
    first, last = round(0.35 * width), round(0.65 * width)
    if width < 1.5 * height or last <= first:
        return [box]
    waist = first + int(heights[first:last].argmin())
    if heights[waist] > narrowest * height:
        return [box]
    halves = []
    for start, stop in ((left, left + waist), (left + waist, right)):
        rows = np.flatnonzero(mask[top:bottom, start:stop].any(axis=1))
        halves.append((start, top + int(rows[0]), stop, top + int(rows[-1]) + 1))
    return halves
