"""A backbone with one linear answer per concept, for one side of a coin or for both together."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from mlcore.nets.augment import turned
from mlcore.nets.backbones import width_of
from mlcore.nets.devices import half_precision_pays


class ConceptNet(nn.Module):
    """Pictures, scaled, to one logit per concept (n, concepts).

    Pictures are (n, 3, size, size), or pairs (n, 2, 3, size, size) of a side and its coin's other side. An other side
    that is missing is nought in every pixel, and its features are nought then.
    """

    def __init__(
        self, backbone: nn.Module, width: int, concepts: int, device: torch.device, together: bool = False
    ) -> None:
        """`together`: the answers are read from the features of both sides, one after the other (n, 2 x width)."""
        super().__init__()
        self.backbone = backbone.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.head = nn.Linear(width * (2 if together else 1), concepts, device=device)
        self.width, self.together, self.device = width, together, device
        self.halved = half_precision_pays(device)
        self.turns: tuple[float, ...] = ()
        """Degrees by which each picture is turned when nothing is learned; the answers are averaged."""

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Pooled features (n, width) in float32 of pictures (n, 3, size, size).

        At rest the backbone computes in bfloat16 where the device has it; while it learns, as the loop has it.
        """
        if self.training:
            pooled: torch.Tensor = self.backbone(images)
            return pooled.float()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.halved):
            pooled = self.backbone(images)
        return pooled.float()

    def mean_features(self, images: torch.Tensor, turns: Sequence[float]) -> torch.Tensor:
        """Features (n, width) averaged over the picture turned by these degrees; as it is where there are none.

        The answers are linear in the features, so this is the mean of the logits too.
        """
        if not turns:
            return self.features(images)
        return torch.stack([self.features(turned(images, degrees)) for degrees in turns]).mean(dim=0)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits (n, concepts) of pictures (n, 3, size, size), or of pairs (n, 2, 3, size, size)."""
        own, other = images.unbind(1) if images.ndim == 5 else (images, None)
        shown = torch.zeros(len(own), dtype=torch.bool, device=own.device)
        if other is not None:
            shown = other.flatten(1).any(dim=1)
            own = torch.cat([own, other[shown]])
        found = self.mean_features(own, () if self.training else self.turns)
        logits: torch.Tensor = self.head(self.joined(found, shown))
        return logits

    def joined(self, features: torch.Tensor, shown: torch.Tensor) -> torch.Tensor:
        """What the head reads: features of each side, then of its other side, nought where that is not `shown` (n,).

        `features`: of all sides, then of the other sides that are shown, in order.
        """
        if not self.together:
            return features
        own, others = features[: len(shown)], features[len(shown) :]
        beside = torch.zeros_like(own)
        beside[shown] = others
        return torch.cat([own, beside], dim=1)

    def keep_at_rest(self) -> None:
        """Put the parts that are not learned to rest, so that their batch norms keep what they know."""
        for part in self.backbone.modules():
            weights = list(part.parameters())
            if weights and not any(each.requires_grad for each in weights):
                part.eval()


def make_net(backbone: nn.Module, concepts: int, device: torch.device, together: bool = False) -> ConceptNet:
    """The backbone on the device, with a head of random weights of the width that the backbone gives."""
    return ConceptNet(backbone, width_of(backbone), concepts, device, together)
