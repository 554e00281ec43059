"""What is asked for when networks are to be trained, and what all of them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from mlcore.checkpoint import Checkpoints
from mlcore.concept_cnns.lesson import Balance, Numbers
from mlcore.concepts.data import PictureInputs
from mlcore.contract import Sample
from mlcore.nets.augment import Augmentation
from mlcore.train_loop import Plan


@dataclass(frozen=True)
class CnnRun:
    """Networks to be trained; fields as in the Config of the kind."""

    kind: str
    config: dict[str, Any]
    """The settings as a person gave them, to be stored with the model."""
    network: str
    final_relu: bool
    concepts: tuple[str, ...]
    """Empty: all of the snapshot."""
    image_size: int
    grey: bool
    plan: Plan
    augmentation: Augmentation
    faces: Literal["both", "obverse", "reverse"]
    batch_size: int
    balance: Balance
    fewest_per_class: int
    seed: int


@dataclass(frozen=True)
class Course:
    """What the networks of a run have in common."""

    run: CnnRun
    samples: Sequence[Sample]
    inputs: PictureInputs
    device: torch.device
    folder: Path
    """Where states of this run are kept until it is finished."""
    identity: str

    def of(self, *splits: str) -> Numbers:
        """Numbers of the samples in these splits."""
        return np.array([number for number, sample in enumerate(self.samples) if sample.split in splits], dtype=int)

    def checkpoints(self, number: int) -> Checkpoints:
        """Those of the network of one concept."""
        return Checkpoints(self.folder / f"{number:03d}", self.identity)
