"""The pictures or features of a concept model's lesson, in batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from mlcore.concepts.inputs import PictureStore, Transform
from mlcore.contract import LearningError, Sample
from mlcore.distributed import crew
from mlcore.losses.masked import MaskedLoss
from mlcore.metrics.concepts import mean_average_precision
from mlcore.nets.augment import Augmentation
from mlcore.read_ahead import read_ahead

Labels = npt.NDArray[np.int_]
Numbers = npt.NDArray[np.int_]
Batch = tuple[torch.Tensor, torch.Tensor]
WHOLE = slice(None)
CALM_BATCH = 64
"""Inputs looked at together when nothing is learned."""


def labels_of(samples: Sequence[Sample], concepts: int) -> Labels:
    """(samples, concepts): 1, 0 or -1 for unknown."""
    return np.array([sample.labels for sample in samples], dtype=int).reshape(len(samples), concepts)


class FeatureInputs:
    """Features (n, width) that are all in memory."""

    at_hand = True

    def __init__(self, features: npt.NDArray[np.float32], device: torch.device) -> None:
        self._features = torch.from_numpy(features).to(device)

    def batch(self, numbers: Numbers, random: torch.Generator | None, share: slice = WHOLE) -> torch.Tensor:
        """The share of a batch (n, width); nothing of it is changed at random."""
        return self._features.index_select(0, torch.from_numpy(numbers[share]).to(self._features.device))


class PictureInputs:
    """Pictures, changed at random where a generator is given."""

    at_hand = False
    """Whether a batch is had for the asking, so that nothing is won by preparing the next one meanwhile."""

    def __init__(
        self, store: PictureStore, transform: Transform, augmentation: Augmentation, device: torch.device
    ) -> None:
        self._store, self._transform = store, transform
        self._augmentation, self._device = augmentation, device

    def batch(self, numbers: Numbers, random: torch.Generator | None, share: slice = WHOLE) -> torch.Tensor:
        """The share of a batch (n, 3, size, size); its changes are those that it would have in the whole.

        Raises LearningError for a picture that cannot be read.
        """
        images = self._transform.tensor(self._store.batch(numbers[share].tolist()), self._device)
        if random is not None:
            images = self._augmentation(images, self._augmentation.draw(len(numbers), random)[:, share])
        return self._transform.normalise(images)


@dataclass
class SideLesson(ABC):
    """Inputs with their labels, in batches that depend on seed and epoch alone; several processes share the work."""

    inputs: FeatureInputs | PictureInputs
    labels: Labels
    """(samples, concepts), or (samples,) of one concept: 1, 0 or -1 for unknown."""
    validation: Numbers
    """Numbers of the samples to choose the epoch by."""
    batch_size: int
    seed: int
    device: torch.device
    by_loss = False

    @property
    @abstractmethod
    def shown(self) -> int:
        """Samples in an epoch."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """Numbers that the network gives for a sample."""

    @abstractmethod
    def draw(self, epoch: int, random: torch.Generator) -> Numbers:
        """The samples of one epoch (shown,) in the order of learning."""

    @property
    def steps(self) -> int:
        # two sides at least in each batch of a process: layers that scale by batch cannot learn from one
        fewest = 2 * crew().size
        return max(1, min(-(-self.shown // self.batch_size), self.shown // fewest))

    def batches(self, epoch: int) -> Iterator[Batch]:
        """The samples of an epoch; of each batch a process gets its share.

        Raises LearningError where there are too few samples to share.
        """
        if self.shown < crew().size:
            raise LearningError(
                f"{self.shown} training sides cannot be shared by {crew().size} processes. Start fewer processes."
            )
        random = torch.Generator().manual_seed(self.seed * 100_003 + epoch)
        parts = np.array_split(self.draw(epoch, random), self.steps)

        def prepare(numbers: Numbers) -> Batch:
            share = crew().share(numbers)
            labels = torch.from_numpy(self.labels[numbers[share]]).to(self.device)
            return self.inputs.batch(numbers, random, share), labels

        return map(prepare, parts) if self.inputs.at_hand else read_ahead(parts, prepare)

    @torch.inference_mode()
    def answers(self, net: nn.Module, numbers: Numbers) -> npt.NDArray[np.float32]:
        """What the network says of these samples (n, outputs), without random changes."""
        net.eval()
        mine = numbers[crew().share(numbers)]
        parts = [mine[start : start + CALM_BATCH] for start in range(0, len(mine), CALM_BATCH)]
        found = [net(self.inputs.batch(part, None)).float().cpu().numpy() for part in parts]
        return crew().gather(np.concatenate([np.empty((0, self.outputs), dtype=np.float32), *found]))


@dataclass
class ConceptLesson(SideLesson):
    """All concepts at once: every training sample once in an epoch, and one logit per concept."""

    train: Numbers
    """Numbers of the samples to learn from."""
    criterion: MaskedLoss

    @property
    def shown(self) -> int:
        return len(self.train)

    @property
    def outputs(self) -> int:
        return int(self.labels.shape[1])

    def draw(self, epoch: int, random: torch.Generator) -> Numbers:
        order: Numbers = self.train[torch.randperm(len(self.train), generator=random).numpy()]
        return order

    def loss(self, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        loss: torch.Tensor = self.criterion(outputs, labels)
        return loss

    def known(self, labels: torch.Tensor) -> float:
        return float((labels >= 0).sum())

    def validate(self, net: nn.Module) -> tuple[float | None, float | None]:
        if not len(self.validation):
            return None, None
        logits, labels = self.answers(net, self.validation), self.labels[self.validation]
        if not (labels >= 0).any():
            return None, None
        loss = self.loss(torch.from_numpy(logits).to(self.device), torch.from_numpy(labels).to(self.device))
        return float(loss), mean_average_precision(labels, logits.astype(np.float64))
