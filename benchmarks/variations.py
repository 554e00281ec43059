"""How finding sides bears what photographers do: `python -m benchmarks.variations ANS_IMAGES [PER_KIND] [SEED]`.

Real sides (`ID.obv.jpg`, `ID.rev.jpg` on white) are set on grounds of many kinds; each kind is counted apart: the
share of PER_KIND (60) photographs that is cut right, or rightly refused. About two minutes; with 6 a quarter of one.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.crops import intersection_over_union
from benchmarks.given import can_be_read, print_figures, print_left_out
from benchmarks.kinds import BAD, GOOD
from benchmarks.staging import Side, cut_out
from mlcore.images.cropping import find_sides
from mlcore.images.reading import RefusedPicture

LEAST_IOU = 0.9


def load_pairs(folder: Path, random: np.random.Generator, most: int) -> list[tuple[Side, Side]]:
    """At most so many, drawn at random. Raises SystemExit where no pair can be used."""
    found = {path: path.with_name(path.name.replace(".obv.", ".rev.")) for path in sorted(folder.glob("*.obv.jpg"))}
    obverses = [path for path, reverse in found.items() if reverse.is_file()]
    chosen = random.permutation(len(obverses))[:most]
    pairs, left_out = [], []
    for path in (obverses[place] for place in chosen):
        both = path, found[path]
        obverse, reverse = (cut_out(side) if can_be_read(side) else None for side in both)
        if obverse and reverse:
            pairs.append((obverse, reverse))
        else:
            left_out.append(path.name)
    print_left_out(left_out, "with a side that is damaged, or not to be told from a white ground")
    if not pairs:
        raise SystemExit(f"No pair of ID.obv.jpg and ID.rev.jpg in {folder} shows both sides of a coin on white.")
    return pairs


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", type=Path)
    parser.add_argument("per_kind", type=int, nargs="?", default=60)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    given = parser.parse_args()
    Image.init()
    random = np.random.default_rng(given.seed)
    pairs = load_pairs(given.images, random, given.per_kind)
    figures = {}
    for kinds, measure in ((GOOD, measure_good), (BAD, measure_bad)):
        for kind in kinds:
            share, outcomes = measure(kind, pairs, random)
            figures[kind] = round(share, 3)
            print(f"{'good' if kinds is GOOD else 'bad':4}  {kind:18} {share:6.1%}  {dict(outcomes)}")
    print_figures(figures)


if __name__ == "__main__":
    main()
