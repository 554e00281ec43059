"""The reverses of a folder of museum coins, with what their texts say: images/ID.rev.jpg beside coins.csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.given import can_be_read, print_left_out, read_rows
from benchmarks.sides import read_rules
from mlcore.contract import SPLITS, Sample, Snapshot, Split
from mlcore.splitting import TEST, TRAIN, VALIDATION, allot

CONCEPTS: dict[str, frozenset[str]] = {
    name: frozenset(name.lower().split(" or "))
    for name in (
        *("cornucopia", "eagle", "horse or quadriga", "patera", "shield", "standing", "seated", "Victory", "altar"),
        *("globe", "spear", "wreath", "sceptre", "captive"),
    )
}
"""What is asked, and the concepts of the site any of which answers it."""


@dataclass(frozen=True)
class Reverse:
    coin: str
    picture: Path
    text: str
    said: tuple[bool, ...]
    """Per concept of CONCEPTS."""


def read_reverses(folder: Path) -> list[Reverse]:
    """The coins of a folder whose reverse has a picture that can be read and a text, by number. Raises SystemExit."""
    rules, rows = read_rules(), read_rows(folder / "coins.csv", ("record_id", "rev_description"))
    texts = {row["record_id"]: row["rev_description"].strip() for row in rows}
    left_out: dict[str, list[str]] = {"without a text": [], "without a picture": [], "with a damaged picture": []}
    found = []
    for coin, text in sorted(texts.items()):
        picture = (folder / "images" / f"{coin}.rev.jpg").resolve()
        if why := _why_not(text, picture):
            left_out[why].append(coin)
            continue
        slugs = {match.concept for match in rules.find(text, face="reverse")}
        found.append(Reverse(coin, picture, text, tuple(bool(wanted & slugs) for wanted in CONCEPTS.values())))
    print(f"{folder}: {len(found)} reverses of {len(texts)} coins")
    for why, coins in left_out.items():
        print_left_out(coins, why)
    return found


def _why_not(text: str, picture: Path) -> str:
    if not text:
        return "without a text"
    if not picture.is_file():
        return "without a picture"
    return "" if can_be_read(picture) else "with a damaged picture"


def part_coins(reverses: Sequence[Reverse], tested: Sequence[Reverse] | None) -> list[tuple[Reverse, Split]]:
    """Deal the coins 64:16:20, every concept evenly. Where coins to test on are given, every second of those that would
    validate does so, and all others but the tested ones are learned from."""
    if tested is not None:
        known = {reverse.coin for reverse in tested}
        common = sum(reverse.coin in known for reverse in reverses)
        if common:
            print(f"  {common} coins stand in both folders: they are tested on, not learned from")
        reverses = [reverse for reverse in reverses if reverse.coin not in known]
    dealt = allot(
        groups=np.arange(len(reverses)),
        present=np.argwhere([reverse.said for reverse in reverses]),
        taken=np.full(len(reverses), -1),
    )
    if tested is None:
        return [(reverse, SPLITS[number]) for reverse, number in zip(reverses, dealt, strict=True)]
    validating = set(np.flatnonzero(dealt == VALIDATION)[::2].tolist())
    parted = [(each, SPLITS[VALIDATION if number in validating else TRAIN]) for number, each in enumerate(reverses)]
    return [*parted, *((each, SPLITS[TEST]) for each in tested)]


def make_snapshot(parted: Sequence[tuple[Reverse, Split]]) -> Snapshot:
    samples = tuple(
        Sample(
            side=number,
            coin=reverse.coin,
            face="reverse",
            picture=str(reverse.picture.relative_to(reverse.picture.anchor)),
            text=reverse.text,
            labels=tuple(map(int, reverse.said)),
            expert=(False,) * len(CONCEPTS),
            split=split,
        )
        for number, (reverse, split) in enumerate(parted)
    )
    return Snapshot(tuple(CONCEPTS), samples)


def labels_of(samples: Sequence[Sample]) -> npt.NDArray[np.int_]:
    """(samples, concepts)."""
    return np.array([sample.labels for sample in samples], dtype=int).reshape(-1, len(CONCEPTS))


def can_be_told(labels: npt.NDArray[np.integer]) -> bool:
    """Whether labels (coins, concepts) hold a concept that some of the coins show and others do not."""
    return bool(((labels == 1).any(axis=0) & (labels == 0).any(axis=0)).any())
