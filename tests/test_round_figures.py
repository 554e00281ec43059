from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from annotations import models
from annotations.models import ModelVersion, RankingRun, Side
from annotations.queries.agreement import read_pace
from annotations.queries.forest import say_change
from annotations.queries.rounds import list_rounds
from annotations.services.round_scores import compare_models, measure_models
from tests.conftest import MakeCoin
from tests.two_models import SIDES, freeze_experts, make_sides, write_test_file
from tests.two_rounds import ago, make_two_rounds, page, row_of, say, words

NOISE = {"present": 100, "wrong_present": 0.3, "absent": 300, "wrong_absent": 0.02}


@pytest.fixture
def sides(make_coin: MakeCoin) -> list[Side]:
    return make_sides(make_coin)


@pytest.fixture
def two_rounds(admin: User, sides: list[Side]) -> tuple[ModelVersion, ModelVersion]:
    return make_two_rounds(admin, sides)


def test_the_gain_is_the_paired_difference_on_the_frozen_answers_of_experts(
    client: Client, admin: User, two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    before, after = two_rounds
    found = compare_models(after, before)
    assert found.part is not None
    mean = found.part.mean
    assert mean is not None
    assert (mean.candidate_ap, found.part.sides, found.part.origin) == (pytest.approx(1), SIDES, "expert")
    assert mean.difference == pytest.approx(1 - (mean.published_ap or 0))
    shown = page(client, admin)
    verdict = words(shown.select_one("section[aria-labelledby=gain-title] .verdict"))
    assert "It is better" in verdict
    assert say_change(mean.difference) in verdict
    assert f"on {SIDES} test sides" in verdict
    lines = shown.select("section[aria-labelledby=gain-title] table.forest tbody tr")
    assert [words(line.th) for line in lines] == ["Eagle", "Horse", "Mean"]


def test_the_newest_test_set_on_which_both_were_measured_is_taken(
    two_rounds: tuple[ModelVersion, ModelVersion], make_coin: MakeCoin
) -> None:
    older = models.TestSet.objects.get()
    (Path(settings.MODELS_ROOT) / older.file).rename(Path(settings.MODELS_ROOT) / "test-sets" / "older.jsonl")
    models.TestSet.objects.update(file="test-sets/older.jsonl")
    make_coin("late.1", crop="ab/x.webp")
    newer = freeze_experts(list(Side.objects.filter(coin__identifier="late.1")))
    assert newer.pk > older.pk
    found = compare_models(two_rounds[1], two_rounds[0])
    assert found.part is not None
    assert (found.test_set, found.part.sides) == (older, SIDES)


def test_labels_changed_and_hours_stand_where_they_were_spent(
    client: Client, admin: User, expert: User, sides: list[Side], two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    Side.objects.update(text="Something")
    start = ago(hours=30)
    for place, seconds in enumerate((0, 60, 180, 301)):
        say(expert, sides[place], start + timedelta(seconds=seconds))
    say(expert, sides[5], ago(hours=1), "no", "horse")
    spent = read_pace(since=ago(hours=48), until=ago(hours=24))
    assert [(each.who, each.answers, each.seconds) for each in spent] == [("ada", 4, 180.0)]
    shown = page(client, admin)
    assert row_of(shown, "labels-title", "Eagle") == ["Eagle", "4 of 4", "0", "4", "0", "0", "0", "0"]
    assert row_of(shown, "since-title", "Horse") == ["Horse", "0 of 1", "0", "0", "0", "0", "0", "1"]
    assert "ada 3 min (4 answers)" in words(shown.select_one("section[aria-labelledby=labels-title]"))


def test_who_spent_how_long_is_seen_by_administrators_alone(
    client: Client, expert: User, second_expert: User, sides: list[Side], two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    for place in range(2):
        say(expert, sides[place], ago(hours=30 - place / 100))
        say(expert, sides[place + 2], ago(minutes=5 - place))
    client.force_login(second_expert)
    assert "ada" not in words(page(client, second_expert).main).split()
    found = client.get("/rounds.json").json()
    assert found["gain"]["hours"] == {"all": 0.01}
    assert found["since"]["hours"]["all"] == pytest.approx(1 / 60, abs=1e-4)
    assert "people" not in found["since"]["hours"]


def test_estimated_noise_is_read_from_the_ranking_after_each_round(
    client: Client, admin: User, two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    for version, share in zip(two_rounds, (0.3, 0.1), strict=True):
        facts = {"model": version.pk, "concepts": {"eagle": NOISE | {"wrong_present": share}}}
        RankingRun.objects.create(status="succeeded", round=version.run_id, facts=facts, finished_at=timezone.now())
    shown = page(client, admin)
    eagle = ["Eagle", "30.0 % of 100", "10.0 % of 100", "2.0 % of 300", "2.0 % of 300"]
    assert row_of(shown, "noise-title", "Eagle") == eagle
    together = next(words(row) for row in shown.select("section[aria-labelledby=noise-title] .total-row"))
    assert together.startswith("Known in both, together 30.0 % of 100")
    settled = {"model": 1, "concepts": {"eagle": NOISE | {"present": 1, "wrong_present": 1.0}}}
    RankingRun.objects.filter(round=two_rounds[1].run_id).update(facts=settled)
    shown = page(client, admin)
    assert row_of(shown, "noise-title", "Eagle")[1:3] == ["30.0 % of 100", "too few: 1"]
    assert row_of(shown, "noise-title", "Known in both, together")[3:] == ["2.0 % of 300", "2.0 % of 300"]
    RankingRun.objects.filter(round=two_rounds[1].run_id).update(facts=facts)
    RankingRun.objects.filter(round=two_rounds[0].run_id).delete()
    shown = page(client, admin)
    assert row_of(shown, "noise-title", "Eagle") == [
        "Eagle",
        "not ranked",
        "10.0 % of 100",
        "not ranked",
        "2.0 % of 300",
    ]
    RankingRun.objects.all().delete()
    assert "Neither round was ranked" in words(page(client, admin).main)


def test_all_rounds_stand_on_the_same_answers_of_one_test_set(
    client: Client, admin: User, expert: User, sides: list[Side], two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    say(expert, sides[0], ago(hours=30))
    found = list_rounds()
    assert [(each.number, each.answers) for each in found] == [(1, 0), (2, 1)]
    curve = measure_models([each.version for each in found])
    assert curve is not None
    assert (curve.sides, curve.answers, curve.absent) == (SIDES, 2 * SIDES, [])
    assert curve.points[two_rounds[1].pk].ap == pytest.approx(1)
    first = curve.points[two_rounds[0].pk]
    assert first.low is not None
    assert first.high is not None
    assert first.low <= first.ap <= first.high < 1
    rows = page(client, admin).select("#rounds-table tbody tr")
    assert [(row["data-round"], row["data-answers"], row["data-ap"]) for row in rows] == [
        ("1", "0", f"{first.ap:.6f}"),
        ("2", "1", "1.000000"),
    ]


def test_a_model_that_saw_other_sides_is_left_out_of_the_curve_and_named(
    client: Client, admin: User, sides: list[Side], two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    write_test_file(two_rounds[0], sides[:2])
    curve = measure_models([each.version for each in list_rounds()])
    assert curve is not None
    assert (list(curve.points), curve.absent) == ([two_rounds[1].pk], [two_rounds[0].pk])
    assert row_of(page(client, admin), "curve-title", "Round 1")[4] == "not measured"
