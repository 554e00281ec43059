"""The ranking as a worker carries it out, with the real child process, beside persons who answer."""

from __future__ import annotations

import threading
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from annotations.models import Concept, Embedding, Prediction, Publication, RankingRun, ReviewItem, Side
from annotations.services.decisions import record_decision
from annotations.services.jobs import work_on
from annotations.services.publishing import publish_version
from annotations.services.ranking import carry_out_ranking, open_questions, queue_ranking, ranking_folder
from tests.conftest import MakeCoin
from tests.learning_rows import make_model
from tests.test_ranking import store

pytestmark = pytest.mark.django_db(transaction=True)
PICTURE = "ab/picture.webp"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MODELS_ROOT = tmp_path


def make_corpus(make_coin: MakeCoin, user: User) -> list[Side]:
    """Twelve sides that are said to show an eagle, of which the model denies one; and as many with a horse."""
    version = make_model(user)
    Publication.objects.create(version=version, user=user)
    eagles = []
    for number in range(24):
        eagle = number < 12
        side = make_coin(f"c.{number}", reverse="Eagle standing" if eagle else "Horse", crop=PICTURE).sides.get(
            face="reverse"
        )
        said = [0.9, 0.05] if eagle and number else [0.02, 0.9]
        Prediction.objects.create(side=side, version=version, probabilities=said)
        Embedding.objects.create(side=side, version=version, vector=[float(said[0] > 0.5), float(said[1] > 0.5)])
        eagles += [side] if eagle else []
    return eagles


def ranked(user: User) -> RankingRun:
    run = queue_ranking(user=user, round=3)
    work_on(RankingRun, run.pk, carry_out_ranking)
    run.refresh_from_db()
    return run


def test_the_job_fills_the_queue_and_says_what_it_found(make_coin: MakeCoin, expert: User) -> None:
    doubtful, *_ = make_corpus(make_coin, expert)
    run = ranked(expert)
    assert (run.status, run.reason) == ("succeeded", "")
    items = ReviewItem.objects.open().order_by("-score")
    assert run.facts["questions"] == items.count() == sum(run.facts["counts"].values()) > 0
    assert {item.round for item in items} == {3}
    asked = items.get(side=doubtful, concept__slug="eagle")
    assert "2 %" in asked.reason
    assert asked.score > items.filter(concept__slug="eagle").exclude(pk=asked.pk).order_by("-score")[5].score
    assert run.facts["concepts"]["eagle"]["present"] == 12
    assert set(run.facts["seconds"]) == {"collecting", "ranking", "storing"}
    assert [path.name for path in ranking_folder(run).iterdir()] == ["log.txt"]


def test_without_a_side_to_look_at_the_job_fails_with_a_sentence(make_coin: MakeCoin, expert: User) -> None:
    make_coin(reverse="Eagle standing")
    run = ranked(expert)
    assert run.status == "failed"
    assert "no side with a picture" in run.reason


def test_a_model_that_begins_to_answer_leaves_a_ranking_behind(make_coin: MakeCoin, admin: User) -> None:
    make_corpus(make_coin, admin)
    version = make_model(admin)
    for side in Side.objects.pictured():
        Prediction.objects.create(side=side, version=version, probabilities=[0.5, 0.5])
    version.prediction_runs.create(status="succeeded")
    assert publish_version(version=version, user=admin) is None
    assert RankingRun.objects.get().round == version.run_id


def test_new_texts_are_ranked_again_where_a_ranking_has_judged_the_others(make_coin: MakeCoin, expert: User) -> None:
    make_coin(reverse="Eagle standing", crop=PICTURE)
    assert open_questions() == ReviewItem.objects.filter(strategy="first").count() > 0
    assert not RankingRun.objects.exists()
    RankingRun.objects.create(round=5, status="succeeded")
    open_questions()
    assert [run.round for run in RankingRun.objects.filter(status="queued")] == [5]


def test_a_ranking_waits_for_nobody_who_holds_a_question(
    make_coin: MakeCoin, expert: User, concepts: dict[str, Concept]
) -> None:
    side = make_coin(reverse="Eagle standing", crop=PICTURE).sides.get(face="reverse")
    store((side, concepts["eagle"], 0.9, "a"), (side, concepts["horse"], 0.8, "b"))
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            list(ReviewItem.objects.select_for_update().filter(concept__slug="eagle"))
            held.set()
            let_go.wait(30)
        connection.close()

    person = threading.Thread(target=hold)
    person.start()
    assert held.wait(10)
    try:
        counts = store((side, concepts["eagle"], 0.2, "a"), (side, concepts["horse"], 0.1, "b"))
    finally:
        let_go.set()
        person.join()
    assert counts == {"changed": 1, "added": 0, "withdrawn": 0}
    assert ReviewItem.objects.get(concept__slug="eagle").score == 0.9


def test_what_is_answered_while_it_ranks_stays_answered(make_coin: MakeCoin, expert: User) -> None:
    doubtful, *_ = make_corpus(make_coin, expert)
    key = uuid.uuid4()
    record_decision(user=expert, side_id=doubtful.pk, concept="eagle", answer="no", key=key, base_id=None)
    run = ranked(expert)
    assert run.facts["concepts"]["eagle"]["expert"] == 1
    assert not ReviewItem.objects.open().filter(side=doubtful, concept__slug="eagle").exists()
