"""Concepts that a snapshot cannot teach: nothing known of them, or never present, or never absent."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from mlcore.concepts.data import Labels


def why_untrained(concepts: Sequence[str], train: Labels) -> dict[str, str]:
    """Concept to the reason why it cannot be learned from these labels (training sides, concepts)."""
    reasons = {}
    for column, concept in enumerate(concepts):
        if not (train[:, column] == 1).any():
            reasons[concept] = "no positives in training"
        elif not (train[:, column] == 0).any():
            reasons[concept] = "no negatives in training"
    return reasons


def mask(labels: Labels, concepts: Sequence[str], untrained: dict[str, str]) -> Labels:
    """The labels with the columns that cannot be learned set to unknown."""
    return np.where(np.isin(concepts, list(untrained)), -1, labels)


@torch.no_grad()
def silence(head: nn.Linear, concepts: Sequence[str], train: Labels, untrained: dict[str, str]) -> None:
    """Let concepts that were not learned have one probability everywhere: their share in training, never 0 or 1."""
    for column, concept in enumerate(concepts):
        if concept in untrained:
            present, known = int((train[:, column] == 1).sum()), int((train[:, column] >= 0).sum())
            share = (present + 0.5) / (known + 1)
            head.weight[column] = 0.0
            head.bias[column] = math.log(share / (1 - share))
