"""Backbones of any family stand under the answers of a concept network."""

from __future__ import annotations

import pytest
import torch

from mlcore.nets.backbones import build_backbone, width_of
from mlcore.nets.concept_net import make_net
from mlcore.nets.cooper_cnn import make_cnn

CPU = torch.device("cpu")


@pytest.mark.parametrize("name", ["mobilenetv3_small_050", "mobilenetv4_conv_small_035", "test_resnet", "test_vit"])
def test_the_answers_fit_what_the_backbone_gives(name: str) -> None:
    backbone = build_backbone(name, 64)
    with torch.inference_mode():
        assert backbone(torch.zeros(1, 3, 64, 64)).shape == (1, width_of(backbone))
        assert make_net(backbone, 3, CPU).eval()(torch.zeros(1, 3, 64, 64)).shape == (1, 3)


def test_one_network_per_concept_stands_on_any_convolutional_backbone() -> None:
    with torch.inference_mode():
        assert make_cnn("mobilenetv3_small_050", 64, False, CPU).eval()(torch.zeros(1, 3, 64, 64)).shape == (1, 2)
