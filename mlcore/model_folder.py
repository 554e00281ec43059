"""What a trained model leaves behind: model.safetensors, model.json, test.json and, last of all, result.json."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mlcore.contract import LearningError, RunResult, Snapshot
from mlcore.files import sha256_of, write_json

FORMAT = 1
WEIGHTS, ABOUT, TEST, RESULT = "model.safetensors", "model.json", "test.json", "result.json"


def identity_of(kind: str, config: Mapping[str, Any], snapshot: Snapshot) -> str:
    """Names a run: the same for the same kind, settings and data, and for no other; SHA-256 in hexadecimal."""
    data = snapshot.sha256 or hashlib.sha256(repr(snapshot).encode()).hexdigest()
    return hashlib.sha256(json.dumps([kind, config, data], sort_keys=True).encode()).hexdigest()


def write_about(folder: Path, about: dict[str, Any]) -> None:
    """Describe the weights that stand in the folder, with their SHA-256."""
    write_json(folder / ABOUT, {"format": FORMAT, "sha256": sha256_of(folder / WEIGHTS)} | about)


def read_about(folder: Path) -> dict[str, Any]:
    """What `write_about` wrote. Raises LearningError where there is no model, or one of another format."""
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        if about["format"] != FORMAT:
            raise LearningError(
                f"The model {folder.name} has format {about['format']}; this version reads format {FORMAT}. "
                "Train it again."
            )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LearningError(f"The folder {folder} holds no readable model ({error}). Train it again.") from error
    return dict(about)


def kind_of_model(folder: Path) -> str:
    """The kind that trained the model in a folder. Raises LearningError."""
    return str(read_about(folder)["kind"])


def checked_weights(folder: Path) -> Path:
    """The file of weights, once its SHA-256 is found to be the one noted. Raises LearningError where it is damaged."""
    path = folder / WEIGHTS
    if not path.is_file() or sha256_of(path) != read_about(folder)["sha256"]:
        raise LearningError(f"The weights {path} are missing or damaged. Train again, or bring them back from a copy.")
    return path


def write_result(folder: Path, result: RunResult) -> None:
    """Say that the run is finished, and with what. Raises LearningError where the disk is full."""
    write_json(folder / RESULT, asdict(result))


def finished_result(folder: Path, identity: str) -> RunResult | None:
    """The result of a run with this identity that finished in the folder, or None where it is still to be done.

    Raises LearningError where the folder holds the finished run of another identity.
    """
    if not (folder / RESULT).is_file():
        return None
    if read_about(folder)["identity"] != identity:
        raise LearningError(
            f"The folder {folder} holds a finished run with other data or settings. Choose another one."
        )
    content = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    return RunResult(**{**content, "concepts": tuple(content["concepts"]), "thresholds": tuple(content["thresholds"])})
