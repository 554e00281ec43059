"""Maps of what speaks for a concept: they light up where the model looks."""

from __future__ import annotations

import numpy as np
import pytest

from mlcore.explain.hipe import FIRST_GRID, hipe


def brightness_at(rows: slice, columns: slice):
    """A model that looks at one place only, and how often it was asked."""
    asked: list[int] = []

    def score(squares: np.ndarray) -> np.ndarray:
        asked.append(len(squares))
        return squares[:, rows, columns].mean(axis=(1, 2, 3)) / 255

    return score, asked


def square(rows: slice, columns: slice) -> np.ndarray:
    picture = np.full((96, 96, 1), 40, dtype=np.uint8)
    picture[rows, columns] = 250
    return picture


def test_the_map_is_brightest_where_the_model_looks() -> None:
    place = (slice(60, 84), slice(12, 36))
    score, _ = brightness_at(*place)
    found, _ = hipe(score, square(*place))
    inside = np.zeros((96, 96), dtype=bool)
    inside[place] = True
    assert found.shape == (96, 96) and found.min() == 0 and found.max() == 1
    assert inside[np.unravel_index(found.argmax(), found.shape)]
    assert found[inside].mean() > 0.7 and found[~inside].mean() < 0.2


def test_forward_passes_are_counted_and_far_fewer_than_an_exhaustive_search() -> None:
    place = (slice(60, 84), slice(12, 36))
    score, asked = brightness_at(*place)
    _, forwards = hipe(score, square(*place), depth=3)
    every = sum((FIRST_GRID * 2**level + 1) ** 2 for level in range(3))
    assert forwards == sum(asked) < every / 2.5


@pytest.mark.parametrize("value", [0.0, 3.0])
def test_a_model_that_sees_nothing_gives_an_empty_map(value: float) -> None:
    found, forwards = hipe(lambda squares: np.full(len(squares), value), np.zeros((40, 40, 3), dtype=np.uint8))
    assert not found.any() and forwards == 1 + (FIRST_GRID + 1) ** 2


def test_hiding_what_speaks_against_a_concept_leaves_no_trace() -> None:
    place = (slice(0, 24), slice(0, 24))
    score, _ = brightness_at(*place)
    found, _ = hipe(lambda squares: -score(squares), square(*place))
    assert not found.any()
