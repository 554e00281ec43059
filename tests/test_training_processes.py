"""A run of the site in several processes: it succeeds, its reason is told, and cancelling it leaves none behind."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from annotations.models import Job, ModelVersion, Snapshot, TrainingRun
from annotations.services import jobs, launching
from annotations.services.children import _outcome_of_many
from annotations.services.training import all_epochs, carry_out_training
from mlcore.contract import Cancelled, LearningError
from tests.coin_drawings import TINY
from tests.running_site import command_line, is_alive
from tests.toy_run import ToyRun

VIT = TINY | {"backbone": "test_vit", "epochs": 2}


@pytest.fixture
def toy(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> ToyRun:
    settings.MODELS_ROOT, settings.MEDIA_ROOT = tmp_path / "models", tmp_path / "pictures"
    settings.FEATURES_ROOT, settings.TRAINING_PROCESSES = tmp_path / "features", 2
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    (tmp_path / "models").mkdir()
    toy = ToyRun(tmp_path, VIT)
    shutil.copy(tmp_path / "snapshot.jsonl", tmp_path / "models" / "toy.jsonl")
    return toy


def queue(**changed: Any) -> TrainingRun:
    snapshot = Snapshot.objects.create(file="toy.jsonl", sha256="0" * 64, concepts=["altar", "globe"], counts={})
    return TrainingRun.objects.create(kind="concept_vit", config=VIT | changed, seed=0, snapshot=snapshot)


def processes_of(folder: Path) -> list[int]:
    """All that have this folder on their command line."""
    running = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in running if str(folder) in command_line(pid) and is_alive(pid)]


@pytest.mark.django_db(transaction=True)
def test_a_run_in_two_processes_succeeds_and_says_so(toy: ToyRun) -> None:
    run = queue()
    jobs.work_on(TrainingRun, run.pk, carry_out_training)
    run.refresh_from_db()
    assert (run.status, run.reason) == (Job.Status.SUCCEEDED, "")
    assert [row["epoch"] for row in run.epochs] == [1, 2]
    assert run.device.startswith("2 × ") and ModelVersion.objects.filter(run=run).count() == 1


@pytest.mark.django_db(transaction=True)
def test_cancelling_a_run_in_two_processes_leaves_none_behind(toy: ToyRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "HEARTBEAT", 0.3)  # several beats pass while the processes end
    run = queue(epochs=1000)
    seen: list[int] = []

    def cancel_once_it_learns() -> None:
        while not TrainingRun.objects.filter(pk=run.pk, progress__stage="training").exists():
            time.sleep(0.2)
        seen.extend(processes_of(toy.folder))
        jobs.cancel_job(run)
        connection.close()

    canceller = threading.Thread(target=cancel_once_it_learns)
    canceller.start()
    jobs.work_on(TrainingRun, run.pk, carry_out_training)
    canceller.join()
    run.refresh_from_db()
    assert run.status == Job.Status.CANCELLED
    assert len(seen) == 3 and not processes_of(toy.folder)  # torchrun and two of ours
    assert not ModelVersion.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_settings_of_an_older_version_fail_the_run_with_a_sentence(toy: ToyRun, settings: Any) -> None:
    settings.TRAINING_PROCESSES = 1
    run = queue(warmup=3)
    jobs.work_on(TrainingRun, run.pk, carry_out_training)
    run.refresh_from_db()
    assert run.status == Job.Status.FAILED
    assert "warmup is not a setting of this kind" in run.reason and "start a new run" in run.reason


@pytest.mark.parametrize(
    ("last", "stopped", "raised", "said"),
    [
        ({"event": "failed", "reason": "The picture 9.png cannot be read."}, False, LearningError, "9.png"),
        ({"event": "cancelled"}, True, Cancelled, "^$"),
        ({"event": "cancelled"}, False, jobs.WorkerLost, "One of the processes was killed"),
        ({"event": "progress"}, False, jobs.WorkerLost, "One of the processes was killed"),
        ({}, False, LearningError, "Their last words: no such module"),
    ],
)
def test_how_several_processes_ended_is_told_apart(
    tmp_path: Path, last: dict[str, Any], stopped: bool, raised: type[Exception], said: str
) -> None:
    (tmp_path / "log.txt").write_text("first\nno such module\n")
    with pytest.raises(raised, match=said):
        _outcome_of_many(last, tmp_path / "log.txt", stopped=stopped)


def test_an_epoch_that_was_kept_and_never_told_is_in_the_run_at_its_end() -> None:
    run = TrainingRun(epochs=[{"event": "epoch", "epoch": 1, "train_loss": 0.9}, {"event": "epoch", "epoch": 3}])
    result = {"metrics": {"epochs": [{"epoch": number, "train_loss": 0.5} for number in (1, 2, 3)]}}
    rows = all_epochs(run, result)
    assert [row["epoch"] for row in rows] == [1, 2, 3] and {row["event"] for row in rows} == {"epoch"}
    assert [row.get("train_loss") for row in rows] == [0.9, 0.5, None]  # what was told stands as it was told
    assert all_epochs(run, {"metrics": {}}) == run.epochs


@pytest.mark.parametrize(("visible", "cards"), [("", 0), ("-1", 0), ("0", 1), ("0,2,3", 3), ("0,-1,3", 1)])
def test_cards_are_counted_as_cuda_reads_its_list(monkeypatch: pytest.MonkeyPatch, visible: str, cards: int) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert launching.visible_cards() == cards


@pytest.mark.parametrize(
    ("answer", "cards"),
    [
        ("echo 'GPU 0: NVIDIA H200 (UUID: GPU-1)'; echo '  MIG 1g.18gb Device 0:'; echo 'GPU 1: NVIDIA H200'", 2),
        ("echo 'NVIDIA-SMI has failed'; exit 9", 0),
        ("exit 0", 0),
    ],
)
def test_cards_are_counted_by_the_driver_where_nothing_chooses_among_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, answer: str, cards: int
) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{answer}\n")
    program.chmod(0o755)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    settings.TRAINING_PROCESSES = "auto"
    assert launching.visible_cards() == cards
    assert launching.training_processes() == max(1, cards)


def test_one_process_is_started_without_torchrun_and_several_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    alone, _ = launching.command_line(["train"], 1)
    assert alone[1:] == ["-m", "mlcore", "train"]
    together, surroundings = launching.command_line(["train"], 4)
    assert together[1:] == ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "4", *alone[1:]]
    assert int(surroundings["OMP_NUM_THREADS"]) == max(1, len(os.sched_getaffinity(0)) // 4)
