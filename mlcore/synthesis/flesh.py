"""Bare and armoured trunks."""

from __future__ import annotations

from .pose import Pose
from .relief import Pen, Point, spline


def engrave_muscles(pen: Pen, pose: Pose) -> None:
    (nx, ny), (fx, fy) = pose.near_shoulder, pose.far_shoulder
    (hx, hy), (gx, gy) = pose.near_hip, pose.far_hip
    mid = (hx + gx) / 2
    far = [
        (nx + 0.02, ny - 0.035),
        (fx - 0.02, fy - 0.035),
        (fx + 0.015, fy + 0.05),
        (gx + 0.028, -0.60),
        (gx + 0.035, gy),
    ]
    near = [(mid, hy + 0.055), (hx - 0.038, hy), (hx - 0.022, -0.60), (nx - 0.015, ny + 0.05)]
    pen.stroke([pose.neck, pose.head], (0.042, 0.036), 0.7, z=0.004)
    pen.mass([*far, *near], rise=0.062, edge=0.07, belly=0.3, z=0.004, moat=0.006)
    for side in (-1, 1):
        pen.ball((mid + side * 0.052, ny + 0.062), 0.052, 0.040, side * 14, 0.020, "add")
        pen.ball((mid + side * 0.085, -0.545), 0.03, 0.035, rise=0.012, mode="add", soft=True)
        for k in range(3):
            pen.ball((mid + side * 0.026, -0.655 + 0.045 * k), 0.023, 0.020, rise=0.012, mode="add")
    groin = [(-0.075, -0.515), (-0.03, -0.465), (0.0, -0.45), (0.03, -0.465), (0.075, -0.515)]
    pen.stroke([(mid + x, y) for x, y in groin], (0.008,), 0.9, "cut")
    pen.stroke([(mid, ny + 0.02), (mid, -0.50)], (0.007,), 0.9, "cut")
    pen.ball((mid, -0.425), 0.02, 0.026, rise=0.02, z=0.04)


def engrave_armour(pen: Pen, pose: Pose) -> None:
    """A muscled cuirass over leather strips, a cloak behind the far shoulder."""
    (nx, ny), (fx, fy) = pose.near_shoulder, pose.far_shoulder
    mid = (pose.near_hip[0] + pose.far_hip[0]) / 2
    _cloak(pen, pose.far_shoulder)
    pen.stroke([pose.neck, pose.head], (0.042, 0.036), 0.7, z=0.004)
    for k in range(7):
        x = mid - 0.092 + 0.031 * k
        strip = [(x * 0.95, -0.52), (x + (x - mid) * 0.35, -0.375 + 0.012 * (k % 2))]
        pen.stroke(strip, (0.018, 0.021), 0.75, z=0.024, moat=0.010)
    far = [
        (nx + 0.02, ny - 0.03),
        (fx - 0.02, fy - 0.03),
        (fx + 0.012, fy + 0.06),
        (mid + 0.082, -0.60),
        (mid + 0.09, -0.52),
    ]
    near = [(mid, -0.485), (mid - 0.09, -0.52), (mid - 0.082, -0.60), (nx - 0.012, ny + 0.06)]
    pen.mass([*far, *near], rise=0.065, edge=0.06, belly=0.35, z=0.006, moat=0.012)
    for side in (-1, 1):
        pen.ball((mid + side * 0.046, ny + 0.07), 0.046, 0.036, rise=0.014, mode="add")
    pen.stroke([(mid - 0.085, -0.575), (mid + 0.085, -0.575)], (0.013,), 0.9, "add")
    collar = spline([(fx, fy - 0.01), (mid, ny + 0.03), (nx + 0.01, ny - 0.01)], closed=False, steps=4)
    pen.stroke(collar, (0.022, 0.018), 0.7, "add")


def _cloak(pen: Pen, shoulder: Point) -> None:
    x, y = shoulder
    outer = [(x - 0.01, y - 0.02), (x + 0.055, y + 0.03), (x + 0.085, -0.55), (x + 0.075, -0.34)]
    pen.mass([*outer, (x + 0.01, -0.33), (x - 0.01, -0.55)], rise=0.025, edge=0.03, z=0.002)
    for k in range(3):
        pen.stroke([(x + 0.012 * k, y + 0.06), (x + 0.02 + 0.022 * k, -0.36)], (0.010, 0.014), 0.9, "add")
