"""Human figures: limbs between joints, then flesh, armour or cloth over them, and a head."""

from __future__ import annotations

import math

import numpy as np

from .cloth import engrave_robe, engrave_seated_robe
from .flesh import engrave_armour, engrave_muscles
from .pose import Crown, Dress, Pose
from .relief import Pen, spline


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
        if seated:
            engrave_seated_robe(pen, pose)
        else:
            engrave_robe(pen, pose, rng)
    else:
        _far_arm(pen, pose, sleeve=False)
        _legs(pen, pose, boots=dress == "armour")
        (engrave_muscles if dress == "nude" else engrave_armour)(pen, pose)
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


def _head(pen: Pen, pose: Pose, crown: Crown, long_hair: bool, rng: np.random.Generator) -> None:
    p = pen.at(*pose.head)
    p.ball((0.006, 0.0), 0.052, 0.064, 8, 0.052, z=0.008, moat=0.012)
    p.stroke([(-0.048, -0.012), (-0.064, 0.014)], (0.008, 0.010), 1.0, z=0.016)
    p.ball((-0.030, 0.050), 0.024, 0.018, rise=0.03, z=0.010)
    p.ball((-0.028, -0.004), 0.013, 0.010, rise=0.014, mode="cut")
    p.stroke([(-0.050, 0.033), (-0.030, 0.034)], (0.005,), 1.2, "cut")
    for k in range(7):
        a = -2.3 + 0.48 * k
        root = (0.012 + 0.035 * math.cos(a), -0.008 + 0.04 * math.sin(a))
        tip = (0.014 + 0.056 * math.cos(a + 0.3), -0.008 + 0.064 * math.sin(a + 0.3))
        p.stroke([root, tip], (0.016, 0.012), 0.8, z=0.036, moat=0.008)
    if long_hair:
        p.ball((0.072, 0.022), 0.026, 0.024, rise=0.03, z=0.012, moat=0.006)
    _crown(p, crown)


def _crown(p: Pen, crown: Crown) -> None:
    if crown == "helmet":
        p.ball((0.012, -0.026), 0.064, 0.050, -12, 0.055, z=0.024, moat=0.012)
        p.stroke([(-0.065, -0.018), (0.075, 0.012)], (0.010,), 0.9, z=0.055)
        crest = spline([(-0.055, -0.075), (0.01, -0.108), (0.085, -0.07), (0.115, 0.02)], closed=False, steps=4)
        p.stroke(crest, (0.014, 0.024, 0.022, 0.012), 0.8, z=0.010)
    elif crown == "laurel":
        p.stroke([(-0.045, -0.040), (0.058, -0.012)], (0.012,), 0.9, z=0.052, moat=0.012)
        p.stroke([(0.062, -0.008), (0.095, 0.05)], (0.008,), 0.9, z=0.008)
    elif crown == "veil":
        veil = spline([(-0.03, -0.062), (0.055, -0.045), (0.082, 0.04), (0.095, 0.16)], closed=False, steps=4)
        p.stroke(veil, (0.014, 0.020, 0.024, 0.026), 0.8, z=0.020, moat=0.006)
    elif crown == "turret":
        for k in range(3):
            p.ball((-0.03 + 0.036 * k, -0.072 + 0.01 * k), 0.017, 0.024, rise=0.03, z=0.02)
