"""How quickly a model answers: a short timed pass over test pictures, from their files."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from mlcore.concepts import speed
from mlcore.concepts.data import Numbers, PictureInputs
from mlcore.concepts.inputs import PictureStore, Transform
from mlcore.concepts.speed import answering_rate
from mlcore.contract import Cancelled, LearningError
from mlcore.kinds import concept_vit
from mlcore.nets.augment import Augmentation
from tests.coin_drawings import TINY, Heard, drawn_snapshot

SECONDS = 0.01
"""For each picture."""


class Slow(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.shown: list[int] = []

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        assert not self.training and not torch.is_grad_enabled()
        self.shown.append(len(images))
        time.sleep(SECONDS * len(images))
        return images.mean(dim=(2, 3))


@pytest.fixture
def inputs(tmp_path: Path) -> PictureInputs:
    snapshot = drawn_snapshot(tmp_path)
    transform = Transform(16, True, (0.5,) * 3, (0.5,) * 3)
    store = PictureStore([tmp_path / sample.picture for sample in snapshot.samples], transform, keep=False)
    return PictureInputs(store, transform, Augmentation(0, 0, 0, False), torch.device("cpu"))


def test_the_rate_is_that_of_reading_and_answering_together(inputs: PictureInputs) -> None:
    net, heard = Slow(), Heard()
    rate = answering_rate(net, inputs, np.arange(24), heard)
    assert rate is not None and 5 < rate < 1 / SECONDS
    assert net.shown[:5] == [1, 1, 2, 4, 8] and sum(net.shown) == sum([1, 1, 2, 4, 8, 16]) + 24
    assert {(event["stage"], event["total"]) for event in heard} == {("timing answers", 24)}


def test_a_slow_network_is_shown_few_pictures_and_not_all(
    inputs: PictureInputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed, "WARM", SECONDS / 2)
    monkeypatch.setattr(speed, "ENOUGH", 2.5 * SECONDS)
    net = Slow()
    rate = answering_rate(net, inputs, np.arange(24), Heard())
    assert rate is not None and 0 < rate < 1 / SECONDS
    assert set(net.shown) == {1} and len(net.shown) <= 5


def test_a_cold_first_pass_keeps_no_batch_small(inputs: PictureInputs) -> None:
    class Cold(Slow):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            time.sleep(0 if self.shown else 0.6)
            return super().forward(images)

    net = Cold()
    rate = answering_rate(net, inputs, np.arange(24), Heard())
    assert max(net.shown) > 1 and rate is not None and rate > 5


def test_nothing_to_answer_has_no_rate(inputs: PictureInputs) -> None:
    nothing: Numbers = np.arange(0)
    assert answering_rate(Slow(), inputs, nothing, Heard()) is None


def test_a_cancelled_run_stops_timing(inputs: PictureInputs) -> None:
    def stop(event: dict[str, object]) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        answering_rate(Slow(), inputs, np.arange(4), stop)


def test_a_picture_that_is_gone_is_named(inputs: PictureInputs, tmp_path: Path) -> None:
    (tmp_path / "0.png").unlink()
    with pytest.raises(LearningError, match=r"0\.png"):
        answering_rate(Slow(), inputs, np.arange(4), Heard())


@pytest.mark.parametrize("settings", [{}, {"sides": "together", "test_time_rotations": 3}])
def test_a_run_tells_how_quickly_its_model_answers(tmp_path: Path, settings: dict[str, object]) -> None:
    snapshot, config = drawn_snapshot(tmp_path / "pictures"), concept_vit.Config(**(TINY | settings))
    places = {"pictures": tmp_path / "pictures", "features": tmp_path / "features"}
    result = concept_vit.train(snapshot, config, tmp_path / "model", Heard(), **places)
    assert result.metrics["cost"]["predict_images_per_second"] > 0 and result.device


def test_a_run_whose_test_picture_goes_while_it_learns_keeps_what_it_learned(tmp_path: Path) -> None:
    snapshot = drawn_snapshot(tmp_path / "pictures")
    picture, heard = snapshot.of("test")[0].picture, Heard()

    def lose(event: dict[str, object]) -> None:
        heard(event)
        if event["event"] == "progress" and event["stage"] == "timing answers":
            (tmp_path / "pictures" / picture).unlink(missing_ok=True)

    places = {"pictures": tmp_path / "pictures", "features": tmp_path / "features"}
    result = concept_vit.train(snapshot, concept_vit.Config(**TINY), tmp_path / "model", lose, **places)
    assert result.metrics["cost"]["predict_images_per_second"] is None
    assert 0 < result.metrics["test"]["mean"]["ap"] <= 1
    (said,) = (event["message"] for event in heard if event["event"] == "notice" and "How quickly" in event["message"])
    assert picture in said
