"""What a model would say of each label that it did not learn: linear answers over embeddings, taught fold by fold.

Every side is judged by answers that were taught on other coins' labels only. The embedding itself may come from a
network that learned the very label. Measured with small networks that had learned little (`python -m
benchmarks.correction`), that cost nothing: of the wrong labels, 58 % were found in the first 10 % over embeddings of
networks that had learned them, 57 % over others. A network's own answers did lose by it: 36 % against 43 %.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mlcore.metrics.calibration import apply, fit_platt

Floats = npt.NDArray[np.float32]
PULLS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
"""Pull of the weights to nought as a share of the embeddings' variance; each concept takes what errs least."""
FEWEST = 5
"""Labels of either kind, below which a concept's share is all that can be said."""


def out_of_fold(
    features: npt.NDArray[np.floating],
    labels: npt.NDArray[np.integer],
    groups: npt.NDArray[np.integer],
    folds: int = 5,
    seed: int = 0,
) -> Floats:
    """Probability (n, concepts) that a label calls a concept present, by ridge regression and a sigmoid over it.

    features: (n, d); labels: (n, concepts) 1, 0 or -1 for none: such a side is judged, not learned from; groups: (n,)
    sides of one coin, which stand in one fold together. Ridge regression (Hoerl and Kennard, 1970) has one matrix for
    all concepts and all pulls, so that 100,000 sides by 512 numbers by 16 concepts take seconds. Its answers are made
    probabilities by Platt's sigmoid (1999), two numbers a concept fitted on all folds. Raises ValueError for bad shapes
    or fewer than two folds.
    """
    if features.ndim != 2 or labels.ndim != 2 or not len(features) == len(labels) == len(groups) or folds < 2:
        raise ValueError(f"{features.shape} features, {labels.shape} labels, {len(groups)} groups, {folds} folds")
    fold = deal_folds(groups, folds, seed)
    given: npt.NDArray[np.bool_] = np.equal(labels, 1)
    known: npt.NDArray[np.bool_] = np.greater_equal(labels, 0)
    taught = np.asarray(known.any(axis=1), dtype=np.bool_)
    share = given.sum(axis=0) / np.maximum(1, known.sum(axis=0))
    wide = _scaled(features, taught)
    # a label that is not there pulls towards the concept's share
    wanted = np.where(known, given - share, 0.0).astype(np.float32)
    answers = _regress(wide, wanted, taught, fold, folds)
    found = np.empty(labels.shape, dtype=np.float32)
    for column in range(labels.shape[1]):
        errors = [_error(each[:, column], wanted[:, column], known[:, column]) for each in answers]
        chosen = answers[int(np.argmin(errors))][:, column]
        found[:, column] = _probabilities(chosen, labels[:, column], float(share[column]))
    return found


def deal_folds(groups: npt.NDArray[np.integer], folds: int, seed: int) -> npt.NDArray[np.int_]:
    """The fold of each side (n,), 0..folds-1: groups stay whole, each fold has as many of them as any other."""
    names, place = np.unique(groups, return_inverse=True)
    dealt = np.arange(len(names)) % folds
    return np.asarray(np.random.default_rng(seed).permutation(dealt)[place])


def _scaled(features: npt.NDArray[np.floating], taught: npt.NDArray[np.bool_]) -> Floats:
    """Embeddings about the middle of what is learned from, of variance 1 on average, and a one for the offset."""
    wide = features.astype(np.float32)
    wide -= wide[taught].mean(axis=0) if taught.any() else 0.0
    spread = float(np.sqrt(np.square(wide[taught]).mean())) if taught.any() else 0.0
    wide /= spread or 1.0
    return np.concatenate([wide, np.ones((len(wide), 1), dtype=np.float32)], axis=1)


def _regress(
    wide: Floats, wanted: Floats, taught: npt.NDArray[np.bool_], fold: npt.NDArray[np.int_], folds: int
) -> list[Floats]:
    """Answers (n, concepts) for each pull, those of a fold from the sums over all other folds."""
    squares, products = [], []
    for number in range(folds):
        mine = taught & (fold == number)
        squares.append(wide[mine].T @ wide[mine])
        products.append(wide[mine].T @ wanted[mine])
    answers = [np.empty(wanted.shape, dtype=np.float32) for _ in PULLS]
    for number in range(folds):
        square = sum((each for other, each in enumerate(squares) if other != number), np.zeros_like(squares[0]))
        product = sum((each for other, each in enumerate(products) if other != number), np.zeros_like(products[0]))
        strengths, axes = np.linalg.eigh(square.astype(np.float64))
        turned = (axes.T @ product).astype(np.float32)
        judged = fold == number
        along = wide[judged] @ axes.astype(np.float32)
        count = max(1, int((taught & ~judged).sum()))
        for pull, answer in zip(PULLS, answers, strict=True):
            weights = 1 / (strengths.clip(0) + pull * count)
            answer[judged] = along @ (turned * weights[:, None].astype(np.float32))
    return answers


def _error(answers: Floats, wanted: Floats, known: npt.NDArray[np.bool_]) -> float:
    return float(np.square(answers[known] - wanted[known]).sum())


def _probabilities(answers: Floats, labels: npt.NDArray[np.integer], share: float) -> Floats:
    """Probabilities (n,); the concept's share where too few labels or an answer the wrong way round say nothing."""
    known = labels >= 0
    present = int((labels == 1).sum())
    if min(present, int(known.sum()) - present) >= FEWEST and np.ptp(answers[known]) > 0:
        curve: Any = fit_platt(labels[known].astype(np.int_), answers[known].astype(np.float64))
        if curve["slope"] > 0:
            return apply(curve, answers.astype(np.float64)).astype(np.float32)
    return np.full(len(answers), share, dtype=np.float32)
