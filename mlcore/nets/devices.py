"""Where the arithmetic is done, and that it is done the same way each time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import torch

from mlcore.contract import LearningError

LIBRARIES = ("torch", "timm", "numpy", "pillow", "safetensors")
CPU_FLAGS = {"avx512_bf16", "amx_bf16"}


def prepare_device(seed: int) -> torch.device:
    """Choose the graphics card if there is one, seed all random numbers and let equal runs give equal results."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # asked for by deterministic matrix products
    torch.set_num_threads(threads())
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True, warn_only=True)
    # filling fresh memory costs time and changes nothing here
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def threads() -> int:
    """OMP_NUM_THREADS where it is set, else all cores but one.

    The spare one serves the site. Where others keep every core busy, threads that wait for each other are slower than
    a single one: measured on two busy cores, 15 pictures a second with two threads and 87 with one.
    """
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return int(wanted) if wanted.isdigit() and int(wanted) else max(1, len(os.sched_getaffinity(0)) - 1)


def half_precision_pays(device: torch.device) -> bool:
    """Whether bfloat16 is computed in hardware; elsewhere it is slower than float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    about = Path("/proc/cpuinfo")
    return about.exists() and bool(CPU_FLAGS & set(about.read_text(encoding="utf-8", errors="replace").split()))


def name_of(device: torch.device) -> str:
    """How a run names its device."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {threads()} thread{'' if threads() == 1 else 's'}"


def library_versions() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES}


@contextmanager
def memory_explained(batch_size: int | None = None) -> Iterator[None]:
    """Turn running out of memory into a LearningError that says what to change.

    `batch_size`: as a person set it; None where there is no such setting, because nothing is learned.
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        if not isinstance(error, RuntimeError) or isinstance(error, torch.OutOfMemoryError) or _lacks_memory(error):
            raise LearningError(_what_to_change(batch_size)) from error
        raise


def _what_to_change(batch_size: int | None) -> str:
    if batch_size is None:
        return "Memory ran out. Start again when nothing else runs on the machine, or on one with more memory."
    smaller = max(1, batch_size // 2)
    return (
        f"Memory ran out with batch_size {batch_size}. Start again with batch_size {smaller} or a smaller image_size."
    )


def _lacks_memory(error: RuntimeError) -> bool:
    return "can't allocate memory" in str(error) or "out of memory" in str(error).lower()
