"""Sides first that are unlike all that experts have seen: k-centre greedy (Sener and Savarese, 2018)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mlcore.ranking import rare_first
from mlcore.ranking.evidence import NONE, Evidence, Floats, Ints
from mlcore.ranking.facts import Facts

LABEL = "Unlike what was asked so far"
JUDGES_UNSEEN = False
IS_SUSPICION = False
SILENT = "No model has placed the sides yet."
COVERED_ALL = "Every side with questions is near one that experts answered."
POOL = 5_000
"""Sides that are looked at, drawn at random where there are more: each choice measures its distance to all of them."""
CHOSEN = 1_000
"""Sides chosen at most: as many distances for each, of which half a second's worth is enough until the next ranking."""
COVERED = 2_000
"""Sides with an expert's answer that the chosen ones must be unlike, drawn at random where there are more."""
BATCH = 256


def rank(evidence: Evidence) -> Floats:
    """Distance (S, C) of each chosen side to the nearest one before it, as a share of the largest there can be.

    On each chosen side the one question is asked that is most suspicious; NaN everywhere else.
    """
    found = np.full(evidence.open.shape, np.nan, dtype=np.float32)
    random = evidence.draw("diversity")
    asked = np.where(evidence.open, worth_asking(evidence), np.nan)
    pool = _some(np.flatnonzero(evidence.placed & np.isfinite(asked).any(axis=1)), POOL, random)
    answered = evidence.placed & (evidence.expert != NONE).any(axis=1)
    covered = _some(np.flatnonzero(answered), COVERED, random)
    chosen, distances = choose_centres(_unit(evidence.embedding[pool]), _unit(evidence.embedding[covered]), CHOSEN)
    sides = pool[chosen]
    best = np.nan_to_num(asked[sides], nan=-1.0).argmax(axis=1) if len(sides) else np.empty(0, dtype=int)
    found[sides, best] = distances / 2  # two unit vectors are 2 apart at most
    return found


def worth_asking(evidence: Evidence) -> Floats:
    """Which question of a side is asked (S, C): the most suspicious one, or the rarest where no model has looked."""
    return evidence.wrongness if np.isfinite(evidence.wrongness).any() else rare_first.rank(evidence)


def choose_centres(pool: Floats, covered: Floats, count: int) -> tuple[Ints, Floats]:
    """Places in `pool` (n, d) in the order of choice, and the distance (k,) of each to all before it; falls along k.

    `covered` (m, d): what is known already. Each choice is the point farthest from its nearest neighbour among what is
    covered and chosen. Stops where nothing new is left.
    """
    nearest = np.full(len(pool), np.inf, dtype=np.float32)
    for start in range(0, len(covered), BATCH):
        nearest = np.minimum(nearest, _apart(pool, covered[start : start + BATCH]).min(axis=1))
    chosen: list[int] = []
    distances: list[float] = []
    while len(chosen) < min(count, len(pool)):
        place = int(nearest.argmax()) if chosen or len(covered) else int(_apart(pool, _middle(pool)).argmin())
        distance = min(2.0, float(nearest[place]))
        if distance < 1e-3:
            break
        chosen.append(place)
        distances.append(distance)
        nearest = np.minimum(nearest, _apart(pool, pool[place : place + 1])[:, 0])
    return np.array(chosen, dtype=np.int64), np.array(distances, dtype=np.float32)


def reason(facts: Facts) -> str:
    return f"Looks unlike what was asked so far. {facts.told()}"


def _apart(points: Floats, others: Floats) -> Floats:
    """Distances (n, m) of unit vectors."""
    return np.asarray(np.sqrt((2 - 2 * points @ others.T).clip(0)))


def _middle(points: Floats) -> Floats:
    return _unit(points.mean(axis=0, keepdims=True))


def _unit(points: Floats) -> Floats:
    return np.asarray(points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _some(numbers: npt.NDArray[np.intp], most: int, random: np.random.Generator) -> npt.NDArray[np.intp]:
    return numbers if len(numbers) <= most else np.sort(random.choice(numbers, most, replace=False))
