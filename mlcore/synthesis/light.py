"""Light on a height map: one lamp, a weaker one across, sky, cast shadow and the dark of recesses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .relief import Array


@dataclass(frozen=True)
class Light:
    azimuth: float
    """Degrees clockwise from the right of the picture: where the lamp stands."""
    height: float
    """Degrees above the table."""
    fill: float
    """Of the light from everywhere, 0..1."""
    strength: float = 1.0


def lit(height: Array, colour: Array, gloss: Array, light: Light) -> Array:
    """Colours (0..1, may exceed 1 in highlights) of a height map in pixels under a light."""
    slope_y, slope_x = np.gradient(height)
    up = 1 / np.sqrt(1 + slope_x**2 + slope_y**2)
    lamp = _direction(light.azimuth, light.height)
    other = _direction(light.azimuth + 150, 40)
    diffuse = np.clip((-slope_x * lamp[0] - slope_y * lamp[1] + lamp[2]) * up, 0, None)
    across = np.clip((-slope_x * other[0] - slope_y * other[1] + other[2]) * up, 0, None)
    shade = 1 - 0.75 * _shadow(height, lamp)
    recess = ndimage.gaussian_filter(height, 3.0) - height
    open_sky = np.clip(1 - 0.12 * recess, 0.30, 1.25) * (0.30 + 0.70 * up)
    amount = light.fill * open_sky + (1 - light.fill) * (1.22 * diffuse**1.25 * shade + 0.16 * across)
    half = lamp + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    shine = np.clip((-slope_x * half[0] - slope_y * half[1] + half[2]) * up, 0, 1)
    glint = gloss * shade * (0.80 * shine**40 + 0.30 * shine**9)
    body = colour * (amount * light.strength * 1.10)[..., None]
    return np.asarray(body + glint[..., None] * (0.30 + 0.70 * colour) * light.strength * 0.55, np.float32)


def _direction(azimuth: float, height: float) -> Array:
    a, h = np.radians(azimuth), np.radians(height)
    return np.array([np.cos(h) * np.cos(a), np.cos(h) * np.sin(a), np.sin(h)], np.float32)


def _shadow(height: Array, lamp: Array) -> Array:
    """How far each point lies below its neighbours towards the lamp, 0..1."""
    across = float(np.hypot(lamp[0], lamp[1]))
    rise = float(lamp[2]) / max(across, 1e-3)
    blocked = np.zeros_like(height)
    for reach in (2, 4, 6, 9, 13):
        dy, dx = round(reach * float(lamp[1]) / across), round(reach * float(lamp[0]) / across)
        blocked = np.maximum(blocked, np.roll(height, (-dy, -dx), (0, 1)) - height - reach * rise)
    return np.asarray(ndimage.gaussian_filter(np.clip(blocked / 2.0, 0, 1), 0.7), np.float32)
