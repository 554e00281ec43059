"""The kind concept_cnn: one network per concept from a balanced set, and what is said of those that die."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file

from mlcore.concept_cnns.lesson import CnnLesson
from mlcore.concept_cnns.model import CnnModel
from mlcore.contract import Cancelled, LearningError, RunResult, SidePicture, Snapshot, read_snapshot
from mlcore.kinds import concept_cnn
from mlcore.nets.cooper_cnn import COOPER
from mlcore.serving import ServedModel
from tests.coin_drawings import Heard, drawn_snapshot
from tests.toy_run import IN_TWO, ToyRun

SMALL: dict[str, Any] = {
    "network": "test_resnet",
    "image_size": 32,
    "epochs": 2,
    "batch_size": 8,
    "learning_rate": 0.05,
    "fewest_per_class": 12,
}
DYING = {"network": COOPER, "image_size": 64, "final_relu": True, "learning_rate": 0.1, "concepts": "altar"}


def train(folder: Path, snapshot: Snapshot, out: str = "model", report: Any = None, **settings: Any) -> RunResult:
    config = concept_cnn.Config(**(SMALL | settings))
    heard = Heard() if report is None else report
    return concept_cnn.train(
        snapshot, config, folder / out, heard, pictures=folder / "pictures", features=folder / "features"
    )


def refusal(folder: Path, snapshot: Snapshot, **settings: Any) -> str:
    with pytest.raises(LearningError) as refused:
        train(folder, snapshot, **settings)
    return str(refused.value)


def notices(heard: Heard) -> list[str]:
    return [event["message"] for event in heard if event["event"] == "notice"]


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    return drawn_snapshot(tmp_path / "pictures")


def test_each_concept_gets_a_network_that_learns_what_is_drawn(tmp_path: Path) -> None:
    snapshot, heard = drawn_snapshot(tmp_path / "pictures", sides=96), Heard()
    result = train(tmp_path, snapshot, report=heard, epochs=3)
    assert result.metrics["test"]["mean"]["ap"] > 0.9 and result.concepts == ("altar", "globe")
    rows = [event for event in heard if event["event"] == "epoch"]
    assert [(row["epoch"], row["concept"]) for row in rows] == list(enumerate(["altar"] * 3 + ["globe"] * 3, start=1))
    assert [{"event": "epoch"} | row for row in result.metrics["epochs"]] == rows
    stages = {event["stage"] for event in heard if event["event"] == "progress"}
    assert {"network 1 of 2 (altar): training", "network 2 of 2 (globe): training", "testing"} == stages
    stored = load_file(tmp_path / "model" / "model.safetensors")
    assert result.metrics["cost"]["parameters"] >= result.metrics["cost"]["trained_parameters"] > 0
    assert {name.partition(".")[0] for name in stored} == {"0", "1"}
    assert not (tmp_path / "model" / "checkpoints").exists()
    json.dumps(result.metrics, allow_nan=False)


def test_the_published_network_learns_too(tmp_path: Path, snapshot: Snapshot) -> None:
    settings = {"network": COOPER, "image_size": 64, "learning_rate": 0.01, "concepts": "altar", "epochs": 3}
    assert train(tmp_path, snapshot, **settings).metrics["test"]["altar"]["ap"] > 0.9


def test_a_model_answers_as_it_was_measured_with_one_network_in_memory_or_with_many(
    tmp_path: Path, snapshot: Snapshot
) -> None:
    train(tmp_path, snapshot)
    test = json.loads((tmp_path / "model" / "test.json").read_text())
    paths = [tmp_path / "pictures" / f"{side}.png" for side in test["sides"]]
    heard = Heard()
    sides = [SidePicture(side, path) for side, path in zip(test["sides"], paths, strict=True)]
    broken = SidePicture(999, tmp_path / "none.png")
    first, *others = concept_cnn.predict(tmp_path / "model", [broken, *sides], heard)
    assert "none.png" in first.error and not first.probabilities
    assert np.allclose([each.probabilities for each in others], test["probabilities"], atol=1e-5)
    assert all(each.embedding == () for each in others)
    done = [event["done"] for event in heard]
    assert done == sorted(done) and done[-1] == heard[-1]["total"] == len(sides) + 1
    pictures = [Image.open(path).convert("RGB") for path in paths]
    for kept_bytes, held in ((0, 1), (2**30, 2)):
        model = CnnModel.load(tmp_path / "model", kept_bytes)
        assert np.allclose(model.predict(pictures), test["probabilities"], atol=1e-5)
        assert len(model._networks) == held


def test_a_served_model_answers_and_explains_one_picture(tmp_path: Path, snapshot: Snapshot) -> None:
    train(tmp_path, snapshot)
    served = ServedModel.load(tmp_path / "model")
    picture = Image.open(tmp_path / "pictures" / "1.png").convert("RGB")
    assert served.predict([]).shape == (0, 2)
    for method in ("hipe", "grad_cam", "rise"):
        found = served.explain(picture, "globe", method)
        assert found.map.shape == (40, 40) and abs(found.probability - served.predict([picture])[0, 1]) < 1e-4
    with pytest.raises(LearningError, match="does not know 'eagle'"):
        served.explain(picture, "eagle")


def test_only_the_network_of_the_concept_that_was_asked_for_looks(tmp_path: Path, snapshot: Snapshot) -> None:
    train(tmp_path, snapshot, epochs=1)
    picture = Image.open(tmp_path / "pictures" / "1.png").convert("RGB")
    model, looks = CnnModel.load(tmp_path / "model"), Counter[str]()
    for column, concept in enumerate(model.concepts):
        net = model.network(column)
        net.register_forward_hook(lambda _, images, __, concept=concept: looks.update({concept: len(images[0])}))
    forwards = [model.explain(picture, "globe", method).forwards for method in ("hipe", "grad_cam", "rise")]
    assert looks == {"globe": sum(forwards)}
    fresh = CnnModel.load(tmp_path / "model")
    assert fresh.explain(picture, "globe", "grad_cam").map.shape == (40, 40) and list(fresh._networks) == [1]
    assert fresh.say(picture, ["globe"])[0] == fresh.predict([picture])[0, 1]


def test_only_the_named_concepts_are_learned(tmp_path: Path, snapshot: Snapshot) -> None:
    result = train(tmp_path, snapshot, concepts=" globe ,", epochs=1)
    test = json.loads((tmp_path / "model" / "test.json").read_text())
    assert result.concepts == ("globe",) and len(test["labels"][0]) == len(test["expert"][0]) == 1
    assert "concepts names 'eagle'" in refusal(tmp_path, snapshot, out="other", concepts="globe,eagle")


def test_concepts_that_cannot_be_taught_are_noted_and_the_others_learn(tmp_path: Path) -> None:
    def label(number: int, column: int) -> int:
        return (number % 2, 0, 1, -1, number == 1)[column]

    concepts = ("altar", "never", "always", "unknown", "rare")
    snapshot, heard = drawn_snapshot(tmp_path / "pictures", concepts=concepts, label=label), Heard()
    result = train(tmp_path, snapshot, report=heard)
    notes = {
        "never": "no positives in training",
        "always": "no negatives in training",
        "unknown": "no positives in training",
        "rare": "only 1 positive in training; at least 5 are needed",
    }
    assert result.metrics["untrained"] == notes and result.metrics["test"]["rare"]["note"] == notes["rare"]
    assert notices(heard) == [f"{concept} gets no network: {note}." for concept, note in notes.items()]
    test = json.loads((tmp_path / "model" / "test.json").read_text())
    said = np.array(test["probabilities"])
    assert np.ptp(said[:, 0]) > 0.01 and np.ptp(said[:, 1:], axis=0).max() < 1e-6
    assert not (said >= np.array(test["thresholds"]))[:, 1:].any()
    served, picture = ServedModel.load(tmp_path / "model"), Image.open(tmp_path / "pictures" / "1.png").convert("RGB")
    for method in ("hipe", "grad_cam"):
        found = served.explain(picture, "rare", method)
        assert not found.map.any() and abs(found.probability - said[0, 4]) < 1e-5


def test_a_concept_that_validation_does_not_show_is_set_back_to_its_share_and_never_said(tmp_path: Path) -> None:
    snapshot = drawn_snapshot(tmp_path / "pictures", label=lambda number, column: int(number % 8 == 0))
    metrics = train(tmp_path, snapshot).metrics
    fitted = metrics["calibration"]["globe"]
    assert (fitted["method"], fitted["positives"]) == ("none", 0)
    assert fitted["shift"] == pytest.approx(np.log(18.5 / 6.5))  # 6 of the 24 training sides, and half a side on both
    assert metrics["test"]["globe"]["sure"]["share_sure"] == 0
    assert metrics["bounds"]["concepts"]["globe"]["reason"] == (
        "not calibrated: none of 12 validation sides shows it; 5 are needed"
    )
    model, test = (json.loads((tmp_path / "model" / name).read_text()) for name in ("model.json", "test.json"))
    assert model["calibration"][1] == fitted
    side = SidePicture(test["sides"][0], tmp_path / "pictures" / f"{test['sides'][0]}.png")
    (said,) = concept_cnn.predict(tmp_path / "model", [side], Heard())
    assert said.probabilities == pytest.approx(test["probabilities"][0], abs=1e-5)


def test_nothing_to_learn_from_is_refused(tmp_path: Path, snapshot: Snapshot) -> None:
    absent = replace(snapshot, samples=tuple(replace(sample, labels=(0, -1)) for sample in snapshot.samples))
    reason = refusal(tmp_path, absent)
    assert "altar: no positives in training; globe: no positives in training" in reason
    assert "0 obverse sides with a known label" in refusal(tmp_path, snapshot, faces="obverse")


def test_a_network_that_dies_is_reported_as_what_it_is_and_runs_out_of_patience(
    tmp_path: Path, snapshot: Snapshot
) -> None:
    heard = Heard()
    result = train(tmp_path, snapshot, report=heard, **DYING, epochs=9, patience=1)
    note = "the network answers every picture alike (dying ReLU): try another seed or final_relu off"
    assert result.metrics["test"]["altar"]["note"] == note and f"altar: {note}." in notices(heard)
    assert len(result.metrics["epochs"]) < 9
    test = json.loads((tmp_path / "model" / "test.json").read_text())
    assert np.ptp(np.array(test["probabilities"])) < 1e-6
    assert max(test["probabilities"])[0] < test["thresholds"][0]


def test_a_loss_that_is_no_number_costs_one_network_and_not_the_others(
    tmp_path: Path, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    true_loss = CnnLesson.loss
    monkeypatch.setattr(
        CnnLesson, "loss", lambda self, outputs, labels: true_loss(self, outputs * (self.seed or np.nan), labels)
    )
    heard = Heard()
    result = train(tmp_path, snapshot, report=heard, epochs=1)
    assert result.metrics["untrained"] == {
        "altar": "the loss became nan: start again with a learning_rate of 0.005 instead of 0.05"
    }
    assert any("altar gets no network: the loss became nan" in message for message in notices(heard))
    assert "altar: the loss became nan" in refusal(tmp_path, snapshot, out="other", concepts="altar")


def test_a_learning_rate_that_tears_the_weights_apart_is_named(tmp_path: Path, snapshot: Snapshot) -> None:
    settings = {"network": COOPER, "image_size": 64, "concepts": "altar", "learning_rate": 10.0}
    reason = refusal(tmp_path, snapshot, **settings)
    assert "altar: the loss became" in reason and "learning_rate of 1 instead of 10" in reason


def test_weights_that_the_last_step_tears_apart_are_found_without_validation_sides(
    tmp_path: Path, snapshot: Snapshot
) -> None:
    kept = replace(snapshot, samples=tuple(each for each in snapshot.samples if each.split != "validation"))
    two_steps = {"batch_size": 24, "fewest_per_class": 24, "epochs": 1, "seed": 3}
    reason = refusal(tmp_path, kept, network=COOPER, image_size=64, concepts="altar", learning_rate=10.0, **two_steps)
    assert "altar: the loss became nan" in reason and "learning_rate of 1 instead of 10" in reason


def test_a_killed_run_learns_no_finished_network_again_and_ends_with_the_same_weights(
    tmp_path: Path, snapshot: Snapshot
) -> None:
    def stop(event: dict[str, Any]) -> None:
        if event["event"] == "epoch" and event["epoch"] == 3:
            raise Cancelled

    whole = train(tmp_path, snapshot, "whole")
    with pytest.raises(Cancelled):
        train(tmp_path, snapshot, report=stop)
    assert not (tmp_path / "model" / "model.json").exists()
    assert "holds a run with other data or settings" in refusal(tmp_path, snapshot, seed=5)
    heard = Heard()
    again = train(tmp_path, snapshot, report=heard)
    assert [row["epoch"] for row in heard if row["event"] == "epoch"] == [4]
    assert again.metrics["test"] == whole.metrics["test"] and again.thresholds == whole.thresholds
    for name in ("model.safetensors", "test.json"):
        assert (tmp_path / "model" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    quiet = Heard()
    assert train(tmp_path, snapshot, report=quiet).thresholds == again.thresholds and not quiet


def test_a_finished_network_that_is_damaged_is_learned_again(tmp_path: Path, snapshot: Snapshot) -> None:
    def stop(event: dict[str, Any]) -> None:
        if event["event"] == "epoch" and event["epoch"] == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        train(tmp_path, snapshot, report=stop)
    path = tmp_path / "model" / "checkpoints" / "finished" / "000.safetensors"
    path.write_bytes(path.read_bytes()[:-8])
    heard = Heard()
    train(tmp_path, snapshot, report=heard)
    assert "The finished network 000.safetensors is damaged; it is learned again." in notices(heard)
    assert [row["epoch"] for row in heard if row["event"] == "epoch"] == [1, 2, 4]


def test_a_run_is_cancelled_within_a_batch(tmp_path: Path, snapshot: Snapshot) -> None:
    heard = Heard()

    def stop(event: dict[str, Any]) -> None:
        heard(event)
        raise Cancelled

    with pytest.raises(Cancelled):
        train(tmp_path, snapshot, report=stop)
    assert len(heard) == 1 and heard[0]["done"] == 1 and not (tmp_path / "model" / "model.json").exists()


def test_a_picture_that_is_gone_and_a_network_that_nobody_knows_are_named(tmp_path: Path, snapshot: Snapshot) -> None:
    assert "resnet18" in refusal(tmp_path, snapshot, network="resnet81")
    (tmp_path / "pictures" / "4.png").unlink()
    reason = refusal(tmp_path, snapshot)
    assert "pictures is missing since the snapshot was frozen" in reason and "4.png" in reason
    assert str(tmp_path) not in reason


class ToyCnns(ToyRun):
    def arguments(self, out: str | Path) -> list[str]:
        return ["concept_cnn" if each == "concept_vit" else each for each in super().arguments(out)]


@pytest.mark.slow  # on busy cores: the two wait for each other at every batch
def test_two_processes_learn_the_same_networks_as_one(tmp_path: Path) -> None:
    settings = {"network": COOPER, "image_size": 64, "learning_rate": 0.01, "rotation": 10, "epochs": 1}
    toy = ToyCnns(tmp_path, SMALL | settings)
    code, events = toy.run("two", *IN_TWO, "mlcore")
    assert code == 0 and [each["epoch"] for each in events if each["event"] == "epoch"] == [1, 2]
    alone = train(tmp_path, read_snapshot(tmp_path / "snapshot.jsonl"), "one", **settings)
    together = json.loads((tmp_path / "two" / "result.json").read_text())["metrics"]
    for one, two in zip(alone.metrics["epochs"], together["epochs"], strict=True):
        assert two["train_loss"] == pytest.approx(one["train_loss"], rel=1e-4)
        assert two["validation_loss"] == pytest.approx(one["validation_loss"], rel=1e-3)
