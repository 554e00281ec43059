"""Probabilities that can be taken at their word, and a model that says when it is not sure."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import average_precision_score, brier_score_loss

from mlcore.metrics.calibration import calibrated, fit_calibration, fit_isotonic, fit_platt, why_uncalibrated
from mlcore.metrics.certainty import Bounds, bounds_as_json, certainty_of, choose_bounds
from mlcore.metrics.curves import calibration_error, reliability, wilson
from mlcore.odds import log_odds, sigmoid


def shouted(sides: int = 4000, share: float = 0.15, seed: int = 0) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Labels and logits (sides, 1) of a network that ranks well and is far too sure of itself, and coins of two."""
    random = np.random.default_rng(seed)
    truth = (random.random(sides) < share).astype(int)
    logits = 4 * (2 * truth - 0.2 + 1.2 * random.normal(size=sides))
    return truth[:, None], logits[:, None], [f"coin {side // 2}" for side in range(sides)]


def test_log_odds_undo_the_sigmoid_which_overflows_nowhere_and_keeps_the_type() -> None:
    logits = np.array([-12.5, -1.0, 0.0, 3.0])
    assert np.allclose(log_odds(sigmoid(logits)), logits) and sigmoid(logits)[2] == 0.5
    with np.errstate(all="raise"):
        far = sigmoid(np.array([-1e6, 1e6], dtype=np.float32))
    assert far.dtype == np.float32 and far[0] < 1e-30 and far[1] == 1


def test_platt_scaling_makes_an_overconfident_network_honest_on_coins_it_has_not_seen() -> None:
    labels, logits, coins = shouted()
    fitted = fit_calibration(labels[:500], logits[:500], coins[:500], {})
    truth, before, after = labels[500:, 0], sigmoid(logits[500:, 0]), calibrated(logits[500:], fitted)[:, 0]
    assert calibration_error(truth, after) < 0.04 < 0.15 < calibration_error(truth, before)
    assert brier_score_loss(truth, after) < brier_score_loss(truth, before)
    assert fitted[0]["n"] == 500 and fitted[0]["positives"] == labels[:500].sum()


def test_platt_scaling_finds_the_curve_that_made_the_labels() -> None:
    random = np.random.default_rng(3)
    logits = random.normal(0, 3, 40_000)
    truth = (random.random(len(logits)) < sigmoid(0.5 * logits - 1)).astype(int)
    found = fit_platt(truth, logits)
    assert (found["slope"], found["offset"]) == (pytest.approx(0.5, abs=0.02), pytest.approx(-1, abs=0.05))


def test_sides_that_are_told_apart_without_a_fault_are_never_given_a_certainty() -> None:
    truth = np.array([0] * 10 + [1] * 10)[:, None]
    said = calibrated(
        np.where(truth, 40.0, -40.0), fit_calibration(truth, np.where(truth, 40.0, -40.0), ["a"] * 20, {})
    )
    assert said.max() == pytest.approx(11 / 12, abs=1e-4) and said.min() == pytest.approx(1 / 12, abs=1e-4)


def test_isotonic_steps_are_those_of_scikit_learn() -> None:
    labels, logits, _ = shouted(600)
    logits = np.round(logits, 0)  # many sides of one logit
    steps = np.array(fit_isotonic(labels[:, 0], logits[:, 0])["knots"])
    reference = IsotonicRegression().fit(logits[:, 0], labels[:, 0])
    assert set(np.round(steps[:, 1], 9)) == set(np.round(reference.predict(logits[:, 0]), 9))
    assert (np.diff(steps, axis=0) > 0).all()


def test_isotonic_regression_is_taken_where_no_sigmoid_fits_and_keeps_the_ranking() -> None:
    random = np.random.default_rng(1)
    logits = random.uniform(-4, 4, (4000, 1))
    chance = np.where(logits < -1, 0.05, np.where(logits < 2, 0.5, 0.6))
    labels = (random.random(logits.shape) < chance).astype(int)
    (fitted,) = fit_calibration(labels, logits, [f"coin {side // 2}" for side in range(4000)], {})
    assert fitted["method"] == "isotonic"
    assert fitted["log_loss"]["isotonic"] < fitted["log_loss"]["platt"]
    said = calibrated(logits, [fitted])
    assert average_precision_score(labels, said) == pytest.approx(average_precision_score(labels, logits), abs=1e-9)
    order = np.argsort(logits[:, 0])
    assert (np.diff(said[order, 0]) > 0).all()
    json.dumps(fitted, allow_nan=False)


@pytest.mark.parametrize(
    ("labels", "logits", "reason"),
    [
        ([1] * 4 + [0] * 40, list(range(44)), "only 4 of 44 validation sides show it; 5 are needed"),
        ([1] * 43 + [0], list(range(44)), "only 1 of 44 validation sides is known not to show it; 5 are needed"),
        ([1, 0] * 20, [2.0] * 40, "the same of every validation side"),
        ([1] * 20 + [0] * 20, list(range(40)), "the wrong way round"),
        ([-1] * 10, list(range(10)), "no validation side shows it; 5 are needed"),
    ],
)
def test_what_validation_cannot_tell_stays_as_the_network_says_it_with_the_reason(
    labels: list[int], logits: list[float], reason: str
) -> None:
    given = np.array(logits, dtype=float)[:, None]
    (fitted,) = fit_calibration(np.array(labels)[:, None], given, [str(side) for side in range(len(labels))], {})
    assert fitted["method"] == "none" and reason in fitted["reason"]
    assert why_uncalibrated(fitted) == f"not calibrated: {fitted['reason']}"
    assert np.array_equal(calibrated(given, [fitted]), calibrated(given))


def test_a_concept_that_was_not_learned_is_neither_calibrated_nor_ever_sure() -> None:
    labels, logits, coins = shouted(200)
    (fitted,) = fit_calibration(labels, logits, coins, {0: "no positives in training"}, np.array([3.0]))
    assert fitted == {"method": "none", "reason": "not learned: no positives in training"}
    assert np.array_equal(calibrated(logits, [fitted]), calibrated(logits))
    (bounds,) = choose_bounds(labels, calibrated(logits, [fitted]), {0: why_uncalibrated(fitted)})
    assert bounds.reason == "not learned: no positives in training"
    assert {bounds.verdict(each) for each in (0, 0.01, 0.5, 0.99, 1)} == {"not sure"}


def test_both_kinds_of_side_are_said_the_wrong_thing_of_at_most_once_in_ten() -> None:
    """Over many draws of validation coins, as the promise is meant."""
    present, absent = [], []
    for seed in range(60):
        labels, logits, coins = shouted(600, share=0.1, seed=seed)
        chances = calibrated(logits, fit_calibration(labels[:300], logits[:300], coins[:300], {}))
        (bounds,) = choose_bounds(labels[:300], chances[:300], {})
        found = certainty_of(labels[300:, 0], chances[300:, 0], bounds)
        present.append(found["coverage_present"])
        absent.append(found["coverage_absent"])
    assert np.mean(present) > 0.9 and np.mean(absent) > 0.9
    assert np.mean(present) < 0.97


def test_a_poor_model_is_seldom_sure_and_a_good_one_mostly() -> None:
    random = np.random.default_rng(0)
    labels = (random.random((1000, 2)) < 0.3).astype(int)
    chances = np.stack([random.random(1000), np.clip(labels[:, 1] + random.normal(0, 0.2, 1000), 0, 1)], axis=1)
    poor, good = (
        certainty_of(labels[:, column], chances[:, column], bounds)["share_sure"]
        for column, bounds in enumerate(choose_bounds(labels, chances, {}))
    )
    assert poor < 0.25 < 0.85 < good


def test_seen_is_never_said_of_what_is_likelier_not_there() -> None:
    labels = np.array([1] * 20 + [0] * 980)[:, None]
    chances = np.where(labels == 1, 0.3, 0.01)
    (bounds,) = choose_bounds(labels, chances, {})
    assert bounds.verdict(0.3) == "not sure" and bounds.verdict(0.51) == "seen" and bounds.verdict(0.001) == "not seen"


def test_with_too_few_examples_not_seen_is_never_said_and_the_reason_is_kept() -> None:
    labels = np.array([1] * 8 + [0] * 100)[:, None]
    (bounds,) = choose_bounds(labels, np.where(labels == 1, 0.9, 0.1), {})
    assert (bounds.low, bounds.reason) == (
        0.0,
        "not seen is never said: only 8 validation sides show it; 9 are needed",
    )
    assert bounds.verdict(0.0) == "not sure" and bounds.verdict(0.95) == "seen"
    written = bounds_as_json(["eagle"], [bounds])
    assert json.loads(json.dumps(written))["concepts"]["eagle"]["positives"] == 8


def test_with_too_few_sides_that_do_not_show_it_seen_is_never_said() -> None:
    labels = np.array([1] * 100 + [0] * 8)[:, None]
    (bounds,) = choose_bounds(labels, np.where(labels == 1, 0.9, 0.1), {0: ""})
    few = "only 8 validation sides are known not to show it; 9 are needed"
    assert (bounds.high, bounds.reason) == (1.0, f"seen is never said: {few}")
    assert bounds.verdict(1.0) == "not sure" and bounds.verdict(0.05) == "not seen"


def test_nothing_is_said_for_sure_of_a_concept_without_calibration_however_likely() -> None:
    labels = np.array([1] * 20 + [0] * 980)[:, None]
    (bounds,) = choose_bounds(labels, np.where(labels == 1, 0.99, 0.01), {0: "not calibrated: for a reason"})
    assert {bounds.verdict(each) for each in (0.0, 0.5, 0.999, 1.0)} == {"not sure"}
    assert (bounds.positives, bounds.reason) == (20, "not calibrated: for a reason")


def weighted_logits(weight: float, sides: int = 20_000, share: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """Labels and logits (sides, 1) of the best network that weighted present sides so heavily can come to."""
    random = np.random.default_rng(4)
    truth = (random.random(sides) < share).astype(int)
    evidence = random.normal(2 * truth - 1, 1)
    return truth[:, None], (log_odds(np.array(share)) + 2 * evidence + np.log(weight))[:, None]


def test_with_too_few_sides_what_the_weights_added_is_taken_off_and_the_share_is_right() -> None:
    truth, logits = weighted_logits(19)
    few = np.r_[np.flatnonzero(truth[:, 0] == 1)[:4], np.flatnonzero(truth[:, 0] == 0)[:100]]
    (fitted,) = fit_calibration(truth[few], logits[few], [str(side) for side in few], {}, np.log([19.0]))
    assert (fitted["method"], fitted["shift"]) == ("none", pytest.approx(np.log(19)))
    before, after = calibrated(logits)[:, 0], calibrated(logits, [json.loads(json.dumps(fitted))])[:, 0]
    assert before.mean() - truth.mean() > 0.1 and abs(after.mean() - truth.mean()) < 0.005
    assert calibration_error(truth[:, 0], after) < 0.01 < 0.1 < calibration_error(truth[:, 0], before)


def test_a_calibrated_concept_needs_no_shift_and_a_model_from_before_shifts_answers_as_it_did() -> None:
    truth, logits = weighted_logits(19, sides=1000)
    coins = [str(side) for side in range(1000)]
    with_shift, without = (fit_calibration(truth, logits, coins, {}, shifts) for shifts in (np.log([19.0]), None))
    assert with_shift == without and "shift" not in with_shift[0]
    kept = {"method": "none", "reason": "4 of 44 validation sides show it", "n": 44, "positives": 4}
    assert np.array_equal(calibrated(logits, [kept]), calibrated(logits))


def test_verdicts_on_a_test_set_are_counted() -> None:
    truth, scores = np.array([1, 1, 1, 0, 0]), np.array([0.9, 0.5, 0.1, 0.8, 0.05])
    found = certainty_of(truth, scores, Bounds(0.2, 0.7, 10, 10))
    assert (found["seen"], found["seen_right"], found["not_seen"], found["not_seen_right"]) == (2, 1, 2, 1)
    assert (found["n"], found["coverage"], found["share_sure"]) == (5, 0.6, 0.8)
    nothing = certainty_of(np.array([], dtype=int), np.array([]), Bounds(0.2, 0.7, 10, 10))
    assert (nothing["n"], nothing["coverage"], nothing["coverage_present"]) == (0, None, None)


def test_bins_of_the_reliability_carry_the_interval_of_wilson() -> None:
    assert wilson(5, 10) == (pytest.approx(0.2366, abs=1e-3), pytest.approx(0.7634, abs=1e-3))
    assert wilson(0, 10)[0] == 0 and wilson(0, 10)[1] == pytest.approx(0.2775, abs=1e-3)
    assert wilson(0, 0) == (0, 1)
    truth, scores = np.array([0, 1, 1, 1]), np.array([0.95, 0.95, 1.0, 0.1])
    low, high = reliability(truth, scores)
    assert (low["n"], high["n"], high["present"]) == (1, 3, pytest.approx(2 / 3))
    assert all(each["low"] <= each["present"] <= each["high"] for each in (low, high))
