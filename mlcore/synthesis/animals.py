"""Horses and eagles, about one unit long, seen from the side and turned to the right."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from .attributes import wing
from .relief import Pen, Point, spline

Gait = Literal["gallop", "walk", "rear"]

_LEGS: dict[str, tuple[tuple[Point, ...], ...]] = {
    # hip or shoulder, knee or hock, fetlock, hoof; hind pair first, far leg before the near one
    "gallop": (
        ((-0.26, 0.06), (-0.40, 0.20), (-0.50, 0.25), (-0.555, 0.32)),
        ((-0.28, 0.07), (-0.36, 0.24), (-0.47, 0.32), (-0.51, 0.39)),
        ((0.24, 0.10), (0.43, 0.13), (0.50, 0.24), (0.555, 0.25)),
        ((0.21, 0.11), (0.36, 0.21), (0.43, 0.33), (0.49, 0.34)),
    ),
    "walk": (
        ((-0.26, 0.06), (-0.25, 0.24), (-0.20, 0.36), (-0.185, 0.46)),
        ((-0.29, 0.06), (-0.36, 0.23), (-0.35, 0.36), (-0.345, 0.46)),
        ((0.24, 0.10), (0.36, 0.17), (0.30, 0.30), (0.325, 0.36)),
        ((0.20, 0.11), (0.20, 0.27), (0.20, 0.38), (0.205, 0.46)),
    ),
    "rear": (
        ((-0.26, 0.08), (-0.20, 0.25), (-0.27, 0.36), (-0.24, 0.46)),
        ((-0.29, 0.08), (-0.30, 0.27), (-0.38, 0.37), (-0.36, 0.46)),
        ((0.24, 0.05), (0.43, 0.02), (0.47, 0.14), (0.52, 0.16)),
        ((0.22, 0.08), (0.38, 0.13), (0.40, 0.25), (0.45, 0.27)),
    ),
}
# fmt: off
EAGLE_FRONT: tuple[Point, ...] = (
    (0.0, -0.64), (0.10, -0.55), (0.125, -0.36), (0.075, -0.16), (0.0, -0.10), (-0.075, -0.16), (-0.125, -0.36),
    (-0.10, -0.55),
)
EAGLE_SIDE: tuple[Point, ...] = (
    (0.20, -0.72), (0.27, -0.55), (0.22, -0.34), (0.10, -0.18), (-0.05, -0.13), (-0.14, -0.26), (-0.07, -0.50),
    (0.06, -0.68),
)
# fmt: on


def horse(pen: Pen, rng: np.random.Generator, gait: Gait = "gallop") -> None:
    legs = _LEGS[gait]
    for k in (0, 2):
        _leg(pen, legs[k], hind=k < 2, z=0.002)
    _tail(pen, rng)
    for k in (1, 3):
        _leg(pen, legs[k], hind=k < 2, z=0.010)
    trunk = [
        (-0.36, -0.02),
        (-0.30, -0.105),
        (-0.18, -0.125),
        (-0.02, -0.085),
        (0.12, -0.10),
        (0.23, -0.12),
        (0.31, -0.03),
        (0.30, 0.09),
        (0.20, 0.145),
        (0.02, 0.125),
        (-0.14, 0.095),
        (-0.27, 0.135),
        (-0.35, 0.09),
    ]
    pen.mass(trunk, rise=0.090, edge=0.10, belly=0.35, z=0.004, moat=0.010)
    pen.ball((-0.27, 0.01), 0.11, 0.12, rise=0.026, mode="add", soft=True)
    pen.ball((0.20, 0.02), 0.09, 0.11, 20, 0.022, "add", soft=True)
    pen.stroke([(0.10, -0.06), (0.12, 0.04), (0.19, 0.12)], (0.008, 0.012, 0.006), 0.8, "cut")
    for k in range(3):
        pen.stroke([(0.00 - 0.045 * k, -0.02), (0.02 - 0.05 * k, 0.09)], (0.006,), 0.5, "cut")
    _neck_and_head(pen, rng)


def _leg(pen: Pen, joints: tuple[Point, ...], hind: bool, z: float) -> None:
    thick = (0.082, 0.036, 0.021, 0.026) if hind else (0.062, 0.032, 0.021, 0.026)
    pen.stroke(joints, thick, 0.8, z=z, moat=0.008)
    pen.ball(joints[1], 0.026, rise=0.010, mode="add")
    pen.ball(joints[3], 0.030, 0.023, rise=0.022, z=z)


def _tail(pen: Pen, rng: np.random.Generator) -> None:
    for k in range(4):
        drop = 0.03 * k
        path = spline(
            [(-0.345, -0.06), (-0.44, -0.10 + drop), (-0.51, 0.02 + drop), (-0.525 - 0.012 * k, 0.15 + drop * 0.5)],
            closed=False,
            steps=4,
        )
        pen.stroke([(x + rng.normal() * 0.003, y) for x, y in path], (0.018, 0.020, 0.008), 0.8, z=0.002)


def _neck_and_head(pen: Pen, rng: np.random.Generator) -> None:
    neck = [
        (0.10, -0.10),
        (0.20, -0.22),
        (0.30, -0.35),
        (0.395, -0.405),
        (0.455, -0.34),
        (0.42, -0.25),
        (0.37, -0.12),
        (0.31, 0.03),
        (0.18, 0.03),
    ]
    pen.mass(neck, rise=0.075, edge=0.06, belly=0.3, z=0.006)
    pen.stroke([(0.405, -0.350), (0.475, -0.285), (0.545, -0.215)], (0.066, 0.050, 0.034), 0.8, z=0.020, moat=0.014)
    pen.ball((0.55, -0.208), 0.034, 0.030, rise=0.028, z=0.016)
    pen.ball((0.455, -0.335), 0.015, 0.012, rise=0.014, mode="add")
    pen.stroke([(0.40, -0.285), (0.445, -0.265)], (0.02, 0.012), 0.6, "add")
    pen.stroke([(0.535, -0.19), (0.57, -0.20)], (0.006,), 1.2, "cut")
    pen.stroke([(0.385, -0.405), (0.40, -0.475)], (0.020, 0.005), 0.9, z=0.02)
    pen.stroke([(0.475, -0.345), (0.44, -0.245), (0.505, -0.205)], (0.007,), 1.0, "add")
    for k in range(9):
        t = k / 8
        x, y = 0.385 - 0.265 * t, -0.415 + 0.30 * t - 0.03 * math.sin(3.1 * t)
        pen.stroke(
            [(x, y), (x - 0.020, y + 0.045), (x + 0.004, y + 0.115)], (0.016, 0.018, 0.005), 0.9, z=0.035, moat=0.010
        )


def eagle(pen: Pen, rng: np.random.Generator, spread: bool) -> None:
    """Its feet at the origin, seen from the front (spread wings) or turned to the right."""
    with pen.relief.figure("eagle", "standing"):
        for mirror in (True, False) if spread else ():
            wing(pen.at(-0.05 if mirror else 0.05, -0.52, mirror=mirror), 0.56, 32, 10)
        _tail_feathers(pen, spread)
        for side in (-0.06, 0.06):
            _eagle_leg(pen, side, 0.0 if spread else 0.05)
        pen.mass(EAGLE_FRONT if spread else EAGLE_SIDE, rise=0.085, edge=0.08, belly=0.35, z=0.008, moat=0.012)
        _plumage(pen, spread)
        if not spread:
            wing(pen.at(0.16, -0.60, turn=100), 0.66, 0, 9)
        _eagle_head(pen, (0.02, -0.72) if spread else (0.20, -0.80))


def _eagle_leg(pen: Pen, side: float, shift: float) -> None:
    x = side * 1.2 + shift
    pen.stroke([(side + shift * 0.8, -0.20), (x, -0.06), (x, -0.01)], (0.055, 0.036, 0.016), 0.8, z=0.006, moat=0.008)
    for toe in (-0.04, 0.0, 0.04):
        pen.stroke([(x, -0.015), (x + toe, 0.005)], (0.011,), 0.9, z=0.006)


def _tail_feathers(pen: Pen, spread: bool) -> None:
    for k in range(5):
        lean = (k - 2) * 0.035
        root, tip = (
            ((lean * 0.5, -0.18), (lean * 1.9, 0.06))
            if spread
            else ((-0.07 + lean * 0.3, -0.20), (-0.27 + lean * 0.8, 0.02 + lean * 0.6))
        )
        pen.stroke([root, tip], (0.022, 0.026), 0.7, z=0.003, moat=0.008)


def _plumage(pen: Pen, spread: bool) -> None:
    for row in range(8):
        y = -0.58 + 0.055 * row
        for k in range(5):
            x = (-0.085 + 0.042 * k + 0.02 * (row % 2)) + (0.0 if spread else 0.16 - 0.032 * row)
            if pen.level((x, y)) > 0.03 * pen.scale:
                pen.stroke([(x, y), (x, y + 0.036)], (0.013, 0.017), 0.8, "add")
                pen.stroke([(x - 0.013, y + 0.045), (x, y + 0.055), (x + 0.013, y + 0.045)], (0.006,), 1.0, "cut")


def _eagle_head(pen: Pen, at: Point) -> None:
    x, y = at
    pen.stroke([(x, y + 0.17), (x - 0.015, y + 0.06), (x - 0.005, y)], (0.075, 0.052, 0.050), 0.75, z=0.014, moat=0.010)
    pen.ball((x - 0.008, y - 0.004), 0.056, 0.048, rise=0.045, z=0.018)
    pen.stroke(
        [(x - 0.045, y - 0.010), (x - 0.092, y - 0.002), (x - 0.098, y + 0.034)],
        (0.024, 0.017, 0.005),
        0.9,
        z=0.016,
        moat=0.010,
    )
    pen.ball((x - 0.028, y - 0.012), 0.011, rise=0.016, mode="cut")
    for k in range(4):
        pen.stroke(
            [(x + 0.03 - 0.02 * k, y + 0.05 + 0.01 * k), (x + 0.028 - 0.02 * k, y + 0.10 + 0.01 * k)],
            (0.010, 0.006),
            0.9,
            "add",
        )
