"""Shadows beside a coin: the ground, darker, growing darker by and by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import ndimage

from mlcore.images.ground import Mask
from mlcore.images.outlines import Box, Thing
from mlcore.images.scene import Scene

_PALE = 6.0
"""What stands out by less than this many times the contrast asked for may be a shadow."""
_SPARSE = 2
"""Of so many rows and columns, one is looked at to see whether a closer look is worth while."""
_FINE = 1280
"""Longer edge, in pixels, at which a shadow grows smoothly and a rim does not."""
_STEP = 24.0
"""Levels from one pixel to the next but one up to which darkness grows smoothly."""
_LESS_ROUND = 0.02
"""Roundness that may be lost together with a shadow: what is left of a rim in deep shade is ragged."""
_TINT = 12.0
"""Levels by which a shadow may differ from its ground's colour made darker."""
_DARKEST = 0.25
"""A shadow keeps this share of the ground's light."""


def without_shadows(scene: Scene, things: list[Thing]) -> tuple[Scene, list[Thing]]:
    """Return the same things without the shadows that they throw, and the finer scene in which these were seen.

    Where there is no shadow, or taking it off would not leave as many things, and as round ones, nothing changes.
    """
    if not 1 <= len(things) <= 2 or _pale_share(scene) <= scene.settings.shadow_reach:
        return scene, things
    if not all(_has_soft_edge(scene, thing) for thing in things):
        return scene, things
    fine = Scene(scene.canvas.image, replace(scene.settings, working_length=_FINE))
    fine.mask, fine.shaded = _lit(fine), True
    bare = fine.things()
    if len(bare) != len(things) or _roundness(bare) < _roundness(things) - _LESS_ROUND:
        return scene, things
    return fine, bare


def _roundness(things: list[Thing]) -> float:
    return sum(thing.roundness for thing in things)


def _pale_share(scene: Scene) -> float:
    """Return by what share rows and columns with objects grow fewer when only strong contrasts are looked at."""
    few = np.ascontiguousarray(scene.pixels[::_SPARSE, ::_SPARSE])
    masks = scene.mask[::_SPARSE, ::_SPARSE], scene.ground.stands_out(few, _PALE * scene.contrast)
    seen, kept = (int(np.count_nonzero(mask.any(axis=0)) + np.count_nonzero(mask.any(axis=1))) for mask in masks)
    return 1 - kept / max(1, seen)


def _has_soft_edge(scene: Scene, thing: Thing) -> bool:
    return sum(_smooth(scene, band, place % 2) for place, band in enumerate(scene.bands(thing))) >= 2


def _smooth(scene: Scene, band: Box, axis: int) -> bool:
    """Whether there is hardly a sharp step across a band along a thing's edge: a rim makes many."""
    levels = scene.canvas.part(band)[..., 1].astype(np.int16)
    levels = levels if axis == 0 else levels.T
    steps = np.abs(levels[:, 2:] - levels[:, :-2])
    return bool(steps.size) and float((steps.max(axis=1) >= _STEP).mean()) < 0.05


def _lit(scene: Scene) -> Mask:
    """Take from the mask what the ground reaches through pixels of its own colour, darker, without a sharp step."""
    height, width = scene.mask.shape
    level = scene.ground.levels((0, 0, width, height), (width, height))
    colours = scene.pixels[..., :3].astype(np.float32)
    light = (colours * level).sum(axis=2) / np.maximum(1.0, (level * level).sum(axis=2))
    tint = np.abs(colours - light[..., None] * level).max(axis=2)
    steps = ndimage.morphological_gradient(ndimage.uniform_filter(colours.mean(axis=2), 3), size=3)
    dim = scene.mask & (light < 1) & (light > _DARKEST) & (tint < _TINT) & (steps < _STEP)
    reached = ndimage.binary_propagation(~scene.mask, mask=dim | ~scene.mask)
    lit: Mask = ndimage.binary_opening(scene.mask & ~reached, structure=np.ones((3, 3), dtype=bool))
    return lit
