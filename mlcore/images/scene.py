"""A photograph looked at as ground and what stands on it: first reduced, then exactly where it matters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from mlcore.images.ground import Mask, Pixels, find_ground
from mlcore.images.pieces import Box, Thing, find_boxes, measure_thing


@dataclass(frozen=True)
class CropSettings:
    """Thresholds of the scan."""

    working_length: int = 240
    """Longer edge, in pixels, of the reduced picture on which objects are found."""
    ground_tolerance: float = 28.0
    """Levels (0..255) by which a pixel at the edge may differ from the ground's colour and still be ground."""
    ground_share: float = 0.65
    """Least share of the picture's edge that must show the ground where two sides are looked for."""
    single_ground_share: float = 0.2
    """The same for a picture of one side, which may fill it from edge to edge."""
    least_contrast: float = 11.0
    """Levels by which a pixel must differ from the ground to belong to an object."""
    noise_factor: float = 4.0
    """The contrast asked for is at least this many standard deviations of the ground."""
    dust: float = 0.02
    """Pieces shorter than this share of the picture's shorter edge are not looked at."""
    minor: float = 0.3
    """Objects shorter than this share of the longest one are captions and marks; longer ones count as coins."""
    bar_slimness: float = 4.0
    """Objects this many times longer than wide are scale bars or lines."""
    most_slimness: float = 1.45
    """A side's box may be this many times longer than wide."""
    least_roundness: float = 0.72
    """Least intersection over union of a side's outline and the ellipse in its box."""
    most_chord: float = 0.55
    """A side that lies along the picture's edge for more than this share of its length is cut by it."""
    least_likeness: float = 0.7
    """Least ratio of the two sides' lengths."""
    waist: float = 0.75
    """Sides that touch are parted where the object is narrower than this share of its height."""
    least_length: int = 24
    """Pixels; a side smaller than this shows nothing."""

    def __post_init__(self) -> None:
        shares = (
            self.ground_share,
            self.single_ground_share,
            self.dust,
            self.minor,
            self.least_roundness,
            self.most_chord,
            self.waist,
        )
        if not all(0 <= share <= 1 for share in (*shares, self.least_likeness)):
            raise ValueError("Shares of CropSettings lie between 0 and 1.")
        if self.working_length < 64 or min(self.bar_slimness, self.most_slimness) < 1:
            raise ValueError("working_length is at least 64, and a slimness at least 1.")


class Scene:
    """A picture, its ground, and the mask of what stands on it, reduced to the working length."""

    def __init__(self, image: Image.Image, settings: CropSettings) -> None:
        self.settings = settings
        self.image = image if image.mode == "RGB" else image.convert("RGB")
        self.factor = max(1, -(-max(image.size) // settings.working_length))
        small = self.image.reduce(self.factor) if self.factor > 1 else self.image
        pixels: Pixels = np.asarray(small)
        self.ground = find_ground(pixels, tolerance=settings.ground_tolerance)
        self.threshold = max(settings.least_contrast, settings.noise_factor * self.ground.noise)
        self.mask: Mask = self.ground.stands_out(pixels, self.threshold)

    @cached_property
    def whole(self) -> Pixels:
        return np.asarray(self.image)

    def things(self) -> list[Thing]:
        """Return what may be a coin, the longest first: dust, captions and bars left out."""
        smallest = max(3, round(self.settings.dust * min(self.mask.shape)))
        found = [measure_thing(self.mask, box) for box in find_boxes(self.mask, smallest, self.settings.bar_slimness)]
        solid = [thing for thing in found if thing.slimness < self.settings.bar_slimness]
        solid.sort(key=lambda thing: -thing.length)
        return [thing for thing in solid if thing.length >= self.settings.minor * solid[0].length]

    def exact(self, thing: Thing) -> Box:
        """Return the box in pixels of the whole picture, each edge looked for again near where the reduced one lies."""
        if self.factor == 1:
            return thing.box
        height, width = self.whole.shape[:2]
        left, top, right, bottom = (edge * self.factor for edge in thing.box)
        right, bottom = min(right, width), min(bottom, height)
        return (
            self._edge((left, top, left, bottom), axis=0, last=False),
            self._edge((left, top, right, top), axis=1, last=False),
            self._edge((right, top, right, bottom), axis=0, last=True),
            self._edge((left, bottom, right, bottom), axis=1, last=True),
        )

    def _edge(self, line: Box, *, axis: int, last: bool) -> int:
        """Return where the object begins or ends in the strip around `line`, across which `axis` is summed."""
        slack, limit = 2 * self.factor, self.whole.shape[1 - axis]
        low, high = max(0, line[axis] - slack), min(limit, line[axis + 2] + slack)
        window = (low, line[1], high, line[3]) if axis == 0 else (line[0], low, line[2], high)
        mask = self.ground.stands_out(self.whole, self.threshold, window=window)
        seen = np.flatnonzero(mask.sum(axis=axis) > self.factor)
        if not len(seen):
            return line[axis]
        return low + (int(seen[-1]) + 1 if last else int(seen[0]))
