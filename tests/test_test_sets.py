from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from annotations import models
from annotations.models import Coin, Concept, Decision, Side
from annotations.services.decisions import record_decision, undo_decision
from annotations.services.snapshots import freeze_snapshot
from mlcore.contract import Sample, read_snapshot
from tests.conftest import MakeCoin


@pytest.fixture
def coins(make_coin: MakeCoin) -> list[Coin]:
    found = [make_coin(f"demo.{n:02}", reverse="Eagle standing left", crop="ab/x.webp") for n in range(20)]
    freeze_snapshot(user=None)
    return found


def side_in(split: str, place: int = 0) -> Side:
    return Side.objects.filter(coin__split=split, face="reverse").order_by("pk")[place]


def say(user: User, side: Side, concept: Concept, answer: str, base: Decision | None = None) -> Decision:
    return record_decision(
        user=user, side_id=side.pk, concept=concept.slug, answer=answer, key=uuid4(), base_id=base.pk if base else None
    )


def samples_of(test_set: models.TestSet) -> tuple[Sample, ...]:
    frozen = read_snapshot(Path(settings.MODELS_ROOT) / test_set.file)
    assert frozen.sha256 == test_set.sha256
    return frozen.samples


def freeze() -> models.TestSet | None:
    return freeze_snapshot(user=None).test_set


def test_without_an_expert_s_answer_there_is_no_test_set(coins: list[Coin]) -> None:
    assert freeze() is None
    assert not list((Path(settings.MODELS_ROOT) / "test-sets").glob("*.partial"))


def test_only_what_an_expert_said_of_test_coins_is_in_it(
    coins: list[Coin], expert: User, concepts: dict[str, Concept]
) -> None:
    say(expert, side_in("test"), concepts["horse"], "no")
    say(expert, side_in("test", 1), concepts["eagle"], "unsure")
    say(expert, side_in("train"), concepts["eagle"], "yes")
    test_set = freeze()
    assert test_set is not None
    (sample,) = samples_of(test_set)
    known = {slug: label for slug, label in zip(test_set.concepts, sample.labels, strict=True) if label >= 0}
    assert (sample.side, known) == (side_in("test").pk, {"horse": 0}), "the text's eagle is no expert's word"
    counts = test_set.counts
    assert (counts["sides"], counts["coins"], counts["absent/horse"], counts["present/horse"]) == (1, 1, 1, 0)


def test_without_new_answers_the_version_stays(coins: list[Coin], expert: User, concepts: dict[str, Concept]) -> None:
    say(expert, side_in("test"), concepts["eagle"], "yes")
    first = freeze()
    say(expert, side_in("train"), concepts["eagle"], "no")
    assert (freeze(), models.TestSet.objects.count()) == (first, 1)


def test_a_new_answer_makes_a_new_version_and_the_old_one_stays_readable(
    coins: list[Coin], expert: User, concepts: dict[str, Concept]
) -> None:
    said = say(expert, side_in("test"), concepts["eagle"], "yes")
    first = freeze()
    assert first is not None
    before = (Path(settings.MODELS_ROOT) / first.file).read_bytes()
    say(expert, side_in("test"), concepts["eagle"], "no", base=said)
    say(expert, side_in("test", 1), concepts["eagle"], "yes")
    second = freeze()
    assert second is not None
    eagle = first.concepts.index("eagle")
    assert [[sample.labels[eagle] for sample in samples_of(each)] for each in (first, second)] == [[1], [0, 1]]
    assert (Path(settings.MODELS_ROOT) / first.file).read_bytes() == before


def test_an_answer_taken_back_leaves_the_next_version(
    coins: list[Coin], expert: User, concepts: dict[str, Concept]
) -> None:
    said = say(expert, side_in("test"), concepts["eagle"], "yes")
    kept = say(expert, side_in("test", 1), concepts["eagle"], "yes")
    first = freeze()
    undo_decision(user=expert, decision_id=said.pk, key=uuid4())
    second = freeze()
    assert first is not None
    assert second is not None
    assert [sample.side for sample in samples_of(second)] == [kept.side_id]
    assert len(samples_of(first)) == 2
