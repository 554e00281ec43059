"""Experts who correct what a strategy puts before them, and models that learn from what they have corrected so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import RidgeCV

from benchmarks.ans_sides import CONCEPTS
from benchmarks.correction_lots import Labels
from mlcore.metrics.concepts import mean_average_precision
from mlcore.ranking.evidence import NONE, Evidence
from mlcore.ranking.order import Plan, put_in_order

Floats = npt.NDArray[np.floating]
STEPS = (0.05, 0.10, 0.20)
"""Shares of all labels that have been looked at when a model is trained and questions are ranked anew."""
PULLS = (3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)


@dataclass(frozen=True)
class Corpus:
    """Coins to be corrected, and coins with true labels to test on."""

    features: Floats
    """(coins, width)."""
    noisy: Labels
    """(coins, concepts)."""
    truth: Labels
    tested: Floats
    """(test coins, width)."""
    answers: Labels
    """(test coins, concepts)."""


@dataclass(frozen=True)
class Course:
    found: tuple[float, ...]
    """At each step, of the wrong labels of a concept the share that was looked at, averaged over the concepts."""
    ap: tuple[float, ...]
    """Mean average precision on the test coins of the model after each step."""
    own: float
    """Share of all questions that the strategy itself had something to say of."""


def correct(corpus: Corpus, shares: Mapping[str, float], seed: int) -> Course:
    """Look at labels in the order of these strategies; whoever looks is always right."""
    expert = np.full(corpus.noisy.shape, NONE, dtype=np.int8)
    wrong = corpus.noisy != corpus.truth
    found, ap, own = [], [], 0
    before = 0
    for step, share in enumerate(STEPS):
        count = round(share * wrong.size)
        places, by_itself = next_questions(corpus, expert, shares, count - before, seed + 1000 * step)
        expert.ravel()[places] = corpus.truth.ravel()[places]
        own, before = own + by_itself, count
        found.append(found_per_concept(expert != NONE, wrong))
        ap.append(tested_ap(corpus, np.where(expert == NONE, corpus.noisy, expert)))
    return Course(tuple(found), tuple(ap), own / before)


def found_per_concept(looked: npt.NDArray[np.bool_], wrong: npt.NDArray[np.bool_]) -> float:
    """Of each concept's wrong labels the share that was looked at, averaged over the concepts that have any."""
    total = wrong.sum(axis=0)
    return float(np.mean((looked & wrong).sum(axis=0)[total > 0] / total[total > 0]))


def next_questions(
    corpus: Corpus, expert: Labels, shares: Mapping[str, float], count: int, seed: int
) -> tuple[npt.NDArray[np.int64], int]:
    """Places of so many labels, and how many of them the strategies chose and not chance for want of a word."""
    labels = np.where(expert == NONE, corpus.noisy, expert)
    evidence = gather(corpus.noisy, expert, answers_of(corpus, labels, corpus.features), corpus.features, seed)
    order = put_in_order(evidence, Plan(shares, most=count, most_per_side=len(CONCEPTS), floor=0.0), _quietly)
    rest = np.setdiff1d(np.flatnonzero(expert.ravel() == NONE), order.places)
    drawn = np.random.default_rng(seed).permutation(rest)[: count - len(order.places)]
    return np.concatenate([order.places, drawn]), len(order.places)


def gather(text: Labels, expert: Labels, model: Floats, features: Floats, seed: int) -> Evidence:
    """Each coin's reverse with the labels of its whole lot: of the other side nothing is said."""
    numbers = np.arange(len(text))
    return Evidence(
        concepts=tuple(CONCEPTS),
        sides=numbers,
        coins=numbers,
        text=text,
        other=np.full(text.shape, NONE, dtype=np.int8),
        expert=expert,
        model=model.astype(np.float32),
        embedding=features.astype(np.float32),
        seed=seed,
    )


def answers_of(corpus: Corpus, labels: Labels, asked: Floats) -> Floats:
    """Answers 0..1 (asked, concepts) of a linear model taught by these labels, its pull chosen for each concept."""
    model = RidgeCV(alphas=PULLS, alpha_per_target=True).fit(corpus.features, labels.astype(np.float64))
    return np.asarray(model.predict(asked)).clip(0.0, 1.0)


def tested_ap(corpus: Corpus, labels: Labels) -> float:
    said = RidgeCV(alphas=PULLS, alpha_per_target=True).fit(corpus.features, labels.astype(np.float64))
    found = mean_average_precision(corpus.answers.astype(int), np.asarray(said.predict(corpus.tested)))
    if found is None:
        raise ValueError("No concept is both shown and lacking among the test coins.")
    return found


def _quietly(event: dict[str, object]) -> None:
    """Nobody follows the progress of one ranking among hundreds."""
