"""Metals and their skins: what colour a height map has where it is high, deep, clean or overgrown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .relief import SIZE, Array
from .texture import cloud, step

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Skin:
    metal: Colour
    """Where rubbed clean, 0..1 sRGB."""
    patina: Colour
    deposit: Colour
    """In the recesses: earth, dirt, tone."""
    cover: float
    """How much of the metal the patina hides, 0..1."""
    dirt: float
    gloss: float
    bloom: Colour | None = None
    """A second patina in patches."""
    tint: float = 0.012
    """How far the hue strays."""


SKINS: dict[str, tuple[Skin, ...]] = {
    "silver": (
        Skin((0.80, 0.79, 0.77), (0.62, 0.61, 0.60), (0.22, 0.20, 0.19), 0.30, 0.75, 0.85),
        Skin((0.72, 0.70, 0.68), (0.45, 0.43, 0.42), (0.13, 0.12, 0.12), 0.55, 0.9, 0.6),
        Skin((0.78, 0.75, 0.70), (0.66, 0.58, 0.50), (0.30, 0.24, 0.20), 0.45, 0.7, 0.7, (0.50, 0.47, 0.45)),
        Skin((0.60, 0.58, 0.56), (0.34, 0.33, 0.33), (0.10, 0.10, 0.10), 0.75, 0.8, 0.5),
    ),
    "gold": (
        Skin((0.96, 0.74, 0.33), (0.88, 0.62, 0.22), (0.45, 0.23, 0.06), 0.25, 0.7, 0.9),
        Skin((0.93, 0.76, 0.42), (0.84, 0.60, 0.25), (0.50, 0.26, 0.10), 0.3, 0.6, 0.8),
    ),
    "bronze": (
        Skin((0.60, 0.44, 0.28), (0.33, 0.25, 0.18), (0.15, 0.11, 0.08), 0.75, 0.7, 0.55),
        Skin((0.52, 0.40, 0.26), (0.30, 0.40, 0.33), (0.14, 0.19, 0.16), 0.85, 0.7, 0.5),
        Skin((0.48, 0.40, 0.27), (0.23, 0.28, 0.22), (0.09, 0.11, 0.09), 0.9, 0.6, 0.6),
        Skin((0.55, 0.44, 0.30), (0.40, 0.58, 0.49), (0.22, 0.27, 0.22), 0.85, 0.7, 0.3, (0.30, 0.25, 0.17)),
        Skin((0.50, 0.36, 0.24), (0.25, 0.20, 0.16), (0.62, 0.54, 0.40), 0.85, 0.9, 0.35),
        Skin((0.62, 0.40, 0.26), (0.45, 0.24, 0.16), (0.20, 0.13, 0.09), 0.7, 0.6, 0.5, (0.30, 0.42, 0.34)),
        Skin((0.58, 0.50, 0.30), (0.42, 0.37, 0.22), (0.20, 0.16, 0.09), 0.6, 0.7, 0.45),
    ),
}


def painted(height: Array, skin: Skin, rng: np.random.Generator) -> tuple[Array, Array]:
    """Colour (rows, columns, 3; 0..1) and gloss (rows, columns; 0..1) of a height map in pixels."""
    cavity = ndimage.gaussian_filter(height, 5) - height
    fine = ndimage.gaussian_filter(height, 1.6) - height
    patch = cloud(rng, 5, 5)
    cover = np.clip(skin.cover * (1 + 0.16 * patch) + 0.16 * cavity, 0, 1)
    dirt = skin.dirt * step(cavity + 1.3 * fine + 0.25 * patch, 0.15, 2.6)
    colour = _mix(np.broadcast_to(np.array(skin.metal, np.float32), (SIZE, SIZE, 3)), skin.patina, cover)
    if skin.bloom:
        colour = _mix(colour, skin.bloom, 0.7 * step(cloud(rng, 4, 5) + 0.15 * cavity, 0.5, 1.6))
    colour = _mix(colour, skin.deposit, dirt)
    warm, cool = cloud(rng, 7, 2), 0.5 * patch
    hue = 1 + skin.tint * np.stack([warm + cool, cool, -warm - cool], axis=-1)
    speckle = 1 + 0.05 * cloud(rng, 60, 2) + 0.035 * patch
    gloss = skin.gloss * (1 - 0.75 * dirt) * (1 - 0.45 * cover) * np.clip(1 + 0.25 * warm, 0.3, 1.5)
    return np.asarray(colour * hue * speckle[..., None], np.float32), np.asarray(gloss, np.float32)


def _mix(colour: Array, other: Colour, share: Array) -> Array:
    return np.asarray(colour + (np.array(other, np.float32) - colour) * share[..., None], np.float32)
