"""What a model said of its test sides, set out as pictures: found, missed, falsely seen, rightly not seen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from annotations.models import ModelVersion, Side
from annotations.queries.identify import METHODS
from annotations.queries.model_table import PARTS as PARTS_OF_TABLE

SHOWN = 24
OUTCOMES = {
    "fp": ("Seen, and not there", "False positives: the surest mistakes first."),
    "fn": ("There, and not seen", "False negatives: the surest mistakes first."),
    "tp": ("Seen, and there", "True positives: the least sure first."),
    "tn": ("Not there, and not seen", "True negatives: the least sure first."),
}
PARTS = {part: PARTS_OF_TABLE[part] for part in ("test", "test_expert")}


@dataclass(frozen=True)
class Answered:
    side: Side
    probability: float


@dataclass(frozen=True)
class Outcome:
    key: str
    title: str
    words: str
    count: int
    shown: list[Answered]


def read_answers(version: ModelVersion) -> dict[str, Any]:
    """The model's answers on its test sides, with their labels. Raises OSError and ValueError."""
    found: dict[str, Any] = json.loads((Path(settings.MODELS_ROOT) / version.folder / "test.json").read_text())
    return found


def most_telling(version: ModelVersion, test: dict[str, Any], part: str) -> str:
    """The learned concept with most wrong answers, among equals the one on most sides; the first of none."""
    shape = (len(test["sides"]), len(version.concepts))
    labels, said = (np.array(test[key]).reshape(shape) for key in ("labels", "probabilities"))
    asked = (labels >= 0) & (np.array(test["expert"]).reshape(shape) == (part == "test_expert"))
    wrong = (asked & ((said >= np.array(version.thresholds)) != (labels == 1))).sum(axis=0)
    shown = (asked & (labels == 1)).sum(axis=0)
    untrained = version.metrics.get("untrained") or {}
    ranks = [(slug not in untrained, *counts) for slug, *counts in zip(version.concepts, wrong, shown, strict=True)]
    return max(zip(ranks, version.concepts, strict=True), key=lambda pair: pair[0])[1] if ranks else ""


def read_sheet(version: ModelVersion, test: dict[str, Any], concept: str, part: str) -> list[Outcome]:
    """The four outcomes for a concept on the test sides, each with the pictures that teach most.

    Raises KeyError and ValueError where the answers are not whole.
    """
    column = version.concepts.index(concept)
    places = [place for place in range(len(test["sides"])) if _asked(test, place, column, part)]
    chosen = {key: _ranked(test, places, column, version.thresholds[column], key) for key in OUTCOMES}
    wanted = {test["sides"][place] for found in chosen.values() for place in found[:SHOWN]}
    sides = Side.objects.select_related("coin").in_bulk(wanted)
    return [_outcome(key, chosen[key], test, column, sides) for key in OUTCOMES]


def _asked(test: dict[str, Any], place: int, column: int, part: str) -> bool:
    return bool(test["labels"][place][column] >= 0 and test["expert"][place][column] == (part == "test_expert"))


def _ranked(test: dict[str, Any], places: Iterable[int], column: int, threshold: float, key: str) -> list[int]:
    """Places of one outcome; wrong answers by how sure the model was, right ones by how unsure."""

    def probability(place: int) -> float:
        return float(test["probabilities"][place][column])

    seen, present = key in ("tp", "fp"), key in ("tp", "fn")
    found = [
        place
        for place in places
        if (test["labels"][place][column] == 1) == present and (probability(place) >= threshold) == seen
    ]
    return sorted(found, key=probability, reverse=key in ("fp", "tn"))


def _outcome(key: str, places: list[int], test: dict[str, Any], column: int, sides: dict[int, Side]) -> Outcome:
    shown = [
        Answered(sides[test["sides"][place]], test["probabilities"][place][column])
        for place in places[:SHOWN]
        if test["sides"][place] in sides  # a coin may be gone since
    ]
    return Outcome(key, *OUTCOMES[key], count=len(places), shown=shown)


def describe_calibration(version: ModelVersion, slug: str) -> tuple[bool, str]:
    """Whether a concept's probabilities were calibrated, and how or why not; see `mlcore.metrics.calibration`."""
    how = (version.metrics.get("calibration") or {}).get(slug)
    if how is None:
        return False, "Not calibrated: the model was trained before calibration."
    if how["method"] != "none":
        counted = f"on {how['n']:,} validation sides, of which {how['positives']:,} show it"
        return True, f"Calibrated {METHODS[how['method']]} {counted}."
    words = f"not calibrated: {how['reason']}" if "n" in how else how["reason"]
    taken = " What weighting or balancing in training had added is taken off." if how.get("shift") else ""
    return False, f"{words[0].upper()}{words[1:]}.{taken}"
