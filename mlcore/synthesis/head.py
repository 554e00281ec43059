"""A head in profile to the right: skull, face, ear and neck, in a box of one head height (crown to chin)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .relief import Pen, Point


@dataclass(frozen=True)
class Face:
    """What the engraver knew of a person; all in head heights, 0 for an ideal head."""

    nose: float = 0.0
    hook: float = 0.0
    chin: float = 0.0
    jowl: float = 0.0
    brow: float = 0.0
    neck: float = 0.0
    age: float = 0.0
    """0 smooth, 1 furrowed."""
    eye: float = 1.0

    @staticmethod
    def drawn(rng: np.random.Generator, woman: bool) -> Face:
        soft = 0.45 if woman else 1.0
        nose, hook, chin, jowl = (float(v) * soft for v in rng.normal(size=4) * (0.022, 0.012, 0.016, 0.015))
        brow, age = float(rng.uniform(0, 0.018)) * soft, float(rng.uniform(0, 1)) * soft
        return Face(
            nose,
            hook,
            chin,
            max(jowl, -0.01),
            brow,
            -0.045 if woman else float(rng.uniform(-0.02, 0.035)),
            age,
            float(rng.uniform(0.95, 1.25)),
        )

    def varied(self, rng: np.random.Generator) -> Face:
        """The same person by another engraver."""
        d = rng.normal(size=4) * 0.006
        return Face(
            self.nose + d[0],
            self.hook + d[1],
            self.chin + d[2],
            self.jowl + d[3],
            self.brow,
            self.neck,
            self.age,
            self.eye,
        )


def profile(face: Face) -> list[Point]:
    """The outline of skull and face, closed below by the jaw."""
    n, h, c, b, j = face.nose, face.hook, face.chin, face.brow, face.jowl
    # fmt: off
    return [
        (-0.03, -0.50), (0.10, -0.482), (0.215, -0.425), (0.285, -0.335), (0.318, -0.235), (0.338 + b, -0.145),
        (0.332, -0.088), (0.352 + h, -0.035), (0.388 + h + n / 2, 0.035), (0.432 + n, 0.098), (0.434 + n, 0.124),
        (0.398, 0.142), (0.362, 0.152), (0.366, 0.180), (0.380, 0.207), (0.357, 0.232), (0.364, 0.256),
        (0.358, 0.280), (0.334, 0.304), (0.342 + c, 0.345), (0.338 + c, 0.392), (0.295 + c, 0.428), (0.225, 0.432 + j),
        (0.13, 0.405 + j), (0.02, 0.335), (-0.05, 0.22), (-0.12, 0.22), (-0.235, 0.235), (-0.345, 0.165),
        (-0.412, 0.03), (-0.432, -0.12), (-0.395, -0.28), (-0.305, -0.40), (-0.18, -0.475),
    ]
    # fmt: on


def neck_outline(face: Face, cut: float) -> list[Point]:
    """From the throat to the truncation; `cut` 0 is a straight cut, 1 a deep curve."""
    w = face.neck
    return [
        (-0.29 - w, 0.12),
        (0.05, 0.15),
        (0.20, 0.38),
        (0.165 + w, 0.48),
        (0.160 + w, 0.57),
        (0.195 + w, 0.66),
        (0.275 + w, 0.735),
        (0.23, 0.775),
        (0.08, 0.775 + 0.05 * cut),
        (-0.08, 0.80 + 0.06 * cut),
        (-0.27 - w, 0.77),
        (-0.40 - w, 0.66),
        (-0.335 - w, 0.54),
        (-0.295 - w, 0.42),
        (-0.285 - w, 0.28),
    ]


def engrave_head(pen: Pen, face: Face, cut: float = 0.5, neck: bool = True) -> None:
    if neck:
        pen.mass(neck_outline(face, cut), rise=0.085, edge=0.10, belly=0.4)
        pen.stroke([(-0.13, 0.33), (-0.03, 0.52), (0.09, 0.72)], (0.035, 0.045, 0.02), 0.35, "add")
        pen.ball((0.125, 0.505), 0.03, 0.045, rise=0.010, mode="add", soft=True)
        pen.ball((-0.02, 0.62), 0.05, 0.12, -20, -0.008, "add", soft=True)
        pen.stroke([(0.145, 0.455), (0.02, 0.395), (-0.06, 0.28)], (0.03, 0.035, 0.02), 0.35, "cut")
    pen.mass(profile(face), rise=0.145, edge=0.11, belly=0.42, moat=0.012)
    _eye(pen, face)
    _nose_and_mouth(pen, face)
    _planes(pen, face)
    _ear(pen)


def _eye(pen: Pen, face: Face) -> None:
    s = face.eye
    pen.ball((0.243, -0.075), 0.085, 0.050, -8, -0.042, "add", soft=True)
    pen.ball((0.318, -0.075), 0.026, 0.045, 0, -0.020, "add", soft=True)
    pen.ball((0.253, -0.060), 0.046 * s, 0.032 * s, 6, 0.026, "add")
    pen.stroke(
        [(0.182, -0.050), (0.220, -0.092 * s), (0.270, -0.096 * s), (0.306, -0.066)],
        (0.007, 0.013, 0.013, 0.008),
        1.3,
        "add",
    )
    pen.stroke([(0.190, -0.045), (0.235, -0.026), (0.292, -0.038)], (0.006, 0.010, 0.006), 1.1, "add")
    pen.ball((0.272, -0.060), 0.012, 0.013, rise=0.016, mode="cut")
    brow = [(0.335 + face.brow, -0.128), (0.265, -0.152 - face.brow), (0.190, -0.142), (0.130, -0.105)]
    pen.stroke(brow, (0.016, 0.022, 0.018, 0.008), 0.60, "add")


def _nose_and_mouth(pen: Pen, face: Face) -> None:
    n = face.nose
    pen.stroke([(0.335, -0.07), (0.368 + face.hook, 0.02), (0.408 + n, 0.098)], (0.014, 0.018, 0.022), 0.45, "add")
    pen.ball((0.372 + n / 2, 0.112), 0.030, 0.026, rise=0.018, mode="add", soft=False)
    pen.ball((0.392 + n / 2, 0.136), 0.014, 0.008, rise=0.02, mode="cut")
    pen.stroke([(0.338, 0.098), (0.338, 0.132), (0.362, 0.146)], (0.008, 0.010, 0.006), 0.7, "cut")
    pen.stroke([(0.368, 0.231), (0.325, 0.236), (0.282, 0.246)], (0.010, 0.009, 0.005), 1.3, "cut")
    pen.stroke([(0.360, 0.208), (0.320, 0.220), (0.288, 0.238)], (0.014, 0.011, 0.005), 0.6, "add")
    pen.stroke([(0.350, 0.262), (0.322, 0.262), (0.298, 0.254)], (0.014, 0.013, 0.006), 0.6, "add")
    pen.ball((0.318, 0.305), 0.04, 0.016, 10, -0.015, "add", soft=True)
    pen.ball((0.305 + face.chin, 0.372), 0.050, 0.045, rise=0.024, mode="add", soft=True)


def _planes(pen: Pen, face: Face) -> None:
    pen.ball((0.175, 0.055), 0.085, 0.055, -18, 0.020, "add", soft=True)
    pen.ball((0.165, 0.205), 0.070, 0.075, 0, -0.010 - 0.014 * face.age, "add", soft=True)
    pen.ball((0.05, 0.255), 0.10, 0.055, 35, 0.016, "add", soft=True)
    pen.ball((0.075, -0.16), 0.07, 0.07, 0, -0.014, "add", soft=True)
    pen.ball((0.255, -0.26), 0.07, 0.075, 0, 0.010, "add", soft=True)
    if face.age > 0.35:
        depth = 0.5 * face.age
        pen.stroke([(0.333, 0.135), (0.290, 0.180), (0.262, 0.245)], (0.007, 0.012, 0.006), depth, "cut")
        pen.stroke([(0.295, -0.215), (0.235, -0.225), (0.19, -0.215)], (0.004, 0.007, 0.004), depth, "cut")
        pen.stroke([(0.30, -0.265), (0.235, -0.275), (0.19, -0.262)], (0.004, 0.006, 0.004), depth, "cut")
        pen.ball((0.225, 0.005), 0.05, 0.015, 5, -0.012 * face.age, "add", soft=True)


def _ear(pen: Pen) -> None:
    z = pen.level((-0.06, 0.03))
    pen.ball((-0.045, 0.035), 0.062, 0.098, -10, 0.020, "over", z=z, moat=0.02)
    pen.ball((-0.036, 0.040), 0.034, 0.060, -10, 0.030, "cut")
    rim = [
        (-0.005, -0.005),
        (-0.02, -0.055),
        (-0.068, -0.060),
        (-0.098, -0.010),
        (-0.085, 0.055),
        (-0.050, 0.105),
        (-0.022, 0.120),
    ]
    pen.stroke(rim, (0.012, 0.016, 0.016, 0.015, 0.018), 0.55, z=z + 0.010 * pen.scale)
    pen.ball((-0.028, 0.118), 0.020, 0.024, rise=0.02, z=z + 0.006 * pen.scale)
    pen.ball((-0.012, 0.045), 0.014, 0.02, rise=0.012, mode="add")
