"""What the losses of concepts share: unknown labels count for nothing, sure ones may be softened or shifted."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import numpy.typing as npt
import torch
from torch import nn


class MaskedLoss(nn.Module, ABC):
    """Mean of a loss over the known labels; the present ones are weighted per concept."""

    def __init__(
        self,
        positive_weights: npt.NDArray[np.float64],
        device: torch.device,
        *,
        smoothing: float = 0.0,
        offsets: npt.NDArray[np.float64] | None = None,
    ) -> None:
        """`smoothing` (0..1) pulls labels towards one half (Szegedy et al., 2016): present is 1 - smoothing / 2.

        `offsets` (concepts,) are added to the logits, see `mlcore.losses.prevalence.logit_offsets`.
        """
        super().__init__()
        self.weights = torch.tensor(positive_weights, dtype=torch.float32, device=device)
        self.smoothing = smoothing
        self.offsets = None if offsets is None else torch.tensor(offsets, dtype=torch.float32, device=device)

    def forward(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """`logits` and `labels` (n, concepts); labels are 1, 0 or -1 for unknown. 0 where nothing is known."""
        known = labels >= 0
        targets = labels.clamp(min=0).float()
        if self.smoothing:
            targets = targets * (1 - self.smoothing) + self.smoothing / 2
        shifted = logits.float() if self.offsets is None else logits.float() + self.offsets
        return (self.each(shifted, targets) * known).sum() / known.sum().clamp(min=1)

    @property
    def shifts(self) -> npt.NDArray[np.float64]:
        """(concepts,) how far weights and offsets lift the logits above the log odds.

        Exact for cross entropy without smoothing; of other losses, and of smoothed labels, an estimate.
        """
        offsets = 0.0 if self.offsets is None else self.offsets
        return (self.weights.log() - offsets).cpu().numpy().astype(np.float64)

    @abstractmethod
    def each(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """The loss of each label (n, concepts), weighted; targets are in 0..1."""
