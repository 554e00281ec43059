"""Human figures: limbs between joints, then flesh, armour or cloth over them. A figure is one unit high, its feet at y = 0."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from .relief import Pen, Point, spline

Dress = Literal["nude", "armour", "robe"]
Crown = Literal["none", "laurel", "helmet", "radiate", "veil", "turret"]


@dataclass(frozen=True)
class Pose:
    """Joints, seen from the front, the figure's head turned to the left. `near` is the arm at the viewer's left."""

    head: Point = (-0.005, -0.915)
    neck: Point = (0.0, -0.825)
    near_shoulder: Point = (-0.108, -0.795)
    far_shoulder: Point = (0.108, -0.795)
    near_elbow: Point = (-0.20, -0.655)
    near_hand: Point = (-0.33, -0.60)
    far_elbow: Point = (0.185, -0.63)
    far_hand: Point = (0.17, -0.50)
    near_hip: Point = (-0.060, -0.475)
    far_hip: Point = (0.062, -0.475)
    near_knee: Point = (-0.085, -0.255)
    near_foot: Point = (-0.055, -0.025)
    far_knee: Point = (0.075, -0.255)
    far_foot: Point = (0.095, -0.02)

    def varied(self, rng: np.random.Generator, amount: float = 0.008) -> Pose:
        def moved(p: Point) -> Point:
            return p[0] + float(rng.normal()) * amount, p[1] + float(rng.normal()) * amount

        return replace(
            self,
            near_elbow=moved(self.near_elbow),
            near_hand=moved(self.near_hand),
            far_elbow=moved(self.far_elbow),
            far_hand=moved(self.far_hand),
            head=moved(self.head),
            near_knee=moved(self.near_knee),
            far_knee=moved(self.far_knee),
        )


def engrave_body(
    pen: Pen,
    pose: Pose,
    dress: Dress,
    rng: np.random.Generator,
    crown: Crown = "none",
    seated: bool = False,
    long_hair: bool = False,
) -> None:
    if dress == "robe":
        _far_arm(pen, pose, sleeve=True)
        (_seated_robe if seated else _robe)(pen, pose, rng)
    else:
        _far_arm(pen, pose, sleeve=False)
        _legs(pen, pose, boots=dress == "armour")
        (_muscles if dress == "nude" else _armour)(pen, pose, rng)
    _head(pen, pose, crown, long_hair or dress == "robe", rng)
    _near_arm(pen, pose, sleeve=dress == "robe")


def _far_arm(pen: Pen, pose: Pose, sleeve: bool) -> None:
    pen.stroke([pose.far_shoulder, pose.far_elbow], (0.042, 0.032), 0.75, z=0.006)
    pen.stroke([pose.far_elbow, pose.far_hand], (0.032, 0.022), 0.8, z=0.010, moat=0.004)
    pen.ball(pose.far_hand, 0.027, rise=0.024, z=0.012)
    if sleeve:
        pen.stroke([pose.far_shoulder, pose.far_elbow], (0.05, 0.04), 0.6, z=0.008)


def _near_arm(pen: Pen, pose: Pose, sleeve: bool) -> None:
    pen.stroke([pose.near_shoulder, pose.near_elbow], (0.046, 0.033), 0.8, z=0.014, moat=0.010)
    pen.stroke([pose.near_elbow, pose.near_hand], (0.033, 0.023), 0.85, z=0.014, moat=0.010)
    pen.ball(pose.near_hand, 0.028, 0.024, rise=0.024, z=0.016)
    if sleeve:
        x, y = pose.near_shoulder
        ex, ey = pose.near_elbow
        pen.stroke([(x, y), (x + 0.65 * (ex - x), y + 0.65 * (ey - y))], (0.05, 0.046), 0.75, z=0.016, moat=0.008)


def _legs(pen: Pen, pose: Pose, boots: bool) -> None:
    for hip, knee, foot, z in (
        (pose.far_hip, pose.far_knee, pose.far_foot, 0.006),
        (pose.near_hip, pose.near_knee, pose.near_foot, 0.012),
    ):
        pen.stroke(
            [hip, ((hip[0] + knee[0]) / 2 - 0.008, (hip[1] + knee[1]) / 2), knee],
            (0.066, 0.062, 0.040),
            0.75,
            z=z,
            moat=0.008,
        )
        shin = ((knee[0] * 0.6 + foot[0] * 0.4) + 0.008, knee[1] * 0.6 + foot[1] * 0.4)
        pen.stroke([knee, shin, foot], (0.038, 0.044, 0.024), 0.8, z=z)
        pen.ball(knee, 0.028, rise=0.012, mode="add")
        toe = (foot[0] - 0.062, foot[1] + 0.018) if foot[0] <= 0.07 else (foot[0] + 0.045, foot[1] + 0.015)
        pen.stroke([foot, toe], (0.025, 0.017), 0.8, z=z)
        if boots:
            pen.stroke([(shin[0] - 0.04, shin[1] + 0.02), (shin[0] + 0.04, shin[1] + 0.02)], (0.010,), 0.9, "add")


def _muscles(pen: Pen, pose: Pose, rng: np.random.Generator) -> None:
    (nx, ny), (fx, fy) = pose.near_shoulder, pose.far_shoulder
    (hx, hy), (gx, gy) = pose.near_hip, pose.far_hip
    mid = (hx + gx) / 2
    torso = [
        (nx + 0.02, ny - 0.035),
        (fx - 0.02, fy - 0.035),
        (fx + 0.015, fy + 0.05),
        (gx + 0.028, -0.60),
        (gx + 0.035, gy),
        (mid, hy + 0.055),
        (hx - 0.038, hy),
        (hx - 0.022, -0.60),
        (nx - 0.015, ny + 0.05),
    ]
    pen.stroke([pose.neck, pose.head], (0.042, 0.036), 0.7, z=0.004)
    pen.mass(torso, rise=0.062, edge=0.07, belly=0.3, z=0.004, moat=0.006)
    for side in (-1, 1):
        pen.ball((mid + side * 0.052, ny + 0.062), 0.052, 0.040, side * 14, 0.020, "add")
        pen.ball((mid + side * 0.085, -0.545), 0.03, 0.035, rise=0.012, mode="add", soft=True)
        for k in range(3):
            pen.ball((mid + side * 0.026, -0.655 + 0.045 * k), 0.023, 0.020, rise=0.012, mode="add")
    pen.stroke(
        [(mid - 0.075, -0.515), (mid - 0.03, -0.465), (mid, -0.45), (mid + 0.03, -0.465), (mid + 0.075, -0.515)],
        (0.008,),
        0.9,
        "cut",
    )
    pen.stroke([(mid, ny + 0.02), (mid, -0.50)], (0.007,), 0.9, "cut")
    pen.ball((mid, -0.425), 0.02, 0.026, rise=0.02, z=0.04)


def _armour(pen: Pen, pose: Pose, rng: np.random.Generator) -> None:
    (nx, ny), (fx, fy) = pose.near_shoulder, pose.far_shoulder
    mid = (pose.near_hip[0] + pose.far_hip[0]) / 2
    cloak = [
        (fx - 0.01, fy - 0.02),
        (fx + 0.055, fy + 0.03),
        (fx + 0.085, -0.55),
        (fx + 0.075, -0.34),
        (fx + 0.01, -0.33),
        (fx - 0.01, -0.55),
    ]
    pen.mass(cloak, rise=0.025, edge=0.03, z=0.002)
    for k in range(3):
        pen.stroke([(fx + 0.012 * k, fy + 0.06), (fx + 0.02 + 0.022 * k, -0.36)], (0.010, 0.014), 0.9, "add")
    torso = [
        (nx + 0.02, ny - 0.03),
        (fx - 0.02, fy - 0.03),
        (fx + 0.012, fy + 0.06),
        (mid + 0.082, -0.60),
        (mid + 0.09, -0.52),
        (mid, -0.485),
        (mid - 0.09, -0.52),
        (mid - 0.082, -0.60),
        (nx - 0.012, ny + 0.06),
    ]
    pen.stroke([pose.neck, pose.head], (0.042, 0.036), 0.7, z=0.004)
    for k in range(7):
        x = mid - 0.092 + 0.031 * k
        pen.stroke(
            [(x * 0.95, -0.52), (x + (x - mid) * 0.35, -0.375 + 0.012 * (k % 2))],
            (0.018, 0.021),
            0.75,
            z=0.024,
            moat=0.010,
        )
    pen.mass(torso, rise=0.065, edge=0.06, belly=0.35, z=0.006, moat=0.012)
    for side in (-1, 1):
        pen.ball((mid + side * 0.046, ny + 0.07), 0.046, 0.036, rise=0.014, mode="add")
    pen.stroke([(mid - 0.085, -0.575), (mid + 0.085, -0.575)], (0.013,), 0.9, "add")
    pen.stroke(
        spline([(fx, fy - 0.01), (mid, ny + 0.03), (nx + 0.01, ny - 0.01)], closed=False, steps=4),
        (0.022, 0.018),
        0.7,
        "add",
    )


def _robe(pen: Pen, pose: Pose, rng: np.random.Generator) -> None:
    """A long tunic with a cloak slung over the hips; the bent knee shows through the cloth."""
    (nx, ny), (fx, fy) = pose.near_shoulder, pose.far_shoulder
    kx, fxx = pose.near_knee[0], pose.far_foot[0]
    hem = 0.5 * (pose.near_foot[0] + fxx)
    dress = [
        (nx + 0.015, ny - 0.03),
        (0.0, ny - 0.005),
        (fx - 0.015, fy - 0.03),
        (fx + 0.02, fy + 0.06),
        (0.088, -0.60),
        (0.125, -0.47),
        (0.135, -0.28),
        (hem + 0.155, -0.012),
        (hem + 0.02, -0.002),
        (hem - 0.145, -0.012),
        (kx - 0.065, -0.25),
        (-0.122, -0.46),
        (-0.086, -0.60),
        (nx - 0.02, ny + 0.06),
    ]
    pen.stroke([pose.neck, pose.head], (0.040, 0.034), 0.7, z=0.004)
    pen.mass(dress, rise=0.062, edge=0.07, belly=0.25, z=0.004, moat=0.006)
    pen.stroke([(-0.055, -0.47), (kx - 0.005, -0.27), (hem - 0.075, -0.06)], (0.060, 0.050, 0.03), 0.42, "add")
    for k in range(9):
        share = (k + 0.5) / 9
        foot = hem - 0.135 + 0.28 * share
        top = -0.015 + 0.115 * share if share > 0.35 else -0.10 + 0.1 * share
        sway = float(rng.normal()) * 0.008
        pen.stroke(
            spline(
                [(top, -0.43 + 0.05 * abs(share - 0.5)), ((top + foot) / 2 + sway, -0.22), (foot, -0.012)],
                closed=False,
                steps=4,
            ),
            (0.006, 0.012, 0.016),
            1.0,
            "add",
        )
        pen.stroke(
            [(top + 0.014, -0.40), ((top + foot) / 2 + sway + 0.016, -0.22), (foot + 0.016, -0.012)],
            (0.004, 0.007, 0.008),
            1.1,
            "cut",
        )
    for side in (-1, 1):
        pen.ball((side * 0.043, ny + 0.095), 0.040, 0.038, rise=0.020, mode="add")
    for k in range(5):
        pen.stroke(
            spline(
                [(-0.075 + 0.036 * k, ny + 0.005), (-0.05 + 0.024 * k, -0.70), (-0.07 + 0.034 * k, -0.60)],
                closed=False,
                steps=3,
            ),
            (0.006, 0.007, 0.006),
            0.9,
            "cut",
        )
    pen.stroke([(-0.083, -0.605), (0.086, -0.605)], (0.010,), 0.9, "add")
    for k in range(4):
        y = -0.535 + 0.040 * k
        pen.stroke(
            spline(
                [(-0.118, y + 0.045), (0.0, y + 0.055), (0.105, y - 0.02), (fx + 0.01, y - 0.10)], closed=False, steps=4
            ),
            (0.012, 0.018, 0.014, 0.008),
            0.75,
            "add",
        )
    for k in range(3):
        pen.stroke(
            [(fx + 0.02 + 0.02 * k, fy + 0.12), (fx + 0.035 + 0.026 * k, -0.30 + 0.04 * k)],
            (0.014, 0.017),
            0.75,
            z=0.004,
            moat=0.006,
        )


def _seated_robe(pen: Pen, pose: Pose, rng: np.random.Generator) -> None:
    """Seated to the left: torso above, cloth over thighs and shins below."""
    (nx, ny), (fx, fy) = pose.near_shoulder, pose.far_shoulder
    hx, hy = pose.near_hip
    kx, ky = pose.near_knee
    px, py = pose.near_foot
    torso = [
        (nx + 0.02, ny - 0.03),
        (fx - 0.02, fy - 0.03),
        (fx + 0.02, fy + 0.07),
        (fx + 0.0, -0.52),
        (hx + 0.14, hy + 0.02),
        (hx, hy + 0.05),
        (hx - 0.05, hy - 0.08),
        (nx - 0.012, ny + 0.08),
    ]
    pen.stroke([pose.neck, pose.head], (0.040, 0.034), 0.7, z=0.004)
    pen.mass(torso, rise=0.062, edge=0.06, belly=0.25, z=0.004, moat=0.004)
    for side in (-1, 1):
        pen.ball(((nx + fx) / 2 + side * 0.042, ny + 0.095), 0.038, 0.036, rise=0.018, mode="add")
    lap = [
        (hx + 0.14, hy - 0.04),
        (hx, hy - 0.075),
        (kx, ky - 0.06),
        (kx - 0.055, ky),
        (px - 0.075, py - 0.02),
        (px + 0.07, py + 0.01),
        (px + 0.16, py),
        (kx + 0.15, ky + 0.16),
        (hx + 0.10, hy + 0.13),
        (hx + 0.17, hy + 0.06),
    ]
    pen.mass(lap, rise=0.062, edge=0.055, belly=0.2, z=0.008, moat=0.014)
    pen.stroke([(hx + 0.05, hy - 0.01), (kx, ky - 0.01), (px - 0.01, py - 0.05)], (0.060, 0.054, 0.028), 0.55, "add")
    pen.stroke(
        [(hx + 0.08, hy + 0.06), (kx + 0.08, ky + 0.05), (px + 0.07, py - 0.05)], (0.04, 0.045, 0.022), 0.45, "add"
    )
    for k in range(5):
        s = k / 4
        pen.stroke(
            spline(
                [
                    (hx + 0.13 - 0.05 * s, hy - 0.04 + 0.05 * s),
                    (kx + 0.12 - 0.06 * s, ky + 0.015 + 0.075 * s),
                    (px + 0.11 - 0.135 * s, py - 0.02),
                ],
                closed=False,
                steps=4,
            ),
            (0.006, 0.013, 0.012),
            0.95,
            "add",
        )
        pen.stroke(
            [(hx - 0.015 - 0.05 * s, hy - 0.055), (hx - 0.005 - 0.05 * s + 0.02, hy + 0.055)],
            (0.005, 0.008),
            0.9,
            "cut",
        )
    for k in range(5):
        pen.stroke(
            spline(
                [(nx + 0.03 + 0.032 * k, ny + 0.0), (nx + 0.05 + 0.026 * k, -0.68), (hx - 0.03 + 0.036 * k, hy - 0.07)],
                closed=False,
                steps=3,
            ),
            (0.005, 0.008, 0.006),
            0.9,
            "cut",
        )
    pen.stroke([pose.near_foot, (px - 0.065, py + 0.016)], (0.025, 0.017), 0.8, z=0.012)


def _head(pen: Pen, pose: Pose, crown: Crown, long_hair: bool, rng: np.random.Generator) -> None:
    x, y = pose.head
    pen.ball((x + 0.006, y), 0.052, 0.064, 8, 0.052, z=0.008, moat=0.012)
    pen.stroke([(x - 0.048, y - 0.012), (x - 0.064, y + 0.014)], (0.008, 0.010), 1.0, z=0.016)
    pen.ball((x - 0.030, y + 0.050), 0.024, 0.018, rise=0.03, z=0.010)
    pen.ball((x - 0.028, y - 0.004), 0.013, 0.010, rise=0.014, mode="cut")
    pen.stroke([(x - 0.050, y + 0.033), (x - 0.030, y + 0.034)], (0.005,), 1.2, "cut")
    for k in range(7):
        a = -2.3 + 0.48 * k
        pen.stroke(
            [
                (x + 0.012 + 0.035 * math.cos(a), y - 0.008 + 0.04 * math.sin(a)),
                (x + 0.014 + 0.060 * math.cos(a + 0.3), y - 0.008 + 0.068 * math.sin(a + 0.3)),
            ],
            (0.016, 0.012),
            0.8,
            z=0.036,
            moat=0.008,
        )
    if long_hair:
        pen.ball((x + 0.072, y + 0.022), 0.026, 0.024, rise=0.03, z=0.012, moat=0.006)
    if crown == "helmet":
        pen.ball((x + 0.012, y - 0.026), 0.064, 0.050, -12, 0.055, z=0.024, moat=0.012)
        pen.stroke([(x - 0.065, y - 0.018), (x + 0.075, y + 0.012)], (0.010,), 0.9, z=0.055)
        pen.stroke(
            spline(
                [(x - 0.055, y - 0.075), (x + 0.01, y - 0.108), (x + 0.085, y - 0.07), (x + 0.115, y + 0.02)],
                closed=False,
                steps=4,
            ),
            (0.014, 0.024, 0.022, 0.012),
            0.8,
            z=0.010,
        )
    elif crown == "laurel":
        pen.stroke([(x - 0.045, y - 0.040), (x + 0.058, y - 0.012)], (0.012,), 0.9, z=0.052, moat=0.012)
        pen.stroke([(x + 0.062, y - 0.008), (x + 0.095, y + 0.05)], (0.008,), 0.9, z=0.008)
    elif crown == "radiate":
        for a in np.linspace(-2.6, -0.7, 5):
            pen.stroke(
                [
                    (x + 0.045 * math.cos(a), y - 0.01 + 0.05 * math.sin(a)),
                    (x + 0.125 * math.cos(a), y - 0.01 + 0.135 * math.sin(a)),
                ],
                (0.013, 0.004),
                0.9,
                z=0.012,
            )
    elif crown == "veil":
        pen.stroke(
            spline(
                [(x - 0.03, y - 0.062), (x + 0.055, y - 0.045), (x + 0.082, y + 0.04), (x + 0.095, y + 0.16)],
                closed=False,
                steps=4,
            ),
            (0.014, 0.020, 0.024, 0.026),
            0.8,
            z=0.020,
            moat=0.006,
        )
    elif crown == "turret":
        for k in range(3):
            pen.ball((x - 0.03 + 0.036 * k, y - 0.072 + 0.01 * k), 0.017, 0.024, rise=0.03, z=0.02)
