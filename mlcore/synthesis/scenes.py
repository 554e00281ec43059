"""What stands on reverses: figures with their attributes, each scene one function of a pen at the die's centre."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from . import attributes as held
from .animals import eagle, horse
from .body import Crown, Dress, Pose, engrave_body
from .letters import engrave_line
from .relief import Pen, Point

Scene = Callable[[Pen, np.random.Generator], None]
GROUND = 0.60
TALL = 1.36
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


def _ground(pen: Pen, width: float = 0.42) -> Pen:
    pen.stroke([(-width, GROUND + 0.02), (width, GROUND + 0.02)], (0.010,), 0.9)
    return pen.at(0.0, GROUND, TALL)


def _person(
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


def fortuna(pen: Pen, rng: np.random.Generator) -> None:
    p = _ground(pen).at(0.05, 0)
    pose = Pose(far_elbow=(0.19, -0.63), far_hand=(0.17, -0.53))
    held.cornucopia(p.at(0.155, -0.52), rng)
    _person(p, pose, "robe", rng, "turret" if rng.random() < 0.4 else "none")
    held.patera(p.at(-0.335, -0.60))
    held.altar(p.at(-0.37, 0.0), 0.27, 0.09)


def genius(pen: Pen, rng: np.random.Generator) -> None:
    p = _ground(pen).at(0.02, 0)
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
    _person(p, Pose(far_elbow=(0.19, -0.65), far_hand=(0.19, -0.54)), "nude", rng, "turret")
    held.patera(p.at(-0.335, -0.60))


def victory(pen: Pen, rng: np.random.Generator) -> None:
    p = _ground(pen).at(0.02, 0)
    with pen.relief.figure("victory"):
        held.wing(p.at(0.06, -0.76), 0.46, -8, 9)
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
        held.wing(p.at(-0.06, -0.76, mirror=True), 0.38, -18, 8)
        held.wing(p.at(0.06, -0.76), 0.38, -18, 8)
        engrave_body(p, Pose(near_elbow=(-0.20, -0.76), near_hand=(-0.31, -0.84)).varied(rng), "robe", rng)
        held.palm(p.at(0.17, -0.50), (0.20, -0.30))
    held.wreath(p.at(-0.35, -0.90), 0.07, 8, 0.034, closed=True)


def eagle_globe(pen: Pen, rng: np.random.Generator) -> None:
    held.globe(pen.at(0.0, 0.50), 0.15)
    eagle(pen.at(0.0, 0.36, float(rng.uniform(1.20, 1.30))), rng, spread=True)


def eagle_thunderbolt(pen: Pen, rng: np.random.Generator) -> None:
    bolt = pen.at(0.02, 0.58)
    bolt.stroke(
        [(-0.36, 0.0), (-0.12, 0.0), (0.0, 0.0), (0.12, 0.0), (0.36, 0.0)], (0.012, 0.045, 0.025, 0.045, 0.012), 0.8
    )
    for side in (-1, 1):
        for lean in (-0.06, 0.06):
            bolt.stroke(
                [(side * 0.06, 0.0), (side * 0.22, lean), (side * 0.34, lean * 0.7)], (0.014, 0.014, 0.006), 0.9
            )
    eagle(pen.at(0.0, 0.53, 1.32, mirror=True), rng, spread=False)


def hercules(pen: Pen, rng: np.random.Generator) -> None:
    p = _ground(pen).at(0.0, 0)
    pose = Pose(near_elbow=(-0.185, -0.63), near_hand=(-0.215, -0.47), far_elbow=(0.20, -0.68), far_hand=(0.28, -0.63))
    _person(p, pose, "nude", rng, concepts=("hercules", "standing"))
    held.club(p.at(-0.215, -0.47), rng)
    held.lion_skin(p.at(0.265, -0.64), rng)


def mars(pen: Pen, rng: np.random.Generator) -> None:
    p = _ground(pen).at(-0.02, 0)
    _person(
        p,
        Pose(near_elbow=(-0.22, -0.72), near_hand=(-0.26, -0.86), far_elbow=(0.2, -0.6), far_hand=(0.25, -0.42)),
        "armour",
        rng,
        "helmet",
    )
    held.staff(p, (-0.265, -1.0), (-0.285, -0.01), "spear")
    held.shield(p.at(0.25, -0.20), 0.155, 1.25, 8)


def emperor_globe(pen: Pen, rng: np.random.Generator) -> None:
    p = _ground(pen).at(0.02, 0)
    pose = Pose(near_elbow=(-0.20, -0.66), near_hand=(-0.33, -0.66), far_elbow=(0.22, -0.70), far_hand=(0.29, -0.82))
    _person(p, pose, "armour", rng, "laurel")
    held.globe(p.at(-0.35, -0.735), 0.062)
    held.staff(p, (0.29, -1.02), (0.31, -0.01), "sceptre")


def sacrifice(pen: Pen, rng: np.random.Generator) -> None:
    p = _ground(pen).at(0.06, 0)
    _person(p, Pose(far_elbow=(0.22, -0.70), far_hand=(0.28, -0.80)), "robe", rng, "veil")
    held.staff(p, (0.28, -1.0), (0.30, -0.01), "sceptre")
    held.patera(p.at(-0.335, -0.60))
    held.altar(p.at(-0.37, 0.0), 0.33, 0.10)


def pax(pen: Pen, rng: np.random.Generator) -> None:
    p = _ground(pen)
    _person(
        p,
        Pose(near_elbow=(-0.21, -0.70), near_hand=(-0.32, -0.76), far_elbow=(0.21, -0.66), far_hand=(0.25, -0.62)),
        "robe",
        rng,
        "none",
    )
    held.palm(p.at(-0.33, -0.78), (-0.05, -0.22))
    held.staff(p, (0.13, -1.0), (0.33, -0.12), "sceptre")


def roma(pen: Pen, rng: np.random.Generator) -> None:
    p = _ground(pen)
    held.throne(p.at(0.06, -0.40), back=False)
    held.shield(p.at(0.24, -0.20), 0.165, 1.1, 0)
    _person(
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
    p = _ground(pen)
    held.throne(p.at(0.06, -0.40))
    _person(p, SEATED, "robe", rng, "laurel", concepts=("seated",), seated=True)
    held.staff(p, (0.28, -1.0), (0.32, -0.01), "sceptre")
    held.patera(p.at(-0.305, -0.62), pouring=False)


def zeus_eagle(pen: Pen, rng: np.random.Generator) -> None:
    p = _ground(pen)
    held.throne(p.at(0.06, -0.40))
    _person(p, replace(SEATED, near_hand=(-0.28, -0.60)), "robe", rng, "laurel", concepts=("seated",), seated=True)
    held.staff(p, (0.28, -1.02), (0.32, -0.01), "sceptre")
    eagle(p.at(-0.30, -0.61, 0.40), rng, spread=False, perched=True)


def concordia(pen: Pen, rng: np.random.Generator) -> None:
    p = _ground(pen)
    held.throne(p.at(0.06, -0.40))
    held.cornucopia(p.at(0.23, -0.62), rng)
    _person(
        p,
        replace(SEATED, far_elbow=(0.24, -0.63), far_hand=(0.25, -0.58)),
        "robe",
        rng,
        "veil",
        concepts=("seated",),
        seated=True,
    )
    held.patera(p.at(-0.305, -0.62), pouring=False)


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


def rider_captive(pen: Pen, rng: np.random.Generator) -> None:
    rider(pen.at(-0.02, -0.09, 0.94), rng)
    _captive(pen.at(0.36, 0.60, 0.50), rng)


def _captive(p: Pen, rng: np.random.Generator) -> None:
    """Sitting on the ground to the left, bent forward, hands tied behind."""
    with p.relief.figure("captive", "seated"):
        p.stroke([(0.16, -0.10), (0.12, -0.36), (0.05, -0.52)], (0.13, 0.12, 0.09), 0.7, z=0.012, moat=0.01)
        p.stroke(
            [(0.16, -0.09), (-0.14, -0.30), (-0.18, -0.02), (-0.27, 0.0)],
            (0.085, 0.065, 0.04, 0.03),
            0.75,
            z=0.016,
            moat=0.012,
        )
        p.stroke([(0.10, -0.48), (0.26, -0.34), (0.24, -0.18)], (0.055, 0.042, 0.032), 0.8, z=0.020, moat=0.012)
        p.ball((-0.01, -0.64), 0.085, 0.095, -10, 0.07, z=0.012, moat=0.012)
        p.stroke([(-0.07, -0.56), (-0.09, -0.50)], (0.035, 0.02), 0.9, z=0.012)
        p.stroke([(0.0, -0.72), (0.09, -0.67), (0.10, -0.56)], (0.035, 0.045, 0.03), 0.8, z=0.024, moat=0.01)


def trophy(pen: Pen, rng: np.random.Generator) -> None:
    p = _ground(pen, 0.5)
    p.stroke([(0, 0), (0, -0.95)], (0.022,), 0.8, z=0.004)
    p.stroke([(-0.22, -0.72), (0.22, -0.72)], (0.016,), 0.8, z=0.004)
    q = p.at(0, 0.07)
    for k in range(6):
        q.stroke([(-0.075 + 0.03 * k, -0.56), (-0.095 + 0.038 * k, -0.42)], (0.018, 0.021), 0.75, z=0.02, moat=0.01)
    q.mass(
        [
            (-0.11, -0.83),
            (0.11, -0.83),
            (0.12, -0.74),
            (0.085, -0.62),
            (0.095, -0.54),
            (-0.095, -0.54),
            (-0.085, -0.62),
            (-0.12, -0.74),
        ],
        0.06,
        0.05,
        z=0.006,
        moat=0.012,
    )
    q.ball((0, -0.93), 0.062, 0.066, rise=0.055, z=0.01, moat=0.012)
    q.stroke([(-0.075, -0.90), (0.075, -0.90)], (0.012,), 0.9, z=0.04)
    q.stroke([(0, -0.99), (0, -1.06)], (0.026, 0.012), 0.8, z=0.006)
    for side in (-1, 1):
        held.shield(q.at(side * 0.22, -0.70), 0.075, 1.55, side * 18)
        _captive(p.at(side * 0.27, 0.0, 0.56, mirror=side > 0), rng)


def quadriga(pen: Pen, rng: np.random.Generator) -> None:
    p = pen.at(0.0, 0.18, 0.86)
    with pen.relief.figure("quadriga"):
        _chariot(p, rng)
        with pen.relief.figure("horse"):
            for k in range(4):
                horse(p.at(0.27 - 0.055 * k, -0.085 + 0.055 * k, 0.80), rng, "rear" if k % 2 else "gallop")
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


def altar_lit(pen: Pen, rng: np.random.Generator) -> None:
    p = _ground(pen, 0.46)
    held.altar(p, 0.72, 0.25)
    for x in (-0.16, -0.08, 0.0, 0.08, 0.16):
        p.stroke([(x, -0.52), (x, -0.16)], (0.006,), 0.9, "cut")


def double_cornucopia(pen: Pen, rng: np.random.Generator) -> None:
    p = pen.at(0.0, 0.42, 2.0)
    with pen.relief.figure("cornucopia"):
        for mirror in (True, False):
            held.cornucopia(p.at(-0.02 if not mirror else 0.02, 0.0, mirror=mirror), rng)
    for side in (-1, 1):
        p.stroke([(0, 0.08), (side * 0.07, 0.13), (side * 0.13, 0.11)], (0.012, 0.016, 0.010), 0.9)


def vota(pen: Pen, rng: np.random.Generator) -> None:
    held.wreath(pen, 0.60, 20, 0.115)
    lines = ("VOT", "XX", "MVLT", "XXX")
    for k, line in enumerate(lines):
        engrave_line(pen, line, 0.0, -0.29 + 0.195 * k, 0.14, rng, 0.85)
