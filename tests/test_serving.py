from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import connection, connections, transaction
from django.test import Client

from annotations.models import Concept, Decision, Label, ModelVersion, PredictionRun, Publication, Side
from annotations.services.decisions import record_decision
from annotations.services.labels import refresh_model_labels
from annotations.services.publishing import is_complete, publish_version, serve_version
from tests.conftest import MakeCoin
from tests.learning_rows import CONCEPTS
from tests.two_models import make_candidate, make_published, make_sides, store, truth


@pytest.fixture
def sides(make_coin: MakeCoin) -> list[Side]:
    return make_sides(make_coin)


@pytest.fixture
def published(admin: User, sides: list[Side]) -> ModelVersion:
    return make_published(admin, sides)


@pytest.fixture
def candidate(admin: User, published: ModelVersion, sides: list[Side]) -> ModelVersion:
    return make_candidate(admin, sides)


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
