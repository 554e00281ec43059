"""Asymmetric loss: of the many absent labels only the hard ones count (Ridnik et al., 2021)."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from mlcore.losses.masked import MaskedLoss

SMALLEST = 1e-8
"""Stands for 0 before a logarithm, as in the published code."""


class AsymmetricLoss(MaskedLoss):
    """Focal loss with one power for present and another for absent labels.

    The probability of an absent label is lowered by a margin first, so that what is surely absent counts for nothing.
    """

    def __init__(self, *given: Any, positive: float, negative: float, margin: float, **named: Any) -> None:
        """`positive` and `negative` are the powers (gamma), `margin` is in 0..1; others as in MaskedLoss."""
        super().__init__(*given, **named)
        self.positive, self.negative, self.margin = positive, negative, margin

    def each(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        present = -functional.logsigmoid(logits) * torch.sigmoid(-logits) ** self.positive
        lowered = (torch.sigmoid(logits) - self.margin).clamp(min=0)
        absent = -torch.log((1 - lowered).clamp(min=SMALLEST)) * lowered**self.negative
        return targets * self.weights * present + (1 - targets) * absent
