"""The part of a concept network that answers for some concepts, as the methods of explanation want it."""

from __future__ import annotations

import torch
from torch import nn

from mlcore.nets.concept_net import ConceptNet


class Answering(nn.Module):
    """Upright pictures (n, 3, size, size), scaled, to logits (n, columns); the coin's other side is held fixed."""

    def __init__(self, net: ConceptNet, columns: list[int], beside: torch.Tensor | None) -> None:
        """`beside`: pooled features (width,) of the other side for a network of both; None where there is none."""
        super().__init__()
        self.net, self.columns = net, columns
        self.beside = torch.zeros(net.width, device=net.device) if beside is None else beside.to(net.device)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        features = self.net.features(images)
        if self.net.together:
            features = torch.cat([features, self.beside.expand(len(images), -1)], dim=1)
        logits: torch.Tensor = self.net.head(features)
        return logits[:, self.columns]
