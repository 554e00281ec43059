"""Where a run stands, as files that are whole or not there: safetensors and JSON, never a pickle."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from mlcore.contract import LearningError
from mlcore.files import sha256_of, write_json, written_aside

KEPT = 2
Tensors = dict[str, torch.Tensor]


def write_tensors(path: Path, tensors: Mapping[str, torch.Tensor]) -> None:
    """Write tensors aside, sync and rename. Raises LearningError where they cannot be written."""
    copied = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    with written_aside(path) as partial:
        try:
            save_file(copied, partial)
            partial.chmod(0o644)  # safetensors leaves files to their owner alone; the web server may be another user
        except SafetensorError as error:  # its way to say that the disk is full
            raise OSError(str(error)) from error


class Checkpoints:
    """The latest two checkpoints of a run, numbered by epoch."""

    def __init__(self, folder: Path, identity: str) -> None:
        """`identity` names data, settings and kind: a state of another identity is not gone on from."""
        self._folder, self._identity = folder, identity
        self.damaged: list[str] = []
        """Names of files that `latest` refused."""

    def save(self, number: int, tensors: Mapping[str, torch.Tensor], about: dict[str, Any]) -> None:
        """Keep a state; only then forget all but the one before. A kill at any moment leaves one that is whole."""
        weights = self._folder / f"{number:06d}.safetensors"
        write_tensors(weights, tensors)
        write_json(weights.with_suffix(".json"), {"sha256": sha256_of(weights), "identity": self._identity} | about)
        for old in self._numbers():
            if old <= number - KEPT:
                self._remove(old)

    def latest(self) -> tuple[Tensors, dict[str, Any]] | None:
        """The newest state that is whole, or None; a cut or changed one is passed over and noted in `damaged`.

        Raises LearningError where it belongs to another run.
        """
        for number in sorted(self._numbers(), reverse=True):
            weights = self._folder / f"{number:06d}.safetensors"
            try:
                note = json.loads(weights.with_suffix(".json").read_text(encoding="utf-8"))
                if sha256_of(weights) == note["sha256"]:
                    self._check_identity(note["identity"])
                    return load_file(weights), note
            except (OSError, ValueError, KeyError, TypeError, SafetensorError):
                pass  # refused below like one whose sum is wrong
            self.damaged.append(weights.name)
        return None

    def clear(self) -> None:
        """Remove all checkpoints: the run is finished."""
        if self._folder.is_dir():
            shutil.rmtree(self._folder)

    def _check_identity(self, found: str) -> None:
        if found != self._identity:
            raise LearningError(
                f"The folder {self._folder.parent} holds a run with other data or settings that was not finished. "
                "Choose another folder."
            )

    def _numbers(self) -> list[int]:
        names = [path.name for path in self._folder.glob("*.json")] if self._folder.is_dir() else []
        return [int(name[:6]) for name in names if re.fullmatch(r"\d{6}\.json", name)]

    def _remove(self, number: int) -> None:
        for suffix in (".json", ".safetensors"):
            (self._folder / f"{number:06d}{suffix}").unlink(missing_ok=True)


def pack_optimiser(optimiser: torch.optim.Optimizer) -> tuple[Tensors, list[dict[str, Any]]]:
    """An optimiser's state as flat tensors and plain settings."""
    state = optimiser.state_dict()
    tensors = {
        f"optimiser.{number}.{name}": value
        for number, values in state["state"].items()
        for name, value in values.items()
        if isinstance(value, torch.Tensor)
    }
    return tensors, state["param_groups"]


def unpack_optimiser(optimiser: torch.optim.Optimizer, tensors: Tensors, groups: list[dict[str, Any]]) -> None:
    """Undo `pack_optimiser`."""
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in tensors.items():
        if key.startswith("optimiser."):
            _, number, name = key.split(".", 2)
            state.setdefault(int(number), {})[name] = value
    optimiser.load_state_dict({"state": state, "param_groups": groups})


def pack_random_state() -> Tensors:
    """The state of torch's random numbers on the CPU and on each graphics card."""
    cards = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return {"random.cpu": torch.get_rng_state()} | {f"random.cuda.{n}": state for n, state in enumerate(cards)}


def unpack_random_state(tensors: Tensors) -> None:
    """Undo `pack_random_state`. Raises LearningError where the machine has other graphics cards."""
    torch.set_rng_state(tensors["random.cpu"])
    cards = [value for name, value in sorted(tensors.items()) if name.startswith("random.cuda.")]
    if cards and torch.cuda.device_count() != len(cards):
        raise LearningError(
            f"The run began with {len(cards)} graphics cards and this machine has {torch.cuda.device_count()}. "
            "Go on where it began, or start a new run."
        )
    if cards:
        torch.cuda.set_rng_state_all(cards)
