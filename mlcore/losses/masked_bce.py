"""Binary cross entropy."""

from __future__ import annotations

import torch
from torch.nn import functional

from mlcore.losses.masked import MaskedLoss


class MaskedBCE(MaskedLoss):
    """Binary cross entropy over known labels."""

    def each(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return functional.binary_cross_entropy_with_logits(logits, targets, pos_weight=self.weights, reduction="none")
