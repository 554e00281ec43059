"""RISE: show the picture through many random masks, and weigh each mask by how sure the model stays.

Petsiuk, Das and Saenko, "RISE: randomized input sampling for explanation of black-box models", 2018. The same masks
answer for all concepts at once.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image

from mlcore.explain.methods import spread

Floats = npt.NDArray[np.float32]
Squares = npt.NDArray[np.uint8]
CELLS = 7
"""Along an edge of a mask, as published for 224 pixels."""
SHOWN = 0.5
"""Share of the cells that a mask shows."""


def rise(
    score: Callable[[Squares], Floats], square: Squares, *, masks: int = 512, batch: int = 32, seed: int = 0
) -> tuple[Floats, int]:
    """Maps (concepts, size, size), each in 0..1, and how many pictures the model was shown.

    `score` takes pictures (n, size, size, channels) and gives probabilities (n, concepts); `square` is one picture.
    What a mask hides fades to the picture's mean. Per place the mean score of the masks that show it, so that places
    which chance showed more often gain nothing. Equal seeds give equal maps.
    """
    random, size = np.random.default_rng(seed), square.shape[0]
    mean = square.mean(axis=(0, 1), dtype=np.float32)
    total: Floats | float = 0.0
    coverage = np.zeros(size * size, dtype=np.float32)
    for start in range(0, masks, batch):
        drawn = np.stack([_mask(random, size) for _ in range(min(batch, masks - start))])
        shown = mean + (square - mean) * drawn[..., None]
        scores = np.asarray(score(shown.round().astype(np.uint8)), dtype=np.float32)
        flat = drawn.reshape(len(drawn), -1)
        total = total + scores.T @ flat
        coverage += flat.sum(axis=0)
    maps = np.asarray(total / np.maximum(coverage, 1e-6)).reshape(-1, size, size)
    return np.stack([spread(each) for each in maps]), masks


def _mask(random: np.random.Generator, size: int) -> Floats:
    """What is shown (1) and hidden (0), with soft edges: a coarse grid drawn at random, enlarged and shifted."""
    grid = (random.random((CELLS, CELLS)) < SHOWN).astype(np.float32)
    cell = -(-size // CELLS)
    large = Image.fromarray(grid).resize(((CELLS + 1) * cell,) * 2, Image.Resampling.BILINEAR)
    down, right = random.integers(0, cell, 2)
    return np.asarray(large, dtype=np.float32)[down : down + size, right : right + size]
