"""Joints of a human figure one unit high, its feet at y = 0."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from .relief import Point

Dress = Literal["nude", "armour", "robe"]


Crown = Literal["none", "laurel", "helmet", "veil", "turret"]


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
