"""Concepts that a snapshot cannot teach: nothing known of them, or never present, or never absent, or hardly ever."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from mlcore.concepts.data import Labels
from mlcore.losses.prevalence import prior_log_odds

FEW = 5
"""Present sides from which on a concept is thought to be learnable."""


def why_untrained(concepts: Sequence[str], train: Labels) -> dict[str, str]:
    """Concept to the reason why it cannot be learned from these labels (training sides, concepts)."""
    reasons = {}
    for column, concept in enumerate(concepts):
        if not (train[:, column] == 1).any():
            reasons[concept] = "no positives in training"
        elif not (train[:, column] == 0).any():
            reasons[concept] = "no negatives in training"
    return reasons


def few_positives(concepts: Sequence[str], train: Labels) -> dict[str, str]:
    """Concepts with hardly any present side, with the sentence that says so."""
    present = dict(zip(concepts, (train == 1).sum(axis=0).tolist(), strict=True))
    return {
        concept: f"only {count} positive{'s' if count > 1 else ''} in training"
        for concept, count in present.items()
        if 0 < count < FEW
    }


def find_gaps(concepts: Sequence[str], train: Labels) -> tuple[dict[str, str], dict[str, str]]:
    """Concepts that cannot be learned, and those that are learned from hardly any present side; with the reason."""
    untrained = why_untrained(concepts, train)
    few = {key: note for key, note in few_positives(concepts, train).items() if key not in untrained}
    return untrained, few


def warnings_of(untrained: dict[str, str], few: dict[str, str]) -> list[str]:
    """What a curator should know before the training begins."""
    said = []
    if untrained:
        listed = "; ".join(f"{concept}: {reason}" for concept, reason in untrained.items())
        said.append(f"Not learned, and never said to be present: {listed}.")
    if few:
        listed = "; ".join(f"{concept}: {reason}" for concept, reason in few.items())
        said.append(f"Learned from too little to be trusted: {listed}.")
    return said


def mask(labels: Labels, concepts: Sequence[str], untrained: dict[str, str]) -> Labels:
    """The labels with the columns that cannot be learned set to unknown."""
    return np.where(np.isin(concepts, list(untrained)), -1, labels)


@torch.no_grad()
def silence(head: nn.Linear, concepts: Sequence[str], train: Labels, untrained: dict[str, str]) -> None:
    """Let concepts that were not learned have one probability everywhere: their share in training, never 0 or 1."""
    prior = prior_log_odds(train)
    for column, concept in enumerate(concepts):
        if concept in untrained:
            head.weight[column] = 0.0
            head.bias[column] = float(prior[column])
