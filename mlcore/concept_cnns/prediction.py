"""Trained networks, one per concept, over many pictures: each picture is read once, one network is held at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from mlcore.concept_cnns.model import BATCH, CnnModel, Floats
from mlcore.concepts.inputs import Squares
from mlcore.concepts.prediction import see
from mlcore.contract import Prediction, Report, SidePicture
from mlcore.nets.devices import memory_explained, threads

CHUNK_BYTES = 2**27
"""Of pictures that all networks see before others are read: to read a network again costs as much as many pictures."""


def predict_cnns(model: CnnModel, sides: Sequence[SidePicture], report: Report) -> Iterator[Prediction]:
    """Yield one Prediction per side in order, without an embedding: networks apart share no space."""
    edge = model.transform.size
    chunk = max(BATCH, CHUNK_BYTES // (edge * edge * (1 if model.transform.grey else 3)) // BATCH * BATCH)
    with ThreadPoolExecutor(threads()) as pool, memory_explained():
        for start in range(0, len(sides), chunk):
            part = sides[start : start + chunk]
            report({"event": "progress", "stage": "predicting", "done": start, "total": len(sides)})
            seen = list(pool.map(lambda side: see(side.picture, model.transform, None), part))
            squares = [item.square for item in seen if item.square is not None]
            rows = iter(look(model, squares, report, (start, len(part), len(sides))))
            for side, item in zip(part, seen, strict=True):
                yield Prediction(side.side, () if item.error else tuple(next(rows).tolist()), error=item.error)
        report({"event": "progress", "stage": "predicting", "done": len(sides), "total": len(sides)})


def look(model: CnnModel, squares: Sequence[Squares], report: Report, place: tuple[int, int, int]) -> Floats:
    """Probabilities (n, concepts), one network after the other.

    `place`: sides answered before, in this chunk, and in all; progress counts shares of the chunk as sides.
    """
    logits = np.empty((len(squares), len(model.concepts)), dtype=np.float32)
    start, count, total = place
    for column in range(len(model.concepts)):
        for first in range(0, len(squares), BATCH):
            batch = slice(first, first + BATCH)
            logits[batch, column] = model.logits_of(column, np.stack(squares[batch]))
            share = (column + min(first + BATCH, len(squares)) / len(squares)) / len(model.concepts)
            report({"event": "progress", "stage": "predicting", "done": start + int(share * count), "total": total})
    return model.probabilities(logits)
