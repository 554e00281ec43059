"""A network that learns, with all that changes while it does: what a checkpoint holds, and what a resumed run needs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from torch import nn

from mlcore.averaging import Average, copy_weights
from mlcore.checkpoint import Tensors, pack_optimiser, pack_random_state, unpack_optimiser, unpack_random_state
from mlcore.distributed import crew
from mlcore.optimisers import make_optimiser
from mlcore.precision import Precision, training_type

if TYPE_CHECKING:
    from mlcore.train_loop import Plan


@dataclass
class Standing:
    """Where a run stands after an epoch, as far as it is plain data."""

    epoch: int = 0
    seconds: float = 0.0
    best_epoch: int = 0
    best_score: float = -math.inf
    epochs: list[dict[str, Any]] = field(default_factory=list)

    def waited(self) -> int:
        """Epochs since the best one."""
        return self.epoch - self.best_epoch


class Learner:
    """Network, optimiser, averaged weights, scale of the loss, best weights and standing of a run."""

    def __init__(self, net: nn.Module, plan: Plan) -> None:
        self.net = net
        self.device = next(net.parameters()).device
        self.optimiser = make_optimiser(net, plan)
        self.precision = Precision(self.device, training_type(self.device, plan.mixed_precision))
        self.average = Average(net, plan.ema) if plan.ema else None
        self.standing, self.best = Standing(), copy_weights(net)

    def train(self) -> None:
        """Bring the network into the state for learning; parts that stay as they are may ask to stay at rest."""
        self.net.train()
        if keep_at_rest := getattr(self.net, "keep_at_rest", None):
            keep_at_rest()

    @contextmanager
    def measured(self) -> Iterator[nn.Module]:
        """The network as it is validated and kept: with the averaged weights where there are such."""
        crew().align(self.net)
        if self.average is None:
            yield self.net
        else:
            with self.average.shown_by(self.net):
                yield self.net

    def note(self, row: dict[str, Any], score: float, seconds: float) -> None:
        """Take down an epoch, and keep the weights that `measured` shows where they are the best so far."""
        self.standing.epoch += 1
        self.standing.seconds += seconds
        self.standing.epochs.append(row)
        if score > self.standing.best_score:
            self.standing.best_epoch, self.standing.best_score = self.standing.epoch, score
            self.best = copy_weights(self.net)

    def pack(self) -> tuple[Tensors, dict[str, Any]]:
        """Tensors and plain settings from which `unpack` goes on. In a crew all processes must call it together."""
        tensors, groups = pack_optimiser(self.optimiser)
        for rank, states in enumerate(crew().gather_tensors(pack_random_state())):
            tensors |= {f"random.{rank}.{name}": value for name, value in states.items()}
        tensors |= {f"net.{name}": value for name, value in self.net.state_dict().items()}
        tensors |= {f"best.{name}": value for name, value in self.best.items()}
        about: dict[str, Any] = {"groups": groups, "standing": vars(self.standing), "processes": crew().size}
        about["scaler"] = self.precision.scaler.state_dict()
        if self.average:
            tensors |= {f"average.{name}": value for name, value in self.average.weights.items()}
            about["averaged_steps"] = self.average.steps
        return tensors, about

    def unpack(self, tensors: Tensors, about: dict[str, Any]) -> list[str]:
        """Put everything back as `pack` found it. Returns what cannot be quite as it was, in sentences."""
        self.net.load_state_dict(self._part("net.", tensors))
        unpack_optimiser(self.optimiser, tensors, about["groups"])
        self.best = self._part("best.", tensors)
        self.precision.scaler.load_state_dict(about["scaler"])
        if self.average:
            self.average.weights = self._part("average.", tensors)
            self.average.steps = about["averaged_steps"]
        self.standing = Standing(**about["standing"])
        exact = unpack_random_state(self._part(f"random.{crew().rank}.", tensors))
        if exact and about["processes"] == crew().size:
            return []
        return [
            f"The run began with {about['processes']} processes and goes on with {crew().size}, or on another device: "
            "its figures may differ a little from those of a run that was not stopped."
        ]

    def _part(self, prefix: str, tensors: Tensors) -> Tensors:
        on_cpu = prefix.startswith("random.")
        return {
            name.removeprefix(prefix): value if on_cpu else value.to(self.device)
            for name, value in tensors.items()
            if name.startswith(prefix)
        }
