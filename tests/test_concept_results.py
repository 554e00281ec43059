"""The folder of a concept model: what it says of validation and test sides, and what it needs to say it again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mlcore.concepts.model import probabilities_of
from mlcore.concepts.results import Answered, write_results
from mlcore.contract import RunResult, Sample
from mlcore.train_loop import Standing

CONCEPTS = ("eagle", "horse", "altar")


def answered(coins: int = 300, seed: int = 0) -> Answered:
    """A model that ranks well and is far too sure of itself; experts answered on every fifth coin."""
    random = np.random.default_rng(seed)
    labels = (random.random((2 * coins, 3)) < 0.3).astype(int)
    logits = (5 * (2 * labels - 0.6 + 1.1 * random.normal(size=labels.shape))).astype(np.float32)
    samples = tuple(
        Sample(
            side=number,
            coin=f"coin {number // 2}",
            face=("obverse", "reverse")[number % 2],
            picture="",
            text="",
            labels=tuple(row),
            expert=((number // 2) % 5 == 0,) * 3,
            split=("train", "validation", "test")[(number // 2) % 3],
        )
        for number, row in enumerate(labels.tolist())
    )
    return Answered(CONCEPTS, samples, labels, logits, {"altar": "no positives in training"})


def written(out: Path, given: Answered, **about: Any) -> RunResult:
    standing = Standing(
        epoch=2, seconds=90, best_epoch=1, epochs=[{"images_per_second": rate} for rate in (10.0, 14.0)]
    )
    weights = {"head.weight": torch.zeros(3, 4), "steps": torch.tensor(7)}
    noted = {"kind": "concept_vit", "identity": "one"} | about
    return write_results(out, weights, torch.device("cpu"), given, standing, noted)


def test_what_texts_say_and_what_experts_say_is_measured_apart_and_by_face(tmp_path: Path) -> None:
    given = answered()
    metrics = written(tmp_path, given).metrics
    tested = [number for number, sample in enumerate(given.samples) if sample.split == "test"]
    by_expert = [number for number in tested if given.samples[number].expert[0]]
    assert (metrics["test"]["eagle"]["n"], metrics["test_expert"]["eagle"]["n"]) == (160, 40)
    assert metrics["test_expert"]["eagle"]["positives"] == given.labels[by_expert, 0].sum()
    for part in ("test", "test_expert"):
        faces = [metrics[f"{part}_{face}"]["eagle"] for face in ("obverse", "reverse")]
        assert sum(face["n"] for face in faces) == metrics[part]["eagle"]["n"]
        assert sum(face["positives"] for face in faces) == metrics[part]["eagle"]["positives"]
    assert sum(row["n"] for row in metrics["curves"]["eagle"]["reliability"]) == 160
    assert sum(row["n"] for row in metrics["curves_expert"]["eagle"]["reliability"]) == 40


def test_a_face_of_which_nothing_is_known_has_no_figures(tmp_path: Path) -> None:
    given = answered()
    shown = np.array([sample.face == "reverse" for sample in given.samples])
    labels = np.where(shown[:, None], given.labels, -1)
    metrics = written(tmp_path, Answered(CONCEPTS, given.samples, labels, given.logits, {})).metrics
    assert "test_obverse" not in metrics and metrics["test_reverse"]["mean"] == metrics["test"]["mean"]


def test_calibration_is_learned_on_validation_applied_everywhere_and_helps(tmp_path: Path) -> None:
    given = answered()
    metrics = written(tmp_path, given).metrics
    for concept in ("eagle", "horse"):
        row = metrics["test"][concept]
        assert row["calibration_error"] < row["calibration_error_before"] and row["brier"] < row["brier_before"]
        assert len(metrics["curves"][concept]["reliability_before"]) > 2
    about, test = (json.loads((tmp_path / name).read_text()) for name in ("model.json", "test.json"))
    assert [each["method"] for each in about["calibration"]] == ["platt", "platt", "none"]
    tested = [sample.side for sample in given.samples if sample.split == "test"]
    served = probabilities_of(given.logits[tested], about["calibration"])
    assert np.allclose(served, test["probabilities"], atol=1e-5)
    assert not np.allclose(served, probabilities_of(given.logits[tested]), atol=0.05)
    assert (np.argsort(served[:, 0]) == np.argsort(given.logits[tested][:, 0])).all()


def test_bounds_are_kept_with_the_model_and_their_promise_is_measured(tmp_path: Path) -> None:
    metrics = written(tmp_path, answered()).metrics
    bounds = json.loads((tmp_path / "model.json").read_text())["bounds"]
    assert bounds == json.loads(json.dumps(metrics["bounds"])) and bounds["level"] == 0.9
    sure = metrics["test"]["eagle"]["sure"]
    assert sure["coverage"] > 0.85 and sure["share_sure"] > 0.5 and sure["n"] == 160
    assert metrics["test"]["altar"]["sure"]["share_sure"] == 0
    assert bounds["concepts"]["altar"]["reason"] == "not learned: no positives in training"


def test_what_training_cost_stands_beside_the_figures(tmp_path: Path) -> None:
    counted = {"predict_images_per_second": 31.5, "trained_parameters": 3}
    assert (
        written(tmp_path, answered(), cost=counted).metrics["cost"]
        == {
            "epochs": 2,
            "best_epoch": 1,
            "minutes": 1.5,
            "images_per_second": 12.0,
            "parameters": 12,
        }
        | counted
    )


def test_a_snapshot_without_validation_sides_gives_a_model_that_is_never_sure(tmp_path: Path) -> None:
    given = answered()
    samples = tuple(sample for sample in given.samples if sample.split != "validation")
    kept = [sample.side for sample in samples]
    result = written(tmp_path, Answered(CONCEPTS, samples, given.labels[kept], given.logits[kept], {}))
    assert result.thresholds == (0.5, 0.5, 0.5)
    assert {row["method"] for row in result.metrics["calibration"].values()} == {"none"}
    assert result.metrics["test"]["eagle"]["sure"]["share_sure"] == 0
    json.dumps(result.metrics, allow_nan=False)


@pytest.mark.parametrize("logits", [np.full((600, 3), 90.0), np.full((600, 3), -90.0)])
def test_a_network_that_says_the_same_of_every_side_is_measured_without_failing(
    tmp_path: Path, logits: np.ndarray
) -> None:
    given = answered()
    metrics = written(tmp_path, Answered(CONCEPTS, given.samples, given.labels, logits.astype("f4"), {})).metrics
    assert metrics["calibration"]["eagle"]["reason"] == "the network says the same of every validation side"
    assert metrics["test"]["eagle"]["roc_auc"] == 0.5 and metrics["test"]["eagle"]["sure"]["share_sure"] == 0
    json.dumps(metrics, allow_nan=False)
