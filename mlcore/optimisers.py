"""How weights are moved: which of them, how far at each step, and how strongly they are pulled to nought."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from timm.optim import param_groups_layer_decay  # type: ignore[attr-defined]
from torch import nn

if TYPE_CHECKING:
    from mlcore.train_loop import Plan

RISING = 0.3
"""Share of a one-cycle run in which the learning rate rises (Smith, 2018)."""
Group = dict[str, Any]


def make_optimiser(net: nn.Module, plan: Plan) -> torch.optim.Optimizer:
    """An optimiser of the parameters that are to be learned; frozen ones are left out."""
    groups = parameter_groups(net, plan)
    if plan.optimiser == "sgd":
        return torch.optim.SGD(groups, lr=plan.learning_rate, momentum=plan.momentum)
    return torch.optim.AdamW(groups, lr=plan.learning_rate)


def parameter_groups(net: nn.Module, plan: Plan) -> list[Group]:
    """Weight decay pulls at matrices and filters only, not at biases and scales.

    With a layer_decay below 1 a part of the network called `backbone` gets a learning rate that falls from its last
    block to its first (Clark et al., 2020); `lr_scale` of a group is the factor. All else learns at the full rate.
    """
    backbone = getattr(net, "backbone", None)
    if plan.layer_decay >= 1 or not isinstance(backbone, nn.Module):
        return _two_groups(list(net.parameters()), plan)
    inside = {id(each) for each in backbone.parameters()}
    decay, factor = plan.weight_decay, plan.layer_decay
    groups: list[Group] = param_groups_layer_decay(backbone, weight_decay=decay, layer_decay=factor)
    return groups + _two_groups([each for each in net.parameters() if id(each) not in inside], plan)


def _two_groups(parameters: list[nn.Parameter], plan: Plan) -> list[Group]:
    learned = [each for each in parameters if each.requires_grad]
    return [
        {"params": [each for each in learned if each.ndim > 1], "weight_decay": plan.weight_decay},
        {"params": [each for each in learned if each.ndim <= 1], "weight_decay": 0.0},
    ]


def set_learning_rate(optimiser: torch.optim.Optimizer, share: float, plan: Plan) -> None:
    """Give each group its learning rate after this share of the run (0..1)."""
    rate = learning_rate_at(share, plan)
    for group in optimiser.param_groups:
        group["lr"] = rate * group.get("lr_scale", 1.0)


def learning_rate_at(share: float, plan: Plan) -> float:
    """The learning rate after this share of the run (0..1)."""
    if plan.schedule == "constant":
        return plan.learning_rate
    if plan.schedule == "one_cycle" and share < RISING:
        return plan.learning_rate * (0.04 + 0.96 * (1 - math.cos(math.pi * share / RISING)) / 2)
    fallen = (share - RISING) / (1 - RISING) if plan.schedule == "one_cycle" else share
    return plan.learning_rate * (1 + math.cos(math.pi * fallen)) / 2
