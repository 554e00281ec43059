"""A trained concept model over many pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mlcore.concepts.inputs import Squares, Transform
from mlcore.concepts.model import ConceptModel, Floats
from mlcore.contract import Prediction, Report, SidePicture
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
    model: ConceptModel, sides: Sequence[SidePicture], report: Report, features: Path | None
) -> Iterator[Prediction]:
    """Yield one Prediction per side in order. Features of a frozen backbone are taken from and added to `features`."""
    store = None
    if features is not None and model.about["features"]:
        store = FeatureStore(features, model.about["features"] | {"bfloat16": model.net.halved})
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(threads()))
        keeper = stack.enter_context(Keeper(store)) if store is not None else None
        stack.enter_context(memory_explained())
        for start in range(0, len(sides), BATCH):
            report({"event": "progress", "stage": "predicting", "done": start, "total": len(sides)})
            batch = sides[start : start + BATCH]
            paths = pictures_of(batch, model.net.together)
            seen = dict(zip(paths, pool.map(lambda path: see(path, model.transform, store), paths), strict=True))
            found = look(model, list(seen.values()), store, keeper)
            yield from answer(model, batch, seen, found, report)
        report({"event": "progress", "stage": "predicting", "done": len(sides), "total": len(sides)})


def pictures_of(sides: Sequence[SidePicture], together: bool) -> list[Path]:
    """Every picture once that is needed for these sides."""
    own = [side.picture for side in sides]
    others = [side.other for side in sides if together and side.other is not None]
    return list(dict.fromkeys(own + others))


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
) -> dict[bytes, Floats]:
    """Features (width,) of the readable pictures, by the digest of the picture."""
    squares = {item.digest: item.square for item in seen if item.square is not None}
    found: dict[bytes, Floats] = {}
    if squares:
        computed = model.features(np.stack(list(squares.values())))
        found = dict(zip(squares, computed, strict=True))
        if keeper is not None:
            keeper.add(list(found), computed)
    known = [item.digest for item in seen if not item.error and item.square is None]
    if store is not None and known:
        found |= dict(zip(known, store.read(known), strict=True))
    return found


def answer(
    model: ConceptModel,
    sides: Sequence[SidePicture],
    seen: Mapping[Path, Seen],
    found: Mapping[bytes, Floats],
    report: Report,
) -> Iterator[Prediction]:
    """One Prediction per side, in order, from features by the digest of the picture (see `look`)."""
    readable = [side for side in sides if not seen[side.picture].error]
    own = [found[seen[side.picture].digest] for side in readable]
    others = [other_features(side, seen, found, report) for side in readable] if model.net.together else []
    features = np.stack(own) if own else np.empty((0, model.net.width), dtype=np.float32)
    probabilities = iter(model.probabilities(model.joined(features, others)))
    embeddings = iter(features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12))
    for side in sides:
        if error := seen[side.picture].error:
            yield Prediction(side.side, (), error=error)
        else:
            yield Prediction(side.side, tuple(next(probabilities).tolist()), tuple(next(embeddings).tolist()))


def other_features(
    side: SidePicture, seen: Mapping[Path, Seen], found: Mapping[bytes, Floats], report: Report
) -> Floats | None:
    """Features of the coin's other side; None where there is no picture of it, or, with a notice, no readable one."""
    if side.other is None:
        return None
    if error := seen[side.other].error:
        message = f"Side {side.side} is answered without its coin's other side: {error}"
        report({"event": "notice", "message": message})
        return None
    return found[seen[side.other].digest]
