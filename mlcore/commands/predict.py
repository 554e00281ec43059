"""Say for many sides which concepts they show, or for many texts what they name."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

from mlcore.contract import LearningError, Prediction, Report, SidePicture, TextPrediction
from mlcore.files import written_aside
from mlcore.model_folder import kind_of_model
from mlcore.registry import kind_info, load_kind


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, help="folder that train wrote")
    parser.add_argument("--sides", type=Path, help='lines of {"side": 1, "picture": "ab/x.webp", "other": "cd/y.webp"}')
    parser.add_argument("--pictures", type=Path, help="folder that pictures are relative to")
    parser.add_argument("--texts", type=Path, help='lines of {"description": 1, "text": "Eagle standing left"}')
    parser.add_argument("--out", type=Path, required=True, help="file of JSON lines to write")
    parser.add_argument("--features", type=Path, help="folder of kept passes, as given to train")


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    name = kind_of_model(arguments.model)
    if kind_info(name).learns_from == "texts":
        return _predict_texts(load_kind(name), name, arguments, report)
    if not arguments.sides or not arguments.pictures:
        raise LearningError(f"A model of the kind {name} needs --sides and --pictures.")
    kind, sides = load_kind(name), read_sides(arguments.sides, arguments.pictures)
    refused = 0
    with written_aside(arguments.out) as partial, partial.open("w", encoding="utf-8") as stream:
        predictions: Iterator[Prediction] = kind.predict(arguments.model, sides, report, features=arguments.features)
        for prediction in predictions:
            refused += bool(prediction.error)
            stream.write(json.dumps(as_row(prediction), allow_nan=False) + "\n")
    return {"out": str(arguments.out), "sides": len(sides), "refused": refused}


def _predict_texts(kind: Any, name: str, arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    if not arguments.texts:
        raise LearningError(f"A model of the kind {name} reads texts; give them by --texts.")
    texts = read_texts(arguments.texts)
    spans = 0
    with written_aside(arguments.out) as partial, partial.open("w", encoding="utf-8") as stream:
        predictions: Iterator[TextPrediction] = kind.predict_texts(arguments.model, texts, report)
        for prediction in predictions:
            spans += len(prediction.spans)
            found = [list(astuple(span)) for span in prediction.spans]
            stream.write(json.dumps({"description": prediction.description, "spans": found}) + "\n")
    return {"out": str(arguments.out), "texts": len(texts), "spans": spans}


def read_texts(path: Path) -> list[tuple[int, str]]:
    """Read the texts to predict. Raises LearningError naming the line that cannot be read."""
    texts: list[tuple[int, str]] = []
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                texts.append((int(row["description"]), str(row["text"])))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LearningError(f"Line {len(texts) + 1} of {path.name} cannot be read ({error!r}).") from error
    return texts


def read_sides(path: Path, pictures: Path) -> list[SidePicture]:
    """Read the sides to predict; `other`, the coin's other side, may be missing or null.

    Raises LearningError naming the line that cannot be read.
    """
    sides: list[SidePicture] = []
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                other = pictures / row["other"] if row.get("other") else None
                sides.append(SidePicture(int(row["side"]), pictures / row["picture"], other))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LearningError(f"Line {len(sides) + 1} of {path.name} cannot be read ({error!r}).") from error
    return sides


def as_row(prediction: Prediction) -> dict[str, Any]:
    """A prediction as it stands in the file: floats with six digits, which is more than pictures warrant."""
    if prediction.error:
        return {"side": prediction.side, "error": prediction.error}
    return {
        "side": prediction.side,
        "probabilities": [round(value, 6) for value in prediction.probabilities],
        "embedding": [round(value, 6) for value in prediction.embedding],
    }
