"""Whether a photograph is like the coins of the corpus at all, and which of their sides are nearest to it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import F
from django.db.models.functions import Mod
from pgvector.django import CosineDistance

from annotations.models import Embedding, Job, ModelVersion

SAMPLE = 2000
FEWEST = 200
"""Sides with which the loneliest hundredth of the corpus can be told."""
LONELY = 0.01
ALIKE = 6
Floats = npt.NDArray[np.float32]


def describe_likeness(version: ModelVersion, face: str, placed: Floats) -> dict[str, Any]:
    """What is kept of a side's place (width,) in the model's space; empty where the corpus has no places yet.

    "alike" holds [side, cosine] of the nearest sides. "unlike" is true for a place that lies further from the nearest
    of a sample of the corpus than 99 in 100 of its own sides do from those of other coins, and null with too few.
    """
    if not placed.size:
        return {}
    near = Embedding.objects.filter(version=version, **({} if face == "unknown" else {"side__face": face}))
    distance = CosineDistance("vector", placed.tolist())
    rows = near.annotate(distance=distance).order_by("distance", "side_id").values_list("side_id", "distance")[:ALIKE]
    alike = [[side, round(1 - far, 4)] for side, far in rows]
    finished = version.prediction_runs.filter(status=Job.Status.SUCCEEDED).values_list("pk", flat=True).first()
    places, own = _sample(version.pk, finished)
    if len(own) < FEWEST:
        return {"alike": alike, "unlike": None}
    nearest = float((places @ placed).max())
    share = (1 + int((own <= nearest).sum())) / (len(own) + 1)
    return {"alike": alike, "unlike": share <= LONELY, "nearest": round(nearest, 4), "share": round(share, 4)}


@lru_cache(maxsize=2)
def _sample(version_id: int, finished: int | None) -> tuple[Floats, Floats]:
    """Places (n, width) of some sides of the corpus, and how near each is to the nearest of another coin (n,).

    `finished`, the newest of its runs over the corpus: after another the version is sampled anew.
    """
    of_version = Embedding.objects.filter(version_id=version_id)
    every = max(1, of_version.count() // SAMPLE)
    rows = (
        of_version.annotate(turn=Mod(F("side__coin_id"), every))
        .filter(turn=0)
        .order_by("side_id")
        .values_list("vector", "side__coin_id")[:SAMPLE]
    )
    found = list(rows)
    if len(found) < FEWEST:
        return np.empty((0, 0), dtype=np.float32), np.empty(0, dtype=np.float32)
    places = np.array([np.asarray(vector, dtype=np.float32) for vector, _ in found])
    coins = np.array([coin for _, coin in found])
    cosines = places @ places.T
    cosines[coins[:, None] == coins[None, :]] = -1.0
    return places, cosines.max(axis=1)
