"""What a model said of sides: from the test predictions in its folder, else from those stored for the corpus."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings

from annotations.models import Coin, ModelVersion, Prediction, Side
from annotations.models.coins import Split
from annotations.models.snapshots import TestSet
from annotations.services.publishing import model_folder
from mlcore.contract import read_snapshot


class NoScores(Exception):
    """Says why a model's test predictions cannot be had."""


@dataclass(frozen=True)
class Asked:
    """Sides with the answers that a model is measured by."""

    concepts: list[str]
    sides: list[int]
    coins: list[str]
    labels: npt.NDArray[np.int_]
    """(sides, concepts): 1, 0 or -1 for unknown."""


def expert_answers(test_set: TestSet) -> Asked:
    """The answers of a frozen test set. Raises LearningError where its file is gone or cut."""
    frozen = read_snapshot(Path(settings.MODELS_ROOT) / test_set.file)
    labels = np.array([sample.labels for sample in frozen.samples], dtype=int).reshape(-1, len(frozen.concepts))
    sides, coins = [sample.side for sample in frozen.samples], [sample.coin for sample in frozen.samples]
    return Asked(list(frozen.concepts), sides, coins, labels)


def text_answers(version: ModelVersion) -> Asked:
    """What texts say of the test sides of the version's own snapshot; experts' answers left out. Raises NoScores."""
    test = _test_file(version)
    labels = np.where(np.array(test["expert"], dtype=bool), -1, np.array(test["labels"], dtype=int))
    # a test coin of then may be trained on by now, if a double of it was found
    tested = set(
        Side.objects.filter(pk__in=test["sides"], coin__in=Coin.objects.filter(split__in=["", Split.TEST])).values_list(
            "pk", flat=True
        )
    )
    kept = [place for place, side in enumerate(test["sides"]) if side in tested]
    return Asked(
        list(version.concepts),
        [test["sides"][place] for place in kept],
        [test["coins"][place] for place in kept],
        labels.reshape(-1, len(version.concepts))[kept],
    )


def read_scores(version: ModelVersion, sides: Sequence[int]) -> dict[int, Sequence[float]]:
    """Probabilities of those of the sides that this version has seen, in the order of its concepts."""
    stored: dict[int, Sequence[float]] = dict(
        Prediction.objects.filter(version=version, side__in=sides).values_list("side_id", "probabilities")
    )
    try:
        test = _test_file(version)
    except NoScores:
        return stored  # its predictions for the corpus are as good
    return stored | dict(zip(test["sides"], test["probabilities"], strict=True))


def _test_file(version: ModelVersion) -> dict[str, list[Any]]:
    try:
        test = json.loads((model_folder(version) / "test.json").read_text())
        return {name: test[name] for name in ("sides", "coins", "labels", "expert", "probabilities")}
    except (OSError, ValueError, KeyError) as error:
        raise NoScores(
            f"The test predictions of model {version.pk} cannot be read ({error}). Train it again to compare."
        ) from error
