"""Part a corpus into train, validation and test so that every concept has its share in each. Needs numpy only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
TRAIN, VALIDATION, TEST = 0, 1, 2
"""Places in `mlcore.contract.SPLITS`."""
SHARES = (0.64, 0.16, 0.20)
NONE = -1


def allot(groups: npt.ArrayLike, present: npt.ArrayLike, taken: npt.ArrayLike, *, seed: int = 0) -> Ints:
    """The split of each coin (coins,): 0 train, 1 validation, 2 test; never two in one group.

    `groups` (coins,) are numbers that coins of a group share; `present` (k, 2) holds a row (coin, concept) for each
    side that shows a concept, coins counted from 0; `taken` (coins,) is the split a coin has already, -1 for none. What
    is taken stays; only where a group has several does train win over validation over test: what a model may have
    learned from is no test. The other groups are allotted so that each concept's shares over all coins come near
    64:16:20, the rarest concept first (iterative stratification, Sechidis, Tsoumakas and Vlahavas, 2011), alike
    combinations of concepts dealt out in turn. The same input gives the same answer. Raises ValueError for bad shapes.
    """
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    pairs, stands = np.asarray(present, dtype=np.int64).reshape(-1, 2), np.asarray(taken, dtype=np.int64)
    if stands.shape != group.shape or (len(pairs) and not 0 <= pairs[:, 0].min() <= pairs[:, 0].max() < len(group)):
        raise ValueError(f"{len(group)} coins in groups, {len(stands)} taken, {len(pairs)} rows of coins and concepts")
    if not len(group):
        return stands
    split = settle(group, stands)
    # a last "concept" that every coin shows keeps the number of coins itself in proportion
    everything = np.full(len(group), pairs[:, 1].max(initial=-1) + 1)
    where = np.concatenate([group[pairs[:, 0]], group])
    what = np.concatenate([pairs[:, 1], everything])
    _deal_all(split, where, np.unique(what, return_inverse=True)[1], seed)
    return split[group]


def settle(group: Ints, taken: Ints) -> Ints:
    """The split in which each group stands already, -1 for none; the first of train, validation and test wins."""
    first = np.full(int(group.max()) + 1, len(SHARES))
    standing = taken != NONE
    np.minimum.at(first, group[standing], taken[standing])
    return np.where(first == len(SHARES), NONE, first)


def _deal_all(split: Ints, where: Ints, what: Ints, seed: int) -> None:
    """Give every group a split, in place. Group `where[i]` shows concept `what[i]`; the last concept comes last."""
    concepts = int(what.max()) + 1
    totals = np.bincount(what, minlength=concepts)
    order = _mixed_order(len(split), where, what, seed)
    while True:
        free = split[where] == NONE
        waiting, shown = where[free], what[free]
        if not len(waiting):
            return
        left = np.bincount(shown, minlength=concepts)
        left[-1] = len(where)  # all coins come last, however few are left
        concept = int(np.where(left > 0, left, len(where) + 1).argmin())
        members, weights = np.unique(waiting[shown == concept], return_counts=True)
        mixed = np.argsort(order[members], kind="stable")
        here = what == concept
        given = np.bincount(split[where[here & (split[where] != NONE)]], minlength=len(SHARES))
        split[members[mixed]] = _deal(weights[mixed], np.array(SHARES) * totals[concept] - given)


def _mixed_order(groups: int, where: Ints, what: Ints, seed: int) -> Ints:
    """Rank of each group: those that show the same concepts stand together, in random order among themselves."""
    random = np.random.default_rng(seed)
    marks = random.random(int(what.max()) + 1)
    combination = np.bincount(where, weights=marks[what], minlength=groups).round(9)
    ranks = np.empty(groups, dtype=np.int64)
    ranks[np.lexsort((random.permutation(groups), combination))] = np.arange(groups)
    return ranks


def _deal(weights: Ints, wanted: npt.NDArray[np.float64]) -> Ints:
    """Splits for groups in this order: each split gets its part of what is wanted, evenly spread over the order."""
    open_places = np.maximum(wanted, 0.0)
    test, rest = open_places[TEST], open_places[TRAIN] + open_places[VALIDATION]
    dealt = np.full(len(weights), TRAIN)
    is_test = _every(weights, test / (test + rest) if test + rest else SHARES[TEST])
    dealt[is_test] = TEST
    others = np.flatnonzero(~is_test)
    share = open_places[VALIDATION] / rest if rest else SHARES[VALIDATION]
    dealt[others[_every(weights[others], share)]] = VALIDATION
    return dealt


def _every(weights: Ints, share: float) -> npt.NDArray[np.bool_]:
    """Mark this share of the weights at even distances; what comes out is the share rounded to the nearest."""
    reached = np.floor(np.cumsum(weights) * share + 0.5)
    marked: npt.NDArray[np.bool_] = np.diff(reached, prepend=0.0) > 0
    return marked
