"""The figures that a model is judged by."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as reference

from mlcore.metrics.concepts import Answers, curves, mean_average_precision, measure
from mlcore.metrics.curves import calibration_error, wilson
from mlcore.metrics.paired import paired_difference
from mlcore.metrics.resampling import coin_weights
from mlcore.metrics.thresholds import choose_thresholds
from mlcore.metrics.too_few import too_few


def answers(sides: int = 400, concepts: tuple[str, ...] = ("eagle", "horse"), seed: int = 0, **given) -> Answers:
    random = np.random.default_rng(seed)
    labels = given.pop("labels", (random.random((sides, len(concepts))) < 0.3).astype(int))
    noise = random.random(labels.shape)
    probabilities = given.pop("probabilities", np.round((noise + 0.6 * (labels == 1)) / 1.6, 2))
    coins = given.pop("coins", [f"coin {number // 2}" for number in range(len(labels))])
    return Answers(concepts, labels, probabilities, coins, given.pop("thresholds", [0.5] * len(concepts)), {})


def test_figures_agree_with_scikit_learn_with_ties_and_unknown_labels() -> None:
    asked = answers()
    asked.labels[::7, 0] = -1
    row = measure(asked, draws=20)["eagle"]
    known = asked.labels[:, 0] >= 0
    truth, scores = asked.labels[known, 0], asked.probabilities[known, 0]
    said = scores >= 0.5
    assert row["n"] == known.sum()
    assert row["ap"] == pytest.approx(reference.average_precision_score(truth, scores))
    assert row["roc_auc"] == pytest.approx(reference.roc_auc_score(truth, scores))
    assert row["f1"] == pytest.approx(reference.f1_score(truth, said))
    assert row["balanced_accuracy"] == pytest.approx(reference.balanced_accuracy_score(truth, said))
    assert row["precision"] == pytest.approx(reference.precision_score(truth, said))
    assert row["recall"] == pytest.approx(reference.recall_score(truth, said))
    assert sum(row["confusion"].values()) == row["n"]


def test_what_is_not_defined_is_null_and_never_nan() -> None:
    labels = np.array([[0, -1, 1], [0, -1, 1], [0, -1, 1]])
    figures = measure(answers(labels=labels, concepts=("absent", "unknown", "present")), draws=20)
    assert figures["absent"]["ap"] is None and figures["absent"]["f1"] is None
    assert figures["unknown"]["n"] == 0 and figures["unknown"]["accuracy"] is None
    assert figures["present"]["roc_auc"] is None and figures["present"]["ap"] is None
    assert (figures["mean"]["concepts"], figures["mean"]["ap"], figures["mean"]["accuracy"]) == (0, None, None)
    json.dumps(figures, allow_nan=False)


def test_a_test_set_without_sides_is_measured_without_failing() -> None:
    figures = measure(answers(labels=np.empty((0, 2), dtype=int)), draws=20)
    assert figures["mean"]["ap"] is None
    json.dumps(figures, allow_nan=False)


def test_intervals_hold_the_figure_and_draw_whole_coins() -> None:
    row = measure(answers(), draws=500)["mean"]
    low, high = row["intervals"]["ap"]
    assert low < row["ap"] < high < low + 0.25
    weights = coin_weights(["a", "a", "b"], draws=50)
    assert (weights[:, 0] == weights[:, 1]).all() and (weights[:, [0, 2]].sum(axis=1) == 2).all()


def test_expert_answers_are_measured_apart() -> None:
    asked = answers()
    expert = np.zeros(asked.labels.shape, dtype=bool)
    expert[:10, 0] = True
    figures = measure(asked.only(expert), draws=20)
    assert (figures["eagle"]["n"], figures["horse"]["n"]) == (10, 0)


def test_every_figure_has_an_interval_that_holds_it_and_is_narrower_with_more_coins() -> None:
    few, many = (measure(answers(sides), draws=300)["eagle"] for sides in (200, 3000))
    for name in ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "ap", "roc_auc", "brier"):
        (low, high), (lower, higher) = few["intervals"][name], many["intervals"][name]
        assert low < few[name] < high and lower < many[name] < higher
        assert higher - lower < high - low


def test_brier_score_and_calibration_errors_are_what_they_are_defined_to_be() -> None:
    asked = answers()
    asked.labels[::7, 0] = -1
    row, known = measure(asked, draws=20)["eagle"], asked.labels[:, 0] >= 0
    truth, scores = asked.labels[known, 0], asked.probabilities[known, 0]
    assert row["brier"] == pytest.approx(reference.brier_score_loss(truth, scores))
    assert row["calibration_error"] == pytest.approx(calibration_error(truth, scores))
    constant = answers(labels=np.array([[1], [1], [0], [0]]), probabilities=np.full((4, 1), 0.5), concepts=("eagle",))
    assert measure(constant, draws=20)["eagle"]["calibration_error_by_mass"] == 0


def test_too_few_coins_of_a_kind_give_a_figure_without_an_interval_and_say_so() -> None:
    labels = np.zeros((60, 1), dtype=int)
    labels[:8] = 1  # eight sides of four coins
    row = measure(answers(labels=labels, concepts=("eagle",)), draws=50)["eagle"]
    assert row["ap"] is not None and set(row["intervals"].values()) == {None}
    assert row["note"] == "only 4 coins show it; 5 are needed for an interval"
    mirrored = measure(answers(labels=1 - labels, concepts=("eagle",)), draws=50)
    assert mirrored["eagle"]["note"] == "only 4 coins are known not to show it; 5 are needed for an interval"
    assert mirrored["mean"]["intervals"]["ap"] is None


@pytest.mark.parametrize(
    ("present", "absent", "sentence"),
    [
        (0, 9, "no coin shows it; 5 are needed"),
        (1, 9, "only 1 coin shows it; 5 are needed"),
        (4, 0, "only 4 coins show it; 5 are needed"),
        (5, 0, "no coin is known not to show it; 5 are needed"),
        (9, 1, "only 1 coin is known not to show it; 5 are needed"),
        (5, 5, ""),
    ],
)
def test_too_few_are_counted_in_whole_sentences(present: int, absent: int, sentence: str) -> None:
    assert too_few(present, absent, 5, "coin") == sentence


def test_of_how_many_they_are_too_few_is_said_where_it_is_known() -> None:
    assert too_few(3, 90, 5, "side", of=93) == "only 3 of 93 sides show it; 5 are needed"
    assert too_few(1, 90, 5, "side", of=91) == "only 1 of 91 sides shows it; 5 are needed"
    assert too_few(0, 90, 5, "side", of=90) == "none of 90 sides shows it; 5 are needed"
    assert too_few(0, 0, 5, "side", of=0) == "no side shows it; 5 are needed"


def told_apart(sides: int, concepts: tuple[str, ...] = ("eagle",)) -> Answers:
    """Every third side shows the concepts, and every answer is right."""
    labels = np.repeat((np.arange(sides) % 3 == 0).astype(int)[:, None], len(concepts), axis=1)
    coins = [f"coin {side}" for side in range(sides)]
    return answers(concepts=concepts, labels=labels, probabilities=np.where(labels == 1, 0.9, 0.1), coins=coins)


def test_a_share_of_few_coins_that_is_whole_has_the_interval_of_wilson_and_other_figures_none() -> None:
    row = measure(told_apart(24), draws=100)["eagle"]
    assert (row["accuracy"], row["precision"], row["recall"], row["ap"]) == (1, 1, 1, 1)
    assert row["intervals"]["recall"] == row["intervals"]["precision"] == wilson(8, 8)
    assert row["intervals"]["accuracy"] == wilson(24, 24)
    assert row["intervals"]["ap"] is None and row["intervals"]["f1"] is None
    assert row["note"].startswith("no interval for balanced accuracy, f1, ap, roc auc")


def test_a_share_of_nothing_counts_the_coins_and_not_their_sides_for_its_interval() -> None:
    asked = replace(told_apart(48), thresholds=[0.95], coins=[f"coin {side % 24}" for side in range(48)])
    row = measure(asked, draws=100)["eagle"]
    assert (row["recall"], row["precision"], row["intervals"]["precision"]) == (0, None, None)
    assert row["intervals"]["recall"] == wilson(0, 8)
    low, high = row["intervals"]["accuracy"]
    assert low < row["accuracy"] < high


def test_a_mean_over_figures_that_no_draw_moves_has_no_interval() -> None:
    mean = measure(told_apart(24, ("eagle", "horse")), draws=100)["mean"]
    assert (mean["recall"], mean["intervals"]["recall"], mean["intervals"]["ap"]) == (1, None, None)


def test_a_concept_that_every_test_side_shows_has_no_ranking_and_one_not_learned_is_not_in_the_mean() -> None:
    asked = answers(concepts=("eagle", "horse", "altar"))
    asked.labels[:, 1] = 1
    figures = measure(replace(asked, untrained={"altar"}), draws=20)
    assert figures["horse"]["ap"] is None and figures["horse"]["roc_auc"] is None
    assert figures["altar"]["ap"] is not None
    assert figures["mean"]["concepts"] == 1
    for name in ("ap", "f1", "accuracy", "brier", "prevalence"):
        assert figures["mean"][name] == figures["eagle"][name]
    assert figures["mean"]["intervals"]["ap"] == figures["eagle"]["intervals"]["ap"]
    assert measure(asked, draws=20)["mean"]["concepts"] == 2


def test_a_hundred_concepts_and_a_thousand_draws_take_seconds() -> None:
    random = np.random.default_rng(0)
    labels = (random.random((1500, 100)) < 0.1).astype(int)
    asked = answers(labels=labels, concepts=tuple(map(str, range(100))), probabilities=random.random(labels.shape))
    began = time.process_time()
    measure(asked)
    assert time.process_time() - began < 15


def test_curves_have_at_most_a_hundred_points_and_end_where_they_must() -> None:
    curve = curves(answers(sides=3000, probabilities=np.random.default_rng(1).random((3000, 2))))["eagle"]
    assert len(curve["pr"]) <= 100 and len(curve["roc"]) <= 101
    assert curve["roc"][0][:2] == [0, 0] and curve["roc"][-1][:2] == [1, 1] and curve["pr"][-1][0] == 1
    assert sum(item["n"] for item in curve["reliability"]) == 3000


def test_thresholds_take_the_best_f1_and_fall_back_on_a_half() -> None:
    labels = np.array([[1, 1], [1, 0], [1, 0], [1, 0], [1, 0], [0, 0], [0, -1]])
    scores = np.array([[0.9, 0.9], [0.8, 0], [0.8, 0], [0.7, 0], [0.3, 0], [0.1, 0], [0.2, 0]])
    assert choose_thresholds(labels, scores) == [pytest.approx(0.25), 0.5]


def test_mean_average_precision_leaves_out_concepts_that_no_side_shows_or_all_do() -> None:
    labels, scores = np.array([[1, 0, 1], [0, 0, 1]]), np.array([[0.1, 0.1, 0.9], [0.9, 0.2, 0.9]])
    assert mean_average_precision(labels, scores) == 0.5
    assert mean_average_precision(labels[:, 1:], scores[:, 1:]) is None
    assert mean_average_precision(labels[:, :0], scores[:, :0]) is None


def test_a_better_model_shows_a_difference_whose_interval_leaves_out_nought() -> None:
    asked = answers(sides=600)
    worse = np.random.default_rng(5).random(asked.labels.shape)
    found = paired_difference(asked.labels, worse, asked.probabilities, asked.coins, draws=300)
    assert found["mean"]["difference"] > 0.2 and found["mean"]["interval"][0] > 0
    assert len(found["concepts"]) == 2
    back = paired_difference(asked.labels, asked.probabilities, worse, asked.coins, draws=300)
    assert back["mean"]["difference"] == pytest.approx(-found["mean"]["difference"])


def test_a_model_differs_from_itself_by_nothing() -> None:
    asked = answers()
    found = paired_difference(asked.labels, asked.probabilities, asked.probabilities, asked.coins, "f1", draws=50)
    assert found["mean"]["difference"] == 0 and found["mean"]["interval"] == (0, 0)


def test_a_paired_difference_of_nothing_known_is_null() -> None:
    labels = np.array([[-1, 0], [-1, 0]])
    found = paired_difference(labels, np.zeros((2, 2)), np.ones((2, 2)), ["a", "b"], draws=20)
    assert found["concepts"] == [{"first": None, "second": None, "difference": None, "interval": None}] * 2
    with pytest.raises(ValueError, match="shapes differ"):
        paired_difference(labels, np.zeros((2, 1)), np.ones((2, 2)), ["a", "b"])


def test_a_paired_difference_loads_neither_torch_nor_scikit_learn() -> None:
    code = "import mlcore.metrics.paired, sys; print([m for m in ('torch', 'sklearn') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
