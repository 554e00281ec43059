"""A trained concept model over many pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mlcore.concepts.inputs import Squares, Transform
from mlcore.concepts.model import ConceptModel
from mlcore.contract import Prediction, Report
from mlcore.features import BATCH, FeatureStore, Keeper
from mlcore.images.reading import RefusedPicture, read_picture
from mlcore.nets.devices import memory_explained, threads


@dataclass(frozen=True)
class Seen:
    """One picture, as far as it could be read."""

    digest: bytes = b""
    square: Squares | None = None
    """None where its features are kept, or where it cannot be read."""
    error: str = ""


def predict_concepts(
    model: ConceptModel, sides: Sequence[tuple[int, Path]], report: Report, features: Path | None
) -> Iterator[Prediction]:
    """Yield one Prediction per side in order. Features of a frozen backbone are taken from and added to `features`."""
    kept = features is not None and model.about["features"]
    store = (
        FeatureStore(features, model.about["features"] | {"bfloat16": model.net.halved}) if features and kept else None
    )
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(threads()))
        keeper = stack.enter_context(Keeper(store)) if store is not None else None
        stack.enter_context(memory_explained(BATCH))
        for start in range(0, len(sides), BATCH):
            report({"event": "progress", "stage": "predicting", "done": start, "total": len(sides)})
            batch = sides[start : start + BATCH]
            seen = list(pool.map(lambda side: see(side[1], model.transform, store), batch))
            found = look(model, seen, store, keeper)
            yield from answer(model, [side for side, _ in batch], seen, found)
        report({"event": "progress", "stage": "predicting", "done": len(sides), "total": len(sides)})


def see(path: Path, transform: Transform, store: FeatureStore | None) -> Seen:
    """Read a picture, unless its features are kept."""
    try:
        content = path.read_bytes()
        digest = hashlib.sha256(content).digest()
        if store is not None and digest in store:
            return Seen(digest)
        return Seen(digest, transform.square(read_picture(content, longest=2 * transform.size)))
    except OSError as error:
        return Seen(error=f"The picture {path.name} cannot be read ({error.strerror}).")
    except RefusedPicture as error:
        return Seen(error=str(error))


def look(
    model: ConceptModel, seen: Sequence[Seen], store: FeatureStore | None, keeper: Keeper | None
) -> npt.NDArray[np.float32]:
    """Features (readable pictures, width) in order."""
    new = [item for item in seen if item.square is not None]
    squares = [item.square for item in new if item.square is not None]
    found: dict[bytes, npt.NDArray[np.float32]] = {}
    if squares:
        computed = model.features(np.stack(squares))
        found = {item.digest: row for item, row in zip(new, computed, strict=True)}
        if keeper is not None:
            keeper.add(list(found), np.stack(list(found.values())))
    known = [item.digest for item in seen if not item.error and item.square is None]
    if store is not None and known:
        found |= dict(zip(known, store.read(known), strict=True))
    rows = [found[item.digest] for item in seen if not item.error]
    return np.stack(rows) if rows else np.empty((0, model.net.head.in_features), dtype=np.float32)


def answer(
    model: ConceptModel, sides: Sequence[int], seen: Sequence[Seen], features: npt.NDArray[np.float32]
) -> Iterator[Prediction]:
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    rows = zip(model.probabilities(features), features / np.maximum(lengths, 1e-12), strict=True)
    for side, item in zip(sides, seen, strict=True):
        if item.error:
            yield Prediction(side, (), error=item.error)
            continue
        probabilities, embedding = next(rows)
        yield Prediction(side, tuple(probabilities.tolist()), tuple(embedding.tolist()))
