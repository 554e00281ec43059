"""Pictures as histograms of their edges' directions (Dalal and Triggs, 2005): features that no label had a part in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mlcore.concepts.inputs import Transform

Floats = npt.NDArray[np.float32]
SIZE, CELL, DIRECTIONS = 96, 8, 9
BRIGHTEST = 0.2
"""Where a block's values are cut before they are scaled again, against glare."""
FAINT = 1e-2
"""Keeps empty ground from being blown up to edges."""
WIDTH = 256
"""Axes kept."""


def describe_pictures(pictures: Sequence[Path]) -> Floats:
    """(pictures, 4356)."""
    transform = Transform(SIZE, True, (0.0,) * 3, (1.0,) * 3)
    return np.stack([_histograms(transform.read(each)[..., 0].astype(np.float32) / 255) for each in pictures])


def _histograms(grey: Floats) -> Floats:
    down, across = np.gradient(grey)
    strength = np.hypot(down, across)
    turn = (np.arctan2(down, across) % np.pi) / np.pi * DIRECTIONS
    first = np.floor(turn)
    share = turn - first
    cells = SIZE // CELL
    counted = np.zeros((cells, cells, DIRECTIONS), dtype=np.float32)
    for number in range(DIRECTIONS):
        mine = strength * (((first % DIRECTIONS) == number) * (1 - share))
        mine += strength * ((((first + 1) % DIRECTIONS) == number) * share)
        counted[..., number] = mine.reshape(cells, CELL, cells, CELL).sum(axis=(1, 3))
    blocks = np.concatenate([counted[:-1, :-1], counted[1:, :-1], counted[:-1, 1:], counted[1:, 1:]], axis=2)
    return _scaled(_scaled(blocks).clip(max=BRIGHTEST)).ravel()


def _scaled(blocks: Floats) -> Floats:
    return np.asarray(blocks / np.sqrt(np.square(blocks).sum(axis=2, keepdims=True) + FAINT), dtype=np.float32)


def main_axes(known: Floats, others: Floats) -> tuple[Floats, Floats]:
    """Both along the 256 axes on which the known pictures differ most, of variance 1 on average."""
    middle = known.mean(axis=0)
    wide = (known - middle).astype(np.float64)
    strengths, combined = np.linalg.eigh(wide @ wide.T)
    axes = wide.T @ combined[:, -WIDTH:] / np.sqrt(strengths[-WIDTH:].clip(1e-9))
    near, far = (((each - middle) @ axes).astype(np.float32) for each in (known, others))
    spread = float(np.sqrt(np.square(near).mean()))
    return near / spread, far / spread
