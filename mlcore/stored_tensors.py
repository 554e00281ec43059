"""Weights that stay in their files until they are asked for: many networks need the memory of one."""

from __future__ import annotations

import json
import math
import shutil
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import torch
from safetensors import safe_open


class StoredTensors(Mapping[str, torch.Tensor]):
    """The tensors of several safetensors files under one roof: `NAME` of the file `prefix` is `prefix.NAME`."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        """`files`: prefix to file; a prefix holds no point."""
        self._files = dict(files)
        headers = {prefix: _header(path)[0] for prefix, path in self._files.items()}
        self._about = {f"{prefix}.{name}": each for prefix, found in headers.items() for name, each in found.items()}

    def __getitem__(self, name: str) -> torch.Tensor:
        prefix, _, inner = name.partition(".")
        with safe_open(self._files[prefix], framework="pt") as stored:
            tensor: torch.Tensor = stored.get_tensor(inner)
        return tensor

    def __iter__(self) -> Iterator[str]:
        return iter(self._about)

    def __len__(self) -> int:
        return len(self._about)

    def count_floating(self) -> int:
        """How many floating numbers all of them hold, by what the files say of themselves: no tensor is read."""
        return sum(math.prod(each["shape"]) for each in self._about.values() if _is_floating(each["dtype"]))

    def copy_to(self, path: Path) -> None:
        """Write all of them into one safetensors file, byte by byte, without holding them."""
        header: dict[str, Any] = {}
        reached = 0
        for prefix, source in self._files.items():
            entries, _ = _header(source)
            for name, entry in entries.items():
                start, end = entry["data_offsets"]
                header[f"{prefix}.{name}"] = entry | {"data_offsets": [reached + start, reached + end]}
            reached += max((entry["data_offsets"][1] for entry in entries.values()), default=0)
        with path.open("wb") as stream:
            _write_header(stream, header)
            for source in self._files.values():
                with source.open("rb") as content:
                    content.seek(_header(source)[1])
                    shutil.copyfileobj(content, stream, 2**22)


def tensors_of(path: Path, prefix: str, device: str) -> dict[str, torch.Tensor]:
    """Only the tensors of one prefix, without it, out of a file that `copy_to` wrote."""
    with safe_open(path, framework="pt", device=device) as stored:
        names = [name for name in stored.keys() if name.startswith(f"{prefix}.")]  # noqa: SIM118 - no mapping
        return {name[len(prefix) + 1 :]: stored.get_tensor(name) for name in names}


def count_floating(tensors: Mapping[str, torch.Tensor]) -> int:
    """How many floating numbers these tensors hold; counters, which are whole numbers, are left out."""
    if isinstance(tensors, StoredTensors):
        return tensors.count_floating()
    return sum(each.numel() for each in tensors.values() if each.is_floating_point())


def _is_floating(dtype: str) -> bool:
    """Of the names that safetensors gives types: F16, BF16, F8_E4M3 …; I64, U8 and BOOL are no floating numbers."""
    return dtype.lstrip("B").startswith("F")


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """What a safetensors file says of its tensors, and where their bytes begin."""
    with path.open("rb") as stream:
        (length,) = struct.unpack("<Q", stream.read(8))
        entries = json.loads(stream.read(length))
    entries.pop("__metadata__", None)
    return entries, 8 + length


def _write_header(stream: IO[bytes], header: dict[str, Any]) -> None:
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the format wants the first byte of data at a multiple of eight
    stream.write(struct.pack("<Q", len(text)) + text)
