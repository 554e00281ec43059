"""What will be drawn, decided beforehand: types, their dies, specimens struck from them, photographs of those.

Every draw hangs on the corpus seed and on its own number alone, so a corpus is the same whoever draws which part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from .facts import (
    ANTONINIANUS,
    DENOMINATIONS,
    GREEK_MINTS,
    LATE_DENOMINATIONS,
    MINTS,
    RULERS,
    TETRADRACHM,
    Denomination,
    Mint,
    Ruler,
)
from .motifs import MOTIFS, Motif
from .portrait import Portrait

T = TypeVar("T")
REFUSALS = ("many coins", "one side only", "cut by the edge", "no coin", "uneven background")
REFUSED_EVERY = 20
"""One picture of so many must be refused: five in a hundred, one of each kind."""


@dataclass(frozen=True)
class CoinType:
    number: int
    ruler: Ruler
    portrait: Portrait
    mint: Mint
    denomination: Denomination
    motif: Motif
    obverse_legend: str
    reverse_legend: str
    exergue: str
    years: tuple[int, int]


@dataclass(frozen=True)
class Specimen:
    number: int
    type: CoinType
    obverse_die: int
    reverse_die: int
    weight: float
    diameter: float
    axis: int
    wear: float


@dataclass(frozen=True)
class Record:
    """One line of the corpus: a photograph of a specimen and the lot text that came with it."""

    identifier: str
    specimen: Specimen
    photograph: int
    tongue: int
    apart: bool
    """Whether the two sides come as two files."""
    refused: str = ""


def plan_types(count: int, seed: int) -> list[tuple[CoinType, int]]:
    """Types until `count` records are placed, each with the number of its records."""
    rng = np.random.default_rng([seed, 1])
    types: list[tuple[CoinType, int]] = []
    deck: list[Motif] = []
    left = count
    while left:
        deck = deck or [MOTIFS[int(i)] for i in rng.permutation(len(MOTIFS))]
        records = min(left, int(rng.choice((1, 2, 3, 4, 5), p=(0.30, 0.30, 0.20, 0.12, 0.08))))
        types.append((_coin_type(len(types) + 1, deck.pop(), rng), records))
        left -= records
    return types


def _coin_type(number: int, motif: Motif, rng: np.random.Generator) -> CoinType:
    worlds = {"roman": ("roman",), "women": ("roman", "women", "women")}.get(motif.world, (motif.world,))
    ruler = _one([ruler for world in worlds for ruler in RULERS if ruler.world == world], rng)
    greek = ruler.world in GREEK_MINTS
    denomination = TETRADRACHM if greek else _denomination(ruler, rng)
    mint = GREEK_MINTS[ruler.world] if greek else _one(MINTS if ruler.years[0] > 250 else MINTS[1:3], rng)
    gear = "radiate" if denomination.radiate and ruler.portrait.gear == "laurel" else ruler.portrait.gear
    if gear == "laurel" and denomination.name == "Dupondius":
        gear = "radiate"
    bust = "draped" if gear == "radiate" else ruler.portrait.bust
    left = ruler.portrait.left or bool(rng.random() < 0.10)
    portrait = replace(ruler.portrait, gear=gear, bust=bust, left=left)
    late_or_bronze = "S C" if denomination.name in ("Sestertius", "Dupondius", "As") else mint.mark
    start = int(rng.integers(ruler.years[0], ruler.years[1] + 1)) or 1
    end = min(ruler.years[1], start + int(rng.integers(0, 4))) or 1
    return CoinType(
        number,
        ruler,
        portrait,
        mint,
        denomination,
        motif,
        _one(ruler.legends, rng),
        _one(motif.legends, rng),
        late_or_bronze if motif.exergue else "",
        (start, end),
    )


def _denomination(ruler: Ruler, rng: np.random.Generator) -> Denomination:
    if ruler.years[0] > 283:
        return _one(LATE_DENOMINATIONS, rng)
    if ruler.portrait.gear in ("radiate", "helmet"):
        return ANTONINIANUS
    return _one(DENOMINATIONS, rng)


def plan_records(count: int, seed: int) -> list[list[Record]]:
    """All records, those of one type together; identifiers run across types."""
    order = np.random.default_rng([seed, 2]).permutation(count) + 1
    refusals = _refusals(count, seed)
    groups: list[list[Record]] = []
    done = specimens = 0
    for coin_type, size in plan_types(count, seed):
        group: list[Record] = []
        rng = np.random.default_rng([seed, 5, coin_type.number])
        for _ in range(size):
            refused = refusals[done]
            fresh = not group or group[-1].photograph or group[-1].refused or refused or rng.random() >= 0.22
            specimens += bool(fresh)
            specimen = _specimen(specimens, coin_type, rng) if fresh else group[-1].specimen
            tongue, apart = int(rng.integers(5)), not refused and bool(rng.random() < 0.12)
            name = f"demo.{seed}.{int(order[done]):05d}"
            group.append(Record(name, specimen, int(not fresh), tongue, apart, refused))
            done += 1
        groups.append(group)
    return groups


def _refusals(count: int, seed: int) -> list[str]:
    """For each record in the order of drawing why its picture must be refused, mostly nothing."""
    kinds = np.random.default_rng([seed, 3]).permutation(len(REFUSALS))
    offset = int(np.random.default_rng([seed, 4]).integers(REFUSED_EVERY))
    due = range(offset, count, REFUSED_EVERY)
    return [REFUSALS[kinds[i // REFUSED_EVERY % len(REFUSALS)]] if i in due else "" for i in range(count)]


def _specimen(number: int, coin_type: CoinType, rng: np.random.Generator) -> Specimen:
    coin = coin_type.denomination
    axis = int(rng.choice((6, 12, 5, 7, 11, 1, 3), p=(0.40, 0.25, 0.10, 0.10, 0.06, 0.06, 0.03)))
    return Specimen(
        number,
        coin_type,
        int(rng.random() < 0.4),
        int(rng.random() < 0.45),
        round(float(rng.normal(*coin.weight)), 2),
        round(float(coin.diameter * rng.normal(1, 0.035)) * 2) / 2,
        axis,
        float(np.clip(rng.beta(1.7, 3.2), 0.02, 0.85)),
    )


def _one(choices: Sequence[T], rng: np.random.Generator) -> T:
    return choices[int(rng.integers(len(choices)))]
