from __future__ import annotations

import hashlib
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.db import connection

from annotations.models import Coin, Concept, DoubleGroup, Snapshot
from annotations.services.snapshots import freeze_snapshot
from mlcore.contract import LearningError, read_snapshot
from mlcore.splitting import NONE, SHARES, TEST, TRAIN, VALIDATION, allot
from tests.conftest import MakeCoin

EAGLE = "Eagle standing left"


def corpus(coins: int = 3000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Groups, of which some hold doubles, and which of twelve concepts each coin shows, from 1 % to 40 %."""
    random = np.random.default_rng(seed)
    groups = np.where(random.random(coins) < 0.1, random.integers(0, coins // 20, coins), np.arange(coins) + coins)
    shown = random.random((coins, 12)) < np.linspace(0.01, 0.4, 12)
    return groups, np.argwhere(shown)


def shares_of(split: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    counts = np.zeros((pairs[:, 1].max() + 1, 3))
    np.add.at(counts, (pairs[:, 1], split[pairs[:, 0]]), 1)
    return counts / counts.sum(axis=1, keepdims=True)


def none(coins: int) -> np.ndarray:
    return np.full(coins, NONE)


def test_every_concept_has_its_shares_and_so_have_the_coins() -> None:
    groups, pairs = corpus()
    split = allot(groups, pairs, none(len(groups)))
    assert np.abs(shares_of(split, pairs) - SHARES).max() < 0.035
    assert np.bincount(split) / len(split) == pytest.approx(SHARES, abs=0.005)


def test_chance_alone_would_do_worse() -> None:
    groups, pairs = corpus()
    drawn = np.random.default_rng(1).choice(3, len(groups), p=SHARES)
    dealt = allot(groups, pairs, none(len(groups)))
    worst = [np.abs(shares_of(split, pairs) - SHARES).max() for split in (drawn, dealt)]
    assert worst[1] < worst[0] / 2


def test_no_group_is_cut() -> None:
    groups, pairs = corpus()
    split = allot(groups, pairs, none(len(groups)))
    assert len({(group, part) for group, part in zip(groups, split, strict=True)}) == len(set(groups))


def test_the_same_input_gives_the_same_split() -> None:
    groups, pairs = corpus()
    first, second = (allot(groups, pairs, none(len(groups))) for _ in range(2))
    assert (first == second).all()


def test_what_was_given_stays_and_new_coins_bring_the_shares_back() -> None:
    groups, pairs = corpus()
    old = groups >= 4500
    crooked = np.where(old, np.where(np.arange(len(groups)) % 10 < 9, TRAIN, TEST), NONE)
    split = allot(groups, pairs, crooked)
    assert (split[old] == crooked[old]).all()
    assert np.bincount(split) / len(split) == pytest.approx(SHARES, abs=0.005)


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([TEST, TRAIN, NONE], TRAIN),
        ([TEST, VALIDATION, NONE], VALIDATION),
        ([VALIDATION, TRAIN, TEST], TRAIN),
        ([TEST, NONE, NONE], TEST),
    ],
)
def test_what_a_model_may_have_learned_from_is_no_test(taken: list[int], expected: int) -> None:
    assert allot([7, 7, 7], [], taken).tolist() == [expected] * 3


@pytest.mark.parametrize("present", [1, 2, 3, 5])
def test_a_rare_concept_is_learned_before_it_is_tested(present: int) -> None:
    split = allot(np.arange(100), [(coin, 0) for coin in range(present)], none(100))[:present]
    assert (split == TRAIN).sum() >= max(1, present - 2)
    assert (split == TEST).sum() == round(0.2 * present)


def test_an_empty_corpus_has_no_split() -> None:
    assert allot([], [], []).tolist() == []


@pytest.mark.parametrize(("present", "taken"), [([(3, 0)], [NONE] * 3), ([(-1, 0)], [NONE] * 3), ([], [NONE])])
def test_coins_that_are_not_there_are_refused(present: list[tuple[int, int]], taken: list[int]) -> None:
    with pytest.raises(ValueError, match="3 coins in groups"):
        allot([0, 1, 2], present, taken)


@pytest.fixture
def coins(make_coin: MakeCoin) -> list[Coin]:
    return [make_coin(f"demo.{n:02}", reverse=EAGLE if n % 2 else "Horse", crop="ab/x.webp") for n in range(20)]


def splits() -> dict[str, str]:
    return dict(Coin.objects.values_list("identifier", "split"))


def test_a_freeze_gives_splits_that_later_freezes_keep(coins: list[Coin], make_coin: MakeCoin) -> None:
    freeze_snapshot(user=None)
    given = splits()
    assert sorted(given.values()).count("test") == 4
    for number in range(20, 25):
        make_coin(f"demo.{number}", reverse=EAGLE, crop="ab/x.webp")
    snapshot = freeze_snapshot(user=None)
    assert given.items() <= splits().items()
    samples = read_snapshot(Path(settings.MODELS_ROOT) / snapshot.file).samples
    assert {sample.coin: sample.split for sample in samples} == splits()
    assert snapshot.counts["positives/eagle"] == sum(
        snapshot.counts[f"positives/eagle/{part}"] for part in ("train", "validation", "test")
    )


def test_a_coin_without_picture_waits_for_its_split(coins: list[Coin], make_coin: MakeCoin) -> None:
    make_coin("unpictured", reverse=EAGLE)
    freeze_snapshot(user=None)
    assert splits()["unpictured"] == ""


def test_a_test_coin_whose_double_is_trained_on_leaves_the_test(coins: list[Coin]) -> None:
    freeze_snapshot(user=None)
    tested, trained = Coin.objects.filter(split="test")[0], Coin.objects.filter(split="train")[0]
    group = DoubleGroup.objects.create(kind="near", score=0.9, reason="Nearly the same picture.")
    Coin.objects.filter(pk__in=[tested.pk, trained.pk]).update(doubles=group)
    assert freeze_snapshot(user=None).counts["left_test"] == 1
    assert set(Coin.objects.filter(doubles=group).values_list("split", flat=True)) == {"train"}


def test_a_refused_freeze_gives_nothing(make_coin: MakeCoin) -> None:
    make_coin("unpictured", reverse=EAGLE)
    before = set((Path(settings.MODELS_ROOT) / "snapshots").glob("*"))
    with pytest.raises(LearningError, match="nothing to learn from"):
        freeze_snapshot(user=None)
    assert (splits(), Snapshot.objects.count()) == ({"unpictured": ""}, 0)
    assert set((Path(settings.MODELS_ROOT) / "snapshots").glob("*")) == before


def test_coins_of_older_snapshots_keep_the_split_of_the_old_rule(coins: list[Coin]) -> None:
    group = DoubleGroup.objects.create(kind="exact", score=1.0, reason="The same bytes.")
    Coin.objects.filter(identifier__in=["demo.03", "demo.04"]).update(doubles=group)
    keep = import_module("annotations.migrations.0009_kept_splits")._KEEP
    with connection.cursor() as cursor:
        cursor.execute(keep)
        assert set(splits().values()) == {""}, "without a snapshot nothing was given"
        Snapshot.objects.create(file="s", sha256="", concepts=[], counts={})
        cursor.execute(keep)
    assert splits() == {f"demo.{n:02}": old_rule("demo.03" if n == 4 else f"demo.{n:02}") for n in range(20)}


def old_rule(identifier: str) -> str:
    place = int.from_bytes(hashlib.sha256(identifier.encode()).digest()[:4]) / 2**32
    return "test" if place < 0.20 else "validation" if place < 0.36 else "train"


def test_concepts_that_are_retired_do_not_weigh(coins: list[Coin], concepts: dict[str, Concept]) -> None:
    Concept.objects.exclude(slug="eagle").update(retired=True)
    counts = freeze_snapshot(user=None).counts
    assert (counts["positives/eagle"], counts["positives/eagle/test"]) == (10, 2)
