"""Passes of pictures through a frozen backbone, computed once per picture and kept for every later run."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from mlcore.contract import LearningError, Report
from mlcore.files import write_json, written_aside

Floats = npt.NDArray[np.float32]
SHARD = 1024
"""Pictures in a file."""
KEEP_EVERY = 30.0
"""Seconds of work that a killed run may have to do again."""
BATCH = 32
"""Kept files end where batches end: a run that is taken up again then computes in the same batches, digit for digit."""


class FeatureStore:
    """The features of one backbone with one set of weights and one way to prepare pictures.

    Each file holds digests of pictures and their features, and is never changed: two runs that write at once
    leave at worst the same features twice.
    """

    def __init__(self, folder: Path, key: dict[str, Any]) -> None:
        name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:24]
        self._folder = folder / name
        if not (self._folder / "key.json").is_file():
            write_json(self._folder / "key.json", key)
        self._place: dict[bytes, tuple[Path, int]] = {}
        self.damaged: list[str] = []
        """Names of files that could not be read: their features are computed again."""
        for path in sorted(self._folder.glob("*.safetensors")):
            self._index(path)

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._place

    def __len__(self) -> int:
        return len(self._place)

    def read(self, digests: Sequence[bytes]) -> Floats:
        """Features (n, width) in the order asked for, read from mapped files."""
        by_file: dict[Path, list[tuple[int, int]]] = {}
        for number, digest in enumerate(digests):
            path, row = self._place[digest]
            by_file.setdefault(path, []).append((number, row))
        found: Floats | None = None
        for path, pairs in by_file.items():
            with safe_open(path, framework="numpy") as shard:
                rows = shard.get_tensor("features")
            if found is None:
                found = np.empty((len(digests), rows.shape[1]), dtype=np.float32)
            numbers, chosen = zip(*pairs, strict=True)
            found[list(numbers)] = rows[list(chosen)]
        return np.empty((0, 0), dtype=np.float32) if found is None else found

    def add(self, digests: Sequence[bytes], features: Floats) -> None:
        """Keep features (n, width) of pictures with these digests. Raises LearningError where the disk is full."""
        path = self._folder / f"{uuid.uuid4().hex}.safetensors"
        names = np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(len(digests), 32)
        content: dict[str, npt.NDArray[Any]] = {
            "digests": names.copy(),
            "features": np.ascontiguousarray(features, dtype=np.float32),
        }
        content["sum"] = _sum_of(content)
        with written_aside(path) as partial:
            try:
                save_file(content, partial)
            except SafetensorError as error:
                raise OSError(str(error)) from error
        self._index(path)

    def _index(self, path: Path) -> None:
        try:
            with safe_open(path, framework="numpy") as shard:
                content = {name: shard.get_tensor(name) for name in ("digests", "features")}
                whole = bool((shard.get_tensor("sum") == _sum_of(content)).all())
        except (OSError, SafetensorError, KeyError):
            whole = False
        if not whole:
            self.damaged.append(path.name)
            return
        for row, digest in enumerate(content["digests"]):
            self._place[digest.tobytes()] = (path, row)


class Keeper:
    """Gathers batches into files of a fair size, and keeps what there is when the work ends, also by cancelling."""

    def __init__(self, store: FeatureStore) -> None:
        self._store, self._since = store, time.monotonic()
        self._digests: list[bytes] = []
        self._features: list[Floats] = []

    def add(self, digests: Sequence[bytes], features: Floats) -> None:
        self._digests += digests
        self._features.append(features)
        if len(self._digests) >= SHARD or time.monotonic() - self._since > KEEP_EVERY:
            self._keep()

    def _keep(self) -> None:
        if self._digests:
            self._store.add(self._digests, np.concatenate(self._features))
        self._digests, self._features, self._since = [], [], time.monotonic()

    def __enter__(self) -> Keeper:
        return self

    def __exit__(self, *raised: object) -> None:
        self._keep()


def _sum_of(content: dict[str, npt.NDArray[Any]]) -> npt.NDArray[np.uint8]:
    digest = hashlib.sha256(content["digests"].tobytes())
    digest.update(np.ascontiguousarray(content["features"]).data)
    return np.frombuffer(digest.digest(), dtype=np.uint8).copy()


def digests_of(paths: Sequence[Path], threads: int) -> list[bytes]:
    """SHA-256 of each picture's bytes. Raises LearningError naming a picture that is gone."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(_digest, paths))


def _digest(path: Path) -> bytes:
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError as error:
        raise LearningError(
            f"The picture {path} cannot be read ({error.strerror}); it was there when the snapshot was frozen. "
            "Freeze a new snapshot."
        ) from error


def features_of(
    digests: Sequence[bytes], store: FeatureStore, compute: Callable[[list[int]], Floats], report: Report
) -> Floats:
    """Features (n, width) of pictures in order; `compute` gets the numbers of a batch of those that are not kept."""
    missing: dict[bytes, int] = {}
    for number, digest in enumerate(digests):
        if digest not in store:
            missing.setdefault(digest, number)
    for name in store.damaged:
        report({"event": "notice", "message": f"The kept features {name} are damaged; they are computed again."})
    with Keeper(store) as keeper:
        for start in range(0, len(missing), BATCH):
            report({"event": "progress", "stage": "features", "done": start, "total": len(missing)})
            batch = list(missing)[start : start + BATCH]
            keeper.add(batch, compute([missing[digest] for digest in batch]))
    report({"event": "progress", "stage": "features", "done": len(missing), "total": len(missing)})
    return store.read(digests)
