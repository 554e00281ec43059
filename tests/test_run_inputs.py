"""What a run learns from, as it is brought to the network: whose picture is gone, and what passing them cost."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from mlcore.concepts import training
from mlcore.concepts.preparation import Preparation
from mlcore.contract import Cancelled, Snapshot
from mlcore.nets.backbones import build_backbone
from tests.coin_drawings import drawn_snapshot
from tests.test_concept_vit import VIT, refusal, train

SLOW = 0.05
"""Seconds that a pass is made to take."""


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    return drawn_snapshot(tmp_path / "pictures", sides=96)


@pytest.fixture
def resting(tmp_path: Path) -> dict[str, Any]:
    """Settings of a small backbone at rest."""
    torch.manual_seed(1)
    folder = tmp_path / "weights"
    folder.mkdir()
    save_file(build_backbone("test_vit.r160_in1k", 32).state_dict(), folder / "test_vit.r160_in1k.safetensors")
    return VIT | {"weights": "folder", "weights_folder": str(folder), "frozen": True, "epochs": 2}


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each batch through the backbone takes a while."""
    quick = training.picture_features

    def look(*given: Any) -> Any:
        time.sleep(SLOW)
        return quick(*given)

    monkeypatch.setattr(training, "picture_features", look)


@pytest.mark.parametrize("at_rest", [False, True])
def test_pictures_that_are_gone_are_counted_and_the_first_three_named(
    tmp_path: Path, snapshot: Snapshot, resting: dict[str, Any], at_rest: bool
) -> None:
    pictures = [sample.picture for sample in snapshot.samples]
    for picture in pictures[:5]:
        (tmp_path / "pictures" / picture).unlink()
    reason = refusal(tmp_path, snapshot, **(resting if at_rest else VIT))
    assert f"5 of {len(pictures)} pictures are missing" in reason and "; and 2 more." in reason
    assert [picture in reason for picture in pictures[:4]] == [True, True, True, False]


@pytest.mark.usefixtures("slow")
def test_passes_through_a_backbone_at_rest_count_in_the_minutes_and_kept_ones_are_told(
    tmp_path: Path, snapshot: Snapshot, resting: dict[str, Any]
) -> None:
    first, second = (
        train(tmp_path, snapshot, name, **(resting | {"seed": seed})) for seed, name in enumerate(("one", "two"))
    )
    cost, again = first.metrics["cost"], second.metrics["cost"]
    assert (cost["features_computed"], cost["features_kept"]) == (96, 0)
    assert (again["features_computed"], again["features_kept"]) == (0, 96)
    assert cost["features_minutes"] * 60 >= 3 * SLOW - 0.03 > again["features_minutes"] * 60
    assert first.seconds >= 3 * SLOW and cost["minutes"] >= cost["features_minutes"]
    assert cost["images_per_second"] is None and cost["features_per_second"] > 0


def test_a_network_that_learns_whole_has_no_features_in_its_cost(tmp_path: Path, snapshot: Snapshot) -> None:
    cost = train(tmp_path, snapshot, **(VIT | {"epochs": 1})).metrics["cost"]
    assert cost["images_per_second"] > 0 and not [key for key in cost if key.startswith("features")]


def test_an_attempt_that_finds_all_pictures_kept_takes_no_time_for_them(tmp_path: Path) -> None:
    prepared = Preparation(tmp_path, "this run")
    with prepared.timed(lambda _: None) as told:
        time.sleep(SLOW)
        told({"event": "progress", "stage": "features", "done": 0, "total": 0, "pictures": 7})
    assert prepared.seconds == 0 and not list(tmp_path.iterdir())
    assert prepared.cost() == {"features_minutes": 0, "features_computed": 0, "features_kept": 7}


def test_pictures_that_a_killed_attempt_did_not_keep_are_computed_twice_and_counted_once(tmp_path: Path) -> None:
    for _ in range(2):
        prepared = Preparation(tmp_path, "this run")
        with prepared.timed(lambda _: None) as told:
            told({"event": "progress", "stage": "features", "done": 5, "total": 7, "pictures": 7})
    assert prepared.computed == 10
    cost = prepared.cost()
    assert (cost["features_computed"], cost["features_kept"]) == (7, 0)


def test_pictures_of_the_same_bytes_are_one(tmp_path: Path, snapshot: Snapshot, resting: dict[str, Any]) -> None:
    one, two = (tmp_path / "pictures" / sample.picture for sample in snapshot.samples[:2])
    two.write_bytes(one.read_bytes())
    cost = train(tmp_path, snapshot, **resting).metrics["cost"]
    assert (cost["features_computed"], cost["features_kept"]) == (95, 0)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("stop_at", ["features", "training"])
def test_a_run_that_is_taken_up_again_counts_the_passes_of_both_attempts(
    tmp_path: Path, snapshot: Snapshot, resting: dict[str, Any], stop_at: str
) -> None:
    def stop(event: dict[str, Any]) -> None:
        if event.get("stage") == stop_at and event["done"] > 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        train(tmp_path, snapshot, report=stop, **resting)
    cost = train(tmp_path, snapshot, **resting).metrics["cost"]
    assert (cost["features_computed"], cost["features_kept"]) == (96, 0)
    assert cost["features_minutes"] * 60 >= 3 * SLOW - 0.03
    assert not (tmp_path / "model" / "checkpoints").exists()
