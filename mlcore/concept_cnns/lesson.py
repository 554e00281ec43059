"""What the network of one concept learns from: as many sides that show it as sides that do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from mlcore.concepts.data import SideLesson
from mlcore.metrics.concepts import mean_average_precision

Numbers = npt.NDArray[np.int_]
Balance = Literal["each_epoch", "once"]


@dataclass(frozen=True)
class Balanced:
    """Sides of both classes, and how many of each an epoch shows."""

    present: Numbers
    absent: Numbers
    per_class: int
    balance: Balance
    """When the sides of the larger class are drawn: anew for each epoch, or once for the run."""
    seed: int

    def draw(self, epoch: int, random: torch.Generator) -> Numbers:
        """The sides of one epoch in the order of learning; which of them, depends on seed and epoch alone."""
        chosen = torch.Generator().manual_seed(self.seed) if self.balance == "once" else random
        both = np.concatenate([_sample(each, self.per_class, chosen) for each in (self.present, self.absent)])
        return np.asarray(both[torch.randperm(len(both), generator=random).numpy()])


def balance(labels: Numbers, train: Numbers, fewest_per_class: int, when: Balance, seed: int) -> Balanced:
    """Balance the training sides: the larger class is drawn down to the smaller, and both up to the floor.

    `labels` (samples,) 1, 0 or -1 for unknown; `train` numbers of the sides to learn from.
    """
    present, absent = train[labels[train] == 1], train[labels[train] == 0]
    return Balanced(present, absent, max(min(len(present), len(absent)), fewest_per_class), when, seed)


def _sample(numbers: Numbers, count: int, random: torch.Generator) -> Numbers:
    """So many of these, each as often as any other, or once more."""
    rounds = -(-count // len(numbers))
    drawn = [numbers[torch.randperm(len(numbers), generator=random).numpy()] for _ in range(rounds)]
    return np.concatenate(drawn)[:count]


@dataclass
class CnnLesson(SideLesson):
    """One concept: a balanced set in an epoch, and cross entropy of two outputs. `validation` has known labels only."""

    balanced: Balanced
    by_loss = True

    @property
    def shown(self) -> int:
        return 2 * self.balanced.per_class

    @property
    def outputs(self) -> int:
        return 2

    def draw(self, epoch: int, random: torch.Generator) -> Numbers:
        return self.balanced.draw(epoch, random)

    def loss(self, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return functional.cross_entropy(outputs.float(), labels)

    def known(self, labels: torch.Tensor) -> float:
        return float(len(labels))

    def validate(self, net: nn.Module) -> tuple[float | None, float | None]:
        """Cross entropy in which both classes count the same, and the average precision of the concept."""
        if not len(self.validation):
            return None, None
        labels, outputs = torch.from_numpy(self.labels[self.validation]), self.answers(net, self.validation)
        each = functional.cross_entropy(torch.from_numpy(outputs), labels, reduction="none")
        by_class = torch.stack([each[labels == label].mean() for label in (0, 1) if (labels == label).any()])
        logits = (outputs[:, 1:] - outputs[:, :1]).astype(np.float64)
        return float(by_class.mean()), mean_average_precision(labels.numpy()[:, None], logits)
