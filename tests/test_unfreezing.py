"""A pretrained backbone that learns on: by its last blocks or whole, at one rate or at falling ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from mlcore.contract import LearningError, RunResult
from mlcore.kinds import concept_vit
from mlcore.nets.backbones import BackboneChoice, build_backbone, open_backbone
from mlcore.nets.concept_net import make_net
from mlcore.nets.unfreezing import blocks_of, freeze_but_last
from tests.coin_drawings import TINY, Heard, drawn_snapshot

VIT, RESNET = "test_vit.r160_in1k", "test_resnet.r160_in1k"
CPU = torch.device("cpu")


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A folder of weights for two very small networks."""
    folder = tmp_path / "weights"
    folder.mkdir()
    torch.manual_seed(1)
    for name in (VIT, RESNET):
        save_file(build_backbone(name, 32).state_dict(), folder / f"{name}.safetensors")
    return folder


def train(folder: Path, weights: Path, out: str = "model", report: Any = None, **settings: Any) -> RunResult:
    given = {"weights": "folder", "weights_folder": str(weights), "frozen": True, "backbone": VIT, "epochs": 2}
    config = concept_vit.Config(**(TINY | given | settings))
    places = {"pictures": folder / "pictures", "features": folder / "features"}
    snapshot = drawn_snapshot(folder / "pictures", sides=32)
    return concept_vit.train(snapshot, config, folder / out, Heard() if report is None else report, **places)


def moved(folder: Path, weights: Path, backbone: str = VIT) -> set[str]:
    """Names of the backbone's values that differ from those that the run began with."""
    before = load_file(weights / f"{backbone}.safetensors")
    after = load_file(folder / "model" / "model.safetensors")
    return {name for name, value in before.items() if not torch.equal(value, after[f"backbone.{name}"])}


def test_only_the_last_blocks_and_the_norm_after_them_learn_on(tmp_path: Path, weights: Path) -> None:
    result = train(tmp_path, weights, unfrozen_blocks=2)
    names = moved(tmp_path, weights)
    assert {name.split(".")[1] for name in names if name.startswith("blocks.")} == {"4", "5"}
    assert any(name.startswith(("norm.", "fc_norm.")) for name in names)
    assert all(name.startswith(("blocks.4", "blocks.5", "norm.", "fc_norm.")) for name in names)
    cost = result.metrics["cost"]
    assert 0 < cost["trained_parameters"] < cost["parameters"]
    assert not (tmp_path / "features").exists()  # the last blocks change, so that no pass can be kept


def test_a_backbone_at_rest_does_not_move_and_an_unfrozen_one_moves_all_over(tmp_path: Path, weights: Path) -> None:
    train(tmp_path, weights, unfrozen_blocks=0)
    assert not moved(tmp_path, weights)
    (tmp_path / "model" / "result.json").unlink()
    train(tmp_path, weights, frozen=False)
    assert {"patch_embed.proj.weight", "blocks.0.mlp.fc1.weight", "blocks.5.mlp.fc1.weight"} <= moved(tmp_path, weights)


def test_batch_norms_of_frozen_blocks_keep_what_they_know(tmp_path: Path, weights: Path) -> None:
    train(tmp_path, weights, backbone=RESNET, unfrozen_blocks=1)
    names = moved(tmp_path, weights, RESNET)
    assert any(name.endswith("running_mean") for name in names)
    assert all(name.startswith("layer4.") for name in names)


def test_frozen_parts_are_at_rest_while_the_others_learn() -> None:
    backbone = build_backbone(RESNET, 32)
    freeze_but_last(backbone, 1)
    net = make_net(backbone, 2, CPU)
    net.train()
    net.keep_at_rest()
    assert net.training and backbone.layer4.training and not backbone.layer1.training and not backbone.bn1.training


@pytest.mark.parametrize(
    ("name", "last"), [("test_vit", "blocks.5"), ("test_resnet", "layer4"), ("resnet10t", "layer4")]
)
def test_blocks_go_from_the_picture_to_the_features_and_hold_every_weight_once(name: str, last: str) -> None:
    backbone = build_backbone(name, 32)
    blocks = blocks_of(backbone)
    held = [each for block in blocks for each in block]
    assert sorted(held) == sorted(each for each, _ in backbone.named_parameters())
    assert any(each.startswith(last) for each in blocks[-1]) and len(blocks) > 4


def test_more_blocks_than_there_are_is_refused_with_their_number(tmp_path: Path, weights: Path) -> None:
    with pytest.raises(LearningError, match=r"unfrozen_blocks is 99 and the backbone has 7 blocks"):
        train(tmp_path, weights, unfrozen_blocks=99)


def test_a_network_whose_blocks_are_not_known_can_only_be_frozen_or_trained_whole() -> None:
    net = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
    with pytest.raises(LearningError, match="does not say which blocks a Sequential has"):
        freeze_but_last(net, 1)
    freeze_but_last(net, 0)
    assert not any(each.requires_grad for each in net.parameters())


def test_blocks_near_the_picture_learn_more_slowly(tmp_path: Path, weights: Path) -> None:
    train(tmp_path, weights, frozen=False, layer_decay=0.2, epochs=1, optimiser="adamw", weight_decay=0.0)
    before, after = load_file(weights / f"{VIT}.safetensors"), load_file(tmp_path / "model" / "model.safetensors")

    def change(block: int) -> float:
        name = f"blocks.{block}.mlp.fc1.weight"
        return float((before[name] - after[f"backbone.{name}"]).abs().mean())

    assert change(0) < change(2) / 5 < change(5) / 25


def test_a_choice_of_backbone_says_whether_its_passes_can_be_kept(weights: Path) -> None:
    def choose(frozen: bool, blocks: int) -> BackboneChoice:
        return BackboneChoice(VIT, "folder", weights, frozen, 32, blocks)

    assert choose(True, 0).at_rest and not choose(True, 1).at_rest and not choose(False, 0).at_rest
    learning = {name for name, each in open_backbone(choose(True, 1))[0].named_parameters() if each.requires_grad}
    assert learning and all(name.startswith(("blocks.5", "norm", "fc_norm")) for name in learning)


def test_the_model_of_a_partly_frozen_backbone_predicts_what_was_measured(tmp_path: Path, weights: Path) -> None:
    from mlcore.contract import SidePicture

    train(tmp_path, weights, unfrozen_blocks=1)
    test = json.loads((tmp_path / "model" / "test.json").read_text())
    sides = [SidePicture(side, tmp_path / "pictures" / f"{side}.png") for side in test["sides"]]
    found = concept_vit.predict(tmp_path / "model", sides, Heard(), features=tmp_path / "features")
    for each, wanted in zip(found, test["probabilities"], strict=True):
        assert each.probabilities == pytest.approx(wanted, abs=1e-4)
