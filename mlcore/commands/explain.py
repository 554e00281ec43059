"""Draw where in a picture a concept is seen."""

from __future__ import annotations

import argparse
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from PIL import Image

from mlcore.contract import LearningError, Report
from mlcore.explain.methods import METHODS
from mlcore.files import write_json, written_aside
from mlcore.images.reading import RefusedPicture, read_picture
from mlcore.model_folder import kind_of_model
from mlcore.registry import load_kind


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, help="folder that train wrote")
    parser.add_argument("--picture", type=Path, required=True)
    parser.add_argument("--other", type=Path, help="the coin's other side, for models that look at both")
    parser.add_argument("--concept", required=True)
    parser.add_argument("--method", choices=tuple(METHODS), default="hipe")
    parser.add_argument("--out", type=Path, required=True, help="PNG to write; figures go to the same name with .json")


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    kind = explaining_kind(arguments.model)
    pictures = [_read(path) for path in (arguments.picture, arguments.other) if path]
    report({"event": "progress", "stage": "explaining", "done": 0, "total": 1})
    other = pictures[1] if arguments.other else None
    found = kind.explain(arguments.model, pictures[0], arguments.concept, arguments.method, other=other)
    passes = {"forwards": found.forwards, "backwards": found.backwards}
    figures = {"method": found.method, **passes, "probability": found.probability, "concept": arguments.concept}
    write_json(arguments.out.with_suffix(".json"), figures)
    with written_aside(arguments.out) as partial:
        Image.fromarray(np.round(found.map * 255).astype(np.uint8)).save(partial, format="PNG")
    return {"out": str(arguments.out)} | figures


def explaining_kind(model: Path) -> ModuleType:
    """The kind that trained the model in a folder. Raises LearningError for one that cannot be explained."""
    name = kind_of_model(model)
    kind = load_kind(name)
    if not hasattr(kind, "explain"):
        raise LearningError(f"Models of the kind {name} offer no map of what they look at.")
    return kind


def _read(path: Path) -> Image.Image:
    try:
        return read_picture(path)
    except RefusedPicture as error:
        raise LearningError(f"The picture {path.name} cannot be read: {error}") from error
