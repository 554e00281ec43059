"""The losses by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch

from mlcore.losses.asymmetric import AsymmetricLoss
from mlcore.losses.focal import FocalLoss
from mlcore.losses.masked import MaskedLoss
from mlcore.losses.masked_bce import MaskedBCE
from mlcore.losses.prevalence import logit_offsets, positive_weights


@dataclass(frozen=True)
class LossChoice:
    """What is made small; fields as in the Config of a kind."""

    loss: Literal["bce", "focal", "asymmetric"] = "bce"
    positive_weights: bool = True
    label_smoothing: float = 0.0
    logit_adjustment: float = 0.0
    focal_gamma: float = 2.0
    asymmetric_positive: float = 0.0
    asymmetric_negative: float = 4.0
    asymmetric_margin: float = 0.05


def make_loss(choice: LossChoice, labels: npt.NDArray[np.int_], device: torch.device) -> MaskedLoss:
    """The chosen loss, weighted and shifted by how often each concept is present in the training labels (n, concepts).

    Labels are 1, 0 or -1 for unknown.
    """
    weights = positive_weights(labels) if choice.positive_weights else np.ones(labels.shape[1])
    named: dict[str, Any] = {"smoothing": choice.label_smoothing}
    if choice.logit_adjustment:
        named["offsets"] = logit_offsets(labels, choice.logit_adjustment)
    if choice.loss == "focal":
        return FocalLoss(weights, device, gamma=choice.focal_gamma, **named)
    if choice.loss == "asymmetric":
        powers = {"positive": choice.asymmetric_positive, "negative": choice.asymmetric_negative}
        return AsymmetricLoss(weights, device, margin=choice.asymmetric_margin, **powers, **named)
    return MaskedBCE(weights, device, **named)
