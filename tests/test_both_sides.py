"""A model that judges a side together with its coin's other side, and one that judges a picture in several turns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from mlcore.commands.predict import read_sides
from mlcore.concepts.paired_inputs import HIDDEN, shown
from mlcore.concepts.pairs import NONE, find_others, pictures_with_others
from mlcore.contract import FACES, LearningError, Prediction, RunResult, Sample, SidePicture, Snapshot
from mlcore.kinds import concept_vit
from mlcore.nets.augment import evenly_turned, turned
from mlcore.nets.backbones import build_backbone
from mlcore.nets.concept_net import make_net
from mlcore.serving import ServedModel
from tests.coin_drawings import TINY, Heard, draw_side, split_of
from tests.learning_rows import make_model

VIT = "test_vit.r160_in1k"


def paired_snapshot(folder: Path, coins: int = 96) -> Snapshot:
    """Reverses (sides 2n + 1) that show nothing and are called altar where the coin's obverse (2n) shows one."""
    samples = []
    for coin in range(coins):
        altar = coin // 8 % 2
        for place, face in enumerate(FACES):
            side = 2 * coin + place
            draw_side(folder / f"{side}.png", bool(altar) and face == "obverse", False, side)
            labels = (altar,) if face == "reverse" else (-1,)
            split = split_of(coin)
            samples.append(Sample(side, f"coin {coin}", face, f"{side}.png", "", labels, (False,), split))
    return Snapshot(("altar",), tuple(samples))


def train(folder: Path, snapshot: Snapshot, out: str = "model", report: Any = None, **settings: Any) -> RunResult:
    config = concept_vit.Config(**(TINY | {"epochs": 12, "learning_rate": 0.01, "faces": "reverse"} | settings))
    places = {"pictures": folder / "pictures", "features": folder / "features"}
    return concept_vit.train(snapshot, config, folder / out, Heard() if report is None else report, **places)


def frozen(folder: Path) -> dict[str, Any]:
    """Settings for a frozen backbone, whose weights are drawn at random into a folder."""
    torch.manual_seed(1)
    (folder / "weights").mkdir()
    save_file(build_backbone(VIT, 32).state_dict(), folder / "weights" / f"{VIT}.safetensors")
    weights = {"weights": "folder", "weights_folder": str(folder / "weights")}
    return weights | {"backbone": VIT, "frozen": True, "epochs": 40, "learning_rate": 0.02}


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    return paired_snapshot(tmp_path / "pictures")


def predicted(folder: Path, others: bool = True, **more: Any) -> tuple[list[Prediction], list[list[float]]]:
    """What the model says of the test sides now, and what it said when it was measured."""
    test = json.loads((folder / "model" / "test.json").read_text())
    pictures = folder / "pictures"
    sides = [
        SidePicture(side, pictures / f"{side}.png", pictures / f"{side - 1}.png" if others else None)
        for side in test["sides"]
    ]
    return list(concept_vit.predict(folder / "model", sides, Heard(), **more)), test["probabilities"]


def test_what_only_the_other_side_shows_is_learned_from_both_and_not_from_one(
    tmp_path: Path, snapshot: Snapshot
) -> None:
    together = train(tmp_path, snapshot, "model", sides="together")
    alone = train(tmp_path, snapshot, "alone", sides="each")
    assert together.metrics["test"]["mean"]["ap"] > 0.95
    assert alone.metrics["test"]["mean"]["ap"] < 0.85
    found, measured = predicted(tmp_path)
    assert np.allclose([each.probabilities for each in found], measured, atol=1e-4)
    blind, _ = predicted(tmp_path, others=False)
    assert np.ptp([each.probabilities[0] for each in blind]) < np.ptp([each.probabilities[0] for each in found]) / 2
    assert [len(each.embedding) for each in blind] == [len(each.embedding) for each in found]


def test_a_frozen_backbone_passes_each_picture_once_and_learns_from_both(tmp_path: Path, snapshot: Snapshot) -> None:
    report = Heard()
    result = train(tmp_path, snapshot, report=report, sides="together", **frozen(tmp_path))
    assert max(event["total"] for event in report if event.get("stage") == "features") == 192
    assert result.metrics["test"]["mean"]["ap"] > 0.9
    for features in (None, tmp_path / "features"):
        found, measured = predicted(tmp_path, features=features)
        assert np.allclose([each.probabilities for each in found], measured, atol=1e-3)


def test_the_warm_model_takes_the_other_side_or_goes_without(tmp_path: Path, snapshot: Snapshot) -> None:
    train(tmp_path, snapshot, sides="together", epochs=2)
    served = ServedModel.load(tmp_path / "model")
    shows, plain = (Image.open(tmp_path / "pictures" / f"{side}.png").convert("RGB") for side in (16, 17))
    both, alone = served.predict([plain], [shows]), served.predict([plain])
    assert both.shape == alone.shape == (1, 1) and not np.isclose(both, alone).all()
    assert np.allclose(served.predict([plain, plain], [shows, None]), np.concatenate([both, alone]), atol=1e-5)


def test_an_other_side_that_cannot_be_read_is_told_and_done_without(tmp_path: Path, snapshot: Snapshot) -> None:
    train(tmp_path, snapshot, sides="together", epochs=1)
    own, report = tmp_path / "pictures" / "1.png", Heard()
    sides = [SidePicture(1, own, tmp_path / "gone.png"), SidePicture(1, own)]
    gone, none = concept_vit.predict(tmp_path / "model", sides, report)
    assert gone == none and not gone.error
    said = [event["message"] for event in report if event["event"] == "notice"]
    assert said and "Side 1 is answered without its coin's other side" in said[0] and "gone.png" in said[0]


@pytest.mark.parametrize("rests", [False, True])
def test_an_other_side_that_is_gone_since_the_freeze_is_named(tmp_path: Path, snapshot: Snapshot, rests: bool) -> None:
    settings = frozen(tmp_path) if rests else {}
    (tmp_path / "pictures" / "8.png").unlink()  # an obverse, which is no training sample of its own
    with pytest.raises(LearningError, match=r"1 of \d+ pictures is missing .*, 8\.png\).*freeze a new snapshot"):
        train(tmp_path, snapshot, sides="together", **settings)


def test_the_site_names_each_side_s_other_side_for_the_prediction(tmp_path: Path, make_coin: Any) -> None:
    from annotations.services.predicting import _write_sides

    whole, half = make_coin("demo.1"), make_coin("demo.2", crop="cd/half.webp")
    for face in FACES:
        whole.sides.filter(face=face).update(crop=f"ab/{face}.webp")
    half.sides.filter(face="obverse").update(crop="")
    assert _write_sides(make_model(), tmp_path / "sides.jsonl") == 3
    read = {each.picture.name: each for each in read_sides(tmp_path / "sides.jsonl", tmp_path)}
    assert read["obverse.webp"].other == tmp_path / "ab" / "reverse.webp"
    assert read["reverse.webp"].other == tmp_path / "ab" / "obverse.webp"
    assert read["half.webp"].other is None


def sample(side: int, coin: str, face: str) -> Sample:
    return Sample(side, coin, face, f"{side}.png", "", (1,), (False,), "train")  # type: ignore[arg-type]


def test_sides_find_their_other_side_also_among_doubles_and_where_there_is_none() -> None:
    doubles = [sample(side, "a", FACES[side % 2]) for side in (4, 5, 90, 91)]
    lonely = sample(200, "b", "obverse")
    samples = [*doubles, lonely]
    assert [each.side if each else None for each in find_others(samples, samples)] == [5, 4, 91, 90, None]
    reverses = [each for each in samples if each.face == "reverse"]
    pictures, others = pictures_with_others(reverses, find_others(reverses, samples))
    assert pictures == ["5.png", "91.png", "4.png", "90.png"] and others.tolist() == [2, 3]
    assert pictures_with_others([lonely], [None])[1].tolist() == [NONE]


def test_other_sides_are_hidden_at_times_while_learning_and_never_when_measuring() -> None:
    others = np.arange(4000)
    assert (shown(others, None) == others).all()
    hidden = shown(others, torch.Generator().manual_seed(1)) == NONE
    assert hidden.mean() == pytest.approx(HIDDEN, abs=0.03)


def test_an_other_side_that_is_missing_adds_nothing() -> None:
    net = make_net(build_backbone("test_resnet", 32), 3, torch.device("cpu"), together=True).eval()
    pictures = torch.rand(4, 3, 32, 32)
    pairs = torch.stack([pictures, pictures.flip(0)], dim=1)
    pairs[1:3, 1] = 0
    with torch.inference_mode():
        found, alone = net(pairs), net(pictures)
        assert torch.allclose(found[1:3], alone[1:3], atol=1e-5)
        assert not torch.allclose(found[[0, 3]], alone[[0, 3]], atol=1e-5)


def test_turns_lie_evenly_on_either_side_of_upright() -> None:
    assert evenly_turned(1, 10) == () and evenly_turned(3, 10) == (-10, 0, 10) and evenly_turned(4, 9) == (-9, -3, 3, 9)
    pictures = torch.rand(2, 3, 16, 16)
    assert torch.allclose(turned(pictures, 0), pictures, atol=1e-5)
    assert torch.allclose(turned(turned(pictures, 90), -90), pictures, atol=1e-4)


def test_answers_over_several_turns_are_the_mean_of_their_logits() -> None:
    net = make_net(build_backbone("test_resnet", 32), 3, torch.device("cpu")).eval()
    pictures = torch.rand(4, 3, 32, 32)
    with torch.inference_mode():
        wanted = torch.stack([net(turned(pictures, degrees)) for degrees in (-8, 0, 8)]).mean(dim=0)
        upright = net(pictures)
        net.turns = (-8, 0, 8)
        assert torch.allclose(net(pictures), wanted, atol=1e-5) and not torch.allclose(upright, wanted, atol=1e-4)


@pytest.mark.parametrize("rests", [False, True])
def test_a_model_of_several_turns_predicts_what_was_measured(tmp_path: Path, snapshot: Snapshot, rests: bool) -> None:
    given = (frozen(tmp_path) if rests else {}) | {"epochs": 1, "test_time_rotations": 3, "test_time_angle": 8.0}
    train(tmp_path, snapshot, sides="together", **given)
    for features in (None, tmp_path / "features"):
        found, measured = predicted(tmp_path, features=features)
        assert np.allclose([each.probabilities for each in found], measured, atol=1e-3)


def test_passes_in_other_turns_are_not_taken_for_each_other(tmp_path: Path, snapshot: Snapshot) -> None:
    settings, totals = frozen(tmp_path) | {"epochs": 1}, []
    for out, turns in (("one", 1), ("three", 3), ("again", 3)):
        report = Heard()
        train(tmp_path, snapshot, out, report, **settings, test_time_rotations=turns)
        totals.append(max(event["total"] for event in report if event.get("stage") == "features"))
    assert totals == [96, 96, 0]
