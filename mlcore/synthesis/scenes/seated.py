"""Gods on thrones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .. import attributes as held
from ..animals import eagle
from ..body import engrave_body
from ..pose import Pose
from ..relief import Pen
from .ground import ground, person

SEATED = Pose(
    head=(0.02, -0.89),
    neck=(0.03, -0.80),
    near_shoulder=(-0.06, -0.77),
    far_shoulder=(0.15, -0.77),
    near_hip=(0.06, -0.42),
    far_hip=(0.10, -0.42),
    near_knee=(-0.17, -0.40),
    far_knee=(-0.13, -0.38),
    near_foot=(-0.15, -0.03),
    far_foot=(-0.06, -0.02),
    near_elbow=(-0.17, -0.63),
    near_hand=(-0.30, -0.62),
    far_elbow=(0.25, -0.66),
    far_hand=(0.29, -0.80),
)


def roma(pen: Pen, rng: np.random.Generator) -> None:
    p = ground(pen)
    held.throne(p.at(0.06, -0.40), back=False)
    held.shield(p.at(0.24, -0.20), 0.165, 1.1, 0)
    person(
        p,
        replace(SEATED, far_elbow=(0.26, -0.68), far_hand=(0.30, -0.80)),
        "robe",
        rng,
        "helmet",
        concepts=("seated",),
        seated=True,
    )
    held.staff(p, (0.30, -1.0), (0.34, -0.36), "spear")
    tiny = p.at(-0.325, -0.645, 0.30)
    with pen.relief.figure("victory"):
        held.wing(tiny.at(0.06, -0.74), 0.5, 10, 6)
        engrave_body(tiny, Pose(), "robe", rng)


def jupiter(pen: Pen, rng: np.random.Generator) -> None:
    p = ground(pen)
    held.throne(p.at(0.06, -0.40))
    person(p, SEATED, "robe", rng, "laurel", concepts=("seated",), seated=True)
    held.staff(p, (0.28, -1.0), (0.32, -0.01), "sceptre")
    held.patera(p.at(-0.305, -0.62), pouring=False)


def zeus_eagle(pen: Pen, rng: np.random.Generator) -> None:
    p = ground(pen)
    held.throne(p.at(0.06, -0.40))
    person(p, replace(SEATED, near_hand=(-0.28, -0.60)), "robe", rng, "laurel", concepts=("seated",), seated=True)
    held.staff(p, (0.28, -1.02), (0.32, -0.01), "sceptre")
    eagle(p.at(-0.30, -0.61, 0.40), rng, spread=False)


def concordia(pen: Pen, rng: np.random.Generator) -> None:
    p = ground(pen)
    held.throne(p.at(0.06, -0.40))
    held.cornucopia(p.at(0.23, -0.62), rng)
    person(
        p,
        replace(SEATED, far_elbow=(0.24, -0.63), far_hand=(0.25, -0.58)),
        "robe",
        rng,
        "veil",
        concepts=("seated",),
        seated=True,
    )
    held.patera(p.at(-0.305, -0.62), pouring=False)
