"""A ruler's portrait: head, hair, crown and, below the neck, a bare truncation, drapery or arms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import attributes as held
from .hair import Beard, Hair, Headgear, engrave_beard, engrave_hair
from .head import Face, engrave_head
from .headgear import engrave_headgear
from .relief import Pen, Point, spline

# fmt: off
CHEST: tuple[Point, ...] = (
    (-0.30, 0.52), (-0.12, 0.56), (0.12, 0.56), (0.25, 0.60), (0.40, 0.72), (0.46, 0.90), (0.30, 1.00), (0.0, 1.05),
    (-0.32, 1.00), (-0.52, 0.88), (-0.50, 0.70), (-0.42, 0.57),
)
# fmt: on


@dataclass(frozen=True)
class Portrait:
    hair: Hair
    beard: Beard
    gear: Headgear
    bust: str
    """bare, draped, or armed (spear over the shoulder and shield)."""
    woman: bool = False
    left: bool = False


def engrave_portrait(pen: Pen, portrait: Portrait, face: Face, rng: np.random.Generator) -> None:
    big = 1.0 if portrait.gear in ("helmet", "radiate", "lion") else 1.10
    low = portrait.bust != "bare"
    p = pen.at(
        0.01, -0.06 if not low else -0.13, big * (0.93 if low else 1.0), float(rng.normal() * 1.5), portrait.left
    )
    if low:
        _drapery(p, portrait)
    if portrait.gear == "lion":
        with pen.relief.figure("hercules"):
            _crowned_head(p, portrait, face, rng)
    else:
        _crowned_head(p, portrait, face, rng)
    if portrait.bust == "armed":
        held.staff(p, (0.50, -0.44), (0.30, 0.90), "spear")
        held.shield(p.at(0.13, 0.80).on(0.07), 0.22, 0.95, 0)


def _crowned_head(p: Pen, portrait: Portrait, face: Face, rng: np.random.Generator) -> None:
    engrave_head(p, face, float(rng.uniform(0, 1)))
    if portrait.gear not in ("helmet", "lion"):
        engrave_hair(p, portrait.hair, rng)
    engrave_beard(p, portrait.beard, rng)
    engrave_headgear(p, portrait.gear, rng)


def _drapery(p: Pen, portrait: Portrait) -> None:
    p.mass(CHEST, rise=0.105, edge=0.09, belly=0.3)
    for k in range(6):
        s = k / 5
        left, right = (-0.40 + 0.10 * s, 0.60 + 0.03 * s), (0.34 + 0.06 * s, 0.68 + 0.20 * s)
        fold = [left, (-0.22 + 0.06 * s, 0.76 + 0.10 * s), (0.06 + 0.03 * s, 0.80 + 0.16 * s), right]
        below = [(x + 0.004, y + 0.032) for x, y in fold]
        p.stroke(spline(fold, closed=False, steps=5), (0.010, 0.024, 0.022, 0.010), 0.8, "add")
        p.stroke(spline(below, closed=False, steps=5), (0.006, 0.013, 0.012, 0.006), 1.0, "cut")
    for k in range(5):
        hanging = [(-0.34 - 0.035 * k, 0.64 + 0.01 * k), (-0.30 - 0.04 * k, 0.80), (-0.22 - 0.06 * k, 0.99)]
        p.stroke(hanging, (0.010, 0.020, 0.016), 0.8, "add")
    if not portrait.woman:
        p.ball((-0.20, 0.66), 0.046, rise=0.04, z=0.085, moat=0.014)
        p.ball((-0.20, 0.66), 0.020, rise=0.016, mode="add")
