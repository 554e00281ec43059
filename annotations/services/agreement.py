"""Figures of agreement and of accuracy, from what persons answered without knowing of each other."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from django.core.cache import cache

from annotations.queries.agreement import GoldAnswer, Reading
from mlcore.metrics.kappa import Agreement, cohen_kappa, fleiss_kappa
from mlcore.text.shares import Share, wilson

ALL = ""
"""The slug of all concepts taken together."""
CODES = {"no": 0, "yes": 1}
DRAWS = 500
People = tuple[int, ...]


@dataclass(frozen=True)
class Measured:
    """Agreement on one concept: of two persons, or of all where `people` is empty."""

    concept: str
    people: People
    figures: Agreement
    unsure: int
    """Questions left out because one of the readers was unsure."""


@dataclass(frozen=True)
class Accuracy:
    """How often a person is right where the answer is known. Unsure is neither right nor wrong."""

    user_id: int
    who: str
    share: Share | None
    wrong_yes: int
    wrong_no: int
    unsure: int


def measure_agreement(readings: Sequence[Reading]) -> list[Measured]:
    """Per concept Fleiss' kappa over all, then Cohen's for each pair that has read the same; all concepts first."""
    key = f"agreement-{hashlib.sha256(repr((DRAWS, readings)).encode()).hexdigest()}"
    found: list[Measured] | None = cache.get(key)
    if found is None:
        found = _measure(readings)
        cache.set(key, found, timeout=None)
    return found


def _measure(readings: Sequence[Reading]) -> list[Measured]:
    by_concept: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        by_concept[ALL].append(reading)
        by_concept[reading.concept].append(reading)
    found = []
    for concept in sorted(by_concept):
        said = by_concept[concept]
        people = sorted({reading.user_id for reading in said})
        pairs = [_pair(concept, said, pair) for pair in combinations(people, 2)]
        found += [_all(concept, said), *(pair for pair in pairs if pair.figures.n or pair.unsure)]
    return found


def _all(concept: str, said: Iterable[Reading]) -> Measured:
    questions = _by_question(said)
    known = {question: _known(answers) for question, answers in questions.items()}
    counts = [[answers.count(0), answers.count(1)] for answers in known.values()]
    coins = [question[2] for question in questions]
    shape = np.array(counts, dtype=int).reshape(len(counts), 2)
    lost = sum(len(known[each]) < 2 <= len(answers) for each, answers in questions.items())
    return Measured(concept, (), fleiss_kappa(shape, coins, draws=DRAWS), lost)


def _pair(concept: str, said: Iterable[Reading], pair: People) -> Measured:
    questions = _by_question(reading for reading in said if reading.user_id in pair)
    both = {question: answers for question, answers in questions.items() if len(answers) == 2}
    sure = {question: _known(answers) for question, answers in both.items() if len(_known(answers)) == 2}
    table = np.array([*sure.values()], dtype=int).reshape(len(sure), 2)
    figures = cohen_kappa(table[:, 0], table[:, 1], [question[2] for question in sure], draws=DRAWS)
    return Measured(concept, pair, figures, len(both) - len(sure))


def _by_question(said: Iterable[Reading]) -> dict[tuple[int, str, str], list[Reading]]:
    """Readings of each question in the order of the readers' numbers."""
    questions: dict[tuple[int, str, str], list[Reading]] = defaultdict(list)
    for reading in sorted(said, key=lambda each: each.user_id):
        questions[reading.side_id, reading.concept, reading.coin].append(reading)
    return questions


def _known(readings: Iterable[Reading]) -> list[int]:
    return [CODES[reading.answer] for reading in readings if reading.answer in CODES]


def measure_accuracy(answers: Sequence[GoldAnswer]) -> list[Accuracy]:
    """One row per person, with Wilson's interval of the share of right answers."""
    by_person: dict[tuple[int, str], list[GoldAnswer]] = defaultdict(list)
    for answer in answers:
        by_person[answer.user_id, answer.who].append(answer)
    return [_accuracy(user_id, who, given) for (user_id, who), given in by_person.items()]


def accuracy_by_concept(answers: Sequence[GoldAnswer]) -> list[tuple[str, Accuracy]]:
    """One person's, per name of a concept."""
    names = sorted({answer.name for answer in answers})
    given = [[answer for answer in answers if answer.name == name] for name in names]
    return [(name, _accuracy(said[0].user_id, said[0].who, said)) for name, said in zip(names, given, strict=True)]


def _accuracy(user_id: int, who: str, given: Sequence[GoldAnswer]) -> Accuracy:
    sure = [answer for answer in given if answer.answer in CODES]
    wrong = [answer.answer for answer in sure if not answer.is_right]
    share = wilson(len(sure) - len(wrong), len(sure))
    return Accuracy(user_id, who, share, wrong.count("yes"), wrong.count("no"), len(given) - len(sure))
