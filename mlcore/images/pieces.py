"""What stands on the ground: pieces of a mask, joined to objects, and measured as a coin would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from mlcore.images.ground import Mask

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom exclusive."""

_MOST_PIECES = 400
"""More pieces than this are texture, not objects; joining them would take long and mean nothing."""


@dataclass(frozen=True)
class Thing:
    """Something that stands out from the ground, in pixels of the mask that it was found in."""

    box: Box
    roundness: float
    """Intersection over union of its filled outline and the ellipse in its box, 0..1."""
    chord: float
    """Longest stretch along an edge of the picture, over its own length that way; 0 where it touches none."""

    @property
    def width(self) -> int:
        return self.box[2] - self.box[0]

    @property
    def height(self) -> int:
        return self.box[3] - self.box[1]

    @property
    def length(self) -> int:
        return max(self.width, self.height)

    @property
    def slimness(self) -> float:
        """Longer edge over shorter edge of the box, >= 1."""
        return self.length / max(1, min(self.width, self.height))


def find_boxes(mask: Mask, smallest: int, slimmest: float) -> list[Box]:
    """Return the boxes of connected pieces, those that overlap joined.

    Left out: dust shorter than `smallest` pixels, and lines that run along half of the picture and are `slimmest` times
    longer than wide, such as scale bars, which would join what they pass.
    """
    labels, count = ndimage.label(mask, structure=np.ones((3, 3), dtype=int))
    boxes = []
    for rows, columns in ndimage.find_objects(labels) if count else []:
        box = (columns.start, rows.start, columns.stop, rows.stop)
        short, long = sorted((box[2] - box[0], box[3] - box[1]))
        line = long >= slimmest * short and 2 * long >= min(mask.shape)
        if long >= smallest and not line:
            boxes.append(box)
    return _joined(boxes[:_MOST_PIECES])


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


def measure_thing(mask: Mask, box: Box) -> Thing:
    left, top, right, bottom = box
    part = mask[top:bottom, left:right]
    filled = _between(part) & _between(part.T).T
    disc = _ellipse(*part.shape)
    roundness = float((filled & disc).sum() / max(1, (filled | disc).sum()))
    return Thing(box, roundness, _chord(mask, box, part))


def _between(part: Mask) -> Mask:
    """Fill each row from its first to its last true pixel."""
    forward = np.logical_or.accumulate(part, axis=1)
    backward = np.logical_or.accumulate(part[:, ::-1], axis=1)[:, ::-1]
    filled: Mask = forward & backward
    return filled


def _ellipse(height: int, width: int) -> Mask:
    down = (np.arange(height) + 0.5) / height * 2 - 1
    across = (np.arange(width) + 0.5) / width * 2 - 1
    inside: Mask = down[:, None] ** 2 + across[None, :] ** 2 <= 1
    return inside


def _chord(mask: Mask, box: Box, part: Mask) -> float:
    height, width = mask.shape
    touches = box[0] <= 0, box[2] >= width, box[1] <= 0, box[3] >= height
    lines = part[:, 0], part[:, -1], part[0], part[-1]
    return max((float(line.mean()) for line, touching in zip(lines, touches, strict=True) if touching), default=0.0)
