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


def per_second(act: Callable[[Path], object], paths: list[Path]) -> float:
    """Pictures per second of processor time."""
    start = time.process_time()
    for path in paths:
        act(path)
    return len(paths) / (time.process_time() - start)


def measure_quality(folder: Path, truths: dict[str, dict[str, Any]]) -> dict[str, float]:
    good, exact, bad = [], [], []
    reasons: dict[str, Counter[str]] = {}
    for name, truth in sorted(truths.items()):
        outcome = scan(folder / "images" / name)
        refused = isinstance(outcome, RefusedPicture)
        reasons.setdefault(truth["why"], Counter())[str(outcome.code) if refused else "accepted"] += 1
        overlap = least_iou(outcome, truth) if truth["ok"] else 0.0
        good += [not refused] if truth["ok"] else []
        exact += [overlap >= LEAST_IOU] if truth["ok"] else []
        bad += [] if truth["ok"] else [refused]
        if (truth["ok"] and overlap < LEAST_IOU) or (not truth["ok"] and not refused):
            print(explain(name, outcome, truth))
    for why, counts in sorted(reasons.items()):
        print(f"{why}: {dict(counts)}")
    parts = {"accepted_good": good, "iou90_good": exact, "refused_bad": bad}
    return {name: round(sum(part) / max(1, len(part)), 4) for name, part in parts.items()}


def main(folder: Path) -> None:
    Image.init()
    truths: dict[str, dict[str, Any]] = json.loads((folder / "truth.json").read_text())
    figures = measure_quality(folder, truths)
    paths = [folder / "images" / name for name in sorted(truths)][:SPEED_PICTURES]
    decoded, scanned = per_second(read_picture, paths), per_second(scan, paths)
    print(json.dumps({**figures, "per_core_second": round(scanned, 1), "ratio_to_decode": round(scanned / decoded, 3)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
