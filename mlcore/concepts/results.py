"""What a trained concept model says of its validation and test sides, and the folder in which all of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from mlcore.checkpoint import write_tensors
from mlcore.concepts.data import Labels
from mlcore.contract import FACES, SPLITS, Face, RunResult, Sample
from mlcore.distributed import crew
from mlcore.files import write_json
from mlcore.learner import Standing
from mlcore.metrics.calibration import Calibration, calibrated, fit_calibration, why_uncalibrated
from mlcore.metrics.certainty import Bounds, bounds_as_json, choose_bounds
from mlcore.metrics.concepts import Answers, curves, measure
from mlcore.metrics.thresholds import NEVER, choose_thresholds
from mlcore.model_folder import TEST, WEIGHTS, write_about, write_result
from mlcore.nets.devices import library_versions, name_of
from mlcore.stored_tensors import count_floating


@dataclass(frozen=True)
class Answered:
    """A model's logits for every sample of a snapshot."""

    concepts: tuple[str, ...]
    samples: tuple[Sample, ...]
    labels: Labels
    """(samples, concepts): 1, 0, or -1 for unknown."""
    logits: npt.NDArray[np.float32]
    """(samples, concepts)."""
    untrained: dict[str, str]
    """Concept to the reason why it was not learned."""
    few: dict[str, str] = field(default_factory=dict)
    """Concept to the warning that it was learned from hardly any present side."""
    shifts: npt.NDArray[np.float64] | None = None
    """(concepts,) what weighting or balancing the classes added to the log odds; None for nothing."""

    def numbers(self, split: str) -> list[int]:
        return [number for number, sample in enumerate(self.samples) if sample.split == split]

    def expert(self, split: str) -> npt.NDArray[np.bool_]:
        """(sides, concepts): which labels of a split a person gave."""
        given = np.array([self.samples[number].expert for number in self.numbers(split)], dtype=bool)
        return given.reshape(len(given), len(self.concepts))

    def of_face(self, split: str, face: Face) -> npt.NDArray[np.bool_]:
        """(sides, concepts): which labels of a split are of this face."""
        shown = np.array([self.samples[number].face == face for number in self.numbers(split)], dtype=bool)
        return np.repeat(shown[:, None], len(self.concepts), axis=1)

    def of(self, split: str, settled: Settled) -> Answers:
        numbers = self.numbers(split)
        return Answers(
            concepts=self.concepts,
            labels=self.labels[numbers],
            probabilities=calibrated(self.logits[numbers], settled.calibration),
            coins=[self.samples[number].coin for number in numbers],
            thresholds=settled.thresholds,
            notes=self.few | self.untrained,
            uncalibrated=calibrated(self.logits[numbers]),
            bounds=settled.bounds,
            untrained=self.untrained,
        )


@dataclass(frozen=True)
class Settled:
    """What is chosen on the validation split, on the answer of record: an expert's where there is one."""

    calibration: list[Calibration]
    thresholds: tuple[float, ...]
    bounds: list[Bounds]


def settle(answered: Answered) -> Settled:
    """Calibrate, then choose thresholds and bounds on the calibrated probabilities; per concept."""
    numbers = answered.numbers("validation")
    labels, logits = answered.labels[numbers], answered.logits[numbers]
    untrained = {answered.concepts.index(concept): reason for concept, reason in answered.untrained.items()}
    coins = [answered.samples[number].coin for number in numbers]
    calibration = fit_calibration(labels, logits, coins, untrained, answered.shifts)
    probabilities = calibrated(logits, calibration)
    chosen = choose_thresholds(labels, probabilities)
    thresholds = tuple(NEVER if column in untrained else each for column, each in enumerate(chosen))
    unsure = dict(enumerate(map(why_uncalibrated, calibration)))
    return Settled(calibration, thresholds, choose_bounds(labels, probabilities, unsure))


def write_results(
    out: Path,
    weights: Mapping[str, torch.Tensor],
    device: torch.device,
    answered: Answered,
    standing: Standing,
    about: dict[str, Any],
) -> RunResult:
    """Calibrate, choose thresholds and bounds, measure, and write the model folder, result.json last.

    `about` says how the weights are to be used again and goes into model.json; what it holds under "cost" (see
    `cost_of`) stands beside the figures too.
    """
    settled = settle(answered)
    result = RunResult(
        kind=about["kind"],
        concepts=answered.concepts,
        metrics=metrics_of(answered, settled, standing) | {"cost": cost_of(weights, standing, about)},
        thresholds=settled.thresholds,
        seconds=round(standing.seconds, 3),
        device=crew().device_name(name_of(device)),
        libraries=library_versions(),
    )
    if crew().leads:
        write_tensors(out / WEIGHTS, weights)
        write_about(out, about | said_of(answered, settled) | {"libraries": result.libraries})
        write_json(out / TEST, test_file(answered, settled))
        write_result(out, result)
    return result


def said_of(answered: Answered, settled: Settled) -> dict[str, Any]:
    """What goes into model.json beside what the kind notes."""
    return {
        "concepts": answered.concepts,
        "thresholds": settled.thresholds,
        "untrained": answered.untrained,
        "calibration": settled.calibration,
        "bounds": bounds_as_json(answered.concepts, settled.bounds),
    }


def metrics_of(answered: Answered, settled: Settled, standing: Standing) -> dict[str, Any]:
    """Figures on what texts say ("test"), and apart from them on what persons said ("test_expert"); never on both.

    Each over all sides, and for a face with known labels over its own ("test_obverse", …). "validation" is on the
    answer of record: the thresholds were chosen there, so its figures flatter.
    """
    test, expert = answered.of("test", settled), answered.expert("test")
    parts = {"test": test.only(~expert), "test_expert": test.only(expert)}
    for name, answers in tuple(parts.items()):
        for face in FACES:
            of_face = answers.only(answered.of_face("test", face))
            parts |= {f"{name}_{face}": of_face} if (of_face.labels >= 0).any() else {}
    return {name: measure(answers) for name, answers in parts.items()} | {
        "validation": measure(answered.of("validation", settled)),
        "curves": curves(parts["test"]),
        "curves_expert": curves(parts["test_expert"]) if (parts["test_expert"].labels == 1).any() else {},
        "calibration": dict(zip(answered.concepts, settled.calibration, strict=True)),
        "bounds": bounds_as_json(answered.concepts, settled.bounds),
        "epochs": standing.epochs,
        "best_epoch": standing.best_epoch,
        "untrained": answered.untrained,
        "sides": {split: len(answered.numbers(split)) for split in SPLITS},
    }


def cost_of(
    weights: Mapping[str, torch.Tensor], standing: Standing, about: Mapping[str, Any]
) -> dict[str, float | int | None]:
    """What the training cost, for the table that sets models side by side; None for what was not counted.

    `images_per_second` in training (median of the epochs; of a backbone at rest `features_per_second`, for an epoch
    shows no pictures), `predict_images_per_second` from pictures to answers (of one network per concept partly from
    memory: the networks see in turn what is read once), `parameters` of the whole network, `trained_parameters` of
    what was learned. `about["cost"]` holds what only the kind can count, and stands before what is found here.
    """
    rates = [row["images_per_second"] for row in standing.epochs if row.get("images_per_second")]
    rate = float(np.median(rates)) if rates else None
    found = {
        "epochs": len(standing.epochs),
        "best_epoch": standing.best_epoch,
        "minutes": round(standing.seconds / 60, 3),
        "images_per_second": rate,
        "predict_images_per_second": None,
        "parameters": count_floating(weights),
        "trained_parameters": None,
    }
    if about.get("features"):
        found |= {"images_per_second": None, "features_per_second": rate}
    return found | dict(about.get("cost", {}))


def test_file(answered: Answered, settled: Settled) -> dict[str, Any]:
    """The test split with labels and answers, so that two models can be set against each other later."""
    test = answered.of("test", settled)
    return {
        "concepts": answered.concepts,
        "sides": [answered.samples[number].side for number in answered.numbers("test")],
        "coins": list(test.coins),
        "labels": test.labels.tolist(),
        "expert": answered.expert("test").tolist(),
        "probabilities": np.round(test.probabilities, 6).tolist(),
        "thresholds": list(settled.thresholds),
    }
