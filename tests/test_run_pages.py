from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.models import Concept, Side, TrainingRun
from annotations.queries.runs import count_supply
from annotations.services.decisions import record_decision
from annotations.services.training import log_file
from mlcore.registry import config_from, kinds
from tests.learning_rows import make_model, make_run, measured
from tests.review_steps import page_of

NEW = "/runs/new?kind=concept_vit"


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def settings_of(client: Client, **changed: str) -> dict[str, str]:
    """The form as it stands on the page, as a browser would send it."""
    form = page_of(client.get(NEW).content).select_one("main form[method=post]:has(#id_epochs)")
    assert form is not None
    sent = {field["name"]: field.get("value", "") for field in form.select("input[name]:not([type=checkbox])")}
    sent |= {field["name"]: "on" for field in form.select("input[type=checkbox][checked]")}
    sent |= {field["name"]: field.select_one("option[selected]")["value"] for field in form.select("select")}
    return {key: str(value) for key, value in sent.items() if key != "csrfmiddlewaretoken"} | changed


@pytest.mark.parametrize("name", ["runs", "runs_json", "run_new"])
def test_only_admins_see_runs(client: Client, expert: User, admin: User, name: str) -> None:
    assert client.get(reverse(name)).status_code == 302
    client.force_login(expert)
    assert client.get(reverse(name)).status_code == 403
    client.force_login(admin)
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", ["run", "run_json", "run_log", "run_cancel", "run_repeat"])
def test_only_admins_touch_a_run(client: Client, expert: User, name: str) -> None:
    run = make_run()
    client.force_login(expert)
    ask = client.post if name in ("run_cancel", "run_repeat") else client.get
    assert ask(reverse(name, args=[run.pk])).status_code == 403
    assert TrainingRun.objects.get().status == "queued"


@pytest.mark.parametrize("name", ["run_cancel", "run_repeat"])
def test_looking_at_an_address_changes_no_run(page: Client, name: str) -> None:
    assert page.get(reverse(name, args=[make_run().pk])).status_code == 405


def test_an_empty_list_says_what_to_do(page: Client) -> None:
    assert page_of(page.get("/runs/").content).select_one(".empty-state a")["href"] == reverse("run_new")


def test_the_list_says_how_each_run_went(page: Client, admin: User) -> None:
    run = make_run(admin, status="failed", reason="No disk.")
    row = page_of(page.get("/runs/").content).select_one("tbody tr")
    assert [cell.get_text(strip=True) for cell in row.select("th, td")][:6] == [
        *(f"Run {run.pk}", "Failed", "Concepts on a side", "–", "1 min 30 s", "root")
    ]


def test_more_runs_cost_no_more_queries(page: Client, admin: User, django_assert_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_run(admin)
    with CaptureQueriesContext(connection) as few:
        page.get("/runs/")
    for _ in range(10):
        make_run(admin, status="succeeded")
    with django_assert_num_queries(len(few)):
        page.get("/runs/")


def test_a_long_list_goes_on_from_the_last_row(page: Client) -> None:
    made = [make_run().pk for _ in range(52)]
    first = page.get("/runs.json").json()
    assert [row["id"] for row in first["runs"]] == made[:1:-1]
    assert [row["id"] for row in page.get(first["next"]).json()["runs"]] == made[1::-1]


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "1;drop"])
def test_a_broken_page_number_is_a_bad_request(page: Client, before: str) -> None:
    assert page.get("/runs/", {"before": before}).status_code == 400


def test_the_form_has_a_field_with_help_for_every_setting(page: Client) -> None:
    shown = page_of(page.get(NEW).content)
    for info in kinds()["concept_vit"].fields:
        assert shown.select_one(f"#id_{info.name}") is not None
        assert shown.select_one(f"#id_{info.name}_helptext").get_text(strip=True) == info.help


def test_a_preset_fills_the_form(page: Client) -> None:
    wanted = list(kinds()["concept_vit"].presets.values())[1]
    shown = page_of(page.get(f"{NEW}&preset=1").content)
    assert shown.select_one("#id_backbone")["value"] == wanted.backbone
    assert shown.select_one("#id_frozen").has_attr("checked")


def test_a_run_can_begin_with_the_settings_of_another(page: Client) -> None:
    run = make_run(status="failed")
    TrainingRun.objects.update(config=run.config | {"epochs": 7})
    assert page_of(page.get(f"{NEW}&like={run.pk}").content).select_one("#id_epochs")["value"] == "7"


def test_an_unknown_kind_is_not_found(page: Client) -> None:
    response = page.get("/runs/new?kind=oracle")
    assert response.status_code == 404
    assert "oracle" in response.content.decode()


@pytest.fixture
def corpus(make_coin: Any) -> None:
    for number in range(3):
        make_coin(f"demo.{number}", reverse="Eagle standing left", crop="ab/x.webp")


def test_starting_a_run_queues_it_and_leads_to_its_page(page: Client, admin: User, corpus: None) -> None:
    response = page.post(NEW, settings_of(page, epochs="2"))
    run = TrainingRun.objects.get()
    assert response.url == run.get_absolute_url()
    assert (run.created_by, run.status, run.config["epochs"]) == (admin, "queued", 2)


def test_a_double_click_is_one_run(page: Client, corpus: None) -> None:
    sent = settings_of(page)
    assert page.post(NEW, sent).url == page.post(NEW, sent).url
    assert TrainingRun.objects.count() == 1


def test_the_same_settings_later_are_another_run(page: Client, corpus: None) -> None:
    sent = settings_of(page)
    page.post(NEW, sent)
    TrainingRun.objects.update(created_at=timezone.now() - timedelta(seconds=6))
    page.post(NEW, sent)
    assert TrainingRun.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("epochs", "0", "epochs is 0; it must be a whole number from 1 to 1000."),
        ("epochs", "many", "a whole number from 1 to 1000"),
        ("learning_rate", "1e99", "1e+99"),
        ("frozen", "on", "frozen is true and weights is 'scratch'"),
        ("weights", "folder", "weights_folder"),
        ("colour", "sepia", "sepia"),
    ],
)
def test_a_setting_that_is_not_allowed_says_so_at_its_field(
    page: Client, corpus: None, field: str, value: str, words: str
) -> None:
    response = page.post(NEW, settings_of(page, **{field: value}))
    assert response.status_code == 400
    assert words in page_of(response.content).select_one(f"#id_{field}_error").get_text(strip=True)
    assert not TrainingRun.objects.exists()


@pytest.mark.parametrize(
    ("kind", "field", "value", "words"),
    [
        ("concept_cnn", "concepts", "eagle, egale", "concepts names egale, which the vocabulary does not have."),
        ("concept_vit", "weights_folder", "/nowhere", "weights_folder is “/nowhere”, and there is no such folder"),
    ],
)
def test_what_a_setting_names_and_nobody_has_is_refused_before_a_worker_takes_it(
    page: Client, corpus: None, kind: str, field: str, value: str, words: str
) -> None:
    Concept.objects.get_or_create(slug="eagle", defaults={"name": "Eagle"})
    address = f"/runs/new?kind={kind}"
    sent = {key: str(each) for key, each in asdict(config_from(kind, {})).items() if each is not False}
    sent |= {"weights": "folder"} if kind == "concept_vit" else {}
    response = page.post(address, sent | {field: value})
    assert response.status_code == 400
    assert words in page_of(response.content).select_one(f"#id_{field}_error").get_text(strip=True)
    assert not TrainingRun.objects.exists()


def test_without_coins_the_form_says_what_is_missing(page: Client) -> None:
    shown = page_of(page.get(NEW).content)
    assert shown.select_one("main form button[type=submit]").has_attr("disabled")
    assert "There is nothing to learn from" in shown.select_one("aside").get_text()
    response = page.post(NEW, settings_of(page))
    assert response.status_code == 400
    assert "There is nothing to learn from" in page_of(response.content).select_one("[role=alert]").get_text()


def test_the_form_counts_who_said_what(page: Client, expert: User, corpus: None) -> None:
    sides = list(Side.objects.filter(face="reverse"))
    for side, answer in zip(sides[:2], ("yes", "no"), strict=True):
        record_decision(user=expert, side_id=side.pk, concept="eagle", answer=answer, key=uuid.uuid4(), base_id=None)
    supply = count_supply()
    eagle = next(row for row in supply.concepts if row.slug == "eagle")
    assert (supply.sides, supply.coins, supply.expert_answers) == (3, 3, 2)
    assert (eagle.expert_yes, eagle.expert_no, eagle.text_yes) == (1, 1, 1)


def test_a_queued_run_says_that_no_worker_is_there(page: Client) -> None:
    assert "No worker is connected" in page.get(make_run().get_absolute_url()).content.decode()


def test_a_running_run_shows_how_far_it_is(page: Client) -> None:
    run = make_run(status="running", progress={"stage": "features", "done": 30, "total": 90, "rate": 2.0})
    live = page_of(page.get(run.get_absolute_url(), headers={"HX-Request": "true", "HX-Target": "live"}).content)
    assert live.select_one("progress")["value"] == "30"
    assert "30 of 90 pictures (33 %) · 2 pictures per second · 30 s left" in live.get_text(" ", strip=True)
    assert live.select_one("#live")["hx-trigger"] == "every 1s"
    assert live.select_one("h1") is None


def test_a_poll_after_the_end_draws_the_page_anew(page: Client) -> None:
    run = make_run(status="succeeded")
    response = page.get(run.get_absolute_url(), headers={"HX-Request": "true", "HX-Target": "live"})
    assert response["HX-Refresh"] == "true"
    assert "hx-get" not in response.content.decode()


def test_a_part_that_the_page_does_not_have_is_a_bad_request(page: Client) -> None:
    headers = {"HX-Request": "true", "HX-Target": "../secret"}
    assert page.get(make_run().get_absolute_url(), headers=headers).status_code == 400


@pytest.mark.parametrize(("answers", "words"), [(3, "labels read from texts"), (40, "40 answers of experts")])
def test_the_figure_of_a_run_says_by_what_it_was_measured_and_over_what(page: Client, answers: int, words: str) -> None:
    version = make_model(metrics=measured(expert_answers=answers))
    told = page_of(page.get(version.run.get_absolute_url()).content).select_one(".verdict").get_text(" ", strip=True)
    part = version.metrics["test_expert" if answers == 40 else "test"]["mean"]
    assert f"over {part['concepts']} concept" in told and words in told and f"{part['ap']:.3f} of 1" in told


def test_a_failed_run_gives_its_reason_and_can_be_repeated(page: Client) -> None:
    run = make_run(status="failed", reason="The <disk> is full. Make room.")
    shown = page_of(page.get(run.get_absolute_url()).content)
    assert "The <disk> is full. Make room." in shown.select_one("[role=alert]").get_text()
    assert shown.select_one(f'form[action="{reverse("run_repeat", args=[run.pk])}"]') is not None
    page.post(reverse("run_repeat", args=[run.pk]))
    assert (TrainingRun.objects.get().status, TrainingRun.objects.get().reason) == ("queued", "")


def test_cancelling_stops_a_waiting_run_at_once(page: Client) -> None:
    run = make_run()
    assert page.post(reverse("run_cancel", args=[run.pk])).url == run.get_absolute_url()
    assert TrainingRun.objects.get().status == "cancelled"


def test_an_ended_run_stays_as_it_is(page: Client) -> None:
    run = make_run(status="succeeded")
    for name in ("run_cancel", "run_repeat"):
        page.post(reverse(name, args=[run.pk]))
    assert TrainingRun.objects.get().status == "succeeded"


def test_the_run_as_json_says_what_is_needed_to_repeat_it(page: Client) -> None:
    run = make_run(status="failed", code_version="abc", libraries={"torch": "2"}, device="cpu")
    told = page.get(reverse("run_json", args=[run.pk])).json()
    assert told["snapshot"]["sha256"] == "ab" * 32
    assert (told["seed"], told["code_version"], told["device"], told["libraries"]) == (0, "abc", "cpu", {"torch": "2"})
    assert told["config"] == run.config


def test_the_log_is_there_on_demand(page: Client) -> None:
    run = make_run()
    assert page.get(reverse("run_log", args=[run.pk])).status_code == 404
    log_file(run).parent.mkdir(parents=True)
    log_file(run).write_text("<b>epoch 1</b>")
    response = page.get(reverse("run_log", args=[run.pk]))
    assert (response.content, response["Content-Type"]) == (b"<b>epoch 1</b>", "text/plain; charset=utf-8")


def test_a_run_that_is_not_there_is_not_found(page: Client) -> None:
    response = page.get("/runs/99999")
    assert response.status_code == 404
    assert "There is no run 99999" in response.content.decode()
