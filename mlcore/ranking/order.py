"""One order of questions out of several strategies, each with its share."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mlcore.contract import LearningError, Report
from mlcore.ranking.evidence import Evidence, Floats
from mlcore.ranking.strategies import CONTROL, STRATEGIES

MOST, MOST_PER_SIDE, FLOOR = 500_000, 4, 0.05


@dataclass(frozen=True)
class Plan:
    """What is to be asked, and how much of it."""

    shares: Mapping[str, float]
    """Strategy to its share; the sum is made 1."""
    most: int = MOST
    """Questions at most."""
    most_per_side: int = MOST_PER_SIDE
    floor: float = FLOOR
    """Less suspicion than this is no question, 0..1."""

    def __post_init__(self) -> None:
        """Raises LearningError naming the setting that cannot be."""
        if unknown := sorted(set(self.shares) - set(STRATEGIES)):
            known = ", ".join(STRATEGIES)
            raise LearningError(f"There is no strategy {unknown[0]!r} to order questions by; there are {known}.")
        if not all(0 <= share < np.inf for share in self.shares.values()) or not any(self.shares.values()):
            raise LearningError(f"The shares {dict(self.shares)} must not be negative, and one must be above 0.")
        if self.most < 1 or not 1 <= self.most_per_side <= 255 or not 0 <= self.floor <= 1:
            raise LearningError(
                f"At most {self.most} questions, {self.most_per_side} a side, above {self.floor} cannot be asked: "
                "1 or more, 1 to 255, and 0 to 1 are."
            )


@dataclass(frozen=True)
class Order:
    """N questions, the first to be asked first."""

    places: npt.NDArray[np.int64]
    """(N,): row * C + column of the evidence."""
    strategies: npt.NDArray[np.int16]
    """(N,): number of the strategy in `names`."""
    suspicions: Floats
    """(N,): what the strategy gave it, 0..1."""
    names: tuple[str, ...]
    """Strategies that have a share."""

    def judged(self) -> Floats:
        """(N,): what the strategy gave it where that is a suspicion, else NaN."""
        judging = np.array([STRATEGIES[name].IS_SUSPICION for name in self.names], dtype=bool)[self.strategies]
        return np.where(judging, self.suspicions, np.float32(np.nan))

    def counts(self) -> dict[str, int]:
        """Strategy to the number of its questions."""
        found = np.bincount(self.strategies, minlength=len(self.names))
        return dict(zip(self.names, found.tolist(), strict=True))


def put_in_order(evidence: Evidence, plan: Plan, report: Report) -> Order:
    """Let each strategy rank the open questions, and take from them in turn by their shares, no question twice.

    The order is the same for the same evidence and plan. A strategy that has run out leaves its turns to the others;
    the control is never asked for more than its share.
    """
    names = tuple(name for name in STRATEGIES if plan.shares.get(name, 0) > 0)
    scores, lists = [], []
    for number, name in enumerate(names):
        report({"event": "progress", "stage": "ranking", "done": number, "total": len(names) + 1})
        scores.append(STRATEGIES[name].rank(evidence))
        floor = plan.floor if STRATEGIES[name].IS_SUSPICION else 0.0
        lists.append(_best_first(scores[-1], evidence, floor, plan.most))
    report({"event": "progress", "stage": "ranking", "done": len(names), "total": len(names) + 1})
    places, strategies = _interleave(names, lists, evidence.open.shape, plan)
    found = np.empty(len(places), dtype=np.float32)
    for number, each in enumerate(scores):
        mine = strategies == number
        found[mine] = each.ravel()[places[mine]]
    return Order(places, strategies, found, names)


def _best_first(scores: Floats, evidence: Evidence, floor: float, most: int) -> npt.NDArray[np.int64]:
    """Places of open questions that a strategy has a word for, the highest score first; equal ones by chance."""
    flat = scores.ravel()
    places = np.flatnonzero(evidence.open.ravel() & (flat >= floor))  # NaN is never above
    ties = evidence.draw("ties").random(flat.shape, dtype=np.float32)[places]
    best = places[np.lexsort((ties, -flat[places]))]
    return np.asarray(best[: 4 * most], dtype=np.int64)  # others may have asked some of them before


def _interleave(
    names: tuple[str, ...], lists: list[npt.NDArray[np.int64]], shape: tuple[int, ...], plan: Plan
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int16]]:
    """Stride scheduling: the strategy whose next turn is due first takes its best question that is still free."""
    whole = sum(plan.shares[name] for name in names)
    shares = [round(plan.shares[name] / whole, 9) or 1e-9 for name in names]  # rounded, so that equal turns stay equal
    due = [(0.5 / shares[number], number) for number in range(len(names)) if len(lists[number])]
    heapq.heapify(due)
    waiting = [iter(each.tolist()) for each in lists]
    asked, on_side = bytearray(int(np.prod(shape))), bytearray(shape[0])
    places: list[int] = []
    turns: list[int] = []
    taken = [0] * len(names)
    alone = len(due) == 1
    while due and len(places) < plan.most:
        number = due[0][1]
        if len(due) == 1 and names[number] == CONTROL and not alone:
            break
        for place in waiting[number]:
            side = place // shape[1]
            if not asked[place] and on_side[side] < plan.most_per_side:
                asked[place], on_side[side] = 1, on_side[side] + 1
                places.append(place)
                turns.append(number)
                taken[number] += 1
                heapq.heapreplace(due, ((taken[number] + 0.5) / shares[number], number))
                break
        else:
            heapq.heappop(due)
    return np.array(places, dtype=np.int64), np.array(turns, dtype=np.int16)
