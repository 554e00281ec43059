"""Pictures of a model's answers, right and wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import Coin, ModelVersion
from annotations.services.publishing import model_folder
from tests.learning_rows import make_model, measured
from tests.review_steps import page_of


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def write_answers(version: ModelVersion, coin: Coin) -> list[int]:
    sides = [side.pk for side in coin.sides.order_by("face")]
    answers = {
        "sides": [*sides, 999_999],
        "coins": ["a", "a", "b"],
        "labels": [[1, -1], [0, 1], [1, 0]],
        "expert": [[False, False], [False, True], [False, False]],
        "probabilities": [[0.2, 0.5], [0.9, 0.8], [0.7, 0.1]],
        "thresholds": version.thresholds,
    }
    folder: Path = model_folder(version)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "test.json").write_text(json.dumps(answers))
    return sides


def test_answers_are_sorted_into_right_and_wrong(page: Client, make_coin: Callable[..., Coin]) -> None:
    version = make_model()
    write_answers(version, make_coin())
    html = page_of(page.get(reverse("answer_sheet", args=[version.pk]), {"concept": "eagle"}).content)
    counts = {
        each["aria-labelledby"].removeprefix("outcome-"): len(each.select("li"))
        for each in html.select("section[aria-labelledby^=outcome]")
    }
    assert counts == {"fp": 1, "fn": 1, "tp": 0, "tn": 0}  # the third side is gone, and counted still
    assert "1 of 3 sides" in html.select_one("#outcome-tp").text


def test_the_sheet_of_expert_labels_shows_no_others(page: Client, make_coin: Callable[..., Coin]) -> None:
    version = make_model()
    write_answers(version, make_coin())
    for word in ("test_expert", "expert"):
        asked = {"concept": "horse", "part": word}
        html = page_of(page.get(reverse("answer_sheet", args=[version.pk]), asked).content)
        assert len(html.select(".sheet li")) == 1 and "1 of 1 side" in html.select_one("#outcome-tp").text
        table = page_of(page.get(reverse("model_table"), {"part": word}).content)
        assert table.select_one("input[name=part][checked]")["value"] == "test_expert"


@pytest.mark.parametrize(("answers", "part"), [(3, "test"), (40, "test_expert")])
def test_the_sheet_begins_with_experts_where_they_answered_enough(
    page: Client, make_coin: Callable[..., Coin], answers: int, part: str
) -> None:
    version = make_model(metrics=measured(expert_answers=answers))
    write_answers(version, make_coin())
    html = page_of(page.get(reverse("answer_sheet", args=[version.pk])).content)
    assert html.select_one("select[name=part] [selected]")["value"] == part


def test_the_sheet_begins_with_the_learned_concept_that_has_most_wrong_answers(
    page: Client, make_coin: Callable[..., Coin]
) -> None:
    version = make_model()
    write_answers(version, make_coin())  # by texts eagle is wrong on two sides, horse on none
    asked = {"part": "test"}
    for untrained, first in (({}, "eagle"), ({"eagle": "too few"}, "horse")):
        version.metrics["untrained"] = untrained
        version.save()
        html = page_of(page.get(reverse("answer_sheet", args=[version.pk]), asked).content)
        assert html.select_one("select[name=concept] [selected]")["value"] == first


@pytest.mark.parametrize(
    ("calibration", "plots", "words"),
    [
        (
            {"method": "platt", "slope": 1.0, "offset": 0.0, "n": 1200, "positives": 9},
            ["As it answers", "Before calibration"],
            "Calibrated by Platt scaling on 1,200 validation sides, of which 9 show it.",
        ),
        (
            {"method": "none", "reason": "only 3 of 112 validation sides show it; 5 are needed", "shift": 2.0}
            | {"n": 112, "positives": 3},
            ["As it answers"],
            "Not calibrated: only 3 of 112 validation sides show it; 5 are needed. What weighting or balancing in "
            "training had added is taken off.",
        ),
        (
            {"method": "none", "reason": "not learned: no positives in training"},
            ["As it answers"],
            "Not learned: no positives in training.",
        ),
        (None, ["As it answers"], "Not calibrated: the model was trained before calibration."),
    ],
    ids=["platt", "too few", "not learned", "before calibration"],
)
def test_the_sheet_draws_what_calibration_changed_and_says_how_or_why_there_was_none(
    page: Client, make_coin: Callable[..., Coin], calibration: dict[str, Any] | None, plots: list[str], words: str
) -> None:
    metrics = measured()
    metrics["curves"]["eagle"]["reliability_before"] = metrics["curves"]["eagle"]["reliability"]
    metrics["test"]["eagle"]["note"] = "only 1 coin shows it; 5 are needed for an interval"
    metrics |= {"calibration": {"eagle": calibration}} if calibration else {}
    version = make_model(metrics=metrics)
    write_answers(version, make_coin())
    shown = page_of(page.get(reverse("answer_sheet", args=[version.pk]), {"concept": "eagle"}).content)
    assert [each.get_text() for each in shown.select(".reliability figcaption > strong")] == plots
    assert shown.select_one(".reliability > p").get_text() == words
    assert shown.select_one("caption .small-note").get_text() == "Only 1 coin shows it; 5 are needed for an interval"


def test_a_sheet_whose_answers_are_gone_says_so(page: Client) -> None:
    shown = page.get(reverse("answer_sheet", args=[make_model().pk]))
    assert shown.status_code == 200 and "cannot be read" in shown.content.decode()


def test_a_concept_that_the_model_does_not_know_is_not_found(page: Client) -> None:
    assert page.get(reverse("answer_sheet", args=[make_model().pk]), {"concept": "owl"}).status_code == 404
