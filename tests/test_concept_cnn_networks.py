"""The parts of concept_cnn: the published network, its balanced lesson, its death, and weights that stay in files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from mlcore.concept_cnns.dying import answers_alike, gradient_is_gone
from mlcore.concept_cnns.lesson import balance
from mlcore.contract import LearningError
from mlcore.kinds import concept_cnn
from mlcore.nets import cooper_cnn
from mlcore.nets.cooper_cnn import COOPER, PUBLISHED_SIZE, make_cnn
from mlcore.stored_tensors import StoredTensors, count_floating, tensors_of

CPU = torch.device("cpu")


def test_the_published_network_has_37_million_weights_and_two_outputs_that_may_be_negative() -> None:
    torch.manual_seed(0)
    net = make_cnn(COOPER, PUBLISHED_SIZE, False, CPU)
    assert abs(sum(each.numel() for each in net.parameters()) - 37_000_000) < 1_000_000
    pictures = torch.randn(4, 3, PUBLISHED_SIZE, PUBLISHED_SIZE)
    with torch.inference_mode():
        free, cut = net(pictures), make_cnn(COOPER, PUBLISHED_SIZE, True, CPU)(pictures)
    assert free.shape == cut.shape == (4, 2) and float(free.min()) < 0 <= float(cut.min())


def test_the_published_network_adapts_to_the_size_down_to_the_smallest() -> None:
    assert (concept_cnn.COOPER, concept_cnn.SMALLEST) == (COOPER, cooper_cnn.SMALLEST_SIZE)
    assert make_cnn(COOPER, concept_cnn.SMALLEST, False, CPU)(torch.zeros(1, 3, 63, 63)).shape == (1, 2)
    with pytest.raises(LearningError, match=r"image_size is 62; the network cooper needs 63"):
        concept_cnn.Config(image_size=62)


def test_death_is_told_from_a_network_that_lives() -> None:
    torch.manual_seed(0)
    pictures, labels = torch.randn(6, 3, 64, 64), torch.tensor([0, 1] * 3)
    net = make_cnn(COOPER, 64, True, CPU)
    assert not answers_alike(net(pictures)) and not gradient_is_gone(net, pictures, labels)
    torch.nn.init.constant_(net.head.bias, -100.0)
    assert answers_alike(net(pictures)) and gradient_is_gone(net, pictures, labels)
    net.final_relu = False
    assert not answers_alike(net(pictures)) and not gradient_is_gone(net, pictures, labels)
    torch.nn.init.constant_(net.backbone.connected[2].bias, -100.0)
    assert answers_alike(net(pictures)) and gradient_is_gone(net, pictures, labels)
    assert not answers_alike(net(pictures[:1]))


def test_classes_are_balanced_anew_or_once_and_rare_ones_shown_again() -> None:
    labels = np.array([1] * 3 + [0] * 40 + [-1] * 5)
    numbers = np.arange(len(labels))
    small = balance(labels, numbers, 1, "each_epoch", 0)
    drawn = [small.draw(epoch, torch.Generator().manual_seed(epoch)) for epoch in (1, 2, 1)]
    assert all(np.sort(labels[each]).tolist() == [0, 0, 0, 1, 1, 1] for each in drawn)
    assert drawn[0].tolist() == drawn[2].tolist() and set(drawn[0]) != set(drawn[1])
    floor = balance(labels, numbers, 10, "each_epoch", 0).draw(1, torch.Generator().manual_seed(1))
    shown = np.bincount(floor)
    assert sorted(shown[:3]) == [3, 3, 4] and (shown[3:] <= 1).all() and len(floor) == 20
    once = balance(labels, numbers, 1, "once", 0)
    first, second = (once.draw(epoch, torch.Generator().manual_seed(epoch)) for epoch in (1, 2))
    assert set(first) == set(second) and first.tolist() != second.tolist()
    assert balance(np.where(labels < 0, -1, 1 - labels), numbers, 1, "each_epoch", 0).per_class == 3


@pytest.fixture
def two() -> dict[str, torch.Tensor]:
    return {"a.weight": torch.randn(5).to(torch.bfloat16), "c": torch.zeros(0)}


@pytest.fixture
def stored(tmp_path: Path, two: dict[str, torch.Tensor]) -> StoredTensors:
    """Two files of tensors, of which one is a counter, one of half precision and one empty."""
    save_file({"a.weight": torch.randn(3, 4), "b": torch.tensor(7), "on": torch.tensor(True)}, tmp_path / "one")
    save_file(two, tmp_path / "two")
    return StoredTensors({"0": tmp_path / "one", "11": tmp_path / "two"})


def test_stored_weights_are_joined_without_being_held(
    tmp_path: Path, stored: StoredTensors, two: dict[str, torch.Tensor]
) -> None:
    stored.copy_to(tmp_path / "joined")
    joined = load_file(tmp_path / "joined")
    assert set(joined) == set(stored) == {"0.a.weight", "0.b", "0.on", "11.a.weight", "11.c"}
    assert all(torch.equal(joined[name], value) for name, value in stored.items())
    assert torch.equal(tensors_of(tmp_path / "joined", "11", "cpu")["a.weight"], two["a.weight"])
    StoredTensors({}).copy_to(tmp_path / "empty")
    assert load_file(tmp_path / "empty") == {}


def test_stored_weights_are_counted_without_being_read(stored: StoredTensors, monkeypatch: pytest.MonkeyPatch) -> None:
    held = count_floating(dict(stored))
    monkeypatch.delattr(StoredTensors, "__getitem__")
    assert count_floating(stored) == held == 3 * 4 + 5
