"""How like a coin an object's outline is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.spatial import ConvexHull, QhullError

from mlcore.images.ground import Mask

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom exclusive."""
Ends = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Thing:
    """Something that stands out from the ground, in pixels of the mask that it was found in."""

    box: Box
    roundness: float
    """Intersection over union of its outline and the ellipse in its box, 0..1."""
    chord: float
    """Longest stretch along an edge of the picture, over its own length that way; 0 where it touches none."""
    rows: tuple[Ends, Ends]
    """First column and the one after the last, counted from the box, in each row of the box."""
    columns: tuple[Ends, Ends]
    """First row and the one after the last in each column of the box."""

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

    @property
    def fullness(self) -> float:
        """Share of its box that lies within its outline, 0..1: 0.79 for an ellipse."""
        return float(self._filled().mean())

    def _filled(self) -> Mask:
        filled: Mask = _between(*self.rows, self.width) & _between(*self.columns, self.height).T
        return filled

    @property
    def solidity(self) -> float:
        """Share of its convex hull that lies within its outline, 0..1: low where coins overlap."""
        down = np.arange(self.height)
        points = np.concatenate([np.column_stack([ends, down + step]) for ends in self.rows for step in (0, 1)])
        try:
            return float(min(1.0, self._filled().sum() / ConvexHull(points).volume))
        except QhullError:  # all in one line
            return 1.0


def measure_thing(mask: Mask, box: Box) -> Thing:
    left, top, right, bottom = box
    part = np.ascontiguousarray(mask[top:bottom, left:right])
    rows, columns = _ends(part), _ends(np.ascontiguousarray(part.T))
    round_by = min(_overlap(*rows, part.shape[1]), _overlap(*columns, part.shape[0]))
    return Thing(box, round_by, _chord(mask, box, part), rows, columns)


def _ends(part: Mask) -> tuple[Ends, Ends]:
    """Return in each row the first true pixel and the one after the last; both 0 in a row without any."""
    first = part.argmax(axis=1)
    last = part.shape[1] - part[:, ::-1].argmax(axis=1)
    return first, last * part[np.arange(len(part)), first]


def _overlap(first: Ends, last: Ends, width: int) -> float:
    """Return the intersection over union with the ellipse, row by row."""
    start, stop, area = _ellipse(len(first), width)
    both = float(np.maximum(np.minimum(last, stop) - np.maximum(first, start), 0).sum())
    return both / max(1.0, float((last - first).sum()) + area - both)


@lru_cache(maxsize=4096)
def _ellipse(height: int, width: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float]:
    """Return where the ellipse in a box begins and ends in each row, and its area."""
    down = (np.arange(height) + 0.5) / height * 2 - 1
    half = np.sqrt(1 - down**2) * width / 2
    return width / 2 - half, width / 2 + half, float(2 * half.sum())


def _between(first: Ends, last: Ends, width: int) -> Mask:
    places = np.arange(width)
    between: Mask = (places >= first[:, None]) & (places < last[:, None])
    return between


def _chord(mask: Mask, box: Box, part: Mask) -> float:
    height, width = mask.shape
    if box[0] and box[1] and box[2] < width and box[3] < height:
        return 0.0
    touches = box[0] <= 0, box[2] >= width, box[1] <= 0, box[3] >= height
    lines = part[:, 0], part[:, -1], part[0], part[-1]
    return max((float(line.mean()) for line, touching in zip(lines, touches, strict=True) if touching), default=0.0)
