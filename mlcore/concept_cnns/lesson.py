"""What the network of one concept learns from: as many sides that show it as sides that do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from mlcore.concepts.data import CALM_BATCH, Batch, PictureInputs
from mlcore.distributed import crew
from mlcore.read_ahead import read_ahead

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
class CnnLesson:
    """The lesson of one concept: cross entropy of two outputs."""

    inputs: PictureInputs
    labels: Numbers
    """(samples,): 1, 0 or -1 for unknown."""
    balanced: Balanced
    validation: Numbers
    """Numbers of the sides with a known label to choose the epoch by."""
    batch_size: int
    seed: int
    device: torch.device

    @property
    def steps(self) -> int:
        # two sides at least in each batch of a process: layers that scale by batch cannot learn from one
        count = 2 * self.balanced.per_class
        return max(1, min(-(-count // self.batch_size), count // (2 * crew().size)))

    def batches(self, epoch: int) -> Iterator[Batch]:
        """A balanced set that depends on seed and epoch alone; of several processes each gets its share."""
        random = torch.Generator().manual_seed(self.seed * 100_003 + epoch)
        parts = np.array_split(self.balanced.draw(epoch, random), self.steps)

        def prepare(numbers: Numbers) -> Batch:
            share = crew().share(numbers)
            labels = torch.from_numpy(self.labels[numbers[share]]).to(self.device)
            return self.inputs.batch(numbers, random, share), labels

        return read_ahead(parts, prepare)

    def loss(self, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return functional.cross_entropy(outputs.float(), labels)

    def known(self, labels: torch.Tensor) -> float:
        return float(len(labels))

    def validate(self, net: nn.Module) -> tuple[float | None, float | None]:
        """Cross entropy in which both classes count the same; no average precision, for the loss chooses the epoch."""
        if not len(self.validation):
            return None, None
        outputs, labels = self.outputs(net, self.validation), torch.from_numpy(self.labels[self.validation])
        each = functional.cross_entropy(outputs, labels, reduction="none")
        by_class = torch.stack([each[labels == label].mean() for label in (0, 1) if (labels == label).any()])
        return float(by_class.mean()), None

    @torch.inference_mode()
    def outputs(self, net: nn.Module, numbers: Numbers) -> torch.Tensor:
        """Both outputs (n, 2) for these samples on the CPU, without random changes; processes share the work."""
        net.eval()
        mine = numbers[crew().share(numbers)]
        parts = [mine[start : start + CALM_BATCH] for start in range(0, len(mine), CALM_BATCH)]
        found = [net(self.inputs.batch(part, None)).float().cpu() for part in parts]
        return torch.from_numpy(crew().gather(torch.cat([torch.empty(0, 2), *found]).numpy()))
