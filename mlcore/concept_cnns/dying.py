"""Networks that answer every picture alike: how to tell, and what to say of them."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

ALIKE = 1e-6
"""Spread of an output, beside its size, below which only rounding tells pictures apart."""


def answers_alike(outputs: torch.Tensor) -> bool:
    """Whether outputs (n, 2) are the same for two pictures or more."""
    if len(outputs) < 2:
        return False
    spread = outputs.max(dim=0).values - outputs.min(dim=0).values
    return bool((spread <= ALIKE * outputs.abs().max().clamp(min=1.0)).all())


def gradient_is_gone(net: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> bool:
    """Whether the filters and matrices of a network would stay as they are however long these pictures were shown."""
    net.eval()
    with torch.enable_grad():
        matrices = [each for each in net.parameters() if each.requires_grad and each.ndim > 1]
        loss = functional.cross_entropy(net(images).float(), labels)
        return not any(bool(each.any()) for each in torch.autograd.grad(loss, matrices))


def why_dead(gone: bool, final_relu: bool) -> str:
    """The note of a concept whose network answers alike; `gone`: whether its gradient is nought."""
    ways = "try another seed or final_relu off" if final_relu else "try another seed or a smaller learning_rate"
    reason = "dying ReLU" if gone else "it learned nothing of the pictures"
    return f"the network answers every picture alike ({reason}): {ways}"
