"""Measure whether a model looks where experts drew boxes, by several methods.

The plan is one JSON object:

    {"methods": ["hipe", "grad_cam"],      names of mlcore.explain.methods.METHODS; [] for all that the network allows
     "tolerance": 0.0,                     may be missing: by how much of the longer edge a maximum may miss the boxes
     "questions": [{"side": 7, "coin": "12", "concept": "eagle", "picture": "ab/x.webp",
                    "boxes": [[0.1, 0.2, 0.6, 0.9]],     left, top, right, bottom, relative to the picture
                    "other": "cd/y.webp"}]}              may be missing or null: the coin's other side

While it works: {"event": "progress", "stage": "studying", "done": maps, "total": maps}. The file `--out` gets a line
for each question and method:

    {"side": 7, "coin": "12", "concept": "eagle", "method": "hipe", "share": 0.61, "hit": 1.0, "chance": 0.35,
     "hit_chance": 0.35, "forwards": 122, "backwards": 0, "probability": 0.93}

(`share` is null for a map that is 0 everywhere), or, where the picture cannot be read, side, coin, concept, method and
{"error": "…"}. The last event is {"event": "done", "out": …, "methods": […], "maps": n, "refused": n, "boxes": n,
"figures": […]}; `figures` is what `mlcore.explain.pointing.summarise` gives: per method and concept (concept null: the
mean over concepts) maps, coins, empty, share, hits, chance, hit_chance, share_above, hits_above, and intervals of each.
A method that the network does not allow, an unknown concept or a wrong box ends it with a sentence before any map.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlcore.commands.explain import explaining_kind
from mlcore.contract import LearningError, Report
from mlcore.explain.methods import check_method
from mlcore.explain.pointing import PointingRow, checked_box, summarise
from mlcore.files import written_aside

if TYPE_CHECKING:
    from mlcore.concepts.explaining import Explainable
    from mlcore.concepts.study import Question


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, help="folder that train wrote")
    parser.add_argument("plan", type=Path, help="JSON: methods, and per question a side, its concept and its boxes")
    parser.add_argument("--pictures", type=Path, required=True, help="folder that pictures are relative to")
    parser.add_argument("--out", type=Path, required=True, help="file of JSON lines to write")


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    methods, tolerance, questions = read_plan(arguments.plan, arguments.pictures)
    model = load_explainable(arguments.model)
    from mlcore.concepts.explaining import methods_for
    from mlcore.concepts.study import study

    allowed = methods_for(model)
    for name in methods:
        check_method(name)
        if name not in allowed:
            raise LearningError(f"The network of this model does not allow {name}; it allows {', '.join(allowed)}.")
    _check_concepts(model, questions)
    rows, refused = [], 0
    with written_aside(arguments.out) as partial, partial.open("w", encoding="utf-8") as stream:
        for answer in study(model, questions, methods or allowed, report, tolerance):
            stream.write(json.dumps(answer.as_row(), ensure_ascii=False, allow_nan=False) + "\n")
            refused += answer.pointing is None
            if answer.pointing is not None:
                rows.append(PointingRow(answer.question.concept, answer.method, answer.question.coin, answer.pointing))
    counts = {"maps": len(rows), "refused": refused, "boxes": sum(len(each.boxes) for each in questions)}
    return {"out": str(arguments.out), "methods": list(methods or allowed), **counts, "figures": summarise(rows)}


def read_plan(path: Path, pictures: Path) -> tuple[list[str], float, list[Question]]:
    """Methods, tolerance and questions. Raises LearningError naming what cannot be read."""
    from mlcore.concepts.study import Question

    questions: list[Question] = []
    try:
        plan = json.loads(path.read_text(encoding="utf-8"))
        methods, tolerance = [str(name) for name in plan["methods"]], float(plan.get("tolerance", 0.0))
        for row in plan["questions"]:
            boxes = tuple(checked_box(box) for box in row["boxes"])
            other = pictures / row["other"] if row.get("other") else None
            place = int(row["side"]), str(row["coin"]), str(row["concept"])
            questions.append(Question(*place, pictures / row["picture"], boxes, other))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LearningError(
            f"The plan {path.name} cannot be read ({error!r}, after {len(questions)} questions)."
        ) from error
    if not 0 <= tolerance < 1 or not all(question.boxes for question in questions):
        raise LearningError(f"The plan {path.name} has a tolerance outside 0..1 or a question without boxes.")
    return methods, tolerance, questions


def load_explainable(folder: Path) -> Explainable:
    """The model in a folder that `train` wrote. Raises LearningError for a kind that cannot be explained."""
    model: Explainable = explaining_kind(folder).load(folder)
    return model


def _check_concepts(model: Explainable, questions: list[Question]) -> None:
    for question in questions:
        if question.concept not in model.concepts:
            known = ", ".join(model.concepts)
            raise LearningError(f"The model does not know {question.concept!r}; it knows {known}.")
