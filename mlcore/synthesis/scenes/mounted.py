"""Horses, riders and chariots."""

from __future__ import annotations

import numpy as np

from .. import attributes as held
from ..animals import horse
from ..body import engrave_body
from ..pose import Pose
from ..relief import Pen, Point


def horse_free(pen: Pen, rng: np.random.Generator) -> None:
    with pen.relief.figure("horse"):
        horse(pen.at(-0.02, 0.06, 1.15), rng, "walk" if rng.random() < 0.4 else "gallop")
    pen.ball((0.02, -0.50), 0.045, rise=0.03)
    for k in range(8):
        a = np.pi * k / 4
        pen.stroke(
            [
                (0.02 + 0.06 * np.cos(a), -0.50 + 0.06 * np.sin(a)),
                (0.02 + 0.115 * np.cos(a), -0.50 + 0.115 * np.sin(a)),
            ],
            (0.014, 0.005),
            0.9,
        )


def rider(pen: Pen, rng: np.random.Generator) -> None:
    p = pen.at(0.0, 0.22, 1.12)
    with pen.relief.figure("horse"):
        horse(p, rng, "rear" if rng.random() < 0.5 else "gallop")
    r = p.at(-0.02, 0.30, 0.78, mirror=True)
    astride = Pose(
        near_hip=(-0.03, -0.46),
        near_knee=(-0.14, -0.30),
        near_foot=(-0.06, -0.10),
        far_hip=(0.0, -0.46),
        far_knee=(-0.05, -0.40),
        far_foot=(-0.02, -0.30),
        near_elbow=(-0.05, -0.96),
        near_hand=(0.03, -1.06),
        far_elbow=(0.02, -0.62),
        far_hand=(-0.14, -0.56),
    )
    cloak: list[Point] = [
        (0.08, -0.82),
        (0.20, -0.84),
        (0.34, -0.78),
        (0.40, -0.66),
        (0.30, -0.68),
        (0.22, -0.62),
        (0.10, -0.66),
    ]
    r.mass(cloak, 0.035, 0.04, z=0.004)
    engrave_body(r, astride, "armour", rng)
    held.staff(r, (-0.50, -0.62), (0.32, -1.30), "spear")
    pen.stroke([(-0.44, 0.70), (0.44, 0.70)], (0.010,), 0.9)


def quadriga(pen: Pen, rng: np.random.Generator) -> None:
    p = pen.at(-0.02, 0.16, 0.86)
    with pen.relief.figure("quadriga"):
        with pen.relief.figure("horse"):
            for k in range(4):
                team = p.at(0.36 - 0.085 * k, -0.10 + 0.052 * k, 0.78, -3.0 * (3 - k))
                horse(team.on(0.004 * k), rng, "rear" if k % 2 else "gallop")
        _chariot(p, rng)
    pen.stroke([(-0.60, 0.56), (0.60, 0.56)], (0.011,), 0.9)


def _chariot(p: Pen, rng: np.random.Generator) -> None:
    engrave_body(
        p.at(-0.40, 0.14, 0.66, mirror=True),
        Pose(near_elbow=(-0.20, -0.68), near_hand=(-0.36, -0.60), far_elbow=(0.15, -0.60), far_hand=(0.02, -0.52)),
        "robe",
        rng,
        "laurel",
    )
    for dy in (0.0, 0.03):
        p.stroke([(-0.15, -0.25 + dy), (0.25, -0.30 + dy)], (0.007,), 0.9, z=0.01)
    p.mass(
        [(-0.62, -0.02), (-0.55, 0.16), (-0.24, 0.18), (-0.20, -0.06), (-0.28, -0.10), (-0.34, 0.02)],
        0.06,
        0.04,
        z=0.02,
        moat=0.01,
    )
    wheel = p.at(-0.42, 0.26)
    ring = [(0.155 * np.cos(a), 0.155 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 28)]
    for k in range(4):
        a = np.pi * k / 4 + 0.3
        wheel.stroke(
            [(0.15 * np.cos(a), 0.15 * np.sin(a)), (-0.15 * np.cos(a), -0.15 * np.sin(a))], (0.012,), 0.9, z=0.012
        )
    wheel.stroke(ring, (0.020,), 0.9, z=0.02, moat=0.012)
    wheel.ball((0, 0), 0.032, rise=0.03, z=0.012)
