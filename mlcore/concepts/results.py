"""What a trained concept model says of its validation and test sides, and the folder in which all of it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from mlcore.checkpoint import write_tensors
from mlcore.concepts.data import Labels
from mlcore.concepts.model import probabilities_of
from mlcore.contract import RunResult, Sample
from mlcore.files import write_json
from mlcore.metrics.concepts import Answers, curves, measure
from mlcore.metrics.thresholds import NEVER, choose_thresholds
from mlcore.model_folder import TEST, WEIGHTS, write_about, write_result
from mlcore.nets.devices import library_versions, name_of
from mlcore.train_loop import Standing


@dataclass(frozen=True)
class Answered:
    """A model's logits for every sample of a snapshot."""

    concepts: tuple[str, ...]
    samples: tuple[Sample, ...]
    labels: Labels
    logits: npt.NDArray[np.float32]
    """(samples, concepts)."""
    untrained: dict[str, str]

    def of(self, split: str, thresholds: Sequence[float]) -> tuple[Answers, npt.NDArray[np.bool_]]:
        """The answers of a split, and (sides, concepts) which labels a person gave."""
        numbers = [number for number, sample in enumerate(self.samples) if sample.split == split]
        expert = np.array([self.samples[number].expert for number in numbers], dtype=bool)
        answers = Answers(
            concepts=self.concepts,
            labels=self.labels[numbers],
            probabilities=probabilities_of(self.logits[numbers]).astype(np.float64),
            coins=[self.samples[number].coin for number in numbers],
            thresholds=thresholds,
            notes=self.untrained,
        )
        return answers, expert.reshape(answers.labels.shape)

    def sides(self, split: str) -> list[int]:
        return [sample.side for sample in self.samples if sample.split == split]


def write_results(
    out: Path,
    weights: Mapping[str, torch.Tensor],
    device: torch.device,
    answered: Answered,
    standing: Standing,
    about: dict[str, Any],
) -> RunResult:
    """Choose thresholds, measure, and write the model folder, result.json last.

    `about` says how the weights are to be used again and goes into model.json; what it holds under "cost" (see
    `cost_of`) stands beside the figures too.
    """
    validation, _ = answered.of("validation", [0.5] * len(answered.concepts))
    chosen = choose_thresholds(validation.labels, validation.probabilities)
    pairs = zip(answered.concepts, chosen, strict=True)
    thresholds = tuple(NEVER if concept in answered.untrained else each for concept, each in pairs)
    result = RunResult(
        kind=about["kind"],
        concepts=answered.concepts,
        metrics=metrics_of(answered, thresholds, standing) | {"cost": cost_of(weights, standing, about)},
        thresholds=thresholds,
        seconds=round(standing.seconds, 3),
        device=name_of(device),
        libraries=library_versions(),
    )
    write_tensors(out / WEIGHTS, weights)
    said = {"concepts": answered.concepts, "thresholds": thresholds, "untrained": answered.untrained}
    write_about(out, about | said | {"libraries": result.libraries})
    write_json(out / TEST, test_file(answered, thresholds))
    write_result(out, result)
    return result


def metrics_of(answered: Answered, thresholds: Sequence[float], standing: Standing) -> dict[str, Any]:
    """Figures on all labels, and apart from them those on labels that a person gave."""
    test, expert = answered.of("test", thresholds)
    validation, _ = answered.of("validation", thresholds)
    return {
        "test": measure(test),
        "test_expert": measure(test.only(expert)),
        "validation": measure(validation),
        "curves": curves(test),
        "epochs": standing.epochs,
        "best_epoch": standing.best_epoch,
        "untrained": answered.untrained,
        "sides": {split: len(answered.sides(split)) for split in ("train", "validation", "test")},
    }


def cost_of(
    weights: Mapping[str, torch.Tensor], standing: Standing, about: Mapping[str, Any]
) -> dict[str, float | int | None]:
    """What the training cost, for the table that sets models side by side; None for what was not counted.

    `images_per_second` in training (median of the epochs), `predict_images_per_second` in the pass over the test
    sides, `parameters` of the whole network, `trained_parameters` of what was learned. `about["cost"]` holds what only
    the kind can count, and stands before what is found here.
    """
    rates = [row["images_per_second"] for row in standing.epochs if row.get("images_per_second")]
    found = {
        "epochs": len(standing.epochs),
        "best_epoch": standing.best_epoch,
        "minutes": round(standing.seconds / 60, 3),
        "images_per_second": float(np.median(rates)) if rates else None,
        "predict_images_per_second": None,
        "parameters": sum(each.numel() for each in weights.values() if each.is_floating_point()),
        "trained_parameters": None,
    }
    return found | about.get("cost", {})


def test_file(answered: Answered, thresholds: Sequence[float]) -> dict[str, Any]:
    """The test split with labels and answers, so that two models can be set against each other later."""
    test, expert = answered.of("test", thresholds)
    return {
        "concepts": answered.concepts,
        "sides": answered.sides("test"),
        "coins": list(test.coins),
        "labels": test.labels.tolist(),
        "expert": expert.tolist(),
        "probabilities": np.round(test.probabilities, 6).tolist(),
        "thresholds": list(thresholds),
    }
