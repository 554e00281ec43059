"""Find the sides of a coin on a photograph, and cut them out; after the background scan of Reid & Arandjelović."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from mlcore.images.pieces import Box, Thing, measure_thing
from mlcore.images.refusals import Refusal, RefusedPicture
from mlcore.images.scene import CropSettings, Scene

__all__ = ["Crop", "CropSettings", "Refusal", "RefusedPicture", "cut", "find_sides", "find_single"]

_AGAIN = "Draw the two boxes by hand, or send another photograph."
_DEFAULT = CropSettings()


@dataclass(frozen=True)
class Crop:
    box: Box
    """Left, top, right, bottom in pixels of the picture given; right and bottom exclusive."""
    confidence: float
    """0..1: how round, whole and clear of the ground the side is; below 0.5 a person should look."""


def find_sides(image: Image.Image, settings: CropSettings = _DEFAULT) -> tuple[Crop, Crop]:
    """Return obverse (left) and reverse (right) of one coin on one picture, upright RGB.

    Raises RefusedPicture where the ground is uneven, or anything else than two like, round, whole sides lie on it.
    """
    scene = Scene(image, settings)
    _check_ground(scene, settings.ground_share, least_corners=3)
    things = scene.things()
    if len(things) == 1:
        things = _parted(scene, things[0])
    left, right = sorted(_check_pair(scene, things), key=lambda thing: thing.box[0])
    likeness = min(left.length, right.length) / max(left.length, right.length)
    return _crop(scene, left, likeness), _crop(scene, right, likeness)


def find_single(image: Image.Image, settings: CropSettings = _DEFAULT) -> Crop:
    """Return the one side on a picture, upright RGB; it may fill the picture and touch its edges.

    Raises RefusedPicture where the ground is uneven or another number of objects lies on it.
    """
    scene = Scene(image, settings)
    _check_ground(scene, settings.single_ground_share, least_corners=2)
    things = scene.things()
    if not things:
        raise _no_coin()
    if len(things) > 1:
        sentence = f"{len(things)} objects lie on the picture, one side was expected. {_AGAIN}"
        raise RefusedPicture(Refusal.MANY_OBJECTS, sentence)
    _check_shape(scene, things[0], "side", cut_by_edge=False)
    return _crop(scene, things[0], 1.0)


def _check_ground(scene: Scene, least_share: float, *, least_corners: int) -> None:
    ground = scene.ground
    if ground.corners < least_corners or ground.share < least_share:
        sentence = (
            f"The background is uneven: {ground.corners} of 4 corners and {ground.share:.0%} of the edge show one "
            f"colour. Take the photograph on a plain ground, or draw the boxes by hand."
        )
        raise RefusedPicture(Refusal.UNEVEN_BACKGROUND, sentence)


def _no_coin() -> RefusedPicture:
    sentence = "Nothing stands out from the background: no coin was found. Check that the right picture was sent."
    return RefusedPicture(Refusal.NO_COIN, sentence)


def _check_pair(scene: Scene, things: list[Thing]) -> list[Thing]:
    if not things:
        raise _no_coin()
    if len(things) == 1:
        sentence = "Only one side is on the picture. Send the other side too, or import it as a picture of one side."
        raise RefusedPicture(Refusal.ONE_SIDE, sentence)
    if len(things) > 2:
        sentence = f"{len(things)} objects lie on the picture; the two sides of one coin were expected. {_AGAIN}"
        raise RefusedPicture(Refusal.MANY_OBJECTS, sentence)
    one, other = things
    for thing in things:
        _check_shape(scene, thing, "left side" if thing.box[0] == min(one.box[0], other.box[0]) else "right side")
    wide = min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])
    if 2 * wide > min(one.width, other.width):
        sentence = f"The two sides lie one above the other; side by side was expected. {_AGAIN}"
        raise RefusedPicture(Refusal.STACKED, sentence)
    likeness = other.length / one.length
    if (
        likeness < scene.settings.least_likeness
        or abs(one.box[1] + one.box[3] - other.box[1] - other.box[3]) > one.height
    ):
        sentence = f"The two objects are unlike (one is {likeness:.0%} of the other, or lies higher). {_AGAIN}"
        raise RefusedPicture(Refusal.UNLIKE_SIDES, sentence)
    return things


def _check_shape(scene: Scene, thing: Thing, name: str, *, cut_by_edge: bool = True) -> None:
    settings, width, height = scene.settings, thing.width * scene.factor, thing.height * scene.factor
    if cut_by_edge and thing.chord > settings.most_chord:
        sentence = f"The {name} is cut off by the edge of the picture. Send the whole photograph."
        raise RefusedPicture(Refusal.CUT_BY_EDGE, sentence)
    if max(width, height) < settings.least_length:
        sentence = f"The {name} is only {width} x {height} pixels large. Send a larger photograph."
        raise RefusedPicture(Refusal.TOO_SMALL, sentence)
    if thing.slimness > settings.most_slimness or thing.roundness < settings.least_roundness:
        sentence = (
            f"The {name} has not the outline of a coin ({width} x {height} pixels, {thing.roundness:.0%} round): "
            f"several coins may overlap. {_AGAIN}"
        )
        raise RefusedPicture(Refusal.NOT_ROUND, sentence)


def _parted(scene: Scene, thing: Thing) -> list[Thing]:
    """Part two sides that touch, at the waist between them; give back the one thing where it has none."""
    left, top, right, bottom = thing.box
    heights = scene.mask[top:bottom, left:right].sum(axis=0)
    first, last = round(0.35 * thing.width), round(0.65 * thing.width)
    if thing.width < 1.5 * thing.height or last <= first:
        return [thing]
    waist = first + int(heights[first:last].argmin())
    if heights[waist] > scene.settings.waist * thing.height:
        return [thing]
    halves = []
    for start, stop in ((left, left + waist), (left + waist, right)):
        rows = np.flatnonzero(scene.mask[top:bottom, start:stop].any(axis=1))
        halves.append(measure_thing(scene.mask, (start, top + int(rows[0]), stop, top + int(rows[-1]) + 1)))
    return halves


def _crop(scene: Scene, thing: Thing, likeness: float) -> Crop:
    round_enough = min(1.0, thing.roundness / 0.95)
    confidence = round_enough**2 * (1.0 - thing.chord / 2) * likeness * min(1.0, scene.ground.share / 0.7)
    return Crop(scene.exact(thing), round(float(np.clip(confidence, 0, 1)), 3))


def cut(image: Image.Image, crop: Crop, *, size: int, margin: float = 0.03) -> Image.Image:
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
    square = Image.new("RGB", (edge, edge), Scene(picture, _DEFAULT).ground.colour)
    square.paste(side, ((edge - side.width) // 2, (edge - side.height) // 2))
    return square
