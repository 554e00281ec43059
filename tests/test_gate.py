from __future__ import annotations

import json
import threading
from pathlib import Path
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations import models
from annotations.models import Concept, Decision, Label, ModelVersion, Prediction, PredictionRun, Publication, Side
from annotations.queries.test_sets import list_gaps
from annotations.services.decisions import record_decision
from annotations.services.gate import FEWEST, compare
from annotations.services.labels import refresh_model_labels
from annotations.services.publishing import is_complete, model_folder, publish_version, serve_version
from mlcore.contract import Sample, write_snapshot
from tests.conftest import MakeCoin
from tests.learning_rows import CONCEPTS, make_model

SIDES = 20


@pytest.fixture
def sides(make_coin: MakeCoin) -> list[Side]:
    for number in range(SIDES // 2):
        make_coin(f"demo.{number}", crop="ab/x.webp")
    return list(Side.objects.order_by("pk"))


def truth(place: int) -> list[int]:
    """Half of the sides show an eagle, the other half a horse."""
    return [place % 2, (place + 1) % 2]


def store(version: ModelVersion, sides: list[Side], *, right: bool) -> None:
    """Predictions for the corpus that are right everywhere, or wrong everywhere."""
    for place, side in enumerate(sides):
        said = [0.1 + 0.8 * (yes == right) for yes in truth(place)]
        Prediction.objects.create(side=side, version=version, probabilities=said)


def write_test_file(version: ModelVersion, sides: list[Side], *, expert: int = 0, right: bool = True) -> None:
    folder = model_folder(version)
    folder.mkdir(parents=True, exist_ok=True)
    test = {
        "sides": [side.pk for side in sides],
        "coins": [side.coin.identifier for side in sides],
        "labels": [truth(place) for place in range(len(sides))],
        "expert": [[place < expert] * 2 for place in range(len(sides))],
        "probabilities": [[0.1 + 0.8 * (yes == right) for yes in truth(place)] for place in range(len(sides))],
    }
    (folder / "test.json").write_text(json.dumps(test))


def freeze_experts(sides: list[Side]) -> models.TestSet:
    """A test set in which experts said what is true of these sides."""
    folder = Path(settings.MODELS_ROOT) / "test-sets"
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        Sample(side.pk, side.coin.identifier, "reverse", "x", "", (*truth(place),), (True, True), "test")
        for place, side in enumerate(sides)
    ]
    sha256 = write_snapshot(folder / "1.jsonl", CONCEPTS, rows)
    counts = {"sides": len(rows), "coins": len(rows) // 2} | {
        f"{answer}/{slug}": 0 for answer in ("present", "absent") for slug in CONCEPTS
    }
    return models.TestSet.objects.create(
        file="test-sets/1.jsonl", sha256=sha256, concepts=list(CONCEPTS), counts=counts
    )


@pytest.fixture
def published(admin: User, sides: list[Side]) -> ModelVersion:
    """Wrong everywhere."""
    version = make_model(admin)
    store(version, sides, right=False)
    Publication.objects.create(version=version, user=admin, served_at=timezone.now())
    PredictionRun.objects.create(version=version, status="succeeded")
    refresh_model_labels(version)
    return version


@pytest.fixture
def candidate(admin: User, published: ModelVersion, sides: list[Side]) -> ModelVersion:
    """Right everywhere."""
    version = make_model(admin)
    write_test_file(version, sides)
    return version


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
    client.force_login(admin)
    shown = BeautifulSoup(client.get(version.get_absolute_url()).content, "html.parser")
    assert "no positives in training" in shown.select_one(".verdict .gaps").get_text()


def test_until_its_predictions_are_complete_the_one_before_answers(
    admin: User, candidate: ModelVersion, published: ModelVersion, sides: list[Side]
) -> None:
    job = publish_version(version=candidate, user=admin)
    assert job is not None
    store(candidate, sides[:5], right=True)
    assert (ModelVersion.objects.published(), ModelVersion.objects.chosen()) == (published, candidate)
    assert set(Label.objects.values_list("model_version", flat=True)) == {published.pk}
    store(candidate, sides[5:], right=True)
    assert serve_version(candidate)
    assert ModelVersion.objects.published() == candidate
    assert set(Label.objects.values_list("model_version", flat=True)) == {candidate.pk}


def test_going_back_takes_no_new_predictions(
    admin: User, candidate: ModelVersion, published: ModelVersion, sides: list[Side]
) -> None:
    publish_version(version=candidate, user=admin)
    store(candidate, sides, right=True)
    serve_version(candidate)
    runs = PredictionRun.objects.count()
    assert publish_version(version=published, user=admin) is None
    assert publish_version(version=published, user=admin) is None
    assert ModelVersion.objects.published() == published
    assert set(Label.objects.values_list("model_version", flat=True)) == {published.pk}
    assert (Publication.objects.filter(version=published).count(), PredictionRun.objects.count()) == (2, runs)


def test_going_back_with_new_sides_is_a_job(
    admin: User, candidate: ModelVersion, published: ModelVersion, make_coin: MakeCoin
) -> None:
    publish_version(version=candidate, user=admin)
    make_coin("new", crop="ab/y.webp")
    assert not is_complete(published)
    job = publish_version(version=published, user=admin)
    assert job is not None
    assert (job.status, job.version) == ("queued", published)


def test_a_version_that_was_overtaken_does_not_come_to_answer(
    admin: User, candidate: ModelVersion, published: ModelVersion, sides: list[Side]
) -> None:
    publish_version(version=candidate, user=admin)
    publish_version(version=published, user=admin)
    store(candidate, sides, right=True)
    assert not serve_version(candidate)
    assert ModelVersion.objects.published() == published
    assert set(Label.objects.values_list("model_version", flat=True)) == {published.pk}


def test_a_switch_leaves_every_expert_s_word(
    admin: User, expert: User, candidate: ModelVersion, sides: list[Side], concepts: dict[str, Concept]
) -> None:
    said = record_decision(user=expert, side_id=sides[0].pk, concept="eagle", answer="yes", key=uuid4(), base_id=None)
    store(candidate, sides, right=True)
    refresh_model_labels(candidate)
    label = Label.objects.get(side=sides[0], concept=concepts["eagle"])
    assert (label.answer, label.origin, label.decision, label.model_present) == ("yes", "expert", said, False)
    assert label.model_score == pytest.approx(0.1)
    rows = Label.objects.filter(origin="model").values_list("side", "concept__slug")
    assert set(rows) == {
        (side.pk, slug)
        for place, side in enumerate(sides)
        for slug, yes in zip(CONCEPTS, truth(place), strict=True)
        if yes
    }


@pytest.mark.django_db(transaction=True)
def test_readers_see_all_of_the_old_version_or_all_of_the_new_one(
    admin: User, candidate: ModelVersion, published: ModelVersion, sides: list[Side], concepts: dict[str, Concept]
) -> None:
    store(candidate, sides, right=True)
    Publication.objects.create(version=candidate, user=admin)
    seen, decided = [], []

    def look() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                answering = ModelVersion.objects.published()
                seen.append((answering, set(Label.objects.values_list("model_version", flat=True))))
            asked = {"side_id": sides[0].pk, "concept": "patera", "answer": "no"}
            decided.append(record_decision(user=admin, key=uuid4(), base_id=None, **asked))
        finally:
            connections.close_all()

    look_on = threading.Thread(target=look)
    with transaction.atomic():
        serve_version(candidate)
        look_on.start()
        look_on.join(20)
        assert not look_on.is_alive(), "neither readers nor decisions on other labels wait for the switch"
    assert seen == [(published, {published.pk})]
    assert decided == [Decision.objects.get()]
    assert set(Label.objects.exclude(model_version=None).values_list("model_version", flat=True)) == {candidate.pk}
    assert ModelVersion.objects.published() == candidate


def test_the_list_says_which_answers_and_which_was_chosen(
    client: Client, admin: User, candidate: ModelVersion, published: ModelVersion
) -> None:
    publish_version(version=candidate, user=admin)
    client.force_login(admin)
    shown = BeautifulSoup(client.get("/models/").content, "html.parser")
    newest, before = shown.select("section[aria-labelledby=history-title] tbody tr")
    assert "chosen" in newest.get_text()
    assert "not yet" in newest.get_text()
    assert before.select_one(".published") is not None
