"""Hierarchical perturbation: the map lights up where hiding lowers the score, with few passes and little memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from benchmarks.saliency import two_loops
from mlcore.concepts.explaining import scoring
from mlcore.contract import LearningError
from mlcore.explain.hipe import FIRST_GRID, hipe, veil_of
from tests.explained_models import TRANSFORM, colour_model, marked


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


@pytest.mark.parametrize("perturbation", ["mean", "blur"])
def test_the_map_is_brightest_where_the_model_looks(perturbation: str) -> None:
    place = (slice(60, 84), slice(12, 36))
    score, _ = brightness_at(*place)
    found, _ = hipe(score, square(*place), perturbation=perturbation)
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


@pytest.mark.parametrize("batch", [1, 7, 64])
def test_the_size_of_a_batch_changes_nothing_but_how_much_is_shown_at_once(batch: int) -> None:
    place = (slice(60, 84), slice(12, 36))
    score, asked = brightness_at(*place)
    found, forwards = hipe(score, square(*place), batch=batch)
    expected, same = hipe(brightness_at(*place)[0], square(*place))
    assert np.allclose(found, expected, atol=1e-6) and forwards == same and max(asked) <= batch


def test_memory_grows_neither_with_the_depth_nor_with_the_windows() -> None:
    place = (slice(0, 192), slice(0, 192))
    picture = np.random.default_rng(0).integers(0, 255, (192, 192, 3), dtype=np.uint8)
    peaks = []
    for depth in (1, 4):
        tracemalloc.start()
        _, forwards = hipe(brightness_at(*place)[0], picture, depth=depth, batch=8)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert forwards > 200 and peaks[1] < 1.3 * peaks[0] < 200 * picture.nbytes


def test_one_loop_gives_the_map_of_the_plain_form_in_two_loops() -> None:
    model = colour_model()
    model.net.halved = False
    net, square = model.answering(["blue"]), TRANSFORM.square(marked(red=(32, 16), blue=(0, 48)))
    score = scoring(net, TRANSFORM)
    found, forwards = hipe(lambda squares: score(squares)[:, 0], square, depth=4, batch=8)
    plain, same = two_loops(net, TRANSFORM, square, depth=4, batch=8)
    assert np.allclose(found, plain, atol=1e-4) and forwards == same and found.max() == 1


@pytest.mark.parametrize("value", [0.0, 3.0])
def test_a_model_that_sees_nothing_gives_an_empty_map(value: float) -> None:
    found, forwards = hipe(lambda squares: np.full(len(squares), value), np.zeros((40, 40, 3), dtype=np.uint8))
    assert not found.any() and forwards == 1 + (FIRST_GRID + 1) ** 2


def test_hiding_what_speaks_against_a_concept_leaves_no_trace() -> None:
    place = (slice(0, 24), slice(0, 24))
    score, _ = brightness_at(*place)
    found, _ = hipe(lambda squares: -score(squares), square(*place))
    assert not found.any()


@pytest.mark.parametrize("depth", [0, 6])
def test_a_depth_that_the_picture_does_not_have_is_refused(depth: int) -> None:
    with pytest.raises(LearningError, match=f"depth of HiPe is {depth}; for pictures of 96 pixels .* from 1 to 5"):
        hipe(brightness_at(slice(0, 9), slice(0, 9))[0], np.zeros((96, 96, 1), dtype=np.uint8), depth=depth)


def test_hidden_places_fade_to_the_mean_or_to_their_own_blur() -> None:
    picture = square(slice(0, 48), slice(0, 96))
    assert (veil_of(picture, "mean") == 145).all()
    blurred = veil_of(picture, "blur")
    assert (
        blurred.shape == picture.shape and blurred[2, 50] > 230 > 60 > blurred[93, 50] and 100 < blurred[48, 50] < 190
    )
