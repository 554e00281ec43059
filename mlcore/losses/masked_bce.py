"""Binary cross entropy over the labels that are known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

HEAVIEST = 50.0
"""A concept seen once in a thousand sides would otherwise drown the others."""


class MaskedBCE(nn.Module):
    """Mean of binary cross entropy over known labels; the present ones are weighted per concept."""

    def __init__(self, positive_weights: npt.NDArray[np.float64], device: torch.device) -> None:
        super().__init__()
        self.weights = torch.tensor(positive_weights, dtype=torch.float32, device=device)

    def forward(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """`logits` and `labels` (n, concepts); labels are 1, 0 or -1 for unknown. 0 where nothing is known."""
        known = labels >= 0
        targets = labels.clamp(min=0).float()
        each = functional.binary_cross_entropy_with_logits(
            logits.float(), targets, pos_weight=self.weights, reduction="none"
        )
        return (each * known).sum() / known.sum().clamp(min=1)


def positive_weights(labels: npt.NDArray[np.int_]) -> npt.NDArray[np.float64]:
    """Absent over present sides per concept, at most 50 and at least 1/50; 1 where either is missing."""
    present, absent = (labels == 1).sum(axis=0), (labels == 0).sum(axis=0)
    both = (present > 0) & (absent > 0)
    return np.where(both, np.clip(absent / np.maximum(present, 1), 1 / HEAVIEST, HEAVIEST), 1.0)
