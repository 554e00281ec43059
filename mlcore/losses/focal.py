"""Focal loss: labels that are answered rightly already count less (Lin et al., 2017)."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from mlcore.losses.masked import MaskedLoss


class FocalLoss(MaskedLoss):
    """Cross entropy times (1 - p) to the power gamma, where p is the probability given to the right answer."""

    def __init__(self, *given: Any, gamma: float, **named: Any) -> None:
        """`gamma` of 0 is plain cross entropy; other arguments as in MaskedLoss."""
        super().__init__(*given, **named)
        self.gamma = gamma

    def each(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        # log p of an answer is log sigmoid, and its distance to 1 the sigmoid of the other sign: nothing overflows
        present = -functional.logsigmoid(logits) * torch.sigmoid(-logits) ** self.gamma
        absent = -functional.logsigmoid(-logits) * torch.sigmoid(logits) ** self.gamma
        return targets * self.weights * present + (1 - targets) * absent
