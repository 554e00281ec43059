"""Hair, beards and what is worn on the head, over a head of head.py."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from .relief import Pen, Point, spline

Hair = Literal["combed", "curly", "cropped", "bun", "braided"]
Beard = Literal["none", "short", "curly", "long"]
Headgear = Literal["none", "laurel", "radiate", "diadem", "helmet", "lion"]

CROWN = (-0.14, -0.24)
HAIRLINE: tuple[Point, ...] = (
    (0.225, -0.43),
    (0.262, -0.345),
    (0.235, -0.285),
    (0.175, -0.235),
    (0.105, -0.205),
    (0.065, -0.13),
    (0.050, -0.02),
    (0.030, 0.055),
    (0.005, 0.03),
    (0.0, -0.06),
    (-0.06, -0.085),
    (-0.115, -0.04),
    (-0.125, 0.05),
    (-0.115, 0.16),
    (-0.16, 0.25),
    (-0.215, 0.355),
)
BACK: tuple[Point, ...] = (
    (-0.285, 0.375),
    (-0.335, 0.255),
    (-0.405, 0.11),
    (-0.445, -0.08),
    (-0.425, -0.25),
    (-0.345, -0.395),
    (-0.215, -0.492),
    (-0.04, -0.522),
    (0.11, -0.502),
)


def engrave_hair(pen: Pen, hair: Hair, rng: np.random.Generator) -> None:
    low = {"combed": 0.022, "curly": 0.034, "cropped": 0.006, "bun": 0.022, "braided": 0.022}[hair]
    region = spline([*HAIRLINE, *BACK])
    if hair == "cropped":
        _stubble(pen, region, rng, 0.026)
        return
    pen.mass([*HAIRLINE, *BACK], rise=0.155 + low, edge=0.09, belly=0.35, moat=0.01, z=0.001)
    if hair == "curly":
        _curls(pen, region, rng, 0.036)
    elif hair == "combed":
        _locks(pen, region, rng)
    else:
        _waves(pen, rng, braided=hair == "braided")


def _within(point: Point, region: list[Point]) -> bool:
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in zip(region, [*region[1:], region[0]], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def _locks(pen: Pen, region: list[Point], rng: np.random.Generator) -> None:
    """Rows of sickle-shaped locks falling from the crown, the upper over the lower."""
    bend = rng.uniform(0.25, 0.6) * rng.choice([-1, 1])
    gap = rng.uniform(0.058, 0.078)
    for radius in np.arange(0.62, 0.03, -gap):
        count = max(5, int(2 * math.pi * radius / (gap * 0.62)))
        offset = rng.uniform(0, 6.3)
        for k in range(count):
            angle = offset + 2 * math.pi * k / count + rng.normal() * 0.04
            start = (CROWN[0] + radius * math.cos(angle), CROWN[1] + radius * math.sin(angle))
            if not _within(start, region):
                continue
            _lock(pen, start, angle, gap * rng.uniform(1.25, 1.6), bend * rng.uniform(0.7, 1.3), gap * 0.30)


def _lock(pen: Pen, start: Point, angle: float, length: float, bend: float, width: float) -> None:
    fall = angle + 0.85 * math.cos(angle + 0.9)
    points = [start]
    for part in (0.33, 0.33, 0.34):
        x, y = points[-1]
        points.append((x + part * length * math.cos(fall), y + part * length * math.sin(fall)))
        fall += bend
    level = pen.level(start)
    pen.stroke(
        points,
        (width * 0.8, width, width * 0.75, width * 0.25),
        0.95,
        z=max(level - 0.006 * pen.scale, 0.001),
        moat=0.010,
    )


def _curls(pen: Pen, region: list[Point], rng: np.random.Generator, size: float) -> None:
    left, right = min(x for x, _ in region), max(x for x, _ in region)
    top, bottom = min(y for _, y in region), max(y for _, y in region)
    for row, y in enumerate(np.arange(top, bottom, size * 1.45)):
        for x in np.arange(left + (row % 2) * size * 0.8, right, size * 1.6):
            center = (float(x + rng.normal() * size * 0.18), float(y + rng.normal() * size * 0.18))
            if _within(center, region):
                _curl(pen, center, size * float(rng.uniform(0.75, 1.1)), rng)


def _curl(pen: Pen, center: Point, size: float, rng: np.random.Generator) -> None:
    start, sense = rng.uniform(0, 6.3), rng.choice([-1, 1])
    turns = np.linspace(0, 4.6, 7)
    points = [
        (
            center[0] + size * (0.72 - 0.10 * t) * math.cos(start + sense * t),
            center[1] + size * (0.72 - 0.10 * t) * math.sin(start + sense * t),
        )
        for t in turns
    ]
    level = max(pen.level(center) - 0.004 * pen.scale, 0.001)
    pen.stroke(points, (size * 0.22, size * 0.32, size * 0.22), 1.25, z=level, moat=0.012)


def _stubble(pen: Pen, region: list[Point], rng: np.random.Generator, gap: float) -> None:
    """Short hair as the third century cut it: rows of punch marks."""
    xs, ys = [x for x, _ in region], [y for _, y in region]
    for y in np.arange(min(ys), max(ys), gap * 0.9):
        for x in np.arange(min(xs), max(xs), gap):
            at = (float(x + rng.normal() * gap * 0.22), float(y + rng.normal() * gap * 0.22))
            if _within(at, region) and pen.level(at) > 0.06 * pen.scale:
                angle = math.atan2(at[1] - CROWN[1], at[0] - CROWN[0])
                tip = (at[0] + gap * 0.75 * math.cos(angle), at[1] + gap * 0.75 * math.sin(angle))
                pen.stroke([at, tip], (0.0085, 0.004), 1.5, "add")


def _waves(pen: Pen, rng: np.random.Generator, braided: bool) -> None:
    """A woman's hair, waved back from the brow into a knot at the nape."""
    knot = (-0.385, 0.16) if braided else (-0.37, 0.26)
    shift = rng.uniform(0, 6.3)
    for k, share in enumerate(np.linspace(0.0, 1.0, 10)):
        front = (0.262 - 0.25 * share, -0.375 + 0.36 * share)
        crest = (0.03 - 0.16 * share, -0.485 + 0.47 * share)
        back = (-0.37 + 0.10 * share, -0.24 + 0.36 * share)
        middle = ((front[0] + crest[0]) / 2 + 0.01, front[1] * 0.45 + crest[1] * 0.55 - 0.04)
        curve = spline([front, middle, crest, back, knot], closed=False, steps=6)
        waved = [(x, y + 0.013 * math.sin(27 * x + shift + k * 0.4)) for x, y in curve]
        pen.stroke(waved, (0.012, 0.022, 0.024, 0.024, 0.014), 0.8, "add")
        pen.stroke([(x + 0.004, y + 0.024) for x, y in waved], (0.005, 0.010, 0.012, 0.010, 0.005), 1.1, "cut")
    _knot(pen, knot)
    for t in np.linspace(0, 1, 10) if braided else ():
        plait = (0.20 - 0.50 * t, -0.40 + 0.32 * t - 0.12 * math.sin(3.1 * t))
        pen.ball(plait, 0.036, 0.024, 40, 0.02, "add")


def _knot(pen: Pen, center: Point) -> None:
    z = max(0.03, pen.level((-0.3, 0.1)) * 0.5)
    pen.ball(center, 0.105, 0.085, 30, 0.075, z=z, moat=0.015)
    for r in (0.075, 0.045):
        ring = [(center[0] + r * math.cos(t), center[1] + 0.8 * r * math.sin(t)) for t in np.linspace(0, 6.28, 12)]
        pen.stroke(ring, (0.013,), 0.9, "add")


BEARDLINE: tuple[Point, ...] = (
    (0.06, -0.03),
    (0.085, 0.09),
    (0.14, 0.17),
    (0.215, 0.205),
    (0.275, 0.255),
    (0.29, 0.30),
    (0.345, 0.335),
    (0.36, 0.40),
    (0.32, 0.465),
    (0.22, 0.475),
    (0.11, 0.44),
    (0.0, 0.36),
    (-0.055, 0.24),
    (-0.035, 0.13),
    (0.0, 0.04),
)


def engrave_beard(pen: Pen, beard: Beard, rng: np.random.Generator) -> None:
    if beard == "none":
        return
    region = spline(BEARDLINE)
    if beard == "short":
        _stubble(pen, region, rng, 0.025)
    else:
        drop = 0.10 if beard == "long" else 0.0
        outline = [(x + (0.02 if y > 0.4 else 0.0), y + (drop if y > 0.38 else 0.0)) for x, y in BEARDLINE]
        pen.mass(outline, rise=0.135, edge=0.05, belly=0.5, z=0.001, moat=0.006)
        _curls(pen, spline(outline), rng, 0.032)
    pen.stroke([(0.378, 0.182), (0.33, 0.195), (0.275, 0.245)], (0.014, 0.017, 0.008), 0.9, "add")
