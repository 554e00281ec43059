"""Passes of pictures through a frozen backbone, computed once per picture and kept for every later run."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from mlcore.contract import LearningError, Report
from mlcore.files import write_json, written_aside
from mlcore.read_ahead import read_ahead

Floats = npt.NDArray[np.float32]
Read = TypeVar("Read")
SHARD = 1024
"""Pictures in a file."""
KEEP_EVERY = 30.0
"""Seconds of work that a killed run may have to do again."""
BATCH = 32
"""Kept files end where batches end: a run that is taken up again then computes in the same batches, digit for digit."""
MOST_GIGABYTES = 50.0
"""Of disk for all features, unless the environment says otherwise by FEATURES_MAX_GB."""
IN_USE = 3600.0
"""Seconds after its last use before a store may be removed: another run may be reading it."""


class FeatureStore:
    """The features of one backbone with one set of weights and one way to prepare pictures.

    Each file holds digests of pictures and their features, and is never changed: two runs that write at once
    leave at worst the same features twice.
    """

    def __init__(self, folder: Path, key: dict[str, Any]) -> None:
        name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:24]
        self._root, self._folder, self._key = folder, folder / name, key
        self._note_use()
        self._held: dict[bytes, npt.NDArray[np.float32]] = {}
        self._place: dict[bytes, tuple[Path, int]] = {}
        self.damaged: list[str] = []
        """Names of files that could not be read: their features are computed again."""
        for path in sorted(self._folder.glob("*.safetensors")):
            self._index(path)

    def _note_use(self) -> None:
        """The time of key.json says when the store was last used."""
        about = self._folder / "key.json"
        try:
            os.utime(about)
        except FileNotFoundError:
            write_json(about, self._key)

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._place or digest in self._held

    def __len__(self) -> int:
        """Pictures whose features are on the disk."""
        return len(self._place)

    def read(self, digests: Sequence[bytes]) -> Floats:
        """Features (n, width) in the order asked for, read from mapped files."""
        found: Floats | None = None
        for numbers, rows in self._blocks(digests):
            if found is None:
                found = np.empty((len(digests), rows.shape[1]), dtype=np.float32)
            found[numbers] = rows
        return np.empty((0, 0), dtype=np.float32) if found is None else found

    def _blocks(self, digests: Sequence[bytes]) -> Iterator[tuple[list[int], Floats]]:
        by_file: dict[Path, list[tuple[int, int]]] = {}
        held = [number for number, digest in enumerate(digests) if digest in self._held]
        for number, digest in enumerate(digests):
            if digest not in self._held:
                path, row = self._place[digest]
                by_file.setdefault(path, []).append((number, row))
        for path, pairs in by_file.items():
            numbers, chosen = zip(*pairs, strict=True)
            with safe_open(path, framework="numpy") as shard:
                yield list(numbers), shard.get_tensor("features")[list(chosen)]
        if held:
            yield held, np.stack([self._held[digests[number]] for number in held])

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

    def has_room(self, count: int) -> bool:
        """Whether so many bytes more may be written. Stores that nobody used for an hour make room, oldest first."""
        self._note_use()  # a run may compute for many hours, and is asked to stand aside by none meanwhile
        most = float(os.environ.get("FEATURES_MAX_GB") or MOST_GIGABYTES) * 1e9
        used = {key.parent: moment for key in self._root.glob("*/key.json") if (moment := _time_of(key)) is not None}
        sizes = {folder: _size_of(folder) for folder in used}
        for folder in sorted(sizes, key=lambda each: used[each]):
            if sum(sizes.values()) + count <= most:
                break
            if folder != self._folder and time.time() - used[folder] > IN_USE:
                shutil.rmtree(folder, ignore_errors=True)  # another run may be making room, too
                sizes[folder] = 0
        return sum(sizes.values()) + count <= most

    def hold(self, digests: Sequence[bytes], features: Floats) -> None:
        """Have features at hand for as long as this store is open, without writing them."""
        self._held |= dict(zip(digests, features, strict=True))

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

    def __init__(self, store: FeatureStore, hold: bool = False) -> None:
        """`hold`: features for which the disk has no room stay at hand in memory."""
        self._hold = hold
        self._store, self._since = store, time.monotonic()
        self.refused = ""
        """Why features were not kept, if so."""
        self._digests: list[bytes] = []
        self._features: list[Floats] = []

    def add(self, digests: Sequence[bytes], features: Floats) -> None:
        """Take in features (n, width) of pictures; every 1,024 pictures or 30 seconds they go to the disk.

        Raises LearningError where the disk is full.
        """
        self._digests += digests
        self._features.append(features)
        if len(self._digests) >= SHARD or time.monotonic() - self._since > KEEP_EVERY:
            self._keep()

    def _keep(self) -> None:
        if self._digests:
            features = np.concatenate(self._features)
            if self._store.has_room(features.nbytes):
                self._store.add(self._digests, features)
            else:
                if self._hold:
                    self._store.hold(self._digests, features)
                self.refused = (
                    "The folder of kept features is full (FEATURES_MAX_GB), so these are not kept for the next run."
                )
        self._digests, self._features, self._since = [], [], time.monotonic()

    def __enter__(self) -> Keeper:
        return self

    def __exit__(self, *raised: object) -> None:
        self._keep()


def _time_of(path: Path) -> float | None:
    """When a file was changed; None for one that is gone, as another run that makes room may have removed it."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return None


def _size_of(folder: Path) -> int:
    """Bytes of the features in a folder, as far as another run that makes room leaves them there meanwhile."""
    try:
        return sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    except FileNotFoundError:
        return 0


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
    digests: Sequence[bytes],
    store: FeatureStore,
    read: Callable[[list[int]], Read],
    compute: Callable[[Read], Floats],
    report: Report,
) -> Floats:
    """Features (n, width) of pictures in order. `read` gets the numbers of a batch of those that are not kept and gives
    what `compute` needs; the next batch is read while one is computed. Progress is out of those that are not kept;
    "pictures" counts all, those of the same bytes once."""
    missing: dict[bytes, int] = {}
    for number, digest in enumerate(digests):
        if digest not in store:
            missing.setdefault(digest, number)
    for name in store.damaged:
        report({"event": "notice", "message": f"The kept features {name} are damaged; they are computed again."})
    waiting = list(missing)
    parts = [waiting[start : start + BATCH] for start in range(0, len(waiting), BATCH)]
    coming = read_ahead(parts, lambda part: read([missing[digest] for digest in part]))
    told = {"event": "progress", "stage": "features", "total": len(missing), "pictures": len(set(digests))}
    with Keeper(store, hold=True) as keeper:
        for number, (part, ready) in enumerate(zip(parts, coming, strict=True)):
            report(told | {"done": number * BATCH})
            keeper.add(part, compute(ready))
    report(told | {"done": len(missing)})
    if keeper.refused:
        report({"event": "notice", "message": keeper.refused})
    return store.read(digests)
