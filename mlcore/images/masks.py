"""Which pixels of a side are coin: for augmenting and matching, where the ground would tell more than the coin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from mlcore.images.cropping import Crop
from mlcore.images.ground import Mask
from mlcore.images.outlines import measure_thing
from mlcore.images.scene import Scene
from mlcore.images.settings import DEFAULT, CropSettings
from mlcore.images.shadows import without_shadows

_LENGTH = 320
"""Longer edge, in pixels, at which the outline of a side is drawn."""
_GAP = 0.015
"""Share of the side's length across which gaps in a pale rim are closed, and specks forgotten."""
_HOLE = 0.002
"""Share of the side's box that a hole takes at least: less is a highlight."""
_ROUND_HOLE = 0.7
"""Roundness of a hole; patches of ground-coloured metal are ragged."""


def coin_mask(image: Image.Image, crop: Crop, settings: CropSettings = DEFAULT) -> npt.NDArray[np.bool_]:
    """Return the foreground in the crop's box, height x width of the box, true where the coin is.

    `image`: upright RGB, the one that the crop was found on. Metal as pale as the ground counts as coin where coin
    encloses it; a round hole through the flan, and what is broken off, do not.
    """
    scene, box = _seen(image, crop, settings)
    part = scene.mask[box[1] : box[3], box[0] : box[2]]
    coin = _filled(part) if part.any() else part
    height, width = crop.box[3] - crop.box[1], crop.box[2] - crop.box[0]
    rows, columns = (np.arange(most) * few // most for most, few in zip((height, width), coin.shape, strict=True))
    whole: Mask = coin[rows][:, columns]
    return whole


def _seen(image: Image.Image, crop: Crop, settings: CropSettings) -> tuple[Scene, tuple[int, int, int, int]]:
    """Return a scene in which the side is about _LENGTH long, shadows taken off, and its box there."""
    length = max(crop.box[2] - crop.box[0], crop.box[3] - crop.box[1], 1)
    fine = replace(settings, working_length=max(64, max(image.size) * _LENGTH // length))
    scene = Scene(image, fine)
    scene, _ = without_shadows(scene, [measure_thing(scene.mask, _scaled(crop, scene))])
    return scene, _scaled(crop, scene)


def _scaled(crop: Crop, scene: Scene) -> tuple[int, int, int, int]:
    height, width = scene.mask.shape
    left, top, right, bottom = (round(edge / scene.factor) for edge in crop.box)
    left, top = min(left, width - 1), min(top, height - 1)
    return left, top, min(width, max(right, left + 1)), min(height, max(bottom, top + 1))


def _filled(part: Mask) -> Mask:
    """Close the outline, leave out specks beside the coin, fill it, and open its holes."""
    reach = max(1, round(_GAP * max(part.shape)))
    padded = np.pad(part, 2 * reach)
    closed = ndimage.binary_closing(padded, iterations=reach)
    labels, count = ndimage.label(ndimage.binary_fill_holes(closed))
    sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    coin = labels == 1 + int(sizes.argmax())
    inside = ndimage.binary_opening(coin & ~padded, iterations=reach)
    coin &= ~_holes(inside, _HOLE * part.size)
    filled: Mask = coin[2 * reach : -2 * reach, 2 * reach : -2 * reach]
    return filled


def _holes(inside: Mask, least: float) -> Mask:
    holes = np.zeros_like(inside)
    labels, _ = ndimage.label(inside)
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), 1):
        piece = labels[rows, columns] == number
        hole = measure_thing(piece, (0, 0, piece.shape[1], piece.shape[0]))
        if piece.sum() >= least and hole.roundness >= _ROUND_HOLE and hole.slimness < 2:
            holes[rows, columns] |= piece
    return holes
