"""The convolutional network of Cooper and Arandjelović, and any of timm, with the two answers absent and present."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from mlcore.nets.backbones import build_backbone, width_of

COOPER = "cooper"
PUBLISHED_SIZE = 300
SMALLEST_SIZE = 63
"""Edge in pixels below which nothing is left after three poolings."""
FILTERS = (96, 256, 384, 384, 256)
WIDTHS = (2000, 256)


class CooperCNN(nn.Module):
    """Five convolutions with three poolings between, then fully connected layers, a ReLU after each of them.

    After Cooper and Arandjelović, "Understanding Ancient Coin Images" (2019) and "Learning to Describe" (Sci, 2020).
    From there: a network in the manner of AlexNet (Krizhevsky and others, 2012), learned from nothing, one for each
    concept, with two outputs and, as Reid and Arandjelović count it, 37 million weights. Our choice, so that the count
    is met: AlexNet's numbers and sizes of filters, 2,000 and 256 units in the fully connected layers, pictures of 300
    pixels, and first weights after He and others (2015). With pictures of another size the first fully connected layer
    grows or shrinks.
    """

    def __init__(self, size: int = PUBLISHED_SIZE) -> None:
        """`size`: edge of the pictures in pixels, at least 63."""
        super().__init__()
        one, two, three, four, five = FILTERS
        self.convolutions = nn.Sequential(
            *(nn.Conv2d(3, one, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2)),
            *(nn.Conv2d(one, two, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2)),
            *(nn.Conv2d(two, three, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(three, four, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(four, five, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2)),
        )
        edge = edge_after_pooling(size)
        wide, self.num_features = WIDTHS
        self.connected = nn.Sequential(
            *(nn.Linear(five * edge * edge, wide), nn.ReLU()),
            *(nn.Linear(wide, self.num_features), nn.ReLU()),
        )
        self.apply(_draw_weights)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Features (n, 256) of pictures (n, 3, size, size)."""
        features: torch.Tensor = self.connected(self.convolutions(images).flatten(1))
        return features


def edge_after_pooling(size: int) -> int:
    """Cells along an edge that the last pooling leaves of so many pixels."""
    edge = (size + 2 * 2 - 11) // 4 + 1
    for _ in range(3):
        edge = (edge - 3) // 2 + 1
    return edge


def _draw_weights(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d | nn.Linear):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]


class TwoAnswers(nn.Module):
    """Pictures (n, 3, size, size), scaled, to two outputs (n, 2): absent and present."""

    def __init__(self, backbone: nn.Module, final_relu: bool) -> None:
        """`final_relu`: cut the outputs at nought, as published; both may then be 0 for every picture, for ever."""
        super().__init__()
        self.backbone, self.final_relu = backbone, final_relu
        self.head = nn.Linear(width_of(backbone), 2)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Outputs (n, 2): absent and present; their difference is the logit."""
        outputs: torch.Tensor = self.head(self.backbone(images))
        return functional.relu(outputs) if self.final_relu else outputs


def make_cnn(network: str, size: int, final_relu: bool, device: torch.device) -> TwoAnswers:
    """A network with random weights: the one published, or a backbone of timm by its name.

    Raises LearningError for a name that timm does not know, or a size that the network cannot see.
    """
    backbone = CooperCNN(size) if network == COOPER else build_backbone(network, size)
    return _moved(TwoAnswers(backbone, final_relu), device)


def remake_cnn(
    network: str, size: int, final_relu: bool, device: torch.device, weights: dict[str, torch.Tensor]
) -> TwoAnswers:
    """A network with weights that were learned. Raises RuntimeError where they are of another shape or name."""
    if network == COOPER:
        with torch.device("meta"):  # to draw 37 million numbers at random takes longer than to read them
            net = TwoAnswers(CooperCNN(size), final_relu)
    else:
        net = TwoAnswers(build_backbone(network, size), final_relu)
    net.load_state_dict(weights, assign=network == COOPER)
    return _moved(net, device)


def _moved(net: TwoAnswers, device: torch.device) -> TwoAnswers:
    return net.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]
