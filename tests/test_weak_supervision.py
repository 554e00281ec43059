"""Several sources that err say together more than their majority, and how far each can be trusted is found out."""

from __future__ import annotations

import time

import numpy as np
import pytest

from mlcore.noise.dawid_skene import Consensus, Settings, accuracy_intervals, fit_consensus, majority

ACCURACIES = (0.95, 0.62, 0.6, 0.58, 0.55)


def simulate(
    items: int = 4000, accuracies: tuple[float, ...] = ACCURACIES, classes: int = 2, silent: float = 0.0, seed: int = 3
) -> tuple[np.ndarray, np.ndarray]:
    """Truth, and answers of independent sources: right with their accuracy, else any other class; silent at random."""
    random = np.random.default_rng(seed)
    truth = random.choice(classes, size=items, p=[0.5, *[0.5 / (classes - 1)] * (classes - 1)])
    answers = np.empty((items, len(accuracies)), dtype=np.int64)
    for source, accuracy in enumerate(accuracies):
        wrong = (truth + random.integers(1, classes, size=items)) % classes
        answers[:, source] = np.where(random.random(items) < accuracy, truth, wrong)
    answers[random.random(answers.shape) < silent] = -1
    return truth, answers


def right(posterior: np.ndarray, truth: np.ndarray) -> float:
    return float((posterior.argmax(axis=1) == truth).mean())


@pytest.mark.parametrize(("classes", "silent"), [(2, 0.0), (2, 0.4), (4, 0.0), (4, 0.4)])
def test_the_consensus_beats_the_majority_where_sources_differ(classes: int, silent: float) -> None:
    truth, answers = simulate(classes=classes, silent=silent)
    found = fit_consensus(answers, Settings(classes=classes))
    assert found.converged
    assert right(found.posterior, truth) > right(majority(answers, classes), truth) + 0.02
    np.testing.assert_allclose(found.posterior.sum(axis=1), 1)
    np.testing.assert_allclose(found.confusion.sum(axis=2), 1)


def test_the_accuracy_of_each_source_is_found_without_the_truth() -> None:
    truth, answers = simulate(items=20_000)
    found = fit_consensus(answers)
    true = [(answers[:, source] == truth).mean() for source in range(answers.shape[1])]
    np.testing.assert_allclose(found.accuracy, true, atol=0.03)
    np.testing.assert_allclose(found.prevalence, [0.5, 0.5], atol=0.05)
    assert found.answered.tolist() == [20_000] * 5


def test_the_likelihood_does_not_fall_with_more_steps() -> None:
    _, answers = simulate(items=500)
    likelihoods = [fit_consensus(answers, Settings(most_steps=steps)).log_likelihood for steps in (1, 2, 5, 20, 200)]
    assert likelihoods == sorted(likelihoods)


def rules(items: int = 6000, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Rules of words: they say yes or nothing, and find 80, 60 and 50 % of what is there, with few false alarms."""
    random = np.random.default_rng(seed)
    truth = (random.random(items) < 0.3).astype(np.int64)
    found = [random.random(items) < np.where(truth == 1, recall, alarm) for recall, alarm in RULES]
    return truth, np.where(np.stack(found, axis=1), 1, -1)


RULES = ((0.8, 0.02), (0.6, 0.05), (0.5, 0.01), (0.7, 0.3))


def test_silence_of_rules_tells_something() -> None:
    truth, answers = rules()
    found = fit_consensus(answers, Settings(abstention="answer"))
    assert right(found.posterior, truth) > 0.9
    recalls = found.confusion[:, 1, 1]
    np.testing.assert_allclose(recalls, [recall for recall, _ in RULES], atol=0.05)
    assert found.confusion.shape == (4, 2, 3)
    blind = fit_consensus(answers)
    assert right(blind.posterior, truth) < 0.5


def test_a_source_that_never_answers_has_no_accuracy_and_an_item_without_answers_the_prevalence() -> None:
    answers = np.array([[0, 0, -1], [1, 1, -1], [1, 1, -1], [-1, -1, -1]])
    found = fit_consensus(answers)
    assert np.isnan(found.accuracy[2])
    assert found.answered.tolist() == [3, 3, 0]
    np.testing.assert_allclose(found.posterior[3], found.prevalence, atol=1e-3)
    assert found.posterior[0, 0] > 0.5 < found.posterior[1, 1]


def test_the_interval_of_an_accuracy_holds_the_truth_and_repeats_with_its_seed() -> None:
    truth, answers = simulate(items=1500, accuracies=(0.9, 0.8, 0.75, 0.7))
    bounds = accuracy_intervals(answers, rounds=60, seed=1)
    true = np.array([(answers[:, source] == truth).mean() for source in range(4)])
    assert (bounds[:, 0] < true).all()
    assert (true < bounds[:, 1]).all()
    assert (bounds[:, 1] - bounds[:, 0] < 0.15).all()
    np.testing.assert_array_equal(bounds, accuracy_intervals(answers, rounds=60, seed=1))


def test_a_million_items_take_seconds() -> None:
    _, answers = simulate(items=1_000_000, accuracies=(0.9, 0.8, 0.7, 0.7, 0.6, 0.6, 0.8, 0.75), silent=0.3)
    started = time.process_time()
    found: Consensus = fit_consensus(answers.astype(np.int8))
    assert found.posterior.shape == (1_000_000, 2)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (np.array([0, 1]), "no items by sources"),
        (np.zeros((0, 2), dtype=int), "no items by sources"),
        (np.array([[0.5, 1.0]]), "no items by sources"),
        (np.array([[0, 2]]), "answer 2 is none of the 2 classes"),
        (np.array([[0, -2]]), "answer -2 is none of the 2 classes"),
        (np.array([[-1, -1]]), "No source answers anything"),
    ],
)
def test_answers_that_are_none_are_refused(answers: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fit_consensus(answers)


@pytest.mark.parametrize(
    "settings", [{"classes": 1}, {"abstention": "guess"}, {"error": 0.0}, {"most_steps": 0}, {"tolerance": 0.0}]
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\."):
        Settings(**settings)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="make no interval"):
        accuracy_intervals(np.array([[0, 1]]), rounds=1)
