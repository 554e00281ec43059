"""The only training loop: every kind brings a lesson, and gets its network back as it was at its best epoch."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import torch
from torch import nn

from mlcore.checkpoint import (
    Checkpoints,
    Tensors,
    pack_optimiser,
    pack_random_state,
    unpack_optimiser,
    unpack_random_state,
)
from mlcore.contract import LearningError, Report

RISING = 0.3
"""Share of a one-cycle run in which the learning rate rises (Smith, 2018)."""


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

    @property
    def steps(self) -> int:
        """Batches in an epoch."""

    def batches(self, epoch: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Inputs and labels of one epoch; a given epoch is always the same."""

    def loss(self, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """One number to make small."""

    def validate(self, net: nn.Module) -> tuple[float | None, float | None]:
        """Loss and mean average precision on the validation split; None where they are not defined."""


@dataclass
class Standing:
    """Where a run stands after an epoch, as far as it is plain data."""

    epoch: int = 0
    seconds: float = 0.0
    best_epoch: int = 0
    best_score: float = -math.inf
    epochs: list[dict[str, Any]] = field(default_factory=list)


def fit(net: nn.Module, lesson: Lesson, plan: Plan, checkpoints: Checkpoints, report: Report) -> Standing:
    """Train, writing a checkpoint after each epoch, or go on from the last one; load the best weights.

    Raises LearningError where the loss is no number or the checkpoint belongs to another run.
    """
    optimiser = make_optimiser(net, plan)
    standing, best = Standing(), copy_weights(net)
    found = checkpoints.latest()
    for name in checkpoints.damaged:
        report({"event": "notice", "message": f"The checkpoint {name} is damaged; the one before it is used."})
    if found:
        standing, best = resume(net, optimiser, *found)
    while standing.epoch < plan.epochs:
        began = time.monotonic()
        row: dict[str, Any] = {"epoch": standing.epoch + 1, "epochs": plan.epochs}
        row |= train_epoch(net, optimiser, lesson, plan, standing.epoch, report)
        row["validation_loss"], row["validation_ap"] = lesson.validate(net)
        standing.epoch += 1
        standing.seconds += time.monotonic() - began
        standing.epochs.append(row)
        if (score := score_of(row)) > standing.best_score:
            standing.best_epoch, standing.best_score, best = standing.epoch, score, copy_weights(net)
        save(checkpoints, net, best, optimiser, standing)
        report({"event": "epoch"} | row)
    net.load_state_dict(best)
    return standing


def train_epoch(
    net: nn.Module, optimiser: torch.optim.Optimizer, lesson: Lesson, plan: Plan, epoch: int, report: Report
) -> dict[str, float]:
    """Go once through the lesson. Returns its mean loss and pictures per second."""
    net.train()
    total, seen, began = 0.0, 0, time.monotonic()
    for step, (inputs, labels) in enumerate(lesson.batches(epoch), start=1):
        rate = learning_rate_at((epoch * lesson.steps + step - 1) / (plan.epochs * lesson.steps), plan)
        for group in optimiser.param_groups:
            group["lr"] = rate
        loss = lesson.loss(net(inputs), labels)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise LearningError(
                f"The loss became {value} in epoch {epoch + 1}. Start again with a learning_rate of "
                f"{plan.learning_rate / 10:g} instead of {plan.learning_rate:g}."
            )
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        total, seen = total + value * len(inputs), seen + len(inputs)
        done = epoch * lesson.steps + step
        report({"event": "progress", "stage": "training", "done": done, "total": plan.epochs * lesson.steps})
    return {"train_loss": total / max(seen, 1), "images_per_second": round(seen / (time.monotonic() - began), 1)}


def score_of(row: dict[str, Any]) -> float:
    """What the best epoch is chosen by: average precision, else the loss, else the latest."""
    if row["validation_ap"] is not None:
        return float(row["validation_ap"])
    return float(row["epoch"] if row["validation_loss"] is None else -row["validation_loss"])


def learning_rate_at(share: float, plan: Plan) -> float:
    """The learning rate after this share of the run (0..1)."""
    if plan.schedule == "constant":
        return plan.learning_rate
    if plan.schedule == "one_cycle" and share < RISING:
        return plan.learning_rate * (0.04 + 0.96 * (1 - math.cos(math.pi * share / RISING)) / 2)
    fallen = (share - RISING) / (1 - RISING) if plan.schedule == "one_cycle" else share
    return plan.learning_rate * (1 + math.cos(math.pi * fallen)) / 2


def make_optimiser(net: nn.Module, plan: Plan) -> torch.optim.Optimizer:
    """Weight decay pulls at matrices and filters only, not at biases and scales."""
    weights = [each for each in net.parameters() if each.requires_grad]
    groups = [
        {"params": [each for each in weights if each.ndim > 1], "weight_decay": plan.weight_decay},
        {"params": [each for each in weights if each.ndim <= 1], "weight_decay": 0.0},
    ]
    if plan.optimiser == "sgd":
        return torch.optim.SGD(groups, lr=plan.learning_rate, momentum=plan.momentum)
    return torch.optim.AdamW(groups, lr=plan.learning_rate)


def copy_weights(net: nn.Module) -> Tensors:
    return {name: value.detach().clone() for name, value in net.state_dict().items()}


def save(
    checkpoints: Checkpoints,
    net: nn.Module,
    best: Tensors,
    optimiser: torch.optim.Optimizer,
    standing: Standing,
) -> None:
    tensors, groups = pack_optimiser(optimiser)
    tensors |= pack_random_state()
    tensors |= {f"net.{name}": value for name, value in net.state_dict().items()}
    tensors |= {f"best.{name}": value for name, value in best.items()}
    checkpoints.save(standing.epoch, tensors, {"groups": groups, "standing": vars(standing)})


def resume(
    net: nn.Module, optimiser: torch.optim.Optimizer, tensors: Tensors, about: dict[str, Any]
) -> tuple[Standing, Tensors]:
    """Put everything back as `save` found it."""
    net.load_state_dict({name[4:]: value for name, value in tensors.items() if name.startswith("net.")})
    unpack_optimiser(optimiser, tensors, about["groups"])
    unpack_random_state(tensors)
    device = next(net.parameters()).device
    best = {name[5:]: value.to(device) for name, value in tensors.items() if name.startswith("best.")}
    return Standing(**about["standing"]), best
