"""Things that gods and emperors hold or stand beside, each at the pen's origin: the hand, or the ground."""

from __future__ import annotations

import math

import numpy as np

from .relief import Pen, Point, spline


def cornucopia(pen: Pen, rng: np.random.Generator) -> None:
    """Its tip at the origin, its mouth above and to the right, filled with fruit."""
    with pen.relief.figure("cornucopia"):
        horn = spline(
            [(-0.005, 0.10), (0.030, 0.03), (0.040, -0.09), (0.070, -0.21), (0.115, -0.29)], closed=False, steps=4
        )
        pen.stroke(horn, (0.012, 0.026, 0.038, 0.050, 0.062), 0.75, z=0.010, moat=0.012)
        for k in range(2, len(horn) - 1, 2):
            (x, y), w = horn[k], 0.018 + 0.038 * k / len(horn)
            pen.stroke([(x - w, y - 0.008), (x + w, y + 0.012)], (0.006,), 1.0, "cut")
        pen.stroke([(0.055, -0.30), (0.175, -0.275)], (0.016,), 0.9, z=0.045, moat=0.012)
        for x, y, r in (
            (0.07, -0.335, 0.03),
            (0.115, -0.350, 0.036),
            (0.16, -0.325, 0.03),
            (0.09, -0.385, 0.024),
            (0.14, -0.392, 0.024),
            (0.115, -0.425, 0.020),
        ):
            pen.ball((x + rng.normal() * 0.004, y), r, rise=r, z=0.012, moat=0.012)
        pen.ball((0.19, -0.30), 0.016, 0.03, 20, 0.018, z=0.006)
        pen.stroke([(0.045, -0.33), (0.025, -0.365)], (0.012, 0.006), 0.9)


def patera(pen: Pen, pouring: bool = True) -> None:
    """A flat dish held out to the left, tilted."""
    with pen.relief.figure("patera"):
        pen.ball((-0.035, 0.010), 0.062, 0.042, -18, 0.036, z=0.004, moat=0.014)
        pen.ball((-0.036, 0.006), 0.044, 0.027, -18, 0.034, "cut")
        pen.ball((-0.036, 0.008), 0.014, 0.011, -18, 0.014, "add")
    if pouring:
        pen.stroke([(-0.085, 0.04), (-0.092, 0.085), (-0.09, 0.13)], (0.006, 0.007, 0.004), 0.9)


def altar(pen: Pen, height: float = 0.30, width: float = 0.11) -> None:
    """Lit, standing on the ground at the origin."""
    w, h = width, height
    block = [(-w * 0.78, -0.03), (-w * 0.72, -h + 0.05), (w * 0.72, -h + 0.05), (w * 0.78, -0.03)]
    steps = ((-0.012, 1.05, 0.015), (-0.045, 0.88, 0.011), (-h + 0.055, 0.90, 0.011), (-h + 0.022, 1.08, 0.016))
    with pen.relief.figure("altar"):
        pen.mass(block, rise=0.040, edge=0.02, smooth=False, belly=0.3, z=0.006, moat=0.01)
        for y, wide, thick in steps:
            pen.stroke([(-w * wide, y), (w * wide, y)], (thick,), 0.9, z=0.026, moat=0.008)
        garland = spline([(-w * 0.5, -h * 0.72), (0, -h * 0.55), (w * 0.5, -h * 0.72)], closed=False, steps=4)
        pen.stroke(garland, (0.009, 0.014, 0.009), 0.9, "add")
        for x, tall in ((-0.45, 0.075), (0.0, 0.115), (0.45, 0.08)):
            flame = [(x * w, -h), (x * w - 0.018, -h - tall * 0.5), (x * w + 0.010, -h - tall)]
            pen.stroke(spline(flame, closed=False, steps=3), (0.020, 0.018, 0.005), 0.85, z=0.004)


def staff(pen: Pen, top: Point, bottom: Point, kind: str) -> None:
    """`kind`: spear with a blade at the top, or sceptre with knobs."""
    with pen.relief.figure(kind):
        pen.stroke([top, bottom], (0.011,), 1.0, z=0.010, moat=0.010)
        length = math.hypot(top[0] - bottom[0], top[1] - bottom[1])
        ux, uy = (top[0] - bottom[0]) / length, (top[1] - bottom[1]) / length
        if kind == "spear":
            tip = (top[0] + 0.10 * ux, top[1] + 0.10 * uy)
            middle = (top[0] + 0.035 * ux, top[1] + 0.035 * uy)
            pen.stroke([top, middle, tip], (0.010, 0.028, 0.003), 0.9, z=0.010, moat=0.012)
        else:
            pen.ball(top, 0.026, rise=0.028, z=0.010, moat=0.012)
            pen.ball((top[0] - 0.05 * ux, top[1] - 0.05 * uy), 0.018, rise=0.018, z=0.010)
        pen.ball(bottom, 0.015, rise=0.016, z=0.006)


def shield(pen: Pen, radius: float = 0.16, tall: float = 1.0, angle: float = 0.0) -> None:
    """Round or oval, centred on the origin, with rim, rays and boss."""

    def spot(share: float, turn: float) -> Point:
        return _turned(radius * share * math.cos(turn), radius * tall * share * math.sin(turn), angle)

    with pen.relief.figure("shield"):
        pen.ball((0, 0), radius, radius * tall, angle, 0.055, z=pen.z + 0.012, moat=0.016)
        for turn in np.linspace(0, 2 * math.pi, 28, endpoint=False):
            pen.ball(spot(0.90, turn), 0.009, rise=0.012, mode="add")
        pen.stroke([spot(0.74, turn) for turn in np.linspace(0, 2 * math.pi, 24)], (0.008,), 1.0, "add")
        for turn in np.linspace(0, 2 * math.pi, 6, endpoint=False):
            pen.stroke([spot(0.2, turn), spot(0.62, turn)], (0.008, 0.012), 0.9, "add")
        pen.ball((0, 0), radius * 0.22, rise=0.030, mode="add")


def _turned(x: float, y: float, angle: float) -> Point:
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return x * c - y * s, x * s + y * c


def wreath(pen: Pen, radius: float, leaves: int = 17, leaf: float = 0.05, closed: bool = False) -> None:
    """Laurel in a ring around the origin, tied below."""
    span = 2 * math.pi if closed else 5.9
    with pen.relief.figure("wreath"):
        for side in (-1, 1):
            for k in range(leaves):
                a = math.pi / 2 + side * (0.12 + (span / 2 - 0.12) * k / leaves)
                _leaf_pair(pen, (radius * math.cos(a), radius * math.sin(a)), a + side * math.pi / 2, leaf)
        ring = [(radius * math.cos(a), radius * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 32)]
        pen.stroke(ring, (leaf * 0.16,), 0.9, z=0.004)
        for side in (-1, 1):
            end = [(0, radius), (side * leaf, radius + leaf * 0.9), (side * leaf * 1.3, radius + leaf * 2.0)]
            pen.stroke(spline(end, closed=False, steps=3), (leaf * 0.2, leaf * 0.26), 0.9, z=0.004)
        pen.ball((0, radius), leaf * 0.45, rise=leaf * 0.4, z=0.006)


def _leaf_pair(pen: Pen, root: Point, along: float, leaf: float) -> None:
    x, y = root
    for lean in (-0.55, 0.55):
        tip = (x + leaf * 1.5 * math.cos(along + lean), y + leaf * 1.5 * math.sin(along + lean))
        middle = ((x + tip[0]) / 2, (y + tip[1]) / 2)
        pen.stroke([root, middle, tip], (leaf * 0.14, leaf * 0.36, leaf * 0.08), 0.9, z=0.004, moat=0.006)


def globe(pen: Pen, radius: float = 0.06) -> None:
    with pen.relief.figure("globe"):
        pen.ball((0, 0), radius, rise=radius * 0.8, z=0.008, moat=0.016)
        for tilt in (-0.45, 0.45):
            band = [
                (radius * 0.92 * math.cos(a), radius * (0.3 * math.sin(a) + tilt * math.cos(a)))
                for a in np.linspace(0.2, 2.94, 9)
            ]
            pen.stroke(band, (radius * 0.10,), 0.8, "add")


def palm(pen: Pen, top: Point) -> None:
    """A branch from the origin to `top`."""
    x, y = top
    pen.stroke(
        spline([(0, 0), (x * 0.35, y * 0.5), top], closed=False, steps=4),
        (0.012, 0.010, 0.006),
        0.9,
        z=0.008,
        moat=0.006,
    )
    for k in range(3, 9):
        px, py = x * (k / 9) ** 1.3, y * k / 9
        for side in (-1, 1):
            pen.stroke([(px, py), (px + side * 0.050, py - 0.055)], (0.010, 0.005), 0.9, z=0.004)


def club(pen: Pen, rng: np.random.Generator) -> None:
    """Its handle in the hand at the origin, its knotted end on the ground below."""
    pen.stroke([(0, 0), (-0.02, 0.22), (-0.035, 0.47)], (0.015, 0.026, 0.042), 0.8, z=0.008, moat=0.010)
    for k in range(6):
        pen.ball((-0.02 - 0.012 * k / 2 + (-1) ** k * 0.022, 0.18 + 0.05 * k), 0.015, rise=0.016, mode="add")


def lion_skin(pen: Pen, rng: np.random.Generator) -> None:
    """Hanging from the arm at the origin."""
    pen.mass(
        [
            (-0.05, -0.03),
            (0.05, -0.03),
            (0.09, 0.10),
            (0.07, 0.22),
            (0.10, 0.33),
            (0.05, 0.31),
            (0.03, 0.24),
            (-0.01, 0.34),
            (-0.04, 0.22),
            (-0.045, 0.10),
        ],
        rise=0.035,
        edge=0.03,
        z=0.006,
        moat=0.008,
    )
    for _k in range(16):
        x, y = float(rng.uniform(-0.03, 0.07)), float(rng.uniform(0.0, 0.24))
        pen.stroke([(x, y), (x + 0.008, y + 0.035)], (0.010, 0.004), 1.0, "add")
    pen.ball((0.055, 0.045), 0.042, 0.036, rise=0.03, z=0.02, moat=0.01)
    for dx in (-0.02, 0.03):
        pen.ball((0.055 + dx, 0.015), 0.014, rise=0.016, mode="add")


def throne(pen: Pen, back: bool = True) -> None:
    """Behind a figure seated to the left whose hip stands at the origin; the ground is 0.40 below."""
    pen.mass([(-0.07, 0.07), (0.20, 0.07), (0.20, 0.15), (-0.07, 0.15)], rise=0.03, edge=0.015, smooth=False, z=0.003)
    for x in (-0.05, 0.185):
        pen.stroke([(x, 0.13), (x, 0.385)], (0.020, 0.024), 0.8, z=0.003)
        for y in (0.20, 0.30):
            pen.stroke([(x - 0.026, y), (x + 0.026, y)], (0.010,), 0.9, z=0.008)
    pen.stroke([(-0.05, 0.30), (0.185, 0.30)], (0.010,), 0.9)
    if back:
        pen.stroke([(0.195, 0.10), (0.215, -0.28)], (0.018, 0.015), 0.85, z=0.003)
        pen.ball((0.217, -0.30), 0.026, rise=0.026, z=0.003)
        for y in (-0.05, -0.15):
            pen.stroke([(0.12, y), (0.205, y)], (0.010,), 0.9)


def wing(pen: Pen, span: float, lift: float, feathers: int = 9) -> None:
    """Root at the origin, spread to the right; `lift` in degrees above the horizontal (clockwise negative)."""
    base = math.radians(-lift)
    for row, (reach, width) in enumerate(((1.0, 0.030), (0.62, 0.026), (0.36, 0.024))):
        for k in range(feathers - row * 2):
            share = k / max(feathers - row * 2 - 1, 1)
            angle = base + 0.10 + share * 1.15
            long = span * reach * (1.0 - 0.42 * share)
            start = (span * 0.10 * (1 - share), span * 0.05 * share)
            bend = (start[0] + 0.55 * long * math.cos(angle - 0.12), start[1] + 0.55 * long * math.sin(angle - 0.12))
            tip = (start[0] + long * math.cos(angle + 0.10), start[1] + long * math.sin(angle + 0.10))
            pen.stroke([start, bend, tip], (width * 0.7, width, width * 0.45), 0.6, z=0.006 + 0.008 * row, moat=0.008)
    crest = [
        (0, 0),
        (0.45 * span * math.cos(base - 0.12), 0.45 * span * math.sin(base - 0.12)),
        (span * 0.85 * math.cos(base + 0.06), span * 0.85 * math.sin(base + 0.06)),
    ]
    pen.stroke(spline(crest, closed=False, steps=4), (0.040, 0.034, 0.014), 0.75, z=0.014, moat=0.008)
