"""Training runs: queued with a frozen snapshot, carried out in a child process, ended with a model version."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction

from annotations.models import ModelVersion, TrainingRun
from annotations.services.children import run_child
from annotations.services.jobs import Pulse, write_fenced
from annotations.services.launching import training_processes
from annotations.services.ranking import queue_ranking
from annotations.services.snapshots import freeze_snapshot
from annotations.services.text_snapshots import freeze_text_snapshot
from mlcore.registry import config_from, kind_info


@transaction.atomic
def queue_training(
    *, user: User | None, kind: str, config: Mapping[str, Any], cause: str = TrainingRun.Cause.PERSON
) -> TrainingRun:
    """Freeze a snapshot of what the kind learns from, sides or texts, and queue a run on it.

    Nobody else queues one until this transaction ends. Raises LearningError for an unknown kind, a bad setting or an
    empty corpus.
    """
    checked = asdict(config_from(kind, config))
    wait_for_others()
    freeze = freeze_text_snapshot if kind_info(kind).learns_from == "texts" else freeze_snapshot
    return TrainingRun.objects.create(
        created_by=user,
        cause=cause,
        kind=kind,
        config=checked,
        seed=checked.get("seed", 0),
        snapshot=freeze(user=user),
        code_version=code_version(),
    )


def wait_for_others() -> None:
    """Whoever queues a run does so alone, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('training runs'))")


def run_folder(run: TrainingRun) -> Path:
    return Path(settings.MODELS_ROOT) / f"run-{run.pk}"


def log_file(run: TrainingRun) -> Path:
    return run_folder(run) / "log.txt"


def carry_out_training(run: TrainingRun, pulse: Pulse) -> None:
    """Train, going on from the last checkpoint where an earlier attempt left one; then store the model version."""
    folder = run_folder(run)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(run.config))

    def note(event: dict[str, Any]) -> None:
        if event["event"] == "epoch":
            run.epochs = [row for row in run.epochs if row["epoch"] < event["epoch"]] + [event]
            write_fenced(run, epochs=run.epochs)

    run_child(
        [
            *("train", str(Path(settings.MODELS_ROOT) / run.snapshot.file), "--kind", run.kind),
            *("--out", str(folder), "--config", str(folder / "config.json")),
            *("--pictures", str(settings.MEDIA_ROOT), "--features", str(settings.FEATURES_ROOT)),
        ],
        log=log_file(run),
        pulse=pulse,
        on_event=note,
        processes=training_processes() if kind_info(run.kind).shares_work else 1,
    )
    _store_version(run, folder)


@transaction.atomic
def _store_version(run: TrainingRun, folder: Path) -> None:
    """The version exists only if this worker still holds the run."""
    result = json.loads((folder / "result.json").read_text())
    write_fenced(run, device=result["device"], libraries=result["libraries"], epochs=all_epochs(run, result))
    ModelVersion.objects.update_or_create(
        run=run,
        defaults={
            "kind": run.kind,
            "concepts": result["concepts"],
            "thresholds": result["thresholds"],
            "metrics": result["metrics"],
            "folder": folder.name,
        },
    )
    if kind_info(run.kind).learns_from != "texts":
        queue_ranking(user=run.created_by, round=run.pk)


def all_epochs(run: TrainingRun, result: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows that were told, and from the result those of epochs whose child was killed before it could tell them."""
    told = {row["epoch"]: row for row in run.epochs}
    kept = {row["epoch"]: {"event": "epoch"} | row for row in result["metrics"].get("epochs") or ()}
    return [row for _, row in sorted((kept | told).items())]


@cache
def code_version() -> str:
    """The commit this code stands at, with a mark where files differ from it; empty outside a repository."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12"],  # noqa: S607 - git from the PATH, as persons use it
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return described.stdout.strip()
