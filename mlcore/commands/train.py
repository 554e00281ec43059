"""Train a model on a frozen snapshot."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from mlcore.contract import LearningError, Report, Snapshot, read_snapshot
from mlcore.registry import config_from, kind_info, load_kind


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("snapshot", type=Path, help="frozen data set, JSON lines: a header, then a side or a text each")
    parser.add_argument("--kind", required=True, help="kind of model; “python -m mlcore kinds” lists them")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model; a killed run goes on from it")
    parser.add_argument("--pictures", type=Path, required=True, help="folder that pictures are relative to")
    parser.add_argument("--features", type=Path, required=True, help="folder where passes through backbones are kept")
    parser.add_argument("--config", type=Path, help="JSON object with settings of the kind")


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    kind = load_kind(arguments.kind)
    config = fitting_config(arguments.kind, read_config(arguments.config) if arguments.config else {})
    snapshot = fitting_snapshot(arguments.snapshot, arguments.kind)
    check_processes(arguments.kind)
    from mlcore.distributed import crew_joined

    with crew_joined():
        folders = {"pictures": arguments.pictures, "features": arguments.features}
        result = kind.train(snapshot, config, arguments.out, report, **folders)
    return {"out": str(arguments.out), "seconds": result.seconds, "mean": result.metrics["test"]["mean"]}


def fitting_config(kind: str, settings: dict[str, Any]) -> Any:
    """The Config of a kind. Raises LearningError for settings it does not have, or not any more."""
    try:
        return config_from(kind, settings)
    except LearningError as error:
        raise LearningError(
            f"{error} If an older version of this program wrote these settings, start a new run with those of today."
        ) from error


def check_processes(kind: str) -> None:
    """Raises LearningError where torchrun started several processes for a kind that learns in one."""
    started = int(os.environ.get("WORLD_SIZE", "1"))
    if started > 1 and not kind_info(kind).shares_work:
        raise LearningError(
            f"{started} processes were started, and {kind} learns in one. Start it without torchrun, or with "
            "--nproc-per-node 1."
        )


def fitting_snapshot(path: Path, kind: str) -> Snapshot:
    """Read a snapshot that the kind can learn from. Raises LearningError where it is one of the other sort."""
    snapshot, wanted = read_snapshot(path), kind_info(kind).learns_from
    held = "texts" if snapshot.texts else "sides"
    if held != wanted and (snapshot.texts or snapshot.samples):
        raise LearningError(
            f"The snapshot {path.name} holds {held} and {kind} learns from {wanted}. Choose a kind that learns from "
            f"{held}, or freeze a snapshot of {wanted}."
        )
    return snapshot


def read_config(path: Path) -> dict[str, Any]:
    """Read a JSON object. Raises LearningError where the file holds something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LearningError(f"The settings {path.name} cannot be read ({error}); write a JSON object.") from error
    if not isinstance(content, dict):
        raise LearningError(f"The settings {path.name} hold {type(content).__name__}; write a JSON object.")
    return content
