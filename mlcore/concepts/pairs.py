"""Both sides of a coin: which samples of a snapshot belong together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mlcore.contract import Sample

Numbers = npt.NDArray[np.int_]
NONE = -1
"""Where a coin's other side is not in the snapshot."""


def find_others(chosen: Sequence[Sample], samples: Sequence[Sample]) -> list[Sample | None]:
    """For each chosen sample the one of all `samples` that shows its coin's other side.

    A group of doubles is one coin here and has many other sides, which show the same; the nearest id of a side is
    taken, because the sides of a coin come into the collection together.
    """
    by_face: dict[tuple[str, str], list[Sample]] = {}
    for sample in samples:
        by_face.setdefault((sample.coin, sample.face), []).append(sample)
    found: list[Sample | None] = []
    for sample in chosen:
        other = "obverse" if sample.face == "reverse" else "reverse"
        beside = by_face.get((sample.coin, other), [])
        found.append(min(beside, key=lambda each, side=sample.side: abs(each.side - side), default=None))  # type: ignore[misc]
    return found


def pictures_with_others(chosen: Sequence[Sample], others: Sequence[Sample | None]) -> tuple[list[str], Numbers]:
    """Pictures to read, those of the chosen samples first, and for each chosen sample the place of the other side's."""
    pictures = [sample.picture for sample in chosen]
    places = {sample.side: place for place, sample in enumerate(chosen)}
    numbers = np.full(len(chosen), NONE)
    for number, other in enumerate(others):
        if other is None:
            continue
        if other.side not in places:
            places[other.side] = len(pictures)
            pictures.append(other.picture)
        numbers[number] = places[other.side]
    return pictures, numbers
