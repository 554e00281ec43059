from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from annotations.models import ModelVersion, PredictionRun, Publication
from annotations.queries import models as models_queries
from annotations.queries.forest import draw_forest
from annotations.queries.models import list_models, read_curves, read_figures
from annotations.services.gate import Row
from tests.learning_rows import CONCEPTS, make_model, measured
from tests.review_steps import page_of


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def publish(client: Client, version: ModelVersion) -> Any:
    return client.post(reverse("model_publish", args=[version.pk]))


def row(concept: str, difference: float | None, low: float | None, high: float | None) -> Row:
    return Row(concept, 20, 8, 0.5, 0.5, difference, low, high)


@pytest.mark.parametrize("name", ["models", "models_json"])
def test_only_admins_see_models(client: Client, expert: User, admin: User, name: str) -> None:
    assert client.get(reverse(name)).status_code == 302
    client.force_login(expert)
    assert client.get(reverse(name)).status_code == 403
    client.force_login(admin)
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", ["model", "model_json", "model_publish"])
def test_only_admins_pass_the_gate(client: Client, expert: User, name: str) -> None:
    version = make_model()
    client.force_login(expert)
    ask = client.post if name == "model_publish" else client.get
    assert ask(reverse(name, args=[version.pk])).status_code == 403
    assert not Publication.objects.exists()


def test_looking_at_the_address_publishes_nothing(page: Client) -> None:
    assert page.get(reverse("model_publish", args=[make_model().pk])).status_code == 405


def test_a_publication_without_the_form_s_token_is_refused(admin: User) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(admin)
    assert publish(careful, make_model()).status_code == 403
    assert not Publication.objects.exists()


def test_an_empty_list_says_what_to_do(page: Client) -> None:
    assert page_of(page.get("/models/").content).select_one(".empty-state a")["href"] == reverse("run_new")


def test_the_newest_model_comes_first_and_no_page_leaves_one_out(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [make_model().pk for _ in range(5)]
    ModelVersion.objects.filter(pk=made[0]).update(folder="moved")  # a row that was written anew lies elsewhere
    monkeypatch.setattr(models_queries, "PAGE", 2)
    listed = [[model.pk for model in list_models(before)][:2] for before in (None, made[3], made[1])]
    assert listed == [made[:2:-1], made[2:0:-1], made[:1]]


def test_more_models_cost_no_more_queries(page: Client, admin: User, django_assert_num_queries: Any) -> None:
    publish(page, make_model(admin))
    with CaptureQueriesContext(connection) as few:
        page.get("/models/")
    queries = len(few)
    for _ in range(6):
        publish(page, make_model(admin))
    with django_assert_num_queries(queries):
        page.get("/models/")


def test_publishing_marks_the_model_and_queues_its_predictions(page: Client, admin: User) -> None:
    version = make_model()
    assert publish(page, version).url == version.get_absolute_url()
    assert ModelVersion.objects.published() == version
    assert Publication.objects.get().user == admin
    assert PredictionRun.objects.get().status == "queued"
    first = page_of(page.get("/models/").content).select_one("tbody tr")
    assert first.select_one(".published").get_text(strip=True) == "published"


def test_a_double_click_is_one_publication(page: Client) -> None:
    version = make_model()
    publish(page, version)
    publish(page, version)
    assert (Publication.objects.count(), PredictionRun.objects.count()) == (1, 1)


def test_going_back_is_one_click_and_a_new_row(page: Client) -> None:
    old, new = make_model(), make_model()
    publish(page, old)
    publish(page, new)
    back = page_of(page.get("/models/").content).select("section form")
    assert [form["action"] for form in back] == [reverse("model_publish", args=[old.pk])]
    assert back[0].get_text(strip=True) == f"Go back to model {old.pk}"
    publish(page, old)
    publish(page, old)
    assert ModelVersion.objects.chosen() == old
    assert Publication.objects.count() == 3


def test_the_first_model_has_nothing_to_be_compared_with(page: Client) -> None:
    shown = page_of(page.get(make_model().get_absolute_url()).content)
    assert "It would be the first published model" in shown.select_one(".verdict").get_text()
    assert shown.select_one(".forest-plot") is None


def test_figures_on_texts_and_on_experts_stand_apart(page: Client) -> None:
    shown = page_of(page.get(make_model().get_absolute_url()).content)
    titles = [title.get_text(" ", strip=True) for title in shown.select("section h2")]
    assert titles[:2] == ["Measured on expert labels · 3 expert answers", "Measured on what the texts say"]
    tables = shown.select("table.figures-table")
    assert [table.select_one("tbody td").get_text(strip=True)[-2:] for table in tables[:2]] == [" 3", "40"]


def test_without_expert_answers_the_page_says_so(page: Client) -> None:
    version = make_model(metrics=measured(expert_answers=0))
    assert read_figures(version, "test_expert") is None
    shown = page_of(page.get(version.get_absolute_url()).content)
    assert "no expert had answered on one of its test sides" in shown.get_text()
    assert len(shown.select("section[aria-labelledby=expert-title] table")) == 0


def test_the_mean_says_over_how_many_of_the_concepts_it_goes(page: Client) -> None:
    metrics = measured()
    metrics["test"]["mean"]["concepts"] = 1
    shown = page_of(page.get(make_model(metrics=metrics).get_absolute_url()).content)
    assert shown.select_one(".mean-row th").get_text() == "Mean of 1 of 2"


def test_the_worst_concept_is_named(page: Client) -> None:
    version = make_model()
    figures = read_figures(version, "test")
    assert figures is not None
    assert figures.worst is not None
    assert figures.worst.ap.value == min(row.ap.value or 1 for row in figures.rows)
    assert figures.worst.name in page_of(page.get(version.get_absolute_url()).content).select_one(".verdict").get_text()


def test_a_concept_on_fewer_than_five_sides_is_not_called_the_weakest(page: Client) -> None:
    version = make_model()
    version.metrics["test"]["eagle"] |= {"ap": 0.01, "positives": 4}
    version.save()
    assert "horse" in page_of(page.get(version.get_absolute_url()).content).select_one(".verdict").get_text()


def test_where_experts_answered_enough_the_model_is_judged_by_them(page: Client) -> None:
    few, enough = make_model(), make_model(metrics=measured(expert_answers=40))
    for version, words in ((few, "by the texts"), (enough, "by experts’ answers")):
        version.metrics["test_expert"]["eagle"] |= {"ap": 0.2, "positives": 9}
        version.save()
        said = page_of(page.get(version.get_absolute_url()).content).select_one(".verdict").get_text(" ", strip=True)
        assert f"Weakest concept {words}" in said


def test_a_model_that_was_published_and_does_not_answer_yet_says_so(page: Client) -> None:
    version = make_model()
    publish(page, version)
    assert "Identify asks it already" in page.get(version.get_absolute_url()).content.decode()
    Publication.objects.update(served_at=timezone.now())
    assert "Visitors, the search and Identify see" in page.get(version.get_absolute_url()).content.decode()


def test_every_concept_has_its_curve_within_the_frame(db: None) -> None:
    curves = read_curves(make_model())
    assert [curve.slug for curve in curves] == list(CONCEPTS)
    for curve in curves:
        for point in curve.points.split():
            across, down = map(float, point.split(","))
            assert 0 <= across <= 100
            assert 0 <= down <= 100


def test_a_forest_plot_has_one_scale_for_all_lines() -> None:
    rows = [row("eagle", 0.04, 0.01, 0.07), row("horse", -0.02, -0.09, 0.05), row("patera", None, None, None)]
    forest = draw_forest(rows, row("mean", -0.03, -0.04, -0.02), {"eagle": "Eagle"})
    assert forest is not None
    assert forest.reach == 0.1
    assert [(line.name, line.verdict) for line in forest.lines] == [
        *(("Eagle", "better"), ("horse", "same"), ("patera", "same"))
    ]
    assert (forest.lines[0].middle, forest.lines[2].middle) == (69.2, None)
    assert forest.mean is not None
    assert forest.mean.verdict == "worse"


def test_predictions_in_progress_are_shown_and_can_be_cancelled(page: Client) -> None:
    version = make_model()
    publish(page, version)
    PredictionRun.objects.update(status="running", progress={"stage": "predicting", "done": 5, "total": 20})
    shown = page_of(page.get(version.get_absolute_url()).content)
    assert shown.select_one("#corpus progress")["value"] == "5"
    headers = {"HX-Request": "true", "HX-Target": "corpus"}
    assert page.get(version.get_absolute_url(), headers=headers).content.decode().count("<h1") == 0
    page.post(reverse("predictions_cancel", args=[PredictionRun.objects.get().pk]))
    assert PredictionRun.objects.get().cancel_requested


def test_failed_predictions_give_their_reason_and_can_be_made_again(page: Client) -> None:
    version = make_model()
    publish(page, version)
    PredictionRun.objects.update(status="failed", reason="The disk is full.")
    assert "The disk is full." in page.get(version.get_absolute_url()).content.decode()
    page.post(reverse("predictions_repeat", args=[PredictionRun.objects.get().pk]))
    assert PredictionRun.objects.get().status == "queued"


def test_experts_neither_stop_nor_start_predictions(client: Client, expert: User) -> None:
    run = PredictionRun.objects.create(version=make_model())
    client.force_login(expert)
    for name in ("predictions_cancel", "predictions_repeat"):
        assert client.post(reverse(name, args=[run.pk])).status_code == 403


def test_a_model_that_is_not_there_is_not_found(page: Client) -> None:
    assert page.get("/models/99999").status_code == 404
    assert page.post("/models/99999/publish").status_code == 404
