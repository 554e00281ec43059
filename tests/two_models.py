"""A published model and a candidate on the same sides, one wrong everywhere and one right everywhere."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from annotations import models
from annotations.models import ModelVersion, Prediction, PredictionRun, Publication, Side
from annotations.services.labels import refresh_model_labels
from annotations.services.publishing import model_folder
from mlcore.contract import Sample, write_snapshot
from tests.conftest import MakeCoin
from tests.learning_rows import CONCEPTS, make_model

SIDES = 20


def make_sides(make_coin: MakeCoin) -> list[Side]:
    for number in range(SIDES // 2):
        make_coin(f"demo.{number}", crop="ab/x.webp")
    return list(Side.objects.order_by("pk"))


def truth(place: int) -> list[int]:
    """Half of the sides show an eagle, the other half a horse."""
    return [place % 2, (place + 1) % 2]


def store(version: ModelVersion, sides: list[Side], *, right: bool) -> None:
    """Predictions for the corpus that are right everywhere, or wrong everywhere."""
    for place, side in enumerate(sides):
        said = [0.1 + 0.8 * (yes == right) for yes in truth(place)]
        Prediction.objects.create(side=side, version=version, probabilities=said)


def write_test_file(version: ModelVersion, sides: list[Side], *, expert: int = 0, right: bool = True) -> None:
    folder = model_folder(version)
    folder.mkdir(parents=True, exist_ok=True)
    test = {
        "sides": [side.pk for side in sides],
        "coins": [side.coin.identifier for side in sides],
        "labels": [truth(place) for place in range(len(sides))],
        "expert": [[place < expert] * 2 for place in range(len(sides))],
        "probabilities": [[0.1 + 0.8 * (yes == right) for yes in truth(place)] for place in range(len(sides))],
    }
    (folder / "test.json").write_text(json.dumps(test))


def freeze_experts(sides: list[Side]) -> models.TestSet:
    """A test set in which experts said what is true of these sides."""
    folder = Path(settings.MODELS_ROOT) / "test-sets"
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        Sample(side.pk, side.coin.identifier, "reverse", "x", "", (*truth(place),), (True, True), "test")
        for place, side in enumerate(sides)
    ]
    sha256 = write_snapshot(folder / "1.jsonl", CONCEPTS, rows)
    counts = {"sides": len(rows), "coins": len(rows) // 2} | {
        f"{answer}/{slug}": 0 for answer in ("present", "absent") for slug in CONCEPTS
    }
    return models.TestSet.objects.create(
        file="test-sets/1.jsonl", sha256=sha256, concepts=list(CONCEPTS), counts=counts
    )


def make_published(admin: User, sides: list[Side]) -> ModelVersion:
    """It answers, and is wrong everywhere."""
    version = make_model(admin)
    store(version, sides, right=False)
    Publication.objects.create(version=version, user=admin, served_at=timezone.now())
    PredictionRun.objects.create(version=version, status="succeeded")
    refresh_model_labels(version)
    return version


def make_candidate(admin: User, sides: list[Side]) -> ModelVersion:
    """It is right everywhere on its test sides, and has seen no others."""
    version = make_model(admin)
    write_test_file(version, sides)
    return version
