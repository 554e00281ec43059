"""How a command of mlcore is started: alone, or by torchrun in one process per graphics card."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from django.conf import settings

SECONDS_TO_END = 10
"""What torchrun leaves its processes after a polite stop; shorter than what we leave torchrun."""


def command_line(arguments: Sequence[str], processes: int) -> tuple[list[str], dict[str, str]]:
    """Command and environment."""
    alone = ["-m", "mlcore", *arguments]
    if processes == 1:
        return [sys.executable, *alone], dict(os.environ)
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    cores = max(1, len(os.sched_getaffinity(0)) // processes)
    ours = {"OMP_NUM_THREADS": str(cores), "TORCH_ELASTIC_SHUTDOWN_TIMEOUT": str(SECONDS_TO_END)}
    return [sys.executable, *launcher, *alone], ours | dict(os.environ)


def training_processes() -> int:
    """One per graphics card that this worker may use, or as many as TRAINING_PROCESSES says; at least one."""
    if settings.TRAINING_PROCESSES == "auto":
        return max(1, visible_cards())
    return int(settings.TRAINING_PROCESSES)


def visible_cards() -> int:
    """Graphics cards, counted without torch."""
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is not None:
        names = chosen.split(",")
        # CUDA reads the list up to the first name that is none
        ends = [place for place, name in enumerate(names) if not name.strip() or name.strip().startswith("-")]
        return min(ends, default=len(names))
    program = shutil.which("nvidia-smi")
    if program is None:
        return 0
    try:
        listed = subprocess.run([program, "-L"], capture_output=True, text=True, timeout=20, check=False)  # noqa: S603 - no argument from outside
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return sum(line.startswith("GPU ") for line in listed.stdout.splitlines())
