"""The kind concept_vit: learns, honours its settings, and says in a sentence why it cannot."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from mlcore.contract import Cancelled, LearningError, RunResult, SidePicture, Snapshot
from mlcore.kinds import concept_vit
from mlcore.losses.masked_bce import MaskedBCE
from mlcore.nets import weights as pretrained
from mlcore.nets.augment import Augmentation
from mlcore.nets.backbones import build_backbone
from mlcore.serving import ServedModel
from tests.coin_drawings import TINY, Heard, drawn_snapshot

VIT = {"backbone": "test_vit.r160_in1k", "image_size": 32, "epochs": 40, "batch_size": 16, "learning_rate": 0.02}


def train(folder: Path, snapshot: Snapshot, out: str = "model", report: Any = None, **settings: Any) -> RunResult:
    config = concept_vit.Config(**(TINY | settings))
    heard = Heard() if report is None else report
    places = {"pictures": folder / "pictures", "features": folder / "features"}
    return concept_vit.train(snapshot, config, folder / out, heard, **places)


def refusal(folder: Path, snapshot: Snapshot, **settings: Any) -> str:
    with pytest.raises(LearningError) as refused:
        train(folder, snapshot, **settings)
    return str(refused.value)


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    return drawn_snapshot(tmp_path / "pictures")


@pytest.fixture
def vit_folder(tmp_path: Path) -> Path:
    """A folder of weights for a very small vision transformer, as somebody without the hub would make it."""
    torch.manual_seed(1)
    folder = tmp_path / "weights"
    folder.mkdir()
    save_file(build_backbone("test_vit.r160_in1k", 32).state_dict(), folder / "test_vit.r160_in1k.safetensors")
    return folder


def test_a_small_network_from_scratch_learns_what_is_drawn(tmp_path: Path) -> None:
    snapshot, report = drawn_snapshot(tmp_path / "pictures", sides=160), Heard()
    result = train(tmp_path, snapshot, report=report, epochs=8, learning_rate=0.01, rotation=5)
    assert result.metrics["test"]["mean"]["ap"] > 0.9
    counts = [result.metrics[part]["altar"]["n"] for part in ("test", "test_expert")]
    assert sum(counts) == 40 and min(counts) > 0
    assert result.metrics["epochs"][-1]["train_loss"] < result.metrics["epochs"][0]["train_loss"]
    assert all(0 < threshold < 1 for threshold in result.thresholds)
    json.dumps(result.metrics, allow_nan=False)


def test_a_frozen_backbone_passes_each_picture_once_for_all_runs(tmp_path: Path, vit_folder: Path) -> None:
    snapshot = drawn_snapshot(tmp_path / "pictures", sides=96)
    settings = VIT | {"weights": "folder", "weights_folder": str(vit_folder), "frozen": True}
    first, second = Heard(), Heard()
    train(tmp_path, snapshot, "one", first, **settings)
    train(tmp_path, snapshot, "two", second, **(settings | {"seed": 3}))
    totals = [[event["total"] for event in heard if event.get("stage") == "features"] for heard in (first, second)]
    assert max(totals[0]) == 96 and max(totals[1]) == 0
    assert json.loads((tmp_path / "one" / "result.json").read_text())["metrics"]["test"]["mean"]["ap"] > 0.6
    test = json.loads((tmp_path / "one" / "test.json").read_text())
    sides = [SidePicture(side, tmp_path / "pictures" / f"{side}.png") for side in test["sides"]]
    for features in (None, tmp_path / "features"):
        predictions = list(concept_vit.predict(tmp_path / "one", sides, Heard(), features=features))
        assert np.allclose([each.probabilities for each in predictions], test["probabilities"], atol=1e-3)
    assert len(list(concept_vit.embed(tmp_path / "one", sides, Heard()))) == len(sides)


def test_a_model_folder_needs_neither_the_hub_nor_the_folder_of_weights(tmp_path: Path, vit_folder: Path) -> None:
    snapshot = drawn_snapshot(tmp_path / "pictures")
    train(tmp_path, snapshot, **(VIT | {"weights": "folder", "weights_folder": str(vit_folder), "epochs": 1}))
    (vit_folder / "test_vit.r160_in1k.safetensors").unlink()
    served = ServedModel.load(tmp_path / "model")
    picture = Image.open(tmp_path / "pictures" / "1.png").convert("RGB")
    assert served.predict([picture, picture]).shape == (2, 2) and served.predict([]).shape == (0, 2)
    assert served.explain(picture, "altar").map.shape == (40, 40)
    assert served.concepts == ("altar", "globe") and len(served.thresholds) == 2


def test_a_concept_that_training_cannot_teach_is_reported_and_never_said(tmp_path: Path) -> None:
    def label(number: int, column: int) -> int:
        return (number % 2, 0, 1, -1)[column]

    concepts = ("altar", "never", "always", "unknown")
    snapshot = drawn_snapshot(tmp_path / "pictures", concepts=concepts, label=label)
    result = train(tmp_path, snapshot)
    assert result.metrics["untrained"] == {
        "never": "no positives in training",
        "always": "no negatives in training",
        "unknown": "no positives in training",
    }
    assert result.metrics["test"]["never"]["note"] == "no positives in training"
    assert result.metrics["test"]["unknown"]["n"] == 0 and "training" not in result.metrics["test"]["altar"]["note"]
    test = json.loads((tmp_path / "model" / "test.json").read_text())
    said = np.array(test["probabilities"]) >= np.array(test["thresholds"])
    assert not said[:, 1:].any()
    assert np.ptp(np.array(test["probabilities"])[:, 1:], axis=0).max() < 1e-5


def test_a_concept_with_hardly_any_positives_is_learned_and_marked(tmp_path: Path) -> None:
    def label(number: int, column: int) -> int:
        return (number % 2, int(number in (0, 8, 16, 6)), int(number == 1))[column]

    concepts, report = ("altar", "scarce", "single"), Heard()
    snapshot = drawn_snapshot(tmp_path / "pictures", concepts=concepts, label=label)
    result = train(tmp_path, snapshot, report=report)
    assert result.metrics["untrained"] == {} and result.metrics["test"]["altar"]["n"]
    assert "only 3 positives in training" in result.metrics["test"]["scarce"]["note"]
    assert "only 1 positive in training" in result.metrics["test"]["single"]["note"]
    assert all(threshold < 1 for threshold in result.thresholds)
    # of 24 training sides; the weight of the present ones is taken off again, and nothing is said for sure
    assert result.metrics["calibration"]["scarce"]["shift"] == pytest.approx(np.log(21 / 3))
    assert result.metrics["calibration"]["single"]["shift"] == pytest.approx(np.log(23))
    assert result.metrics["test"]["scarce"]["sure"]["share_sure"] == 0
    said = [event["message"] for event in report if event["event"] == "notice"]
    assert said == [
        "Learned from too little to be trusted: scarce: only 3 positives in training; "
        "single: only 1 positive in training."
    ]


def test_a_snapshot_without_validation_or_test_sides_still_trains(tmp_path: Path, snapshot: Snapshot) -> None:
    only = replace(snapshot, samples=tuple(replace(sample, split="train") for sample in snapshot.samples))
    result = train(tmp_path, only, epochs=2)
    assert result.metrics["test"]["mean"]["ap"] is None and result.thresholds == (0.5, 0.5)
    assert result.metrics["epochs"][-1]["validation_ap"] is None and result.metrics["best_epoch"] == 2


def test_nothing_to_learn_from_is_refused(tmp_path: Path, snapshot: Snapshot) -> None:
    assert "0 obverse sides with a known label" in refusal(tmp_path, snapshot, faces="obverse")
    unknown = replace(snapshot, samples=tuple(replace(sample, labels=(-1, -1)) for sample in snapshot.samples))
    assert "0 sides with a known label" in refusal(tmp_path, unknown)
    absent = replace(snapshot, samples=tuple(replace(sample, labels=(0, -1)) for sample in snapshot.samples))
    assert "present on some training sides and absent on others" in refusal(tmp_path, absent)
    assert "at least 2 are needed" in refusal(tmp_path, replace(snapshot, samples=snapshot.samples[:1]))


def test_a_loss_that_is_no_number_is_refused_with_a_smaller_learning_rate(
    tmp_path: Path, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MaskedBCE, "forward", lambda self, logits, labels: logits.sum() * float("nan"))
    reason = refusal(tmp_path, snapshot, learning_rate=10.0)
    assert "The loss became nan in epoch 1" in reason and "learning_rate of 1 instead of 10" in reason


def test_an_unknown_backbone_is_refused_with_near_matches(tmp_path: Path, snapshot: Snapshot) -> None:
    assert "resnet18" in refusal(tmp_path, snapshot, backbone="resnet81")
    reason = refusal(tmp_path, snapshot, backbone="test_vit.nobody")
    assert "test_vit.r160_in1k" in reason and "timm has these weights" in reason


def test_a_size_that_the_backbone_cannot_see_is_refused(tmp_path: Path, snapshot: Snapshot) -> None:
    reason = refusal(tmp_path, snapshot, backbone="test_vit", image_size=33)
    assert "cannot see pictures of image_size 33" in reason


def test_weights_that_are_missing_of_another_shape_or_damaged_are_refused(
    tmp_path: Path, snapshot: Snapshot, vit_folder: Path
) -> None:
    settings = VIT | {"weights": "folder", "weights_folder": str(vit_folder), "frozen": True, "epochs": 1}
    path = vit_folder / "test_vit.r160_in1k.safetensors"
    whole = load_file(path)
    for weights, words in (
        ({name: value for name, value in whole.items() if "norm" not in name}, "parts are missing"),
        (whole | {"cls_token": torch.zeros(1, 1, 5)}, "cls_token has the shape (1, 1, 5), and (1, 1, 64) is expected"),
        (whole | {"more": torch.zeros(1)}, "1 are unknown (for example more)"),
    ):
        save_file(weights, path)
        assert words in refusal(tmp_path, snapshot, **settings)
    path.write_bytes(b"not weights")
    assert "do not fit" in refusal(tmp_path, snapshot, **settings)
    path.unlink()
    reason = refusal(tmp_path, snapshot, **settings)
    assert "neither test_vit.r160_in1k.safetensors nor test_vit.r160_in1k/model.safetensors" in reason


def test_weights_with_a_classifier_are_taken_without_it(tmp_path: Path, snapshot: Snapshot, vit_folder: Path) -> None:
    path = vit_folder / "test_vit.r160_in1k.safetensors"
    save_file(load_file(path) | {"head.weight": torch.zeros(10, 64), "head.bias": torch.zeros(10)}, path)
    train(tmp_path, snapshot, **(VIT | {"weights": "folder", "weights_folder": str(vit_folder), "epochs": 1}))


def test_a_hub_that_does_not_answer_is_told_of_quickly_and_with_ways_out(
    tmp_path: Path, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub, "get_hf_file_metadata", lambda *given, **more: time.sleep(60))
    monkeypatch.setattr(pretrained, "PATIENCE", 0.5)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    began = time.monotonic()
    reason = refusal(tmp_path, snapshot, **(VIT | {"weights": "hub"}))
    assert time.monotonic() - began < 20
    assert "no answer" in reason and "test_vit.r160_in1k.safetensors" in reason and "'scratch'" in reason


def test_a_picture_that_is_gone_or_broken_since_the_freeze_is_named(tmp_path: Path, snapshot: Snapshot) -> None:
    path = tmp_path / "pictures" / "4.png"
    path.write_bytes(path.read_bytes()[:100])
    assert "4.png cannot be read" in refusal(tmp_path, snapshot)
    path.unlink()
    reason = refusal(tmp_path, snapshot, seed=1)
    (gone,) = [sample for sample in snapshot.samples if sample.picture == "4.png"]
    assert f"coin {gone.coin}, {gone.face} (side {gone.side}, 4.png)" in reason and str(tmp_path) not in reason


def test_memory_that_runs_out_is_explained_with_a_smaller_batch(
    tmp_path: Path, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*given: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")

    monkeypatch.setattr(MaskedBCE, "forward", exhausted)
    assert "batch_size 8. Start again with batch_size 4" in refusal(tmp_path, snapshot)


def test_a_cancelled_run_leaves_no_model(tmp_path: Path, snapshot: Snapshot) -> None:
    def report(event: dict[str, Any]) -> None:
        if event["event"] == "epoch":
            raise Cancelled

    with pytest.raises(Cancelled):
        train(tmp_path, snapshot, report=report, epochs=5)
    assert not (tmp_path / "model" / "model.json").exists()


def test_a_finished_folder_is_not_used_for_another_run(tmp_path: Path, snapshot: Snapshot) -> None:
    train(tmp_path, snapshot)
    assert "finished run with other data or settings" in refusal(tmp_path, snapshot, seed=5)


def test_the_same_seed_gives_the_same_model_and_another_seed_another(tmp_path: Path, snapshot: Snapshot) -> None:
    for out, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(tmp_path, snapshot, out, seed=seed)
    first, same, other = (
        hashlib.sha256((tmp_path / out / "model.safetensors").read_bytes()).hexdigest() for out in "abc"
    )
    assert first == same != other


def test_a_model_whose_weights_are_those_of_another_network_is_refused(tmp_path: Path, snapshot: Snapshot) -> None:
    train(tmp_path, snapshot)
    about = json.loads((tmp_path / "model" / "model.json").read_text())
    (tmp_path / "model" / "model.json").write_text(json.dumps(about | {"backbone": "test_vit"}))
    with pytest.raises(LearningError, match="do not fit the backbone test_vit"):
        ServedModel.load(tmp_path / "model")


def test_settings_that_contradict_each_other_are_refused_with_both_names() -> None:
    for settings, named in (
        ({"frozen": True, "weights": "scratch"}, ("frozen", "weights")),
        ({"weights": "folder"}, ("weights_folder", "weights")),
        ({"frozen": False, "unfrozen_blocks": 2}, ("unfrozen_blocks is 2", "frozen is false")),
        ({"layer_decay": 0.7}, ("layer_decay is 0.7", "unfrozen_blocks")),
        ({"mixed_precision": True}, ("mixed_precision is true", "unfrozen_blocks")),
        ({"logit_adjustment": 1.0}, ("logit_adjustment is 1", "positive_weights is true")),
        ({"loss": "asymmetric", "asymmetric_positive": 5.0}, ("asymmetric_positive is 5", "asymmetric_negative is 4")),
        ({"test_time_rotations": 3, "test_time_angle": 0.0}, ("test_time_angle is 0", "test_time_rotations is 3")),
    ):
        with pytest.raises(LearningError) as refused:
            concept_vit.Config(**settings)
        assert all(name in str(refused.value) for name in named)
    concept_vit.Config(unfrozen_blocks=2, layer_decay=0.7, logit_adjustment=1.0, positive_weights=False)


def test_damaged_weights_of_a_model_are_refused(tmp_path: Path, snapshot: Snapshot) -> None:
    train(tmp_path, snapshot)
    path = tmp_path / "model" / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(LearningError, match="missing or damaged"):
        ServedModel.load(tmp_path / "model")


def test_changed_pictures_stay_pictures_and_the_generator_alone_decides() -> None:
    images = torch.rand(4, 3, 24, 24)
    augment = Augmentation(rotation=15, scale=0.15, brightness=0.3, mirror=True)
    one, two = (augment(images, augment.draw(4, torch.Generator().manual_seed(7))) for _ in range(2))
    assert torch.equal(one, two) and not torch.equal(one, images)
    assert float(one.min()) >= 0 and float(one.max()) <= 1
    still = Augmentation(rotation=0, scale=0, brightness=0, mirror=False)
    assert torch.allclose(still(images, still.draw(4, torch.Generator())), images, atol=1e-5)
