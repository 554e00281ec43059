"""Long robes on standing and on seated figures."""

from __future__ import annotations

import numpy as np

from .pose import Pose
from .relief import Pen, Point, spline


def engrave_robe(pen: Pen, pose: Pose, rng: np.random.Generator) -> None:
    """A long tunic with a cloak slung over the hips; the bent knee shows through the cloth."""
    (nx, ny), (fx, fy) = pose.near_shoulder, pose.far_shoulder
    knee, hem = pose.near_knee[0], 0.5 * (pose.near_foot[0] + pose.far_foot[0])
    upper = [(nx + 0.015, ny - 0.03), (0.0, ny - 0.005), (fx - 0.015, fy - 0.03), (fx + 0.02, fy + 0.06)]
    far = [(0.088, -0.60), (0.125, -0.47), (0.135, -0.28), (hem + 0.155, -0.012), (hem + 0.02, -0.002)]
    near = [(hem - 0.145, -0.012), (knee - 0.065, -0.25), (-0.122, -0.46), (-0.086, -0.60), (nx - 0.02, ny + 0.06)]
    pen.stroke([pose.neck, pose.head], (0.040, 0.034), 0.7, z=0.004)
    pen.mass([*upper, *far, *near], rise=0.062, edge=0.07, belly=0.25, z=0.004, moat=0.006)
    pen.stroke([(-0.055, -0.47), (knee - 0.005, -0.27), (hem - 0.075, -0.06)], (0.060, 0.050, 0.03), 0.42, "add")
    _skirt_folds(pen, hem, rng)
    _bodice(pen, ny)
    _slung_cloak(pen, pose.far_shoulder)


def _skirt_folds(pen: Pen, hem: float, rng: np.random.Generator) -> None:
    for k in range(9):
        share = (k + 0.5) / 9
        foot = hem - 0.135 + 0.28 * share
        top = -0.015 + 0.115 * share if share > 0.35 else -0.10 + 0.1 * share
        middle = (top + foot) / 2 + float(rng.normal()) * 0.008
        fold = spline([(top, -0.43 + 0.05 * abs(share - 0.5)), (middle, -0.22), (foot, -0.012)], closed=False, steps=4)
        pen.stroke(fold, (0.006, 0.012, 0.016), 1.0, "add")
        furrow = [(top + 0.014, -0.40), (middle + 0.016, -0.22), (foot + 0.016, -0.012)]
        pen.stroke(furrow, (0.004, 0.007, 0.008), 1.1, "cut")


def _bodice(pen: Pen, shoulder: float) -> None:
    for side in (-1, 1):
        pen.ball((side * 0.043, shoulder + 0.095), 0.040, 0.038, rise=0.020, mode="add")
    for k in range(5):
        fold = [(-0.075 + 0.036 * k, shoulder + 0.005), (-0.05 + 0.024 * k, -0.70), (-0.07 + 0.034 * k, -0.60)]
        pen.stroke(spline(fold, closed=False, steps=3), (0.006, 0.007, 0.006), 0.9, "cut")
    pen.stroke([(-0.083, -0.605), (0.086, -0.605)], (0.010,), 0.9, "add")


def _slung_cloak(pen: Pen, shoulder: Point) -> None:
    x, y = shoulder
    for k in range(4):
        low = -0.535 + 0.040 * k
        roll = [(-0.118, low + 0.045), (0.0, low + 0.055), (0.105, low - 0.02), (x + 0.01, low - 0.10)]
        pen.stroke(spline(roll, closed=False, steps=4), (0.012, 0.018, 0.014, 0.008), 0.75, "add")
    for k in range(3):
        hanging = [(x + 0.02 + 0.02 * k, y + 0.12), (x + 0.035 + 0.026 * k, -0.30 + 0.04 * k)]
        pen.stroke(hanging, (0.014, 0.017), 0.75, z=0.004, moat=0.006)


def engrave_seated_robe(pen: Pen, pose: Pose) -> None:
    """Seated to the left: the trunk above, cloth over thighs and shins below."""
    (nx, ny), (fx, fy), (hx, hy) = pose.near_shoulder, pose.far_shoulder, pose.near_hip
    front = [(nx + 0.02, ny - 0.03), (fx - 0.02, fy - 0.03), (fx + 0.02, fy + 0.07), (fx, -0.52)]
    back = [(hx + 0.14, hy + 0.02), (hx, hy + 0.05), (hx - 0.05, hy - 0.08), (nx - 0.012, ny + 0.08)]
    pen.stroke([pose.neck, pose.head], (0.040, 0.034), 0.7, z=0.004)
    pen.mass([*front, *back], rise=0.062, edge=0.06, belly=0.25, z=0.004, moat=0.004)
    for side in (-1, 1):
        pen.ball(((nx + fx) / 2 + side * 0.042, ny + 0.095), 0.038, 0.036, rise=0.018, mode="add")
    _lap(pen, pose.near_hip, pose.near_knee, pose.near_foot)
    for k in range(5):
        fold = [(nx + 0.03 + 0.032 * k, ny), (nx + 0.05 + 0.026 * k, -0.68), (hx - 0.03 + 0.036 * k, hy - 0.07)]
        pen.stroke(spline(fold, closed=False, steps=3), (0.005, 0.008, 0.006), 0.9, "cut")
    x, y = pose.near_foot
    pen.stroke([(x, y), (x - 0.065, y + 0.016)], (0.025, 0.017), 0.8, z=0.012)


def _lap(pen: Pen, hip: Point, knee: Point, foot: Point) -> None:
    (hx, hy), (kx, ky), (px, py) = hip, knee, foot
    thigh = [(hx + 0.14, hy - 0.04), (hx, hy - 0.075), (kx, ky - 0.06), (kx - 0.055, ky), (px - 0.075, py - 0.02)]
    hem = [
        (px + 0.07, py + 0.01),
        (px + 0.16, py),
        (kx + 0.15, ky + 0.16),
        (hx + 0.10, hy + 0.13),
        (hx + 0.17, hy + 0.06),
    ]
    pen.mass([*thigh, *hem], rise=0.062, edge=0.055, belly=0.2, z=0.008, moat=0.014)
    near = [(hx + 0.05, hy - 0.01), (kx, ky - 0.01), (px - 0.01, py - 0.05)]
    far = [(hx + 0.08, hy + 0.06), (kx + 0.08, ky + 0.05), (px + 0.07, py - 0.05)]
    pen.stroke(near, (0.060, 0.054, 0.028), 0.55, "add")
    pen.stroke(far, (0.04, 0.045, 0.022), 0.45, "add")
    for k in range(5):
        s = k / 4
        start, bend = (hx + 0.13 - 0.05 * s, hy - 0.04 + 0.05 * s), (kx + 0.12 - 0.06 * s, ky + 0.015 + 0.075 * s)
        fold = spline([start, bend, (px + 0.11 - 0.135 * s, py - 0.02)], closed=False, steps=4)
        pen.stroke(fold, (0.006, 0.013, 0.012), 0.95, "add")
        pen.stroke(
            [(hx - 0.015 - 0.05 * s, hy - 0.055), (hx + 0.015 - 0.05 * s, hy + 0.055)], (0.005, 0.008), 0.9, "cut"
        )
