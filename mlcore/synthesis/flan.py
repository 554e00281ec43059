"""The piece of metal before and after the blow: outline, thickness, cracks, strike, wear and corrosion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .relief import SIZE, SPAN, UNIT, Array
from .texture import cloud, grain, step

RELIEF = 1.25
"""Dies are cut a little deeper than drawn, so that what is left after wear still reads."""


@dataclass(frozen=True)
class Condition:
    """What happened to one specimen: shared by both sides."""

    radius: float
    """Of the flan, in die units."""
    ragged: float
    wear: float
    """0 as struck, 1 nearly smooth."""
    pitting: float
    roughness: float
    scratches: int
    cracks: int
    weak: float
    """How much of the design the blow missed."""
    seed: int
    """Of the outline, which both sides share."""


@dataclass(frozen=True)
class Strike:
    """How the die met the flan: shift in die units, turn in degrees, and a second blow if any."""

    dx: float
    dy: float
    turn: float
    double: float = 0.0
    """Degrees between two blows; 0 for one blow."""


def struck(
    design: Array, strike: Strike, condition: Condition, rng: np.random.Generator, mirror: bool
) -> tuple[Array, Array]:
    """Height of one side (pixels, 0 outside) and the depth inside its outline (die units, negative outside)."""
    gap = _outline(condition, mirror)
    relief = moved(design, strike)
    if strike.double:
        again = Strike(strike.dx + 0.05, strike.dy - 0.02, strike.turn + strike.double)
        relief = np.maximum(relief, 0.55 * moved(design, again))
    relief = _worn(relief, condition, rng, gap)
    rim = np.clip(gap / 0.05, 0, 1)
    base = 0.05 * np.sqrt(1 - (1 - rim) ** 2) + 0.012 * grain(rng, 3)
    height = (base + RELIEF * relief * np.clip(gap / 0.02, 0, 1)) * UNIT
    height += _roughness(condition, rng)
    height -= _scratches(condition, rng)
    return np.asarray(np.where(gap > 0, height, 0), np.float32), gap


def moved(design: Array, strike: Strike) -> Array:
    angle = np.radians(strike.turn)
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.array([[cos, -sin], [sin, cos]])
    middle = (SIZE - 1) / 2
    shift = np.array([strike.dy, strike.dx]) * UNIT
    offset = middle - matrix @ (np.array([middle, middle]) + shift)
    return np.asarray(ndimage.affine_transform(design, matrix, offset, order=1), np.float32)


def place(x: float, y: float, strike: Strike) -> tuple[float, float]:
    """Where a point of the die comes to lie on the flan."""
    angle = np.radians(strike.turn)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    return x * cos - y * sin + strike.dx, x * sin + y * cos + strike.dy


def _polar() -> tuple[Array, Array]:
    axis = (np.arange(SIZE, dtype=np.float32) + 0.5) / UNIT - SPAN
    return np.hypot(axis[None, :], axis[:, None]), np.arctan2(axis[:, None], axis[None, :])


def _outline(condition: Condition, mirror: bool) -> Array:
    rng = np.random.default_rng(condition.seed)
    radius, angle = _polar()
    turns = np.linspace(-np.pi, np.pi, 720, endpoint=False)
    edge = np.full(720, condition.radius)
    for k in range(2, 9):
        edge += condition.ragged * rng.normal() / k * np.cos(k * turns + rng.uniform(0, 6.3))
    edge += ndimage.gaussian_filter1d(rng.normal(size=720), 4, mode="wrap") * condition.ragged * 0.35
    for _ in range(condition.cracks):
        where, deep, wide = rng.uniform(-np.pi, np.pi), rng.uniform(0.04, 0.20), rng.uniform(0.006, 0.03)
        far = np.abs((turns - where + np.pi) % (2 * np.pi) - np.pi)
        edge -= deep * np.clip(1 - far / wide, 0, 1) ** 0.7
    edge = np.minimum(edge, SPAN - 0.02)
    if mirror:
        edge = np.roll(edge[::-1], 1)
    index = ((angle + np.pi) / (2 * np.pi) * 720).astype(np.int32) % 720
    return np.asarray(ndimage.gaussian_filter(edge[index] - radius, 0.7), np.float32)


def _worn(relief: Array, condition: Condition, rng: np.random.Generator, gap: Array) -> Array:
    """High points go first: heights above a cap are pressed down, and all edges soften."""
    wear = condition.wear * np.clip(1 + 0.35 * grain(rng, 3), 0.3, 1.7)
    cap = 0.16 - 0.115 * wear
    over = np.clip(relief - cap, 0, None)
    pressed = np.minimum(relief, cap) + over * (1 - 0.75 * np.clip(wear, 0, 1))
    soft = ndimage.gaussian_filter(pressed, 0.45 + 2.2 * condition.wear)
    weak = 1 - condition.weak * step(grain(rng, 2), 0.4, 1.8) - 0.5 * condition.weak * step(-gap, -0.15, -0.02)
    return np.asarray(soft * np.clip(weak, 0.1, 1) * (1 - 0.35 * condition.wear), np.float32)


def _roughness(condition: Condition, rng: np.random.Generator) -> Array:
    fine = 0.22 * grain(rng, 110) + 0.5 * grain(rng, 45)
    pits = step(cloud(rng, 18, 3), 1.15, 2.2) * step(grain(rng, 4), -0.9, 0.9)
    crust = step(cloud(rng, 9, 4), 0.6, 1.4)
    total = fine * (0.12 + condition.roughness) - condition.pitting * 5 * pits + condition.pitting * 1.4 * crust
    return np.asarray(total, np.float32)


def _scratches(condition: Condition, rng: np.random.Generator) -> Array:
    depth = np.zeros((SIZE, SIZE), np.float32)
    axis = np.arange(SIZE, dtype=np.float32)
    for _ in range(condition.scratches):
        angle, x, y = rng.uniform(0, np.pi), rng.uniform(60, SIZE - 60), rng.uniform(60, SIZE - 60)
        along = (axis[None, :] - x) * np.cos(angle) + (axis[:, None] - y) * np.sin(angle)
        across = (axis[:, None] - y) * np.cos(angle) - (axis[None, :] - x) * np.sin(angle)
        across += 0.002 * rng.normal() * along**2 / 10
        length = rng.uniform(12, 70)
        depth += (
            rng.uniform(0.3, 1.2)
            * np.clip(1 - np.abs(across) / 1.1, 0, 1)
            * np.clip(1.5 - np.abs(along) / length, 0, 1)
        )
    return depth
