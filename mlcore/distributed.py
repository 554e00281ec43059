"""Several processes that learn together, one per graphics card, started by torchrun: each takes a share of every batch.

Without torchrun a process is a crew of one, for which nothing here costs anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from mlcore.contract import Cancelled, LearningError, Report

LONGEST_WAIT = timedelta(days=1)
"""One process may wait so long for another, which reads pictures or writes results; one that died ends all at once."""
Rows = TypeVar("Rows", bound=npt.NDArray[Any])


@dataclass(frozen=True)
class Batch:
    """What the processes know together of a batch of which each has a share."""

    factor: float
    """Times the mean loss of this share, averaged over the processes, it is the mean loss of the whole batch."""
    size: int
    """Inputs in the whole batch."""


class Crew:
    """A process that learns alone."""

    rank, size = 0, 1

    @property
    def leads(self) -> bool:
        """Whether this is the process that writes files and speaks."""
        return self.rank == 0

    def share(self, things: Sized) -> slice:
        """Which part of these is for this process; the parts differ by one at most."""
        each, left = divmod(len(things), self.size)
        start = self.rank * each + min(self.rank, left)
        return slice(start, start + each + (self.rank < left))

    def wrap(self, net: nn.Module) -> nn.Module:
        """The network whose gradients are the mean over all processes."""
        return net

    def tell(self, report: Report, event: dict[str, Any]) -> None:
        """Report, and stop together: Cancelled is raised here, or at the next batch in all processes."""
        report(event)

    def agree(self, known: float, size: int) -> Batch:
        """Put together what the shares of a batch hold; `known` is what the loss of a share is a mean over."""
        return Batch(1.0, size)

    def sum(self, value: float) -> float:
        """The sum over all processes."""
        return value

    def gather(self, rows: Rows) -> Rows:
        """The rows of all shares in order, for every process."""
        return rows

    def gather_tensors(self, tensors: dict[str, torch.Tensor]) -> list[dict[str, torch.Tensor]]:
        """The tensors of each process."""
        return [tensors]

    def align(self, net: nn.Module) -> None:
        """Let buffers, which each process may have gathered from its own share, be those of the first process."""

    def wait(self) -> None:
        """Go on when all processes are here."""

    def device_name(self, name: str) -> str:
        """How many of the named device learned."""
        return name


class Processes(Crew):
    """One of several processes that learn together (Li et al., PyTorch Distributed, 2020), by way of accelerate."""

    def __init__(self) -> None:
        from accelerate import Accelerator
        from accelerate.utils import InitProcessGroupKwargs

        with_cards = torch.cuda.is_available()
        here, cards = int(os.environ.get("LOCAL_WORLD_SIZE", "1")), torch.cuda.device_count()
        if with_cards and here > cards:
            raise LearningError(
                f"{here} processes were started and the machine has {cards} graphics cards. Start {cards} processes."
            )
        waiting = InitProcessGroupKwargs(timeout=LONGEST_WAIT)
        self._accelerator = Accelerator(cpu=not with_cards, mixed_precision="no", kwargs_handlers=[waiting])
        self.rank, self.size = self._accelerator.process_index, self._accelerator.num_processes
        self._stopping = False

    def wrap(self, net: nn.Module) -> nn.Module:
        from timm.layers import convert_sync_batchnorm  # type: ignore[attr-defined]

        self._accelerator.free_memory()  # of the network before: a run may train one after another
        if self._accelerator.device.type == "cuda":
            convert_sync_batchnorm(net)  # type: ignore[no-untyped-call]
        wrapped: nn.Module = self._accelerator.prepare_model(net)
        # from equal beginnings; but what is left out at random is to differ from share to share
        torch.manual_seed(torch.initial_seed() + self.rank)
        return wrapped

    def tell(self, report: Report, event: dict[str, Any]) -> None:
        try:
            report(event)
        except Cancelled:  # one that left now would let the others wait for its gradients
            self._stopping = True

    def agree(self, known: float, size: int) -> Batch:
        all_known, all_size, stopping = self._summed([known, size, self._stopping])
        if stopping:
            raise Cancelled
        return Batch(known * self.size / max(all_known, 1.0), round(all_size))

    def sum(self, value: float) -> float:
        return self._summed([value])[0]

    def _summed(self, values: list[float]) -> list[float]:
        tensor = torch.tensor(values, dtype=torch.float64, device=self._accelerator.device)
        return list(map(float, self._accelerator.reduce(tensor, "sum").tolist()))

    def gather(self, rows: Rows) -> Rows:
        parts: list[Any] = [None] * self.size
        torch.distributed.all_gather_object(parts, rows)
        return np.concatenate([part for part in parts if len(part)] or parts)  # type: ignore[return-value]

    def gather_tensors(self, tensors: dict[str, torch.Tensor]) -> list[dict[str, torch.Tensor]]:
        parts: list[Any] = [None] * self.size
        torch.distributed.all_gather_object(parts, tensors)
        return parts

    def align(self, net: nn.Module) -> None:
        for buffer in net.buffers():
            torch.distributed.broadcast(buffer, src=0)

    def wait(self) -> None:
        self._accelerator.wait_for_everyone()

    def device_name(self, name: str) -> str:
        return f"{self.size} × {name}"


_present = Crew()


def crew() -> Crew:
    """The crew that this process is one of."""
    return _present


@contextmanager
def crew_joined() -> Iterator[Crew]:
    """Join the other processes where torchrun started this one, and leave them at the end.

    Raises LearningError where there are more processes than graphics cards. Ends this process where another one is
    gone, and leaves it to that one to say why.
    """
    global _present
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        yield _present
        return
    _present = Processes()
    try:
        yield _present
        _present.wait()  # for the first process, which may still write results
    except RuntimeError as error:
        if _is_of_a_lost_process(error):
            raise SystemExit(f"Another process of this run has ended; it says why. ({error})") from error
        raise
    finally:
        _present = Crew()
    torch.distributed.destroy_process_group()


def _is_of_a_lost_process(error: RuntimeError) -> bool:
    return isinstance(error, torch.distributed.DistError) or "gloo" in str(error).lower()
