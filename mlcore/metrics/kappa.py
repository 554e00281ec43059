"""How far persons agree beyond chance: Cohen's kappa for two readers, Fleiss' for several.

Where a concept is rare, two readers agree on most sides merely because nearly all answers are no, and kappa is low
however careful they are. PABAK, which is what kappa would be if both answers were equally frequent and both readers
equally ready to give them (Byrt, Bishop and Carlin, 1993), therefore stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mlcore.metrics.resampling import DRAWS, Interval, as_json, coin_weights, interval_of

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int_]


FEWEST = 5
"""Coins from which on draws of them say how sure a kappa is."""


@dataclass(frozen=True)
class Agreement:
    """Figures of -1..1, None where they are not defined: without questions, and kappa where all said the same."""

    n: int
    """Questions that at least two readers answered."""
    observed: float | None
    """Share of pairs of answers to one question that are the same, 0..1."""
    kappa: float | None
    interval: Interval
    """The middle 95 % over draws of whole coins. None below FEWEST coins, and where the draws do not vary: from perfect
    agreement none follows, nor from a reader who always says the same."""
    pabak: float | None


def cohen_kappa(
    first: Integers, second: Integers, coins: Sequence[str], *, categories: int = 2, draws: int = DRAWS
) -> Agreement:
    """Two readers' answers 0..categories-1 to the same questions, shape (n,) each (Cohen, 1960).

    `coins`: what each question is about; sides of one coin are drawn together. Raises ValueError for other shapes
    and for answers out of range.
    """
    if not len(first) == len(second) == len(coins):
        raise ValueError(f"{len(first)} and {len(second)} answers of {len(coins)} coins: give one each per question.")
    counts = np.stack([count_answers(each, categories) for each in (first, second)])
    cells = np.einsum("ni,nj->nij", counts[0], counts[1])
    return _agreement(cells, coins, draws, cohen_of_tables, categories)


def fleiss_kappa(counts: Integers, coins: Sequence[str], *, draws: int = DRAWS) -> Agreement:
    """How many readers gave each answer: (n, categories). Readers may differ from question to question (Fleiss, 1971).

    Questions with fewer than two answers say nothing of agreement and are left out. Where the number of answers
    differs, each question's agreement weighs the same. Raises ValueError where counts and coins differ in number.
    """
    if len(counts) != len(coins):
        raise ValueError(f"{len(counts)} rows of answers but {len(coins)} coins: give one each per question.")
    read = counts.sum(axis=1) >= 2
    kept = counts[read].astype(np.float64)
    answers = kept.sum(axis=1, keepdims=True)
    same = ((kept * (kept - 1)).sum(axis=1, keepdims=True)) / np.maximum(answers * (answers - 1), 1)
    parts = np.concatenate([np.ones_like(same), same, kept], axis=1)
    of = [coin for coin, known in zip(coins, read, strict=True) if known]
    return _agreement(parts, of, draws, _fleiss_of_sums, counts.shape[1])


def count_answers(answers: Integers, categories: int) -> Floats:
    """One column per answer (n, categories), 1 where it was given. Raises ValueError for an answer out of range."""
    if len(answers) and not 0 <= answers.min() <= answers.max() < categories:
        raise ValueError(f"Answers go from {answers.min()} to {answers.max()}; they must be 0 to {categories - 1}.")
    columns: Floats = np.eye(categories)[answers.astype(int)]
    return columns


def cohen_of_tables(tables: Floats) -> tuple[Floats, Floats]:
    """Observed agreement and kappa of tables of answers (..., k, k); kappa is NaN where chance explains all."""
    shares = tables / np.maximum(tables.sum(axis=(-2, -1), keepdims=True), 1e-300)
    observed = np.trace(shares, axis1=-2, axis2=-1)
    expected = (shares.sum(axis=-1) * shares.sum(axis=-2)).sum(axis=-1)
    return observed, _beyond(observed, expected)


def _fleiss_of_sums(sums: Floats) -> tuple[Floats, Floats]:
    """From sums over questions (..., 2 + k): their number, their agreement, then the answers of each kind."""
    observed = sums[..., 1] / np.maximum(sums[..., 0], 1e-300)
    shares = sums[..., 2:] / np.maximum(sums[..., 2:].sum(axis=-1, keepdims=True), 1e-300)
    return observed, _beyond(observed, (shares**2).sum(axis=-1))


def _beyond(observed: Floats, expected: Floats) -> Floats:
    possible = 1 - expected
    kappa = np.full(np.shape(observed), np.nan)
    np.divide(observed - expected, possible, out=kappa, where=possible > 1e-12)
    return kappa


def _agreement(
    parts: Floats,
    coins: Sequence[str],
    draws: int,
    figures: Callable[[Floats], tuple[Floats, Floats]],
    categories: int,
) -> Agreement:
    """`parts` (n, ...): what each question adds to the sums that `figures` reads."""
    n = len(parts)
    if n == 0:
        return Agreement(0, None, None, None, None)
    observed, kappa = (float(figure) for figure in figures(parts.sum(axis=0)))
    drawn = (coin_weights(coins, draws).astype(np.float64) @ parts.reshape(n, -1)).reshape(draws, *parts.shape[1:])
    interval = interval_of(figures(drawn)[1]) if len(set(coins)) >= FEWEST else None
    if interval and interval[0] == interval[1]:
        interval = None
    pabak = (categories * observed - 1) / (categories - 1)
    return Agreement(n, observed, as_json(kappa), interval, pabak)
