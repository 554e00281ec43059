"""A run freezes its data in its own job: once, with progress, and not at all where it is stopped or refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.models import Coin, Decision, Job, ReviewPolicy, Side, Snapshot, TrainingRun
from annotations.queries.runs import describe_run_fully
from annotations.services import jobs, training
from annotations.services.jobs import WorkerLost
from annotations.services.retraining import begin_round, consider_training, read_trigger
from annotations.services.training import carry_out_training, freeze_data, queue_training
from mlcore.contract import Cancelled, LearningError, read_snapshot
from tests.conftest import MakeCoin
from tests.learning_rows import make_model
from tests.test_retraining import be_quiet, say

pytestmark = pytest.mark.django_db
KIND = "concept_vit"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of snapshots. The heartbeat's own connection cannot see into the transaction of a test."""
    monkeypatch.setattr(jobs, "HEARTBEAT", 600)
    settings.MODELS_ROOT = tmp_path / "models"
    return tmp_path / "models" / "snapshots"


@pytest.fixture
def corpus(make_coin: MakeCoin) -> None:
    for number in range(6):
        make_coin(f"demo.{number}", reverse="Eagle standing left", crop="ab/x.webp")


@pytest.fixture
def killed_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every training ends as soon as it has begun."""

    def die(*arguments: Any, **named: Any) -> None:
        raise WorkerLost("The process was killed (SIGKILL).")

    monkeypatch.setattr(training, "run_child", die)


def queue(user: User | None = None) -> TrainingRun:
    return queue_training(user=user, kind=KIND, config={})


def work_on(run: TrainingRun) -> TrainingRun:
    jobs.work_on(TrainingRun, run.pk, carry_out_training)
    run.refresh_from_db()
    return run


def test_a_run_that_waits_has_frozen_nothing_and_its_page_says_so(client: Client, admin: User, corpus: None) -> None:
    run = queue(admin)
    assert (run.status, run.snapshot, Snapshot.objects.exists()) == ("queued", None, False)
    assert set(Coin.objects.values_list("split", flat=True)) == {""}
    assert describe_run_fully(run)["snapshot"] is None
    client.force_login(admin)
    panel = BeautifulSoup(client.get(run.get_absolute_url()).content, "html.parser").select_one("#learned")
    assert panel is not None and "frozen as they are once a worker begins" in panel.get_text()
    assert panel["hx-get"] == run.get_absolute_url()


def test_the_page_finds_what_was_frozen_and_asks_no_more(client: Client, admin: User, corpus: None) -> None:
    run = queue(admin)
    jobs.claim_job(TrainingRun, run.pk)
    run.refresh_from_db()
    snapshot = freeze_data(run, lambda event: None)
    client.force_login(admin)
    headers = {"HX-Request": "true", "HX-Target": "learned"}
    panel = BeautifulSoup(client.get(run.get_absolute_url(), headers=headers).content, "html.parser")
    assert snapshot.sha256 in panel.get_text() and not panel.select("[hx-get]")
    assert client.get(reverse("run_json", args=[run.pk])).json()["snapshot"]["sha256"] == snapshot.sha256


def test_the_snapshot_is_stored_with_the_run_before_the_training_begins(
    corpus: None, killed_child: None, admin: User
) -> None:
    run = work_on(queue(admin))
    assert run.snapshot is not None
    assert (run.snapshot.counts["samples"], run.snapshot.created_by) == (6, admin)
    assert read_snapshot(Path(training.settings.MODELS_ROOT) / run.snapshot.file).sha256 == run.snapshot.sha256


def test_an_attempt_after_a_killed_one_learns_from_the_same_data(
    corpus: None, killed_child: None, make_coin: MakeCoin
) -> None:
    run = work_on(queue())
    assert (run.status, run.attempts) == ("queued", 1)
    first = run.snapshot
    make_coin("later.1", reverse="Eagle standing left", crop="ab/x.webp")
    run = work_on(run)
    assert (run.attempts, run.snapshot, Snapshot.objects.count()) == (2, first, 1)


def test_what_is_said_while_a_run_waits_is_in_its_data(corpus: None, killed_child: None, expert: User) -> None:
    run = queue()
    say(expert, 0)
    assert work_on(run).snapshot.counts["expert/eagle"] == 1


def test_freezing_tells_how_far_it_is(corpus: None) -> None:
    run, told = queue(), list[dict[str, Any]]()
    jobs.claim_job(TrainingRun, run.pk)
    run.refresh_from_db()
    freeze_data(run, told.append)
    assert [event["stage"] for event in told] == ["splitting the coins", "freezing the data"]
    assert (told[-1]["done"], told[-1]["total"]) == (0, 6)


def test_a_run_stopped_while_it_freezes_leaves_nothing_and_can_be_repeated(
    corpus: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(pulse: jobs.Pulse, event: dict[str, Any]) -> None:
        if event["stage"] == "freezing the data":
            raise Cancelled

    with monkeypatch.context() as patched:
        patched.setattr(jobs.Pulse, "__call__", stop)
        run = work_on(queue())
    assert (run.status, run.snapshot, Snapshot.objects.exists()) == ("cancelled", None, False)
    assert (set(Coin.objects.values_list("split", flat=True)), list(folder.iterdir())) == ({""}, [])
    monkeypatch.setattr(training, "run_child", lambda *arguments, **named: None)
    monkeypatch.setattr(training, "_store_version", lambda run, folder: None)
    run = work_on(jobs.repeat_job(run))
    assert (run.status, Snapshot.objects.count()) == ("succeeded", 1)


def test_a_worker_that_lost_its_run_leaves_no_snapshot(corpus: None, folder: Path) -> None:
    run = queue()
    jobs.claim_job(TrainingRun, run.pk)
    run.refresh_from_db()

    def lose(event: dict[str, Any]) -> None:
        TrainingRun.objects.update(fence=run.fence + 1)

    with pytest.raises(jobs.LeaseLost):
        freeze_data(run, lose)
    assert (Snapshot.objects.exists(), list(folder.iterdir())) == (False, [])
    assert TrainingRun.objects.get().snapshot is None


def test_a_corpus_with_nothing_to_learn_from_is_refused_before_a_run_is_queued(make_coin: MakeCoin) -> None:
    make_coin("unpictured", reverse="Eagle standing left")
    with pytest.raises(LearningError, match="nothing to learn from"):
        queue()
    assert not TrainingRun.objects.exists()


def test_a_corpus_that_lost_its_pictures_while_the_run_waited_fails_it_with_a_sentence(corpus: None) -> None:
    run = queue()
    Side.objects.update(crop="")
    run = work_on(run)
    assert run.status == Job.Status.FAILED
    assert "There is nothing to learn from yet" in run.reason


@pytest.fixture
def round(corpus: None, admin: User) -> TrainingRun:
    """The first one, a day ago; three answers and no pause begin the next."""
    ReviewPolicy.objects.create(retrain=True, retrain_after=3, retrain_pause=0)
    version = make_model(admin)
    Snapshot.objects.update(created_at=timezone.now() - timedelta(days=1))
    return version.run


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_run_that_ended_before_it_froze_counts_from_when_it_was_asked_for(
    round: TrainingRun, expert: User, status: str
) -> None:
    for place in range(3):
        say(expert, place)
    run = consider_training()
    assert run is not None and run.snapshot is None
    TrainingRun.objects.filter(pk=run.pk).update(status=status)
    assert (consider_training(), read_trigger().answered) == (None, 0)
    say(expert, 3)
    assert (consider_training(), read_trigger().missing) == (None, 2)


def test_answers_given_until_the_data_were_frozen_do_not_count_for_the_next_run(
    round: TrainingRun, expert: User, admin: User, killed_child: None
) -> None:
    run = begin_round(user=admin)
    assert run is not None
    for place in range(3):
        say(expert, place)
    be_quiet(0)
    run = work_on(run)
    assert run.snapshot.counts["expert/eagle"] == Decision.objects.count() == 3
    TrainingRun.objects.filter(pk=run.pk).update(status="failed")
    assert (read_trigger().answered, consider_training()) == (0, None)
