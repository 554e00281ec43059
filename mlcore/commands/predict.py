"""Say for many sides which concepts they show."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlcore.contract import LearningError, Prediction, Report
from mlcore.files import written_aside
from mlcore.model_folder import kind_of_model
from mlcore.registry import load_kind


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, help="folder that train wrote")
    parser.add_argument("--sides", type=Path, required=True, help='lines of {"side": 1, "picture": "ab/x.webp"}')
    parser.add_argument("--pictures", type=Path, required=True, help="folder that pictures are relative to")
    parser.add_argument("--out", type=Path, required=True, help="file of JSON lines to write")
    parser.add_argument("--features", type=Path, help="folder of kept passes, as given to train")


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    kind = load_kind(kind_of_model(arguments.model))
    sides = read_sides(arguments.sides, arguments.pictures)
    refused = 0
    with written_aside(arguments.out) as partial, partial.open("w", encoding="utf-8") as stream:
        predictions: Iterator[Prediction] = kind.predict(arguments.model, sides, report, features=arguments.features)
        for prediction in predictions:
            refused += bool(prediction.error)
            stream.write(json.dumps(as_row(prediction), allow_nan=False) + "\n")
    return {"out": str(arguments.out), "sides": len(sides), "refused": refused}


def read_sides(path: Path, pictures: Path) -> list[tuple[int, Path]]:
    """Read the sides to predict. Raises LearningError naming the line that cannot be read."""
    sides: list[tuple[int, Path]] = []
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                sides.append((int(row["side"]), pictures / row["picture"]))
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
