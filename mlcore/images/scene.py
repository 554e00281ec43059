"""A photograph looked at as ground and what stands on it: first reduced, then exactly where it matters."""

from __future__ import annotations

from PIL import Image

from mlcore.images.canvas import Canvas
from mlcore.images.edges import exact_boxes, rim_bands
from mlcore.images.ground import Ground, Mask, Pixels, find_ground
from mlcore.images.outlines import Box, Thing, measure_thing
from mlcore.images.pieces import find_boxes, parted, two_apart
from mlcore.images.settings import CropSettings


class Scene:
    """A picture, its ground, and the mask of what stands on it, reduced to the working length."""

    def __init__(self, image: Image.Image, settings: CropSettings) -> None:
        self.settings = settings
        self.canvas = Canvas(image if image.mode == "RGB" else image.convert("RGB"))
        self.factor = max(1, -(-max(image.size) // settings.working_length))
        self.pixels = self.canvas.sampled(self.factor)
        self.ground = find_ground(self.pixels, tolerance=settings.ground_tolerance)
        self.threshold = self._threshold(self.ground)
        """Contrast asked for in the whole picture; in the reduced one, whose noise may be less, `contrast`."""
        if self.factor > 1 and self.ground.noise > settings.grain and self.ground.share > 0.5:
            self.pixels = self._averaged()
            self.ground = find_ground(self.pixels, tolerance=settings.ground_tolerance)
        self.contrast = self._threshold(self.ground)
        self.mask: Mask = self.ground.stands_out(self.pixels, self.contrast)
        self.shaded = False
        """Whether a shadow was taken off what was found."""

    def _averaged(self) -> Pixels:
        height, width = self.pixels.shape[:2]
        return Canvas(self.canvas.image.reduce(self.factor)).part((0, 0, width, height))

    def _threshold(self, ground: Ground) -> float:
        return max(self.settings.least_contrast, self.settings.noise_factor * ground.noise)

    def pair(self) -> list[Thing]:
        """Return what may be a coin, the longest first; two sides that touch are parted."""
        quick = [measure_thing(self.mask, box) for box in two_apart(self.mask)]
        if quick and self._needs_no_closer_look(*quick):
            return quick
        things = self.things()
        if len(things) == 1:
            boxes = parted(self.mask, things[0].box, self.settings.waist)
            things = [measure_thing(self.mask, box) for box in boxes] if len(boxes) > 1 else things
        return things

    def _needs_no_closer_look(self, one: Thing, other: Thing) -> bool:
        alike = min(one.length, other.length) >= 0.75 * max(one.length, other.length)
        round_enough = min(one.roundness, other.roundness) >= self.settings.quick_roundness
        return alike and round_enough

    def things(self, mask: Mask | None = None) -> list[Thing]:
        """Return what may be a coin, the longest first: dust, captions, bars and frames left out."""
        mask = self.mask if mask is None else mask
        smallest = max(3, round(self.settings.dust * min(mask.shape)))
        boxes = find_boxes(mask, smallest, self.settings.bar_slimness)
        found = [measure_thing(mask, box) for box in boxes]
        solid = [thing for thing in found if thing.slimness < self.settings.bar_slimness]
        solid.sort(key=lambda thing: -thing.length)
        return [thing for thing in solid if _breadth(thing) >= self.settings.minor * solid[0].length]

    def bands(self, thing: Thing) -> list[Box]:
        """Return where in the whole picture the thing's left, top, right and bottom edge must lie."""
        return rim_bands(thing, self.factor, self.canvas.image.size)

    def exact(self, things: list[Thing]) -> list[Box]:
        """Return the boxes in pixels of the whole picture, each edge looked for again near the reduced one."""
        if self.factor > 1 and not self.shaded:
            return exact_boxes(self.canvas, self.ground, self.threshold, things, self.factor)
        # The edge of a shadow would be taken for the rim.
        corners = ([edge * self.factor for edge in thing.box] for thing in things)
        return [(left, top, right, bottom) for left, top, right, bottom in corners]


def _breadth(thing: Thing) -> int:
    """The shorter edge, which tells words from coins; the longer one of what the picture's edge may have cut."""
    return thing.length if thing.chord else min(thing.width, thing.height)
