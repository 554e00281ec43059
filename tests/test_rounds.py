from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotations.models import ModelVersion, RankingRun, Side, TrainingRun
from annotations.services.retraining import read_trigger
from tests.conftest import MakeCoin
from tests.learning_rows import make_run
from tests.two_models import make_sides
from tests.two_rounds import ago, make_round, make_two_rounds, page, say, words


@pytest.fixture
def sides(make_coin: MakeCoin) -> list[Side]:
    return make_sides(make_coin)


@pytest.fixture
def two_rounds(admin: User, sides: list[Side]) -> tuple[ModelVersion, ModelVersion]:
    return make_two_rounds(admin, sides)


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


@pytest.mark.parametrize("address", ["/rounds/", "/rounds.json"])
def test_what_was_answered_since_is_counted_once_and_again_only_where_a_later_run_failed(
    client: Client, admin: User, sides: list[Side], two_rounds: tuple[ModelVersion, ModelVersion], address: str
) -> None:
    client.force_login(admin)
    say(admin, sides[0], ago(minutes=5))
    between_rounds = 1
    for later_runs in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counted = sum("coalesce(label.text_present" in query["sql"] for query in queries)
        assert counted == between_rounds + 1 + later_runs
        make_run(admin, status="failed")
    assert words(page(client, admin).select_one(".since .counts")).startswith("question answered 1")
    assert read_trigger().answered == 0, "the failed run was frozen from that answer"


def test_settings_that_hold_no_more_are_named(
    client: Client, admin: User, two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    TrainingRun.objects.update(config={"warp": 9})
    client.force_login(admin)
    shown = BeautifulSoup(client.post("/rounds/start", follow=True).content, "html.parser")
    assert "warp" in words(shown.select_one(".alert-danger"))
    assert TrainingRun.objects.count() == 2


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


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    response = client.get(address)
    assert response.headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def test_the_tables_of_the_page_are_there_for_spreadsheets(
    client: Client, expert: User, sides: list[Side], two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    Side.objects.update(text="Something")
    say(expert, sides[0], ago(hours=30), concept="horse")
    noise = {"present": 60, "wrong_present": 0.3, "absent": 40, "wrong_absent": 0.05}
    for version in two_rounds:
        facts = {"concepts": {"horse": noise}}
        RankingRun.objects.create(status="succeeded", round=version.run_id, facts=facts)
    shown = page(client, expert)
    [of_rounds, of_gain] = [link["href"] for link in shown.select("main a") if words(link) == "CSV"]
    rounds = rows_of(client, of_rounds)
    assert [(row["round"], row["model"], row["answers_so_far"]) for row in rounds] == [
        ("1", str(two_rounds[0].pk), "0"),
        ("2", str(two_rounds[1].pk), "1"),
    ]
    told = client.get("/rounds.json").json()
    assert [float(row["mean_ap"]) for row in rounds] == [each["mean_ap"]["ap"] for each in told["rounds"]]
    eagle, horse, mean = rows_of(client, of_gain)
    said = [
        [row[name] for name in ("concept", "questions_answered", "labels_changed", "added")] for row in (eagle, horse)
    ]
    assert said == [["eagle", "0", "0", "0"], ["horse", "1", "1", "1"]]
    assert (eagle["ap_after"], eagle["wrong_after"]) == ("1.0", "")
    assert float(horse["wrong_after"]) == 0.2
    assert (mean["concept"], float(mean["difference"])) == ("", told["gain"]["mean"]["difference"])
    assert float(mean["low"]) == told["gain"]["mean"]["interval"][0]


def test_without_two_rounds_there_is_no_table_of_a_gain(client: Client, expert: User, sides: list[Side]) -> None:
    client.force_login(expert)
    assert client.get("/rounds/gain.csv").status_code == 404
    assert rows_of(client, "/rounds.csv") == []


def test_a_test_set_whose_file_is_gone_is_named_and_the_page_stands(
    client: Client, admin: User, two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    (Path(settings.MODELS_ROOT) / "test-sets" / "1.jsonl").unlink()
    shown = page(client, admin)
    assert "1.jsonl cannot be read" in words(shown.select_one("section[aria-labelledby=gain-title]"))
    assert "1.jsonl cannot be read" in words(shown.select_one("section[aria-labelledby=curve-title]"))
    assert client.get("/rounds.json").json()["gain"]["problem"].startswith("The snapshot 1.jsonl cannot be read")
