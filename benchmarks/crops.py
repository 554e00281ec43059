"""How well and how fast sides are found: `python -m benchmarks.crops DIR` (`DIR/truth.json`, `DIR/images/`)."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from mlcore.images.cropping import Crop, find_sides
from mlcore.images.reading import RefusedPicture, read_picture

Box = tuple[int, int, int, int]
Outcome = tuple[Crop, Crop] | RefusedPicture
LEAST_IOU = 0.9
SPEED_PICTURES = 120
ROUNDS = 9


def intersection_over_union(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0, wide) * max(0, high)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / (areas - shared)


def scan(path: Path) -> Outcome:
    try:
        return find_sides(read_picture(path))
    except RefusedPicture as refused:
        return refused


def least_iou(outcome: Outcome, truth: dict[str, Any]) -> float:
    if isinstance(outcome, RefusedPicture):
        return 0.0
    boxes = (truth["obverse"], truth["reverse"])
    return min(intersection_over_union(crop.box, tuple(box)) for crop, box in zip(outcome, boxes, strict=True))


def explain(name: str, outcome: Outcome, truth: dict[str, Any]) -> str:
    if isinstance(outcome, RefusedPicture):
        return f"{name} ({truth['why']}): refused as {outcome.code}: {outcome.sentence}"
    boxes = ", ".join(f"{crop.box} at {crop.confidence:.2f}" for crop in outcome)
    return f"{name} ({truth['why']}): accepted, {boxes}; true {truth['obverse']}, {truth['reverse']}"


def measure_speed(paths: list[Path]) -> dict[str, float]:
    """Time decoding alone, and decoding with scanning, picture by picture in turns; the quickest round of each counts.

    Decoding is `read_picture`: what the site does with every picture, whether it is scanned or not.
    """
    decoded, scanned = [1e9] * len(paths), [1e9] * len(paths)
    for _ in range(ROUNDS):
        for place, path in enumerate(paths):
            decoded[place] = min(decoded[place], processor_seconds(read_picture, path))
            scanned[place] = min(scanned[place], processor_seconds(scan, path))
    return {
        "per_core_second": round(len(paths) / sum(scanned), 1),
        "ratio_to_decode": round(sum(decoded) / sum(scanned), 3),
    }


def processor_seconds(act: Callable[[Path], object], path: Path) -> float:
    start = time.process_time()
    act(path)
    return time.process_time() - start


def measure_quality(folder: Path, truths: dict[str, dict[str, Any]]) -> dict[str, float]:
    good, exact, bad = [], [], []
    reasons: dict[str, Counter[str]] = {}
    for name, truth in sorted(truths.items()):
        outcome = scan(folder / "images" / name)
        code = str(outcome.code) if isinstance(outcome, RefusedPicture) else "accepted"
        refused = code != "accepted"
        reasons.setdefault(truth["why"], Counter())[code] += 1
        overlap = least_iou(outcome, truth) if truth["ok"] else 0.0
        good += [not refused] if truth["ok"] else []
        exact += [overlap >= LEAST_IOU] if truth["ok"] else []
        bad += [] if truth["ok"] else [refused]
        if (truth["ok"] and overlap < LEAST_IOU) or (not truth["ok"] and not refused):
            print(explain(name, outcome, truth))
    print_table(reasons)
    parts = {"accepted_good": good, "iou90_good": exact, "refused_bad": bad}
    return {name: round(sum(part) / max(1, len(part)), 4) for name, part in parts.items()}


def print_table(reasons: dict[str, Counter[str]]) -> None:
    """Per kind of picture, as the truth names it: how many were accepted, and why the rest was refused."""
    codes = sorted({code for counts in reasons.values() for code in counts if code != "accepted"})
    columns = ["pictures", "accepted", *codes]
    width = max(map(len, reasons))
    print("  ".join([" " * width, *columns]))
    for why, counts in sorted(reasons.items()):
        cells = [counts.total(), *(counts[code] for code in columns[1:])]
        print("  ".join([why.ljust(width), *(str(c).rjust(len(name)) for c, name in zip(cells, columns, strict=True))]))


def main(folder: Path) -> None:
    Image.init()
    truths: dict[str, dict[str, Any]] = json.loads((folder / "truth.json").read_text())
    figures = measure_quality(folder, truths)
    figures |= measure_speed([folder / "images" / name for name in sorted(truths)][:SPEED_PICTURES])
    print(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
