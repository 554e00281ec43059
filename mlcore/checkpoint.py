"""Where a run stands, as files that are whole or not there: safetensors and JSON, never a pickle."""

from __future__ import annotations

import hashlib
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
from mlcore.distributed import crew
from mlcore.files import sha256_of, write_json, written_aside
from mlcore.stored_tensors import StoredTensors

KEPT = 2
FORMAT = 2
"""Of what the training loop keeps; a state of another format is not gone on from."""
Tensors = dict[str, torch.Tensor]


def write_tensors(path: Path, tensors: Mapping[str, torch.Tensor]) -> None:
    """Write tensors aside, sync and rename; what is stored is copied unread. Raises LearningError where it cannot."""
    with written_aside(path) as partial:
        if isinstance(tensors, StoredTensors):
            tensors.copy_to(partial)
            return
        copied = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
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
        """Keep a state; only then forget all but the one before. A kill at any moment leaves one that is whole.

        Of several processes that learn together only the first writes.
        """
        if not crew().leads:
            return
        weights = self._folder / f"{number:06d}.safetensors"
        write_tensors(weights, tensors)
        note = {"format": FORMAT, "sha256": sha256_of(weights), "identity": self._identity} | about
        write_json(weights.with_suffix(".json"), note | {"note_sha256": _sum_of(note)})
        for old in self._numbers():
            if old <= number - KEPT:
                self._remove(old)

    def latest(self) -> tuple[Tensors, dict[str, Any]] | None:
        """The newest state that is whole, or None; a cut or changed one is passed over and noted in `damaged`.

        Raises LearningError where it belongs to another run or another version of the program wrote it.
        """
        for number in sorted(self._numbers(), reverse=True):
            weights = self._folder / f"{number:06d}.safetensors"
            try:
                note = json.loads(weights.with_suffix(".json").read_text(encoding="utf-8"))
                if "format" not in note and "note_sha256" not in note:
                    self._check_format(1)
                if _sum_of(note) == note["note_sha256"] and sha256_of(weights) == note["sha256"]:
                    self._check_format(note["format"])
                    self._check_identity(note["identity"])
                    return load_file(weights), note
            except (OSError, ValueError, KeyError, TypeError, SafetensorError):
                pass  # refused below like one whose sum is wrong
            self.damaged.append(weights.name)
        return None

    def complaints(self, found: object) -> list[str]:
        """A sentence on each file that `latest` refused before it returned `found`."""
        instead = "the one before it is used" if found else "the run begins anew"
        return [f"The checkpoint {name} is damaged; {instead}." for name in self.damaged]

    def clear(self) -> None:
        """Remove all checkpoints: the run is finished."""
        if crew().leads and self._folder.is_dir():
            shutil.rmtree(self._folder)

    def _check_format(self, found: int) -> None:
        if found != FORMAT:
            raise LearningError(
                f"The run in {self._folder.parent} was begun by another version of this program: its checkpoints have "
                f"format {found}, and format {FORMAT} is wanted here. Start a new run with the same settings."
            )

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


def _sum_of(note: dict[str, Any]) -> str:
    """SHA-256 over all of a note but the sum itself: a changed digit in it is as bad as one in the weights."""
    content = json.loads(json.dumps({key: value for key, value in note.items() if key != "note_sha256"}))
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


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
    """The state of torch's random numbers on the CPU and on the graphics card in use: the only ones drawn from."""
    card = {"card": torch.cuda.get_rng_state()} if torch.cuda.is_available() else {}
    return {"cpu": torch.get_rng_state()} | card


def unpack_random_state(states: Tensors) -> bool:
    """Undo `pack_random_state`; False where the states are not those of a device as this one has."""
    if "cpu" in states:
        torch.set_rng_state(states["cpu"])
    if "card" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["card"])
    return "cpu" in states and ("card" in states) == torch.cuda.is_available()
