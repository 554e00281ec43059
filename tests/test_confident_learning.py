"""Which labels are probably wrong and how many: on labels whose errors are known."""

from __future__ import annotations

import numpy as np
import pytest

from mlcore.noise.confident_learning import Errors, estimate_errors, wrongness
from mlcore.noise.noisy_sigmoid import fit_noise
from mlcore.ranking.out_of_fold import deal_folds, out_of_fold

COINS, WIDTH = 3000, 8
INVENTED, FORGOTTEN = 0.06, 0.25


def draw(
    seed: int = 0, strength: float = 6.0, invented: float = INVENTED, forgotten: float = FORGOTTEN
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features (n, 8), truth (n,) and labels (n,) of a concept that a fifth of the sides show."""
    random = np.random.default_rng(seed)
    features = random.standard_normal((COINS, WIDTH))
    truth = (strength * features[:, 0] + random.logistic(size=COINS) > 0.85 * np.hypot(strength, 1.8)).astype(int)
    drawn = random.random(COINS)
    labels = np.where(truth == 1, (drawn >= forgotten).astype(int), (drawn < invented).astype(int))
    return features, truth, labels


def unseen(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return out_of_fold(features, labels[:, None], np.arange(len(labels)))[:, 0]


def test_the_curve_of_labels_tells_how_many_are_wrong() -> None:
    features, truth, labels = draw()
    noise = fit_noise(labels, unseen(features, labels))
    assert noise is not None
    assert noise.wrong_present == pytest.approx(np.mean(truth[labels == 1] == 0), abs=0.05)
    assert noise.wrong_absent == pytest.approx(np.mean(truth[labels == 0] == 1), abs=0.02)
    assert noise.invented == pytest.approx(INVENTED, abs=0.02) and noise.forgotten == pytest.approx(FORGOTTEN, abs=0.06)
    assert (noise.present, noise.absent) == (labels.sum(), COINS - labels.sum())


def test_sound_labels_are_left_alone() -> None:
    features, _, labels = draw(invented=0, forgotten=0)
    noise = fit_noise(labels, unseen(features, labels))
    assert noise is not None and noise.wrong_present < 0.05 and noise.wrong_absent < 0.02


def test_confident_learning_blames_labels_where_a_weak_model_is_in_doubt_and_the_curve_does_not() -> None:
    features, _, labels = draw(strength=1.0, invented=0, forgotten=0)
    said = unseen(features, labels)
    errors, noise = estimate_errors(labels, said), fit_noise(labels, said)
    assert errors is not None and noise is not None
    assert errors.wrong_absent > 0.15 > 0.08 > noise.wrong_absent


def test_labels_that_are_wrong_come_before_those_that_are_right() -> None:
    features, truth, labels = draw()
    said = unseen(features, labels)
    found = wrongness(labels, said, estimate_errors(labels, said))
    first = np.argsort(-found)[: COINS // 10]
    wrong = labels != truth
    assert 0 <= found.min() <= found.max() <= 1
    assert wrong[first].sum() > 6 * 0.1 * wrong.sum()


def test_the_kind_of_error_that_is_more_frequent_is_more_suspicious() -> None:
    labels, said = np.array([1, 0]), np.array([0.3, 0.7])
    alike = wrongness(labels, said, None)
    assert alike[0] == pytest.approx(0.7) and alike[1] == pytest.approx(0.7)
    present, absent = wrongness(labels, said, Errors(0.5, 0.01, invented=0.2, forgotten=0.05))
    assert present > absent


@pytest.mark.parametrize(
    ("labels", "said"),
    [([1, 1, 1, 1, 0, 0, 0, 0], [0.9] * 4 + [0.1] * 4), ([1, 0] * 6, [0.4] * 12), ([-1] * 12, np.linspace(0, 1, 12))],
)
def test_with_too_little_to_go_by_nothing_is_estimated(labels: list[int], said: list[float]) -> None:
    assert fit_noise(np.array(labels), np.array(said)) is None
    assert estimate_errors(np.array(labels), np.array(said)) is None


def test_without_a_label_or_a_probability_nothing_is_said() -> None:
    found = wrongness(np.array([-1, 1, 1]), np.array([0.5, np.nan, 0.5]), None)
    assert np.isnan(found).tolist() == [True, True, False]


def test_no_side_is_judged_by_a_model_that_learned_its_coin() -> None:
    random = np.random.default_rng(0)
    coins = np.repeat(np.arange(100), 2)
    # two sides of a coin look alike and no other coin does: what is drawn by lot can only be known by having learned it
    features = np.repeat(random.standard_normal((100, 200)), 2, axis=0)
    labels = np.repeat(random.integers(0, 2, 100), 2)
    said = out_of_fold(features, labels[:, None], coins)[:, 0]
    leaking = out_of_fold(features, labels[:, None], np.arange(200))[:, 0]
    assert np.mean((said > 0.5) == labels) < 0.65
    assert np.mean((leaking > 0.5) == labels) > 0.9


def test_folds_keep_coins_whole_and_are_of_one_size() -> None:
    coins = np.repeat(np.arange(50), 2)
    fold = deal_folds(coins, 5, seed=3)
    assert (fold[::2] == fold[1::2]).all()
    assert np.bincount(fold).tolist() == [20] * 5
    assert (fold == deal_folds(coins, 5, seed=3)).all() and (fold != deal_folds(coins, 5, seed=4)).any()


def test_probabilities_out_of_fold_are_calibrated() -> None:
    features, _, labels = draw(strength=2.0)
    said = unseen(features, labels)
    for low, high in ((0.0, 0.1), (0.1, 0.3), (0.3, 1.0)):
        inside = (said >= low) & (said < high)
        assert said[inside].mean() == pytest.approx(labels[inside].mean(), abs=0.06)


def test_unknown_labels_are_judged_and_not_learned_from() -> None:
    features, truth, labels = draw()
    hidden = labels.copy()
    hidden[: COINS // 2] = -1
    said = out_of_fold(features, hidden[:, None], np.arange(COINS))[:, 0]
    missing = said[: COINS // 2]
    assert missing[truth[: COINS // 2] == 1].mean() > 3 * missing[truth[: COINS // 2] == 0].mean()


def test_a_concept_with_hardly_a_label_gets_its_share() -> None:
    features, _, labels = draw()
    rare = np.zeros_like(labels)
    rare[:3] = 1
    said = out_of_fold(features, np.stack([labels, rare], axis=1), np.arange(COINS))
    assert said[:, 1] == pytest.approx(np.full(COINS, 3 / COINS))


@pytest.mark.parametrize("folds", [1, 0])
def test_what_does_not_fit_is_refused(folds: int) -> None:
    features, _, labels = draw()
    with pytest.raises(ValueError, match=f"{folds} folds"):
        out_of_fold(features, labels[:, None], np.arange(COINS), folds=folds)
    with pytest.raises(ValueError, match="labels"):
        out_of_fold(features[:5], labels[:, None], np.arange(COINS))
