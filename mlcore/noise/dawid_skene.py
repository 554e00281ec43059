"""The answer behind several sources that err, and how far each can be trusted (Dawid & Skene 1979)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Abstention = Literal["missing", "answer"]
ABSTAINED = -1
_TINY = 1e-300
"""Keeps logarithms of zero finite."""


@dataclass(frozen=True)
class Settings:
    """How sources are taken to err before anything is known of them."""

    classes: int = 2
    abstention: Abstention = "missing"
    """missing: a source that says nothing tells nothing. answer: that it says nothing tells something, as with rules of
    words, which say what is present and never what is absent."""
    agreement: float = 2.0
    """Prior answers per source and class that were right; keeps sources from changing places with their opposite."""
    error: float = 1.0
    """Prior answers of each other kind per source and class."""
    prevalence: float = 1.0
    """Prior items per class."""
    most_steps: int = 2000
    tolerance: float = 1e-5
    """The steps end when no posterior changes by more."""

    def __post_init__(self) -> None:
        if self.classes < 2:
            raise ValueError(f"{self.classes} classes leave nothing to tell apart. Give at least 2.")
        if self.abstention not in ("missing", "answer"):
            raise ValueError(f"{self.abstention!r} is no way to read a source that says nothing: missing or answer.")
        if min(self.agreement, self.error, self.prevalence) <= 0 or self.most_steps < 1 or self.tolerance <= 0:
            raise ValueError("Priors, steps and tolerance must be greater than 0.")


@dataclass(frozen=True)
class Consensus:
    """What the sources say together, and how far each is to be believed (Dawid and Skene, 1979)."""

    posterior: Floats
    """(items, classes): probability of each answer, rows sum to 1."""
    confusion: Floats
    """(sources, classes, answers): probability of an answer where the class is true, rows sum to 1. With abstention as
    an answer the last column is silence."""
    accuracy: Floats
    """(sources,): expected share of a source's answers that are right, silence apart; nan where it never answered."""
    prevalence: Floats
    """(classes,): share of each class."""
    answered: Ints
    """(sources,): items that each source answered."""
    steps: int
    converged: bool
    log_likelihood: float


def fit_consensus(answers: NDArray[np.integer], settings: Settings = Settings()) -> Consensus:
    """Return the answers behind the answers, by expectation maximisation.

    answers: (items, sources) of integers, a class 0..classes-1 or -1 where the source says nothing. Sources are taken
    to err independently of each other given the truth. Starts from the smoothed majority. Items with the same answers
    are counted once, so that a million items of ten sources take about a second. Raises ValueError for another shape,
    an unknown class, or no answer at all.
    """
    patterns, place, counts = _patterns(answers, settings.classes)
    posterior, prevalence, confusion, steps, converged, likelihood = _fit(patterns, counts, settings)
    answered = counts @ (patterns != ABSTAINED)
    return Consensus(
        posterior[place],
        confusion,
        _accuracy(patterns, counts, posterior),
        prevalence,
        answered.astype(np.int64),
        steps,
        converged,
        likelihood,
    )


def majority(answers: NDArray[np.integer], classes: int = 2) -> Floats:
    """Return (items, classes): each item's share of answers per class; even where nobody answers."""
    votes = np.stack([(answers == label).sum(axis=1) for label in range(classes)], axis=1).astype(float)
    votes[votes.sum(axis=1) == 0] = 1.0
    return np.asarray(votes / votes.sum(axis=1, keepdims=True))


def accuracy_intervals(
    answers: NDArray[np.integer], settings: Settings = Settings(), rounds: int = 200, seed: int = 0, level: float = 0.95
) -> Floats:
    """Return (sources, 2): bounds of each source's accuracy by the bootstrap over items (Efron 1979, percentiles).

    rounds: fits, each on items drawn with replacement. nan where a source answered in no round.
    """
    if rounds < 2 or not 0 < level < 1:
        raise ValueError(
            f"{rounds} rounds at level {level} make no interval. Give at least 2 rounds and a level in 0..1."
        )
    patterns, _, counts = _patterns(answers, settings.classes)
    random = np.random.default_rng(seed)
    total = int(counts.sum())
    drawn = random.multinomial(total, counts / total, size=rounds).astype(float)
    rows = [_accuracy(patterns, weights, _fit(patterns, weights, settings)[0]) for weights in drawn]
    tails = (1 - level) / 2
    with np.errstate(all="ignore"):
        return np.asarray(np.nanquantile(np.stack(rows), [tails, 1 - tails], axis=0).T)


def _patterns(answers: NDArray[np.integer], classes: int) -> tuple[Ints, Ints, Floats]:
    """Return the different rows, which of them each item has, and how many items have each."""
    if answers.ndim != 2 or not answers.size or not np.issubdtype(answers.dtype, np.integer):
        raise ValueError(
            f"Answers of shape {answers.shape} and type {answers.dtype} are no items by sources of integers."
        )
    if answers.min() < ABSTAINED or answers.max() >= classes:
        wrong = answers.min() if answers.min() < ABSTAINED else answers.max()
        raise ValueError(
            f"The answer {wrong} is none of the {classes} classes. Use 0 to {classes - 1}, or -1 for none."
        )
    if answers.max() == ABSTAINED:
        raise ValueError("No source answers anything. Give at least one answer.")
    packed = np.ascontiguousarray(answers.astype(np.int8 if classes < 128 else np.int32))
    rows = packed.view(np.dtype((np.void, packed.dtype.itemsize * packed.shape[1]))).ravel()
    _, first, place, counts = np.unique(rows, return_index=True, return_inverse=True, return_counts=True)
    return answers[first].astype(np.int64), place.ravel(), counts.astype(float)


def _fit(patterns: Ints, counts: Floats, settings: Settings) -> tuple[Floats, Floats, Floats, int, bool, float]:
    indicators = _indicators(patterns, settings)
    posterior = majority(patterns, settings.classes)
    posterior = (posterior * 4 + 1 / settings.classes) / 5
    step, converged = 0, False
    while not converged and step < settings.most_steps:
        step += 1
        prevalence = posterior.T @ counts + settings.prevalence
        prevalence /= prevalence.sum()
        confusion = _maximise(indicators, posterior, counts, settings)
        before = posterior
        posterior, likelihood = _expect(indicators, prevalence, confusion, counts)
        converged = float(np.abs(posterior - before).max()) < settings.tolerance
    return posterior, prevalence, confusion, step, converged, likelihood


def _indicators(patterns: Ints, settings: Settings) -> Floats:
    """Return (sources, answers, patterns): 1 where the source gave the answer."""
    labels = [*range(settings.classes), *([ABSTAINED] if settings.abstention == "answer" else [])]
    return np.stack([np.equal(patterns.T, label) for label in labels], axis=1).astype(float)


def _maximise(indicators: Floats, posterior: Floats, counts: Floats, settings: Settings) -> Floats:
    """Return (sources, classes, answers): the most likely errors of the sources, given who is what."""
    seen = np.einsum("sap,pk->ska", indicators, posterior * counts[:, None], optimize=True)
    prior = np.full((settings.classes, indicators.shape[1]), settings.error)
    prior[np.arange(settings.classes), np.arange(settings.classes)] = settings.agreement
    seen += prior
    return np.asarray(seen / seen.sum(axis=2, keepdims=True))


def _expect(indicators: Floats, prevalence: Floats, confusion: Floats, counts: Floats) -> tuple[Floats, float]:
    """Return the posterior of each pattern, and the log-likelihood of all."""
    logs = np.einsum("sap,ska->pk", indicators, np.log(confusion + _TINY), optimize=True) + np.log(prevalence)
    most = logs.max(axis=1, keepdims=True)
    weights = np.exp(logs - most)
    together = weights.sum(axis=1, keepdims=True)
    return weights / together, float(counts @ (most + np.log(together)).ravel())


def _accuracy(patterns: Ints, counts: Floats, posterior: Floats) -> Floats:
    given = np.where(patterns == ABSTAINED, 0, patterns)
    right = np.take_along_axis(posterior, given, axis=1) * (patterns != ABSTAINED)
    answered = counts @ (patterns != ABSTAINED)
    with np.errstate(invalid="ignore"):
        return np.asarray((counts @ right) / np.where(answered > 0, answered, np.nan))
