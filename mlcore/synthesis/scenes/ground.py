"""What scenes share: the ground line and a figure upon it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..body import engrave_body
from ..pose import Crown, Dress, Pose
from ..relief import Pen

Scene = Callable[[Pen, np.random.Generator], None]


GROUND = 0.60


TALL = 1.36


def ground(pen: Pen, width: float = 0.42) -> Pen:
    pen.stroke([(-width, GROUND + 0.02), (width, GROUND + 0.02)], (0.010,), 0.9)
    return pen.at(0.0, GROUND, TALL)


def person(
    pen: Pen,
    pose: Pose,
    dress: Dress,
    rng: np.random.Generator,
    crown: Crown = "none",
    *,
    concepts: tuple[str, ...] = ("standing",),
    **how: bool,
) -> None:
    with pen.relief.figure(*concepts):
        engrave_body(pen, pose.varied(rng, 0.006), dress, rng, crown, **how)
