"""When a model may say seen or not seen, and when it has to say that it is not sure.

Split conformal prediction for each of the two answers apart (Vovk, 2012; Sadinle, Lei and Wasserman, 2019): of the
sides that show a concept at most one in ten is said not to, and of those that do not, at most one in ten is said to.
That holds for any model and for few sides, as long as new coins come from where the validation coins came from.
Nothing is said for sure of a concept whose probabilities were not calibrated: there is no telling what is likely.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mlcore.metrics.too_few import too_few

LEVEL = 0.9
SEEN, NOT_SEEN, NOT_SURE = "seen", "not seen", "not sure"
LIKELY = 0.5
"""Seen is never said of what is likelier not there, nor the other way round, however rare the concept."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bounds:
    """Above `high` a model says seen, below `low` not seen."""

    low: float
    high: float
    positives: int
    """Validation sides that show the concept, and so bear `low`."""
    negatives: int
    reason: str = ""
    """Why one of the answers cannot be given."""

    @classmethod
    def of_unsure(cls, positives: int, negatives: int, reason: str) -> Bounds:
        """Between which every probability lies."""
        return cls(0.0, 1.0, positives, negatives, reason)

    def verdict(self, probability: float) -> str:
        if probability > self.high:
            return SEEN
        return NOT_SEEN if probability < self.low else NOT_SURE


def choose_bounds(
    labels: npt.NDArray[np.int_], probabilities: Floats, uncalibrated: Mapping[int, str], level: float = LEVEL
) -> list[Bounds]:
    """Bounds per concept from validation labels (sides, concepts; -1 for unknown) and probabilities of that shape.

    `uncalibrated`: the reason, by the number of a concept, why nothing is said of it for sure; empty where it is.
    """
    found = []
    for column in range(labels.shape[1]):
        shown = np.sort(probabilities[labels[:, column] == 1, column])
        others = np.sort(probabilities[labels[:, column] == 0, column])[::-1]
        if reason := uncalibrated.get(column):
            found.append(Bounds.of_unsure(len(shown), len(others), reason))
            continue
        lowest, highest = _rank(shown, level, default=0.0), _rank(others, level, default=1.0)
        reason = _reason(len(shown), len(others), level)
        low, high = min(lowest, highest, LIKELY), max(lowest, highest, LIKELY)
        found.append(Bounds(low, high, len(shown), len(others), reason))
    return found


def _rank(ordered: Floats, level: float, default: float) -> float:
    """The k-th of n values, worst first, where a further one is worse with a chance of k / (n + 1) at most."""
    place = _allowed(len(ordered), level)
    return float(ordered[place - 1]) if place else default


def _allowed(count: int, level: float) -> int:
    return int(np.floor((count + 1) * (1 - level) + 1e-9))


def _reason(positives: int, negatives: int, level: float) -> str:
    fewest = int(np.ceil(1 / (1 - level) - 1e-9)) - 1
    few = too_few(positives, negatives, fewest, "validation side")
    unsaid = NOT_SEEN if positives < fewest else SEEN
    return f"{unsaid} is never said: {few}" if few else ""


def certainty_of(truth: npt.NDArray[np.int_], scores: Floats, bounds: Bounds) -> dict[str, Any]:
    """How the verdicts fare on sides of known truth (n,) with probabilities (n,).

    "coverage" is the share of sides that are not said the wrong thing of, "share_sure" that of sides of which seen or
    not seen is said; "seen_right" of "seen" and "not_seen_right" of "not_seen" count sides. None for shares of none.
    """
    seen, gone, present = scores > bounds.high, scores < bounds.low, truth == 1
    wrong = (seen & ~present) | (gone & present)

    def share(hits: npt.NDArray[np.bool_]) -> float | None:
        return float(hits.mean()) if len(hits) else None

    return {
        "n": len(truth),
        "coverage": share(~wrong),
        "coverage_present": share(~wrong[present]),
        "coverage_absent": share(~wrong[~present]),
        "share_sure": share(seen | gone),
        "seen": int(seen.sum()),
        "seen_right": int((seen & present).sum()),
        "not_seen": int(gone.sum()),
        "not_seen_right": int((gone & ~present).sum()),
    }


def bounds_as_json(concepts: Sequence[str], bounds: Sequence[Bounds], level: float = LEVEL) -> dict[str, Any]:
    """{"level": 0.9, "concepts": {"eagle": {"low": …, "high": …, "positives", "negatives", "reason"}}}."""
    return {"level": level, "concepts": {slug: vars(each) for slug, each in zip(concepts, bounds, strict=True)}}
