from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from annotations import tasks
from annotations.models import (
    BlindAnswer,
    Decision,
    ModelVersion,
    Publication,
    ReviewPolicy,
    Side,
    Snapshot,
    TrainingRun,
)
from annotations.queries.corrections import count_corrections, name_kind
from annotations.services.decisions import record_decision, undo_decision
from annotations.services.retraining import begin_round, consider_training, read_trigger
from tests.conftest import MakeCoin
from tests.learning_rows import make_model, make_run

SETTINGS = {"epochs": 7}


@pytest.fixture
def model(make_coin: MakeCoin, admin: User) -> ModelVersion:
    """The first round, a day ago, with settings that are nobody's default."""
    for number in range(6):
        make_coin(f"demo.{number}", reverse="Eagle standing", crop="ab/x.webp")
    version = make_model(admin)
    TrainingRun.objects.update(config=version.run.config | SETTINGS)
    Snapshot.objects.update(created_at=timezone.now() - timedelta(days=1))
    return version


@pytest.fixture
def policy(model: ModelVersion) -> ReviewPolicy:
    return ReviewPolicy.objects.create(retrain=True, retrain_after=3, retrain_pause=10)


def say(user: User, place: int, answer: str = "no", concept: str = "eagle") -> Decision:
    side = Side.objects.filter(face="reverse").order_by("pk")[place]
    standing = Decision.objects.filter(side=side, concept__slug=concept).order_by("-pk").first()
    return record_decision(
        user=user,
        side_id=side.pk,
        concept=concept,
        answer=answer,
        key=uuid.uuid4(),
        base_id=standing.pk if standing else None,
    )


def be_quiet(minutes: int = 11) -> None:
    """As if everything had been answered so long ago."""
    Decision.objects.update(created_at=timezone.now() - timedelta(minutes=minutes))


def test_enough_answers_and_a_pause_begin_a_run_with_the_last_settings(
    policy: ReviewPolicy, model: ModelVersion, expert: User
) -> None:
    for place in range(3):
        say(expert, place)
    be_quiet()
    run = consider_training()
    assert run is not None
    assert (run.cause, run.status, run.created_by) == ("quota", "queued", None)
    assert (run.kind, run.config["epochs"]) == (model.kind, SETTINGS["epochs"])


@pytest.mark.parametrize(("answers", "minutes"), [(2, 11), (3, 9)])
def test_too_few_answers_or_too_short_a_pause_begin_none(
    policy: ReviewPolicy, expert: User, answers: int, minutes: int
) -> None:
    for place in range(answers):
        say(expert, place)
    be_quiet(minutes)
    assert consider_training() is None
    assert TrainingRun.objects.count() == 1


def test_nothing_begins_by_itself_where_nobody_asked_for_it(policy: ReviewPolicy, expert: User) -> None:
    ReviewPolicy.objects.update(retrain=False)
    for place in range(3):
        say(expert, place)
    be_quiet()
    assert consider_training() is None


def test_answers_before_the_last_snapshot_do_not_count(policy: ReviewPolicy, expert: User) -> None:
    for place in range(3):
        say(expert, place)
    be_quiet(60 * 25)
    assert consider_training() is None


def test_a_blind_answer_is_work_too(policy: ReviewPolicy, expert: User, second_expert: User) -> None:
    decisions = [say(expert, place) for place in range(3)]
    be_quiet()
    said = decisions[0]
    given = {"side": said.side, "concept": said.concept, "answer": "no", "purpose": "overlap", "decision": said}
    BlindAnswer.objects.create(user=second_expert, key=uuid.uuid4(), **given)
    assert consider_training() is None


def test_the_first_run_is_begun_by_a_person(make_coin: MakeCoin, admin: User, expert: User) -> None:
    ReviewPolicy.objects.create(retrain=True, retrain_after=1, retrain_pause=0)
    make_coin(reverse="Eagle", crop="ab/x.webp")
    make_run(admin, status="failed")
    say(expert, 0)
    be_quiet()
    assert consider_training() is None
    assert begin_round(user=admin) is None


@pytest.mark.parametrize("status", ["queued", "running"])
def test_no_run_begins_beside_another(policy: ReviewPolicy, expert: User, admin: User, status: str) -> None:
    make_run(admin)
    TrainingRun.objects.filter(status="queued").update(status=status)
    for place in range(3):
        say(expert, place)
    be_quiet(0)
    ReviewPolicy.objects.update(retrain_pause=0)
    assert consider_training() is None


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_run_that_failed_or_was_stopped_is_begun_again_only_after_new_answers(
    policy: ReviewPolicy, expert: User, status: str
) -> None:
    ReviewPolicy.objects.update(retrain_pause=0)
    for place in range(3):
        say(expert, place)
    run = consider_training()
    assert run is not None
    TrainingRun.objects.filter(pk=run.pk).update(status=status)
    assert consider_training() is None
    assert read_trigger().failed is (status == "failed")
    for place in range(3, 5):
        say(expert, place)
    assert consider_training() is None
    assert read_trigger().missing == 1
    say(expert, 5)
    again = consider_training()
    assert again is not None
    assert again.pk != run.pk


@pytest.mark.django_db(transaction=True)
def test_two_reconcilers_at_once_begin_one_run(policy: ReviewPolicy, expert: User) -> None:
    ReviewPolicy.objects.update(retrain_pause=0)
    for place in range(3):
        say(expert, place)
    began: list[TrainingRun | None] = []
    barrier = threading.Barrier(2)

    def consider() -> None:
        barrier.wait()
        try:
            began.append(consider_training())
        finally:
            connection.close()

    threads = [threading.Thread(target=consider) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(run is None for run in began) == [False, True]
    assert TrainingRun.objects.filter(cause="quota").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_reconciler_sends_what_it_begins_and_publishes_nothing(
    policy: ReviewPolicy, expert: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(tasks.train, "apply_async", lambda kwargs, retry: sent.append(kwargs["job_id"]))
    ReviewPolicy.objects.update(retrain_pause=0)
    for place in range(3):
        say(expert, place)
    call_command("reconcile")
    run = TrainingRun.objects.get(cause="quota")
    assert sent == [run.pk]
    assert run.sent_at is not None
    assert not Publication.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_settings_that_hold_no_more_are_named_and_nothing_begins(policy: ReviewPolicy, expert: User) -> None:
    ReviewPolicy.objects.update(retrain_pause=0)
    TrainingRun.objects.update(config={"warp": 9})
    for place in range(3):
        say(expert, place)
    said = StringIO()
    call_command("reconcile", stderr=said)
    assert "Training cannot begin by itself" in said.getvalue()
    assert "warp" in said.getvalue()
    assert TrainingRun.objects.count() == 1


def test_a_question_counts_once_and_not_where_the_old_answer_stands_again(model: ModelVersion, expert: User) -> None:
    say(expert, 0)
    say(expert, 0, "yes")
    taken_back = say(expert, 1)
    undo_decision(user=expert, decision_id=taken_back.pk, key=uuid.uuid4())
    found = count_corrections(Snapshot.objects.get().created_at)
    assert {kind: count for kind, count in found.total.kinds.items() if count} == {"confirmed": 1}


def test_corrections_are_told_apart_by_what_stood_before(model: ModelVersion, expert: User) -> None:
    say(expert, 0, "no")
    say(expert, 1, "yes")
    say(expert, 2, "unsure")
    say(expert, 0, "yes", "horse")
    say(expert, 1, "no", "horse")
    be_quiet(60 * 48)
    moment = timezone.now() - timedelta(hours=1)
    say(expert, 0, "yes")
    found = count_corrections(None, moment)
    rows = {row.slug: {kind: count for kind, count in row.kinds.items() if count} for row in found.concepts}
    assert rows == {"eagle": {"removed": 1, "confirmed": 1, "unsure": 1}, "horse": {"added": 1, "confirmed": 1}}
    assert (found.total.answered, found.total.changed) == (5, 3)
    later = count_corrections(moment)
    assert {kind: count for kind, count in later.total.kinds.items() if count} == {"changed": 1}


@pytest.mark.parametrize(
    ("before", "after", "named", "told", "kind"),
    [
        ("", "yes", True, True, "confirmed"),
        ("", "no", True, True, "removed"),
        ("", "yes", False, True, "added"),
        ("", "no", False, True, "confirmed"),
        ("", "no", False, False, "first"),
        ("", "unsure", True, True, "unsure"),
        ("no", "yes", True, True, "changed"),
        ("no", "", True, True, "changed"),
        ("no", "no", True, True, ""),
        ("", "", True, True, ""),
    ],
)
def test_each_kind_of_correction_has_its_name(before: str, after: str, named: bool, told: bool, kind: str) -> None:
    assert name_kind(before, after, named=named, told=told) == kind


def test_the_page_names_no_time_that_is_past(client: Client, policy: ReviewPolicy, expert: User) -> None:
    client.force_login(expert)
    for place in range(3):
        say(expert, place)
    assert "at the earliest" in client.get("/rounds/").content.decode()
    be_quiet()
    shown = client.get("/rounds/").content.decode()
    assert "as soon as a worker looks" in shown and "at the earliest" not in shown
