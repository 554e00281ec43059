from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import ModelVersion, Prediction, Side
from annotations.queries.test_sets import list_gaps
from annotations.services.gate import FEWEST, compare
from annotations.services.publishing import model_folder
from tests.conftest import MakeCoin
from tests.learning_rows import CONCEPTS, make_model
from tests.two_models import SIDES, freeze_experts, make_candidate, make_published, make_sides, store, write_test_file


@pytest.fixture
def sides(make_coin: MakeCoin) -> list[Side]:
    return make_sides(make_coin)


@pytest.fixture
def published(admin: User, sides: list[Side]) -> ModelVersion:
    return make_published(admin, sides)


@pytest.fixture
def candidate(admin: User, published: ModelVersion, sides: list[Side]) -> ModelVersion:
    return make_candidate(admin, sides)


def test_the_experts_test_set_decides_where_it_is_large_enough(
    candidate: ModelVersion, published: ModelVersion, sides: list[Side]
) -> None:
    freeze_experts(sides)
    found = compare(candidate)
    assert (found.verdict, found.published) == ("better", published)
    assert found.decided_by is not None
    assert (found.decided_by.origin, found.decided_by.sides) == ("expert", SIDES)
    assert "by expert answers" in found.sentence
    worst = found.decided_by.worst
    assert worst is not None
    assert worst.difference == min(row.difference or 0 for row in found.decided_by.rows)


def test_too_few_answers_of_experts_leave_it_to_the_texts(candidate: ModelVersion, sides: list[Side]) -> None:
    freeze_experts(sides[: 2 * FEWEST - 2])
    found = compare(candidate)
    assert found.expert is not None
    assert (found.expert.thin, found.expert.mean, found.expert.sides) == (list(CONCEPTS), None, 2 * FEWEST - 2)
    assert found.decided_by is found.text
    assert "by what the texts say, not by expert answers" in found.sentence


def test_answers_of_experts_and_of_texts_are_never_in_one_figure(candidate: ModelVersion, sides: list[Side]) -> None:
    freeze_experts(sides[:6])
    write_test_file(candidate, sides, expert=6)
    found = compare(candidate)
    assert found.expert is not None
    assert found.text is not None
    assert (found.expert.sides, found.text.sides) == (6, SIDES - 6)


def test_a_model_that_is_worse_is_called_worse_and_its_calibration_shown(
    admin: User, published: ModelVersion, sides: list[Side]
) -> None:
    Prediction.objects.all().delete()
    store(published, sides, right=True)
    worse = make_model(admin)
    write_test_file(worse, sides, right=False)
    found = compare(worse)
    assert found.verdict == "worse"
    assert found.text is not None
    assert (found.text.candidate.error, found.text.published.error) == (pytest.approx(0.9), pytest.approx(0.1))


def test_sides_that_a_model_has_not_seen_are_counted(candidate: ModelVersion, sides: list[Side]) -> None:
    Prediction.objects.filter(side__in=sides[:4]).delete()
    found = compare(candidate).text
    assert found is not None
    assert (found.sides, found.missing) == (SIDES - 4, 4)


def test_test_coins_that_are_trained_on_by_now_are_left_out(candidate: ModelVersion, sides: list[Side]) -> None:
    sides[0].coin.split = "train"
    sides[0].coin.save()
    found = compare(candidate).text
    assert found is not None
    assert found.sides == SIDES - 2


@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_test_predictions_that_cannot_be_read_are_named(candidate: ModelVersion, damage: str) -> None:
    file = model_folder(candidate) / "test.json"
    file.unlink() if damage == "missing" else file.write_text(file.read_text()[:50])
    found = compare(candidate)
    assert found.verdict == "unknown"
    assert f"The test predictions of model {candidate.pk} cannot be read" in found.sentence


def test_the_page_keeps_both_tables_apart_and_names_what_loses_most(
    client: Client, admin: User, candidate: ModelVersion, sides: list[Side]
) -> None:
    test_set = freeze_experts(sides)
    client.force_login(admin)
    shown = BeautifulSoup(client.get(candidate.get_absolute_url()).content, "html.parser")
    expert, text = shown.select("section[aria-labelledby^=against]")
    assert f"Test set {test_set.pk}" in expert.get_text()
    assert "Test set" not in text.get_text()
    for part in (expert, text):
        lines = part.select_one("table.forest").select("tbody tr")
        assert [line.th.get_text() for line in lines] == ["Eagle", "Horse", "Mean"]
        assert len(part.select(".reliability svg")) == 2
    verdict = shown.select_one(".verdict").get_text()
    assert "Better than the published model" in verdict
    assert "smallest gain" in verdict


def test_a_candidate_that_knows_less_says_what_would_be_lost(
    client: Client, admin: User, candidate: ModelVersion, published: ModelVersion
) -> None:
    assert compare(candidate).lost == []
    published.concepts = [*published.concepts, "altar"]
    published.save()
    assert compare(candidate).lost == ["altar"]
    client.force_login(admin)
    shown = BeautifulSoup(client.get(candidate.get_absolute_url()).content, "html.parser")
    for place in (".verdict", "dialog"):
        assert "Altar" in shown.select_one(place).get_text()
    assert client.get(reverse("model_json", args=[candidate.pk])).json()["comparison"]["lost"] == ["altar"]


def test_the_comparison_is_in_the_json_too(client: Client, admin: User, candidate: ModelVersion) -> None:
    client.force_login(admin)
    told = client.get(reverse("model_json", args=[candidate.pk])).json()["comparison"]
    assert (told["verdict"], told["decided_by"], told["expert"]) == ("better", "text", None)
    assert told["text"]["mean"]["candidate_ap"] > told["text"]["mean"]["published_ap"]


def test_concepts_without_proof_are_named_on_the_first_model_too(client: Client, admin: User) -> None:
    version = make_model()
    version.metrics |= {"untrained": {"horse": "no positives in training"}}
    version.save()
    assert [(gap.name, gap.reason) for gap in list_gaps(version)] == [
        ("horse", "not learned: no positives in training")
    ]
    version.metrics["untrained"] = {}
    for part in ("test", "test_expert"):
        version.metrics[part]["horse"]["ap"] = None
    (gap,) = list_gaps(version)
    assert gap.reason == "not measured: no test side is known to show it, or none is known not to"
    client.force_login(admin)
    shown = BeautifulSoup(client.get(version.get_absolute_url()).content, "html.parser")
    assert "no positives in training" in shown.select_one(".verdict .gaps").get_text()
