"""Training runs: queued, begun with a frozen snapshot, carried out in a child process, ended with a model version."""

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

from annotations.models import Concept, ModelVersion, Snapshot, TrainingRun
from annotations.services.children import run_child
from annotations.services.jobs import LeaseLost, Pulse, write_fenced
from annotations.services.launching import training_processes
from annotations.services.ranking import queue_ranking
from annotations.services.snapshots import freeze_snapshot, refuse_unknown_sides
from annotations.services.text_snapshots import freeze_text_snapshot, refuse_nameless_texts
from mlcore.contract import LearningError, Report
from mlcore.registry import config_from, kind_info

REFUSE = {"sides": refuse_unknown_sides, "texts": refuse_nameless_texts}
FREEZE = {"sides": freeze_snapshot, "texts": freeze_text_snapshot}
"""By what a kind of model learns from."""


@transaction.atomic
def queue_training(
    *, user: User | None, kind: str, config: Mapping[str, Any], cause: str = TrainingRun.Cause.PERSON
) -> TrainingRun:
    """Queue a run, which freezes what its kind learns from, sides or texts, once a worker takes it.

    Nobody else queues one until this transaction ends. Raises LearningError for an unknown kind, a bad setting or an
    empty corpus.
    """
    checked = asdict(config_from(kind, config))
    refuse_what_is_not_there(checked)
    REFUSE[kind_info(kind).learns_from]()
    wait_for_others()
    return TrainingRun.objects.create(
        created_by=user,
        cause=cause,
        kind=kind,
        config=checked,
        seed=checked.get("seed", 0),
        code_version=code_version(),
    )


def refuse_what_is_not_there(config: Mapping[str, Any]) -> None:
    """Raises LearningError for concepts and folders that a setting names and nobody has: a worker need not find out."""
    named = [slug for each in str(config.get("concepts", "")).split(",") if (slug := each.strip())]
    known = set(Concept.objects.in_use().filter(slug__in=named).values_list("slug", flat=True))
    if unknown := [slug for slug in named if slug not in known]:
        raise LearningError(
            f"concepts names {', '.join(unknown)}, which the vocabulary does not have. Write names as they stand in "
            "the addresses of concepts, with commas between."
        )
    folder = config.get("weights_folder", "")
    is_ours = settings.CELERY_BROKER_URL.startswith("filesystem")  # else a worker may be on another machine
    if config.get("weights") == "folder" and is_ours and not Path(folder).is_dir():
        raise LearningError(f"weights_folder is “{folder}”, and there is no such folder on this machine.")


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
    snapshot = run.snapshot or freeze_data(run, pulse)
    pulse({"event": "progress", "stage": "starting the training"})
    folder = run_folder(run)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(run.config))

    def note(event: dict[str, Any]) -> None:
        if event["event"] == "epoch":
            run.epochs = [row for row in run.epochs if row["epoch"] < event["epoch"]] + [event]
            write_fenced(run, epochs=run.epochs)

    run_child(
        [
            *("train", str(Path(settings.MODELS_ROOT) / snapshot.file), "--kind", run.kind),
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
def freeze_data(run: TrainingRun, report: Report) -> Snapshot:
    """The run's snapshot, stored with the run if this worker still holds it: a later attempt learns from the same."""
    snapshot = FREEZE[kind_info(run.kind).learns_from](user=run.created_by, report=report)
    try:
        write_fenced(run, snapshot=snapshot)
    except LeaseLost:
        (Path(settings.MODELS_ROOT) / snapshot.file).unlink()
        raise
    run.snapshot = snapshot
    return snapshot


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
