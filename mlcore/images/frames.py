"""Thin frames around a photograph, and borders of another colour outside them."""

from __future__ import annotations

import numpy as np

from mlcore.images.ground import Mask, Pixels
from mlcore.images.outlines import Box

_STEP = 10
"""Levels by which two lines of pixels differ on the two sides of a frame's edge."""
_ALONG = 0.85
"""Share of its length along which a line must differ from the one after the next."""


def inside_frame(pixels: Pixels, mask: Mask, reach: float) -> Box | None:
    """Return the box within a frame, or within those of its lines that are there; None where there is none.

    `mask`: what stands out from the ground; where nothing does near the edges, there is no frame. Its lines run along
    whole edges. `reach`: how far from them, as a share of the picture's shorter edge, they may lie.
    """
    height, width = pixels.shape[:2]
    deep = round(reach * min(height, width)) + 2
    near = mask[:deep].any() or mask[-deep:].any() or mask[:, :deep].any() or mask[:, -deep:].any()
    if not near or min(height, width) < 3 * deep:
        return None
    upright = pixels[deep:-deep].swapaxes(0, 1)
    level = pixels[:, deep:-deep]
    left, right = _last_step(upright[:deep]), _last_step(upright[: -deep - 1 : -1])
    top, bottom = _last_step(level[:deep]), _last_step(level[: -deep - 1 : -1])
    if not any((left, top, right, bottom)):
        return None
    return left, top, width - right, height - bottom


def _last_step(lines: Pixels) -> int:
    """Return how many lines, counted from the edge, to leave out so that no step runs along what is left."""
    levels = lines[..., :3].astype(np.int16)
    steps = np.abs(levels[2:] - levels[:-2]) >= _STEP
    along = (steps[..., 0] | steps[..., 1] | steps[..., 2]).mean(axis=1)
    found = np.flatnonzero(along >= _ALONG)
    return int(found[-1]) + 3 if len(found) else 0
