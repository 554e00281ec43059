"""A backbone with one linear answer per concept."""

from __future__ import annotations

import torch
from torch import nn

from mlcore.nets.devices import half_precision_pays


class ConceptNet(nn.Module):
    """Pictures (n, 3, size, size), scaled, to one logit per concept (n, concepts)."""

    def __init__(self, backbone: nn.Module, width: int, concepts: int, device: torch.device) -> None:
        super().__init__()
        self.backbone = backbone.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.head = nn.Linear(width, concepts, device=device)
        self.device = device
        self.halved = half_precision_pays(device)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Pooled features (n, width) in float32; the backbone computes in bfloat16 where the device has it."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.halved):
            pooled: torch.Tensor = self.backbone(images)
        return pooled.float()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.features(images))
        return logits


def make_net(backbone: nn.Module, concepts: int, device: torch.device) -> ConceptNet:
    return ConceptNet(backbone, int(backbone.num_features), concepts, device)  # type: ignore[arg-type]
