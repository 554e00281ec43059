"""Six ways to choose the next question, their mixture, and the reason that each question carries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mlcore.contract import LearningError
from mlcore.noise.confident_learning import estimate_errors
from mlcore.ranking import disagreement, diversity, noise_rank, random, rare_first, uncertainty
from mlcore.ranking import evidence as evidence_file
from mlcore.ranking.diversity import choose_centres
from mlcore.ranking.evidence import NO, NONE, UNSURE, YES, Evidence
from mlcore.ranking.facts import Facts
from mlcore.ranking.order import Order, Plan, put_in_order
from mlcore.ranking.reasons import tell_reasons
from mlcore.ranking.strategies import STRATEGIES
from tests.coin_drawings import Heard
from tests.ranking_evidence import corpus, evidence


def order_of(found: Evidence, **shares: float) -> Order:
    return put_in_order(found, Plan(shares, most_per_side=2, floor=0.0), Heard())


def names_of(order: Order) -> list[str]:
    return [order.names[number] for number in order.strategies]


def test_noise_rank_finds_what_texts_have_wrong() -> None:
    found, truth = corpus()
    wrong = found.text != truth
    first = order_of(found, noise_rank=1).places[: truth.size // 10]
    assert wrong.ravel()[first].sum() > 6 * 0.1 * wrong.sum()
    assert found.is_unseen


def test_noise_rank_goes_by_the_model_alone_where_no_side_is_placed() -> None:
    text = np.repeat([[YES, NO]], 40, axis=0)
    text[20:] = [NO, YES]
    model = np.where(text == YES, 0.9, 0.1)
    model[7, 0] = 0.02
    found = evidence(text, model)
    assert not found.is_unseen
    assert order_of(found, noise_rank=1).places[0] == 7 * 2


def test_what_experts_have_settled_does_not_make_texts_look_better() -> None:
    found, truth = corpus()
    wrong = found.text != truth
    suspicious = noise_rank.rank(found)
    looked = suspicious > np.quantile(suspicious, 0.9)
    later = replace(found, expert=np.where(looked, truth, NONE).astype(np.int8))
    ranked = noise_rank.rank(later)
    assert np.isnan(ranked[looked]).all()
    left = wrong & ~looked
    assert ranked[left].mean() > 3 * ranked[~left & ~looked].mean()


def test_uncertainty_asks_first_where_the_model_says_one_half() -> None:
    found = evidence([[YES, NO], [NO, NO]], [[0.5, 0.02], [0.9, 0.7]])
    assert order_of(found, uncertainty=1).places.tolist() == [0, 3, 2, 1]
    assert uncertainty.rank(found)[0] == pytest.approx([1.0, 0.04])


def test_disagreement_hears_text_model_and_other_side() -> None:
    found = evidence(
        [[YES, YES], [NO, YES], [NONE, NO]],
        [[0.1, 0.9], [0.3, np.nan], [0.9, 0.8]],
        other=[[NO, NO], [NO, YES], [YES, YES]],
    )
    ranked = disagreement.rank(found)
    assert ranked[0] == pytest.approx([0.9, 0.1])
    assert ranked[1] == pytest.approx([0.3, disagreement.BOTH_SIDES])
    assert np.isnan(ranked[2, 0]), "without a text there are no two voices"
    assert ranked[2, 1] == pytest.approx(0.8)


def test_rare_concepts_come_first_and_only_where_something_speaks_for_them() -> None:
    found = evidence([[YES, NO], [YES, NO], [YES, YES], [NO, NO]], [[0.1, 0.1]] * 3 + [[0.1, 0.6]])
    order = order_of(found, rare_first=1)
    assert set(order.places[:2].tolist()) == {5, 7}, "the only captive named, and the one that the model sees"
    assert set(order.places[2:].tolist()) == {0, 2, 4}
    assert rare_first.rank(found)[2] == pytest.approx([3**-0.5, 1])


def test_diversity_asks_of_sides_unlike_those_before() -> None:
    spread = np.repeat(np.eye(3), [50, 5, 1], axis=0)
    found = evidence(np.tile([YES, NO], (56, 1)), np.tile([0.4, 0.1], (56, 1)), embedding=spread)
    order = order_of(found, diversity=1)
    kinds = [int(spread[place // 2].argmax()) for place in order.places]
    assert sorted(kinds) == [0, 1, 2], "one of each kind, and none that is like it"
    assert (np.diff(diversity.rank(found).ravel()[order.places]) <= 0).all()


def test_diversity_leaves_out_what_looks_like_sides_that_experts_have_seen() -> None:
    spread = np.repeat(np.eye(3), 20, axis=0)
    expert = np.full((60, 2), NONE)
    expert[0] = YES, NO
    found = evidence(np.tile([YES, NO], (60, 1)), np.tile([0.4, 0.1], (60, 1)), embedding=spread, expert=expert)
    asked = order_of(found, diversity=1).places // 2
    assert len(asked) == 2 and (asked >= 20).all()


def test_labels_are_judged_once_although_two_strategies_go_by_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    estimated: list[int] = []
    monkeypatch.setattr(
        evidence_file, "estimate_errors", lambda labels, said: estimated.append(1) or estimate_errors(labels, said)
    )
    found, _ = corpus()
    order = order_of(found, noise_rank=0.5, diversity=0.5)
    assert set(names_of(order)) == {"noise_rank", "diversity"} and len(estimated) == len(found.concepts)


def test_centres_cover_better_than_chance() -> None:
    points = np.random.default_rng(0).standard_normal((400, 5)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    chosen, distances = choose_centres(points, points[:0], 40)
    assert len(set(chosen.tolist())) == 40 and (np.diff(distances[1:]) <= 1e-6).all()

    def radius(centres: np.ndarray) -> float:
        return float(np.sqrt((2 - 2 * points @ points[centres].T).clip(0)).min(axis=1).max())

    drawn = [np.random.default_rng(seed).choice(400, 40, replace=False) for seed in range(20)]
    assert radius(chosen) < min(radius(each) for each in drawn)


def test_chance_is_the_same_for_the_same_seed_only() -> None:
    found, _ = corpus()
    assert (random.rank(found) == random.rank(replace(found))).all()
    assert (random.rank(found) != random.rank(replace(found, seed=1))).any()


@pytest.mark.parametrize("name", STRATEGIES)
def test_what_is_settled_or_unheard_of_is_never_asked(name: str) -> None:
    found, truth = corpus()
    expert = np.full(truth.shape, NONE, dtype=np.int8)
    expert[:100], expert[100:150] = truth[:100], UNSURE
    text, model = found.text.copy(), found.model.copy()
    text[150:160], model[150:160] = NONE, np.nan
    order = order_of(replace(found, expert=expert, text=text, model=model), **{name: 1})
    assert len(order.places) and order.places.min() >= 160 * 2
    assert len(set(order.places.tolist())) == len(order.places)
    assert 0 <= order.suspicions.min() <= order.suspicions.max() <= 1


@pytest.mark.parametrize("name", [name for name in STRATEGIES if name not in ("random", "rare_first")])
def test_before_any_model_a_strategy_that_needs_one_is_silent(name: str) -> None:
    assert not len(order_of(evidence([[YES, NO]] * 30), **{name: 1}).places)
    assert STRATEGIES[name].SILENT


def test_strategies_take_turns_by_their_shares_at_any_place_of_the_order() -> None:
    found, _ = corpus()
    names = names_of(order_of(found, noise_rank=0.5, uncertainty=0.3, random=0.2))
    for end in (10, 50, 200):
        counts = [names[:end].count(name) / end for name in ("noise_rank", "uncertainty", "random")]
        assert counts == pytest.approx([0.5, 0.3, 0.2], abs=1.01 / end)


def test_the_order_is_the_same_each_time() -> None:
    shares = dict.fromkeys(STRATEGIES, 1.0)
    first, second = (order_of(corpus()[0], **shares) for _ in range(2))
    assert first.places.tolist() == second.places.tolist()
    assert first.strategies.tolist() == second.strategies.tolist()


def test_shares_need_not_sum_to_one() -> None:
    found, _ = corpus()
    tenth, whole = (order_of(found, noise_rank=3 * factor, random=factor) for factor in (0.1, 1.0))
    assert tenth.places.tolist() == whole.places.tolist()


def test_when_the_others_have_run_out_chance_does_not_go_on_alone() -> None:
    found = evidence([[YES, NO]] * 60)
    order = order_of(found, rare_first=0.9, random=0.1)
    assert names_of(order).count("rare_first") >= 50
    assert len(order.places) < 70 < found.open.sum()
    assert len(order_of(found, random=1).places) == found.open.sum()


def test_no_more_is_asked_than_was_wished() -> None:
    found, _ = corpus()
    order = put_in_order(found, Plan({"noise_rank": 1}, most=50, most_per_side=1, floor=0.0), Heard())
    assert len(order.places) == 50 == len(set((order.places // 2).tolist()))
    strict = put_in_order(found, Plan({"noise_rank": 1}, floor=0.6), Heard())
    assert 0 < len(strict.places) < found.open.sum() / 4 and strict.suspicions.min() >= 0.6


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        ({"shares": {"hunch": 1}}, "hunch"),
        ({"shares": {}}, "one must be above 0"),
        ({"shares": {"random": -1, "noise_rank": 2}}, "must not be negative"),
        ({"shares": {"random": float("nan")}}, "must not be negative"),
        ({"shares": {"random": 1}, "most": 0}, "At most 0"),
        ({"shares": {"random": 1}, "most_per_side": 0}, "0 a side"),
        ({"shares": {"random": 1}, "floor": 2}, "above 2"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(plan: dict[str, Any], reason: str) -> None:
    with pytest.raises(LearningError, match=reason):
        Plan(**plan)


def test_reasons_are_facts() -> None:
    facts = Facts("eagle", YES, YES, 3, unseen=False, named=1)
    assert disagreement.reason(facts) == "Text says eagle, model 3 %. The other side is said to show eagle, too."
    unseen = replace(facts, other=NO, unseen=True)
    assert noise_rank.reason(unseen) == "Text says eagle, model taught without this coin 3 %."
    assert uncertainty.reason(replace(facts, text=NO, percent=49)) == "In doubt. Text does not say eagle, model 49 %."
    assert rare_first.reason(replace(facts, percent=None)) == "Rare: 1 side is said to show eagle. Text says eagle."
    assert random.reason(replace(facts, text=NONE)) == "Drawn at random. No text, model 3 % of eagle."
    assert diversity.reason(facts).startswith("Looks unlike what was asked so far.")


def test_each_question_gets_the_sentence_of_its_own_facts() -> None:
    found = evidence([[YES, NO], [NO, YES], [YES, NONE]], [[0.03, 0.2], [0.97, np.nan], [0.5, 0.5]])
    order = order_of(found, disagreement=1)
    sentences, numbers = tell_reasons(found, order)
    told = {int(place): sentences[number] for place, number in zip(order.places, numbers, strict=True)}
    assert told == {
        0: "Text says eagle, model 3 %.",
        1: "Text does not say captive, model 20 %.",
        2: "Text does not say eagle, model 97 %.",
        4: "Text says eagle, model 50 %.",
    }
    long = replace(found, concepts=("x" * 300, "captive"))
    assert max(len(each) for each in tell_reasons(long, order)[0]) == 200
