from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from annotations import models
from annotations.models import Decision, ModelVersion, RankingRun, Side, Snapshot, TrainingRun
from annotations.queries.rounds import list_rounds, read_hours
from annotations.services.decisions import record_decision
from annotations.services.round_scores import compare_models, measure_models
from tests.conftest import MakeCoin
from tests.learning_rows import make_model, make_run
from tests.two_models import SIDES, freeze_experts, make_sides, write_test_file

NOISE = {"present": 100, "wrong_present": 0.3, "absent": 300, "wrong_absent": 0.02}


def page(client: Client, user: User, address: str = "/rounds/") -> BeautifulSoup:
    client.force_login(user)
    response = client.get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text(" ").split())


def row_of(shown: BeautifulSoup, section: str, first: str) -> list[str]:
    rows = shown.select(f"section[aria-labelledby={section}] tbody tr")
    cells = [[words(cell) for cell in row.select("th, td")] for row in rows]
    return next(row for row in cells if row[0] == first)


@pytest.fixture
def sides(make_coin: MakeCoin) -> list[Side]:
    return make_sides(make_coin)


def make_round(admin: User, sides: list[Side], *, right: bool, hours_ago: int) -> ModelVersion:
    version = make_model(admin)
    write_test_file(version, sides, right=right)
    Snapshot.objects.filter(pk=version.run.snapshot_id).update(created_at=ago(hours=hours_ago))
    return version


def ago(**spans: float) -> datetime:
    return timezone.now() - timedelta(**spans)


@pytest.fixture
def two_rounds(admin: User, sides: list[Side]) -> tuple[ModelVersion, ModelVersion]:
    """The first is wrong everywhere, the second right everywhere, and experts answered on all test sides."""
    freeze_experts(sides)
    return make_round(admin, sides, right=False, hours_ago=48), make_round(admin, sides, right=True, hours_ago=24)


def say(user: User, side: Side, when: datetime, answer: str = "yes", concept: str = "eagle") -> Decision:
    key = uuid.uuid4()
    made = record_decision(user=user, side_id=side.pk, concept=concept, answer=answer, key=key, base_id=None)
    Decision.objects.filter(pk=made.pk).update(created_at=when)
    return made


def test_before_any_run_an_administrator_is_led_to_the_settings_of_the_first(client: Client, admin: User) -> None:
    shown = page(client, admin)
    assert shown.select_one("a[href='/runs/new']") is not None
    assert shown.select_one("form[action='/rounds/start']") is None
    assert "Nothing was answered yet" in words(shown.main)


def test_after_one_round_the_page_says_what_to_do(client: Client, admin: User, sides: list[Side]) -> None:
    make_round(admin, sides, right=True, hours_ago=1)
    assert "There is one round so far" in words(page(client, admin).main)


def test_experts_read_and_only_administrators_start(
    client: Client, expert: User, two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    shown = page(client, expert)
    assert shown.select_one("form[action='/rounds/start']") is None
    assert shown.select("main a[href^='/models/'], main a[href^='/runs/']") == []
    assert client.post("/rounds/start").status_code == 403
    assert TrainingRun.objects.count() == 2


def test_the_button_starts_a_run_with_the_last_settings_and_a_double_click_is_one(
    client: Client, admin: User, two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    Side.objects.update(text="Eagle")
    TrainingRun.objects.update(config=two_rounds[1].run.config | {"epochs": 9})
    client.force_login(admin)
    for _ in range(2):
        assert client.post("/rounds/start").headers["Location"] == "/rounds/"
    run = TrainingRun.objects.get(status="queued")
    assert (run.kind, run.config["epochs"], run.cause, run.created_by) == ("concept_vit", 9, "person", admin)
    shown = page(client, admin)
    assert shown.select_one("#live[hx-get='/rounds/'] progress") is not None
    assert shown.select_one("form[action='/rounds/start']") is None


def test_the_page_follows_the_run_at_work_and_is_drawn_anew_once_it_ended(
    client: Client, admin: User, two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    run = make_run(admin)
    client.force_login(admin)
    asked = {"HX-Request": "true", "HX-Target": "live"}
    going = client.get("/rounds/", headers=asked)
    assert "HX-Refresh" not in going.headers
    assert "<h1" not in going.content.decode()
    TrainingRun.objects.filter(pk=run.pk).update(status="failed", reason="No disk.")
    ended = client.get("/rounds/", headers=asked)
    assert ended.headers["HX-Refresh"] == "true"
    assert "No disk." in words(page(client, admin).select_one("section[aria-labelledby=since-title] [role=alert]"))


def test_the_start_without_a_model_leads_to_the_settings(client: Client, admin: User) -> None:
    make_run(admin, status="failed")
    client.force_login(admin)
    assert client.post("/rounds/start").headers["Location"] == "/runs/new"
    assert TrainingRun.objects.filter(status="queued").count() == 0


def test_settings_that_hold_no_more_are_named(
    client: Client, admin: User, two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    TrainingRun.objects.update(config={"warp": 9})
    client.force_login(admin)
    shown = BeautifulSoup(client.post("/rounds/start", follow=True).content, "html.parser")
    assert "warp" in words(shown.select_one(".alert-danger"))
    assert TrainingRun.objects.count() == 2


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
    assert f"{mean.difference:+.3f}" in verdict
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


def test_without_answers_on_test_coins_the_page_says_what_to_do(client: Client, admin: User, sides: list[Side]) -> None:
    for hours in (48, 24):
        make_round(admin, sides, right=True, hours_ago=hours)
    shown = words(page(client, admin).select_one("section[aria-labelledby=gain-title]"))
    assert "No expert has answered on a test coin yet" in shown


def test_other_settings_are_not_taken_for_corrections(
    client: Client, admin: User, two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    assert "not trained alike" not in words(page(client, admin).main)
    TrainingRun.objects.filter(pk=two_rounds[1].run_id).update(config={"epochs": 1})
    assert "not trained alike" in words(page(client, admin).main)


def test_labels_changed_and_hours_stand_where_they_were_spent(
    client: Client, admin: User, expert: User, sides: list[Side], two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    Side.objects.update(text="Something")
    start = ago(hours=30)
    for place, seconds in enumerate((0, 60, 180, 301)):
        say(expert, sides[place], start + timedelta(seconds=seconds))
    say(expert, sides[5], ago(hours=1), "no", "horse")
    spent = read_hours(ago(hours=48), ago(hours=24))
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
    eagle = ["Eagle", "30 % of 100", "10 % of 100", "2 % of 300", "2 % of 300"]
    assert row_of(shown, "noise-title", "Eagle") == eagle
    together = next(words(row) for row in shown.select("section[aria-labelledby=noise-title] .total-row"))
    assert together.startswith("1 together 30 % of 100")
    RankingRun.objects.filter(round=two_rounds[0].run_id).delete()
    shown = page(client, admin)
    assert row_of(shown, "noise-title", "Eagle") == ["Eagle", "not ranked", "10 % of 100", "not ranked", "2 % of 300"]
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


@pytest.mark.parametrize("wanted", ["1", "7"])
def test_a_round_with_none_before_it_is_not_found(
    client: Client, admin: User, two_rounds: tuple[ModelVersion, ModelVersion], wanted: str
) -> None:
    client.force_login(admin)
    assert client.get(f"/rounds/?round={wanted}").status_code == 404
    assert client.get("/rounds/?round=x").status_code == 400


def test_an_earlier_round_can_be_looked_at(
    client: Client, admin: User, sides: list[Side], two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    make_round(admin, sides, right=False, hours_ago=1)
    assert "What round 3 gained over round 2" in words(page(client, admin).main)
    assert "It is better" in words(page(client, admin, "/rounds/?round=2").select_one(".verdict"))
    assert "It is worse" in words(page(client, admin).select_one(".verdict"))


def test_the_json_says_what_the_page_says(
    client: Client, expert: User, two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    client.force_login(expert)
    found = client.get("/rounds.json").json()
    assert [row["model"] for row in found["rounds"]] == [version.pk for version in two_rounds]
    assert found["rounds"][1]["mean_ap"]["ap"] == pytest.approx(1)
    assert found["gain"]["mean"]["difference"] == pytest.approx(1 - found["gain"]["mean"]["before"])
    assert found["gain"]["mean"]["interval"][0] > 0
    assert [row["concept"] for row in found["gain"]["concepts"]] == ["eagle", "horse"]


def test_a_test_set_whose_file_is_gone_is_named_and_the_page_stands(
    client: Client, admin: User, two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    (Path(settings.MODELS_ROOT) / "test-sets" / "1.jsonl").unlink()
    shown = page(client, admin)
    assert "1.jsonl cannot be read" in words(shown.select_one("section[aria-labelledby=gain-title]"))
    assert "1.jsonl cannot be read" in words(shown.select_one("section[aria-labelledby=curve-title]"))
    assert client.get("/rounds.json").json()["gain"]["problem"].startswith("The snapshot 1.jsonl cannot be read")
