"""The only training loop: every kind brings a lesson, and gets its network back as it was at its best epoch."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import torch
from torch import nn

from mlcore.checkpoint import Checkpoints
from mlcore.contract import Report
from mlcore.distributed import crew
from mlcore.divergence import checked
from mlcore.learner import Learner, Standing
from mlcore.optimisers import set_learning_rate


@dataclass(frozen=True)
class Plan:
    """How long and how fast to learn; fields as in the Config of a kind."""

    epochs: int
    optimiser: Literal["adamw", "sgd"]
    learning_rate: float
    momentum: float
    weight_decay: float
    schedule: Literal["one_cycle", "cosine", "constant"]
    patience: int = 0
    """Stop after so many epochs without a better validation score; 0 goes through all epochs."""
    ema: float = 0.0
    """Share of the averaged weights that each step keeps; 0 averages nothing."""
    mixed_precision: bool = False
    """Compute in 16 bits where the device does so in hardware."""
    layer_decay: float = 1.0
    """Factor of the learning rate from each block of the backbone to the one before it; 1 for the same everywhere."""


class Lesson(Protocol):
    """What is to be learned."""

    by_loss: bool
    """Whether the validation loss chooses the best epoch even where an average precision is known."""

    @property
    def steps(self) -> int:
        """Batches in an epoch."""

    def batches(self, epoch: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Inputs and labels of one epoch; a given epoch is always the same."""

    def loss(self, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """One number to make small."""

    def known(self, labels: torch.Tensor) -> float:
        """How many labels the loss of a batch is the mean over; asked for only where several processes learn."""

    def validate(self, net: nn.Module) -> tuple[float | None, float | None]:
        """Loss and mean average precision on the validation split; None where they are not defined."""


def fit(net: nn.Module, lesson: Lesson, plan: Plan, checkpoints: Checkpoints, report: Report) -> Standing:
    """Train, writing a checkpoint after each epoch, or go on from the last one; load the best weights.

    Raises Diverged where the loss is no number, and LearningError where the checkpoint belongs to another run.
    """
    shared = crew().wrap(net)
    learner = Learner(net, plan)
    take_up(learner, checkpoints, report)
    if plan.mixed_precision and learner.precision.dtype == torch.float32:
        notice(report, "mixed_precision is on, but this device has no 16-bit arithmetic; the run computes in 32 bits.")
    while learner.standing.epoch < plan.epochs and not is_out_of_patience(learner.standing, plan):
        began = time.monotonic()
        row: dict[str, Any] = {"epoch": learner.standing.epoch + 1, "epochs": plan.epochs}
        row |= train_epoch(shared, learner, lesson, plan, report)
        with learner.measured() as measured:
            row["validation_loss"], row["validation_ap"] = lesson.validate(measured)
            if row["validation_loss"] is not None:
                checked(row["validation_loss"], row["epoch"], plan.learning_rate)
            learner.note(row, score_of(row, lesson.by_loss), time.monotonic() - began)
        checkpoints.save(learner.standing.epoch, *learner.pack())
        crew().tell(report, {"event": "epoch"} | row)
    if learner.standing.epoch < plan.epochs:
        best = learner.standing.best_epoch
        notice(report, f"Stopped after epoch {learner.standing.epoch}: none was better than epoch {best}.")
    net.load_state_dict(learner.best)
    return learner.standing


def take_up(learner: Learner, checkpoints: Checkpoints, report: Report) -> None:
    """Go on from the newest whole checkpoint, if there is one."""
    found = checkpoints.latest()
    for sentence in checkpoints.complaints(found) + (learner.unpack(*found) if found else []):
        notice(report, sentence)


def notice(report: Report, message: str) -> None:
    crew().tell(report, {"event": "notice", "message": message})


def is_out_of_patience(standing: Standing, plan: Plan) -> bool:
    return bool(plan.patience) and standing.waited() >= plan.patience


def train_epoch(shared: nn.Module, learner: Learner, lesson: Lesson, plan: Plan, report: Report) -> dict[str, float]:
    """Go once through the lesson. Returns its mean loss and pictures per second, over all processes."""
    learner.train()
    epoch, steps, together = learner.standing.epoch, lesson.steps, crew()
    total, seen, began = 0.0, 0, time.monotonic()
    for step, (inputs, labels) in enumerate(lesson.batches(epoch), start=1):
        done = epoch * steps + step
        set_learning_rate(learner.optimiser, (done - 1) / (plan.epochs * steps), plan)
        with learner.precision.autocast():
            outputs = shared(inputs)
        known = lesson.known(labels) if together.size > 1 else 1.0
        batch = together.agree(known, len(inputs))
        loss = lesson.loss(outputs.float(), labels) * batch.factor
        value = checked(float(loss.detach()), epoch + 1, plan.learning_rate)
        learner.precision.step(loss, learner.optimiser)
        if learner.average:
            learner.average.update(learner.net)
        total, seen = total + value * batch.size, seen + batch.size
        progress = {"event": "progress", "stage": "training", "done": done, "total": plan.epochs * steps}
        together.tell(report, progress)
    mean = together.sum(total) / together.size / max(seen, 1)
    return {"train_loss": mean, "images_per_second": round(seen / (time.monotonic() - began), 1)}


def score_of(row: dict[str, Any], by_loss: bool) -> float:
    """What the best epoch is chosen by: average precision, else the loss, else the latest."""
    if row["validation_ap"] is not None and not by_loss:
        return float(row["validation_ap"])
    return float(row["epoch"] if row["validation_loss"] is None else -row["validation_loss"])
