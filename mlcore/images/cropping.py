"""Find the sides of a coin on a photograph, and cut them out; after the background scan of Reid & Arandjelović."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PIL import Image

from mlcore.images import checks
from mlcore.images.checks import BESIDE, STACKED, Layout
from mlcore.images.frames import inside_frame
from mlcore.images.outlines import Box, Thing
from mlcore.images.refusals import Refusal, RefusedPicture
from mlcore.images.scene import Scene
from mlcore.images.settings import DEFAULT, CropSettings
from mlcore.images.shadows import without_shadows

__all__ = [
    "Crop",
    "CropSettings",
    "Refusal",
    "RefusedPicture",
    "cut",
    "find_sides",
    "find_single",
    "find_stacked",
]

_ROUND = 0.93
"""Roundness of a whole flan: no more confidence is to be had from it."""
_CLEAR_SHARE = 0.75
"""Share of the edge that shows the ground from which on its evenness is beyond doubt."""
_FINE_LENGTH = 100
"""Pixels of a side's length from which on one more or less does not matter."""
_SHADED = 0.7
"""Confidence that is left where a shadow was taken off a side."""


MARGIN = 0.03
"""Share of the square crop that is left free on every edge."""


@dataclass(frozen=True)
class Crop:
    box: Box
    """Left, top, right, bottom in pixels of the picture given; right and bottom exclusive."""
    confidence: float
    """0..1, the product of: how like an ellipse the outline is, how clear of the picture's edge, how like the other
    side in size, how much of the edge shows the ground, how quiet the ground is, how many pixels there are to see; less
    where a shadow was taken off. Below 0.5 a person should look: it orders crops by doubt and is no probability."""


def find_sides(image: Image.Image, settings: CropSettings = DEFAULT) -> tuple[Crop, Crop]:
    """Return obverse (left) and reverse (right) of one coin on one picture, upright RGB.

    Raises RefusedPicture where the ground is uneven, or anything else than two like, round, whole sides lie on it.
    """
    one, other = _within_frame(image, settings, lambda scene: _pair(scene, BESIDE))
    return one, other


def find_stacked(image: Image.Image, settings: CropSettings = DEFAULT) -> tuple[Crop, Crop]:
    """Return obverse (above) and reverse (below) of one coin on one picture, upright RGB. Raises as `find_sides`."""
    turned = image.transpose(Image.Transpose.TRANSPOSE)
    crops = _within_frame(turned, settings, lambda scene: _pair(scene, STACKED))
    above, below = (
        Crop((top, left, bottom, right), crop.confidence) for crop in crops for left, top, right, bottom in [crop.box]
    )
    return above, below


def find_single(image: Image.Image, settings: CropSettings = DEFAULT) -> Crop:
    """Return the one side on a picture, upright RGB; it may fill the picture and touch its edges.

    Raises RefusedPicture where the ground is uneven or another number of objects lies on it.
    """
    (crop,) = _within_frame(image, settings, _single)
    return crop


def _within_frame(image: Image.Image, settings: CropSettings, look: Callable[[Scene], list[Crop]]) -> list[Crop]:
    """Look at the picture, and where it is refused, at what lies within a thin frame, if it has one."""
    scene = Scene(image, settings)
    try:
        return look(scene)
    except RefusedPicture:
        inside = inside_frame(scene.pixels, scene.mask, settings.frame_reach)
        if inside is None:
            raise
    left, top, right, bottom = (edge * scene.factor for edge in inside)
    return [
        replace(crop, box=(crop.box[0] + left, crop.box[1] + top, crop.box[2] + left, crop.box[3] + top))
        for crop in look(Scene(image.crop((left, top, right, bottom)), settings))
    ]


def _pair(scene: Scene, layout: Layout) -> list[Crop]:
    checks.check_ground(scene, scene.settings.ground_share, least_corners=3)
    scene, things = without_shadows(scene, scene.pair())
    one, other = checks.check_pair(scene, things, layout)
    likeness = min(one.length, other.length) / max(one.length, other.length)
    return _crops(scene, [one, other], likeness)


def _single(scene: Scene) -> list[Crop]:
    checks.check_ground(scene, scene.settings.single_ground_share, least_corners=2)
    scene, things = without_shadows(scene, scene.things())
    return _crops(scene, [checks.check_single(scene, things)], 1.0)


def _crops(scene: Scene, things: list[Thing], likeness: float) -> list[Crop]:
    ground = min(1.0, scene.ground.share / _CLEAR_SHARE) * scene.settings.least_contrast / scene.contrast
    shared = ground * likeness * (_SHADED if scene.shaded else 1.0)
    return [
        Crop(box, round(_own_confidence(thing, box) * shared, 3))
        for thing, box in zip(things, scene.exact(things), strict=True)
    ]


def _own_confidence(thing: Thing, box: Box) -> float:
    length = max(box[2] - box[0], box[3] - box[1])
    outline = min(1.0, thing.roundness / _ROUND) ** 2
    return outline * (1 - thing.chord / 2) * min(1.0, length / _FINE_LENGTH)


def cut(image: Image.Image, crop: Crop, *, size: int, margin: float = MARGIN) -> Image.Image:
    """Return the side centred on a square of the ground's colour, at most `size` pixels wide.

    `margin`: share of the square left free on every edge, so that a rim is never cut.
    """
    picture = image if image.mode == "RGB" else image.convert("RGB")
    side = picture.crop(crop.box)
    length = max(side.size)
    scale = min(1.0, size * (1 - 2 * margin) / length)
    if scale < 1:
        small = max(1, round(side.width * scale)), max(1, round(side.height * scale))
        side = side.resize(small, Image.Resampling.LANCZOS, reducing_gap=3.0)
    edge = min(size, max(1, round(max(side.size) / (1 - 2 * margin))))
    square = Image.new("RGB", (edge, edge), Scene(picture, DEFAULT).ground.colour)
    square.paste(side, ((edge - side.width) // 2, (edge - side.height) // 2))
    return square
