"""How finding sides bears what photographers do: `python -m benchmarks.variations ANS_IMAGES [PER_KIND] [SEED]`.

Real sides (`ID.obv.jpg`, `ID.rev.jpg` on white) are set on grounds of many kinds; each kind is counted apart.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.crops import intersection_over_union
from benchmarks.kinds import BAD, GOOD
from benchmarks.staging import Side, cut_out
from mlcore.images.cropping import find_sides
from mlcore.images.reading import RefusedPicture

LEAST_IOU = 0.9


def load_pairs(folder: Path, random: np.random.Generator, most: int) -> list[tuple[Side, Side]]:
    obverses = sorted(folder.glob("*.obv.jpg"))
    chosen = random.permutation(len(obverses))[:most]
    pairs = []
    for place in chosen:
        path = obverses[place]
        sides = [cut_out(path), cut_out(path.with_name(path.name.replace(".obv.", ".rev.")))]
        if None not in sides:
            pairs.append((sides[0], sides[1]))
    return pairs  # type: ignore[return-value]


def measure_good(kind: str, pairs: list[tuple[Side, Side]], random: np.random.Generator) -> tuple[float, Counter[str]]:
    """Return the share accepted with both boxes right, and what happened to the rest."""
    outcomes: Counter[str] = Counter()
    for obverse, reverse in pairs:
        image, truths = GOOD[kind](obverse, reverse, random)
        try:
            crops = find_sides(image)
        except RefusedPicture as refused:
            outcomes[str(refused.code)] += 1
            continue
        least = min(intersection_over_union(crop.box, box) for crop, box in zip(crops, truths, strict=True))
        outcomes["right" if least >= LEAST_IOU else "wrong box"] += 1
    return outcomes.pop("right", 0) / len(pairs), outcomes


def measure_bad(kind: str, pairs: list[tuple[Side, Side]], random: np.random.Generator) -> tuple[float, Counter[str]]:
    outcomes: Counter[str] = Counter()
    for (obverse, reverse), (other, _) in zip(pairs, [*pairs[1:], pairs[0]], strict=True):
        try:
            find_sides(BAD[kind](obverse, reverse, other, random))
            outcomes["accepted"] += 1
        except RefusedPicture as refused:
            outcomes[str(refused.code)] += 1
    return 1 - outcomes["accepted"] / len(pairs), outcomes


def main(folder: Path, per_kind: int = 60, seed: int = 1) -> None:
    random = np.random.default_rng(seed)
    pairs = load_pairs(folder, random, per_kind)
    figures = {}
    for kinds, measure in ((GOOD, measure_good), (BAD, measure_bad)):
        for kind in kinds:
            share, outcomes = measure(kind, pairs, random)
            figures[kind] = round(share, 3)
            print(f"{'good' if kinds is GOOD else 'bad':4}  {kind:18} {share:6.1%}  {dict(outcomes)}")
    print(json.dumps(figures))


if __name__ == "__main__":
    Image.init()
    main(Path(sys.argv[1]), *(int(number) for number in sys.argv[2:]))
