"""Noise as metal, earth and cameras make it."""

from __future__ import annotations

import numpy as np
from PIL import Image

from .relief import SIZE, Array


def grain(rng: np.random.Generator, cells: int, size: int = SIZE) -> Array:
    """Smooth noise with `cells` bumps across, mean 0 and deviation about 1."""
    coarse = rng.standard_normal((cells + 3, cells + 3)).astype(np.float32)
    image = Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC)
    field = np.asarray(image, np.float32)
    return np.asarray((field - field.mean()) / max(float(field.std()), 1e-6), np.float32)


def cloud(rng: np.random.Generator, cells: int, octaves: int = 4, size: int = SIZE) -> Array:
    """Noise of several scales, coarse ones strongest, deviation about 1 (value noise, Perlin 1985)."""
    total = sum(
        (grain(rng, cells * 2**i, size) * np.float32(0.55**i) for i in range(octaves)),
        np.zeros((size, size), np.float32),
    )
    return np.asarray(total / total.std(), np.float32)


def step(field: Array, low: float, high: float) -> Array:
    """0 below low, 1 above high, smooth between."""
    t = np.clip((field - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
