"""Draw where in a picture a concept is seen."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mlcore.contract import LearningError, Report
from mlcore.files import written_aside
from mlcore.images.reading import RefusedPicture, read_picture
from mlcore.model_folder import kind_of_model
from mlcore.registry import load_kind


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, help="folder that train wrote")
    parser.add_argument("--picture", type=Path, required=True)
    parser.add_argument("--concept", required=True)
    parser.add_argument("--out", type=Path, required=True, help="PNG to write; figures go to the same name with .json")


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    kind_name = kind_of_model(arguments.model)
    kind = load_kind(kind_name)
    if not hasattr(kind, "explain"):
        raise LearningError(f"Models of the kind {kind_name} offer no map of what they look at.")
    try:
        picture = read_picture(arguments.picture)
    except RefusedPicture as error:
        raise LearningError(f"The picture {arguments.picture.name} cannot be read: {error}") from error
    report({"event": "progress", "stage": "explaining", "done": 0, "total": 1})
    saliency, forwards, probability = kind.explain(arguments.model, picture, arguments.concept)
    figures = {"method": "HiPe", "forwards": forwards, "probability": probability, "concept": arguments.concept}
    with written_aside(arguments.out.with_suffix(".json")) as partial:
        partial.write_text(json.dumps(figures), encoding="utf-8")
    with written_aside(arguments.out) as partial:
        Image.fromarray(np.round(saliency * 255).astype(np.uint8)).save(partial, format="PNG")
    return {"out": str(arguments.out)} | figures
