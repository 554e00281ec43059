"""Small models of which it is known where they look: for red marks, for blue marks, and nowhere else."""

from __future__ import annotations

import numpy as np
import timm
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from mlcore.concepts.inputs import Transform
from mlcore.concepts.model import ConceptModel
from mlcore.nets.concept_net import ConceptNet

SIZE, MARK = 64, 16
TRANSFORM = Transform(SIZE, False, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
ABOUT = {"concepts": ["red", "blue"], "thresholds": [0.5, 0.5]}
RED, BLUE = (230, 60, 60), (60, 60, 230)
Place = tuple[int, int]


def marked(**marks: Place) -> Image.Image:
    """A grey picture with a red or a blue mark whose upper left corner is at (left, top)."""
    picture = Image.new("RGB", (SIZE, SIZE), (120, 120, 120))
    for colour, place in marks.items():
        picture.paste({"red": RED, "blue": BLUE}[colour], (*place, place[0] + MARK, place[1] + MARK))
    return picture


def box_of(place: Place) -> tuple[float, float, float, float]:
    left, top = place[0] / SIZE, place[1] / SIZE
    return left, top, left + MARK / SIZE, top + MARK / SIZE


class Colours(nn.Module):
    """Two features: how much red there is on average, and how much blue, by one convolution."""

    num_features = 2

    def __init__(self) -> None:
        super().__init__()
        self.look = nn.Conv2d(3, 2, 8, stride=8, bias=False)
        red = torch.tensor([1.0, 0.0, -1.0]).view(3, 1, 1) / 64
        self.look.weight.data = torch.stack([red, -red]).expand(-1, -1, 8, 8).contiguous()
        self.react = nn.ReLU(inplace=True)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        seen: torch.Tensor = self.react(self.look(images))
        return seen.mean(dim=(2, 3))


def colour_model() -> ConceptModel:
    """A convolutional network made by hand."""
    net = ConceptNet(Colours(), 2, 2, torch.device("cpu"))
    net.head.weight.data = torch.eye(2) * 40
    net.head.bias.data.fill_(-1.5)
    return ConceptModel(net, TRANSFORM, ABOUT)


def colour_transformer(steps: int = 120) -> ConceptModel:
    """A small vision transformer of timm that learned to tell whether there is a red mark, and whether a blue one."""
    torch.manual_seed(0)
    shape = {"img_size": SIZE, "patch_size": 8, "embed_dim": 48, "depth": 2, "num_heads": 2, "num_classes": 0}
    backbone = timm.create_model("vit_tiny_patch16_224", **shape)
    net = ConceptNet(backbone, 48, 2, torch.device("cpu"))
    optimiser = torch.optim.AdamW(net.parameters(), lr=2e-3)
    random = np.random.default_rng(0)
    net.train()
    for _ in range(steps):
        truth = random.random((32, 2)) < 0.5
        squares = np.stack([TRANSFORM.square(_drawn(row, random)) for row in truth])
        logits = net(TRANSFORM.normalise(TRANSFORM.tensor(squares, net.device)))
        loss = functional.binary_cross_entropy_with_logits(logits, torch.from_numpy(truth).float())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.1
    return ConceptModel(net, TRANSFORM, ABOUT)


def _drawn(truth: np.ndarray, random: np.random.Generator) -> Image.Image:
    cells = random.choice((SIZE // MARK) ** 2, 2, replace=False) * MARK
    places = [(int(cell % SIZE), int(cell // SIZE * MARK)) for cell in cells]
    return marked(**{name: place for name, place, shown in zip(("red", "blue"), places, truth, strict=True) if shown})
