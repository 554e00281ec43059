"""Wreaths, crowns, diadems, helmets and the lion's scalp on a head of head.py."""

from __future__ import annotations

import math

import numpy as np

from .hair import Headgear
from .relief import Pen, Point, spline

BAND: tuple[Point, ...] = (
    (0.272, -0.345),
    (0.20, -0.325),
    (0.06, -0.265),
    (-0.10, -0.17),
    (-0.25, -0.04),
    (-0.375, 0.115),
)
TIE = (-0.385, 0.13)

# fmt: off
HELMET_RIM: tuple[Point, ...] = (
    (0.345, -0.30), (0.29, -0.255), (0.17, -0.245), (0.06, -0.20), (0.01, -0.09), (-0.11, -0.06), (-0.15, 0.06),
    (-0.20, 0.19), (-0.36, 0.28),
)
HELMET_BOWL: tuple[Point, ...] = (
    (-0.47, 0.27), (-0.41, 0.16), (-0.455, -0.08), (-0.435, -0.27), (-0.345, -0.43), (-0.18, -0.54), (0.0, -0.555),
    (0.15, -0.51), (0.27, -0.41),
)
HELMET_CREST: tuple[Point, ...] = (
    (0.27, -0.45), (0.08, -0.60), (-0.16, -0.63), (-0.38, -0.50), (-0.50, -0.26), (-0.53, 0.02), (-0.50, 0.26),
)
LION_SCALP: tuple[Point, ...] = (
    (0.36, -0.40), (0.335, -0.33), (0.27, -0.315), (0.20, -0.24), (0.14, -0.15), (0.10, 0.0), (0.075, 0.18),
    (0.02, 0.30), (-0.04, 0.46), (0.10, 0.56), (0.06, 0.66), (-0.12, 0.66), (-0.31, 0.52), (-0.40, 0.30),
    (-0.47, 0.10), (-0.50, -0.12), (-0.46, -0.33), (-0.34, -0.48), (-0.15, -0.58), (0.06, -0.60), (0.25, -0.53),
)
# fmt: on


def engrave_headgear(pen: Pen, gear: Headgear, rng: np.random.Generator) -> None:
    draw = {"laurel": _laurel, "radiate": _radiate, "diadem": _diadem, "helmet": _helmet, "lion": _lion}.get(gear)
    if draw:
        draw(pen, rng)


def _ties(pen: Pen, rng: np.random.Generator) -> None:
    sway = rng.uniform(-0.02, 0.03)
    for dx, dy, length in ((-0.01, 0.02, 0.30), (-0.065, 0.0, 0.25)):
        path = spline(
            [
                TIE,
                (TIE[0] + dx, TIE[1] + 0.10 + dy),
                (TIE[0] + dx + 0.035, TIE[1] + 0.19 + dy),
                (TIE[0] + dx * 1.6 + sway, TIE[1] + length + dy),
            ],
            closed=False,
            steps=4,
        )
        pen.stroke(path, (0.010, 0.013, 0.015, 0.019), 0.9, z=0.012 * pen.scale, moat=0.012)
    for dx, dy in ((-0.035, -0.035), (-0.045, 0.02)):
        pen.stroke(
            [TIE, (TIE[0] + dx * 1.4, TIE[1] + dy * 1.6), (TIE[0] + dx * 1.7, TIE[1] + dy)],
            (0.012, 0.016, 0.01),
            0.9,
            z=0.02 * pen.scale,
        )
    pen.ball(TIE, 0.024, rise=0.022, z=pen.level(TIE))


def _laurel(pen: Pen, rng: np.random.Generator) -> None:
    path = spline(BAND, closed=False, steps=3)[:-1]
    for (x, y), (px, py) in zip(reversed(path[:-1]), reversed(path[1:]), strict=True):
        along = math.atan2(y - py, x - px)
        for side in (-1, 1):
            angle = along + side * rng.uniform(0.45, 0.65)
            length = rng.uniform(0.105, 0.13)
            tip = (x + length * math.cos(angle), y + length * math.sin(angle))
            middle = (
                x + 0.5 * length * math.cos(angle - side * 0.12),
                y + 0.5 * length * math.sin(angle - side * 0.12),
            )
            level = max(pen.level((x, y)), 0.02)
            pen.stroke([(x, y), middle, tip], (0.008, 0.027, 0.004), 0.85, z=level, moat=0.022)
    pen.stroke(path, (0.008,), 0.6, "add")
    _ties(pen, rng)


def _radiate(pen: Pen, rng: np.random.Generator) -> None:
    path = spline(BAND, closed=False, steps=4)
    count = int(rng.integers(5, 8))
    for t in np.linspace(0.06, 0.80, count):
        x, y = path[int(t * (len(path) - 1))]
        angle = -math.pi / 2 + (x + 0.02) * 1.25
        length = 0.31 + 0.10 * (1 - abs(t - 0.5))
        tip = (x + length * math.cos(angle), y + length * math.sin(angle))
        pen.stroke([(x, y), tip], (0.034, 0.005), 0.95, z=max(0.012, pen.level((x, y)) * 0.55), moat=0.025)
    _band(pen, path, 0.024)
    _ties(pen, rng)


def _band(pen: Pen, path: list[Point], width: float) -> None:
    level = pen.level(path[len(path) // 2])
    pen.stroke(path, (width,), 0.35, z=level, moat=0.02)


def _diadem(pen: Pen, rng: np.random.Generator) -> None:
    path = spline(BAND, closed=False, steps=6)
    _band(pen, path, 0.036)
    pearls = bool(rng.random() < 0.6)
    for x, y in path[1:-1:2] if pearls else ():
        for dy in (-0.022, 0.022):
            pen.ball((x, y + dy), 0.014, rise=0.020, mode="add")
    if not pearls:
        for dy in (-0.028, 0.028):
            pen.stroke([(x, y + dy) for x, y in path], (0.007,), 1.0, "add")
    pen.ball((0.225, -0.34), 0.034, 0.040, rise=0.03, mode="add")
    _ties(pen, rng)


def _helmet(pen: Pen, rng: np.random.Generator) -> None:
    pen.mass([*HELMET_RIM, *HELMET_BOWL], rise=0.19, edge=0.10, belly=0.5, moat=0.02, z=0.001)
    pen.stroke(spline(HELMET_RIM, closed=False, steps=4), (0.015,), 0.9, "add")
    scroll = spline([(0.20, -0.30), (0.05, -0.36), (-0.12, -0.30), (-0.22, -0.15)], closed=False, steps=5)
    pen.stroke(scroll, (0.012, 0.02, 0.008), 0.8, "add")
    ridge = spline(HELMET_CREST, closed=False, steps=7)
    for i, (x, y) in enumerate(ridge):
        angle = math.atan2(y + 0.10, x + 0.05)
        long = 0.085 + 0.02 * math.sin(i * 0.35)
        root = (x - 0.03 * math.cos(angle), y - 0.03 * math.sin(angle))
        tip = (x + long * math.cos(angle + 0.25), y + long * math.sin(angle + 0.25))
        pen.stroke([root, tip], (0.020, 0.014), 0.8, z=0.03, moat=0.014)
    pen.stroke([(x * 0.97, y * 0.97) for x, y in ridge], (0.016,), 0.9, z=0.06)
    if rng.random() < 0.5:
        pen.stroke([(0.03, -0.10), (0.10, 0.08), (0.20, 0.24)], (0.05, 0.055, 0.02), 0.3, "add")


def _lion(pen: Pen, rng: np.random.Generator) -> None:
    pen.mass(LION_SCALP, rise=0.185, edge=0.09, belly=0.45, moat=0.012, z=0.001)
    for row, radius in enumerate(np.arange(0.60, 0.14, -0.085)):
        for angle in np.arange(1.75 + (row % 2) * 0.07, 4.65, 0.066 / radius):
            start = (0.08 + radius * 0.88 * math.cos(angle), -0.04 + radius * math.sin(angle))
            if pen.level(start) > 0.05 * pen.scale:
                _mane_lock(pen, start, float(angle), rng)
    _lion_mask(pen)
    for dx in (0.0, 0.06):
        paw = [(-0.02 + dx, 0.50), (0.08 + dx, 0.60), (0.09 + dx, 0.70)]
        pen.stroke(paw, (0.04, 0.03, 0.03), 0.7, z=0.06 * pen.scale, moat=0.02)


def _mane_lock(pen: Pen, start: Point, angle: float, rng: np.random.Generator) -> None:
    fall = 0.25 * angle + 1.35 + rng.normal() * 0.15
    x, y = start
    middle = (x + 0.06 * math.cos(fall), y + 0.06 * math.sin(fall))
    tip = (x + 0.125 * math.cos(fall + 0.35), y + 0.125 * math.sin(fall + 0.35))
    z = max(pen.level(start) - 0.012, 0.001)
    pen.stroke([start, middle, tip], (0.018, 0.026, 0.010), 0.75, z=z, moat=0.010)


def _lion_mask(pen: Pen) -> None:
    """Ear, eye, muzzle and teeth above the wearer's brow."""
    pen.ball((-0.03, -0.44), 0.05, 0.062, 20, 0.045, "add")
    pen.ball((-0.025, -0.43), 0.026, 0.036, 20, 0.03, "cut")
    pen.ball((0.19, -0.455), 0.034, 0.022, 25, 0.024, "add")
    pen.stroke([(0.11, -0.50), (0.20, -0.505), (0.29, -0.45)], (0.012, 0.018, 0.012), 0.9, "add")
    pen.ball((0.315, -0.42), 0.045, 0.034, 30, 0.03, "add")
    for x, y in ((0.33, -0.33), (0.275, -0.30), (0.225, -0.255)):
        pen.stroke([(x, y - 0.02), (x - 0.012, y + 0.03)], (0.014, 0.004), 1.0, z=0.11 * pen.scale, moat=0.02)
