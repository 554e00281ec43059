"""The pictures or features of a lesson that sees both sides of a coin."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from mlcore.concepts.data import WHOLE, FeatureInputs, Numbers, PictureInputs
from mlcore.concepts.inputs import PictureStore, Transform
from mlcore.concepts.pairs import NONE
from mlcore.nets.augment import Augmentation

HIDDEN = 0.25
"""Share of the training samples whose other side is hidden, so that the model can do without it."""


class PairedFeatures(FeatureInputs):
    """Features of each side beside those of its coin's other side: (n, 2 x width), nought where there is none."""

    def __init__(self, features: npt.NDArray[np.float32], others: Numbers, device: torch.device) -> None:
        """`others`: for each sample the row of `features` of its other side, or NONE."""
        super().__init__(features, device)
        self._others = others

    def batch(self, numbers: Numbers, random: torch.Generator | None, share: slice = WHOLE) -> torch.Tensor:
        """The share of a batch (n, 2 x width); with a generator some other sides are hidden."""
        others = shown(self._others[numbers], random)[share]
        own = super().batch(numbers, random, share)
        beside = super().batch(np.maximum(others, 0), None)  # NONE takes some row, which is blotted out
        return torch.cat([own, blotted(beside, others)], dim=1)


class PairedPictures(PictureInputs):
    """Pictures of each side with those of its coin's other side: (n, 2, 3, size, size), nought where there is none."""

    def __init__(
        self,
        store: PictureStore,
        transform: Transform,
        augmentation: Augmentation,
        others: Numbers,
        device: torch.device,
    ) -> None:
        """`others`: for each sample the number in `store` of its other side's picture, or NONE."""
        super().__init__(store, transform, augmentation, device)
        self._others = others

    def batch(self, numbers: Numbers, random: torch.Generator | None, share: slice = WHOLE) -> torch.Tensor:
        """The share of a batch (n, 2, 3, size, size); with a generator some other sides are hidden."""
        others = shown(self._others[numbers], random)
        own = super().batch(numbers, random, share)
        # the side itself stands in for an other side that is missing, and is blotted out
        beside = super().batch(np.where(others == NONE, numbers, others), random, share)
        return torch.stack([own, blotted(beside, others[share])], dim=1)


def shown(others: Numbers, random: torch.Generator | None) -> Numbers:
    """Hide some other sides at random where there is a generator: while learning."""
    if random is None:
        return others
    hidden = (torch.rand(len(others), generator=random) < HIDDEN).numpy()
    return np.where(hidden, NONE, others)


def blotted(values: torch.Tensor, others: Numbers) -> torch.Tensor:
    """The values with nought in the rows of other sides that are not shown."""
    there = torch.from_numpy(others != NONE).to(values.device)
    return values * there.view(-1, *[1] * (values.ndim - 1))
