"""A running mean of a network's weights, which is often better than the weights of any one step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

Weights = dict[str, torch.Tensor]


def copy_weights(net: nn.Module) -> Weights:
    """Weights and buffers by name as they are now, on their device, whatever becomes of the network."""
    return {name: value.detach().clone() for name, value in net.state_dict().items()}


class Average:
    """Exponential moving average of weights and buffers (Polyak and Juditsky, 1992; as used by Tan and Le, 2019)."""

    def __init__(self, net: nn.Module, decay: float) -> None:
        """`decay` (0..1) is the share of the mean that each step keeps; it is reached slowly, for short runs."""
        self.decay, self.steps = decay, 0
        self.weights = copy_weights(net)

    @torch.no_grad()
    def update(self, net: nn.Module) -> None:
        """Take in the weights after a step. Counters, which are no floating numbers, are copied as they are."""
        self.steps += 1
        kept = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for name, value in net.state_dict().items():
            mean = self.weights[name]
            if mean.is_floating_point():
                mean.lerp_(value, 1 - kept)
            else:
                mean.copy_(value)

    @contextmanager
    def shown_by(self, net: nn.Module) -> Iterator[None]:
        """Let the network carry the mean; on leaving it has its own weights again."""
        own = copy_weights(net)
        net.load_state_dict(self.weights)
        try:
            yield
        finally:
            net.load_state_dict(own)
