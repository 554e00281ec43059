"""Labels as wrong as those of auction lots, beside the truth: read from the whole lot, forgotten and invented."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.ans_sides import CONCEPTS, read_reverses
from benchmarks.given import read_rows
from benchmarks.sides import read_rules
from mlcore.splitting import TEST, allot

Labels = npt.NDArray[np.int8]
FORGOTTEN, INVENTED = 0.20, 0.03
"""Shares of true mentions that are dropped, and of what neither the coin nor its lot has that is added."""


@dataclass(frozen=True)
class Lots:
    """Reverses of coins that were described as lots."""

    coins: tuple[str, ...]
    pictures: tuple[Path, ...]
    truth: Labels
    """(coins, concepts) 0 or 1: what the rules read in the reverse's own text."""
    read: Labels
    """(coins, concepts) 0 or 1: what they read in the whole lot, the obverse's words among it."""


def read_lots(folder: Path) -> Lots:
    """Coins with a reverse that can be seen, a text of it and a lot, by number. Raises SystemExit."""
    rules, rows = read_rules(), read_rows(folder / "lots.csv", ("record_id", "text"))
    texts = {row["record_id"]: row["text"] for row in rows}
    reverses = [reverse for reverse in read_reverses(folder) if reverse.coin in texts]
    found = [{match.concept for match in rules.find(texts[reverse.coin])} for reverse in reverses]
    read = [[bool(wanted & slugs) for wanted in CONCEPTS.values()] for slugs in found]
    return Lots(
        tuple(reverse.coin for reverse in reverses),
        tuple(reverse.picture for reverse in reverses),
        np.array([reverse.said for reverse in reverses], dtype=np.int8).reshape(-1, len(CONCEPTS)),
        np.array(read, dtype=np.int8).reshape(-1, len(CONCEPTS)),
    )


def make_noisy(lots: Lots, seed: int) -> Labels:
    """What texts would say (coins, concepts): what was read, less what was forgotten, with what was invented."""
    drawn = np.random.default_rng(seed).random(lots.truth.shape)
    forgotten = (lots.truth == 1) & (lots.read == 1) & (drawn < FORGOTTEN)
    invented = (lots.truth == 0) & (lots.read == 0) & (drawn < INVENTED)
    return np.where(forgotten, 0, np.where(invented, 1, lots.read)).astype(np.int8)


def draw_test_coins(lots: Lots, seed: int) -> npt.NDArray[np.bool_]:
    """(coins,): a fifth of the coins, every concept evenly; nothing of them is learned from or reviewed."""
    numbers = np.arange(len(lots.coins))
    dealt = allot(numbers, np.argwhere(lots.truth == 1), np.full(len(numbers), -1), seed=seed)
    return np.asarray(dealt == TEST)


def describe(lots: Lots, noisy: Labels) -> str:
    """A table: how many coins show each concept, and how many of its labels are wrong."""
    head = f"labels of {len(lots.coins)} reverses"
    rows = [f"{head:22}{'present':>9}{'named':>8}{'of these wrong':>16}{'missed':>8}"]
    for name, truth, given in zip(CONCEPTS, lots.truth.T, noisy.T, strict=True):
        wrong, missed = share_of(truth[given == 1] == 0), share_of(given[truth == 1] == 0)
        cells = (f"{share:.1%}" if np.isfinite(share) else "-" for share in (wrong, missed))
        rows.append(f"{name:22}{truth.sum():>9}{given.sum():>8}{next(cells):>16}{next(cells):>8}")
    return "\n".join(rows)


def share_of(marked: npt.NDArray[np.bool_]) -> float:
    """NaN of nothing."""
    return float(marked.mean()) if len(marked) else float("nan")
