"""Gods and emperors on their feet."""

from __future__ import annotations

import numpy as np

from .. import attributes as held
from ..body import engrave_body
from ..pose import Pose
from ..relief import Pen
from .ground import GROUND, ground, person


def fortuna(pen: Pen, rng: np.random.Generator) -> None:
    p = ground(pen).at(0.05, 0)
    pose = Pose(far_elbow=(0.19, -0.63), far_hand=(0.17, -0.53))
    held.cornucopia(p.at(0.155, -0.52), rng)
    person(p, pose, "robe", rng, "turret" if rng.random() < 0.4 else "none")
    held.patera(p.at(-0.335, -0.60))
    held.altar(p.at(-0.37, 0.0), 0.27, 0.09)


def genius(pen: Pen, rng: np.random.Generator) -> None:
    p = ground(pen).at(0.02, 0)
    held.cornucopia(p.at(0.18, -0.55), rng)
    p.mass(
        [
            (0.02, -0.50),
            (0.13, -0.52),
            (0.20, -0.60),
            (0.235, -0.40),
            (0.20, -0.18),
            (0.14, -0.20),
            (0.12, -0.40),
            (0.0, -0.42),
        ],
        0.03,
        0.03,
        z=0.012,
    )
    person(p, Pose(far_elbow=(0.19, -0.65), far_hand=(0.19, -0.54)), "nude", rng, "turret")
    held.patera(p.at(-0.335, -0.60))


def victory(pen: Pen, rng: np.random.Generator) -> None:
    p = ground(pen).at(0.02, 0)
    with pen.relief.figure("victory"):
        held.wing(p.at(0.06, -0.76), 0.46, 6, 9)
        stride = Pose(
            near_elbow=(-0.20, -0.74),
            near_hand=(-0.31, -0.80),
            near_knee=(-0.13, -0.26),
            near_foot=(-0.16, -0.03),
            far_foot=(0.14, -0.03),
        )
        engrave_body(p, stride.varied(rng), "robe", rng)
        held.palm(p.at(0.17, -0.50), (0.24, -0.36))
    held.wreath(p.at(-0.34, -0.875), 0.065, 8, 0.032, closed=True)


def victory_globe(pen: Pen, rng: np.random.Generator) -> None:
    p = pen.at(0.02, GROUND - 0.16, 1.15)
    held.globe(pen.at(0.02, GROUND - 0.05), 0.115)
    with pen.relief.figure("victory", "standing"):
        held.wing(p.at(-0.06, -0.76, mirror=True), 0.42, 22, 8)
        held.wing(p.at(0.06, -0.76), 0.42, 22, 8)
        engrave_body(p, Pose(near_elbow=(-0.20, -0.76), near_hand=(-0.31, -0.84)).varied(rng), "robe", rng)
        held.palm(p.at(0.17, -0.50), (0.20, -0.30))
    held.wreath(p.at(-0.35, -0.90), 0.07, 8, 0.034, closed=True)


def hercules(pen: Pen, rng: np.random.Generator) -> None:
    p = ground(pen).at(0.0, 0)
    pose = Pose(near_elbow=(-0.185, -0.63), near_hand=(-0.215, -0.47), far_elbow=(0.20, -0.68), far_hand=(0.28, -0.63))
    person(p, pose, "nude", rng, concepts=("hercules", "standing"))
    held.club(p.at(-0.215, -0.47), rng)
    held.lion_skin(p.at(0.265, -0.64), rng)


def mars(pen: Pen, rng: np.random.Generator) -> None:
    p = ground(pen).at(-0.02, 0)
    person(
        p,
        Pose(near_elbow=(-0.22, -0.72), near_hand=(-0.26, -0.86), far_elbow=(0.2, -0.6), far_hand=(0.25, -0.42)),
        "armour",
        rng,
        "helmet",
    )
    held.staff(p, (-0.265, -1.0), (-0.285, -0.01), "spear")
    held.shield(p.at(0.25, -0.20), 0.155, 1.25, 8)


def emperor_globe(pen: Pen, rng: np.random.Generator) -> None:
    p = ground(pen).at(0.02, 0)
    pose = Pose(near_elbow=(-0.20, -0.66), near_hand=(-0.33, -0.66), far_elbow=(0.22, -0.70), far_hand=(0.29, -0.82))
    person(p, pose, "armour", rng, "laurel")
    held.globe(p.at(-0.35, -0.735), 0.062)
    held.staff(p, (0.29, -1.02), (0.31, -0.01), "sceptre")


def sacrifice(pen: Pen, rng: np.random.Generator) -> None:
    p = ground(pen).at(0.06, 0)
    person(p, Pose(far_elbow=(0.22, -0.70), far_hand=(0.28, -0.80)), "robe", rng, "veil")
    held.staff(p, (0.28, -1.0), (0.30, -0.01), "sceptre")
    held.patera(p.at(-0.335, -0.60))
    held.altar(p.at(-0.37, 0.0), 0.33, 0.10)


def pax(pen: Pen, rng: np.random.Generator) -> None:
    p = ground(pen)
    person(
        p,
        Pose(near_elbow=(-0.21, -0.70), near_hand=(-0.32, -0.76), far_elbow=(0.21, -0.66), far_hand=(0.25, -0.62)),
        "robe",
        rng,
        "none",
    )
    held.palm(p.at(-0.33, -0.78), (-0.05, -0.22))
    held.staff(p, (0.13, -1.0), (0.33, -0.12), "sceptre")
