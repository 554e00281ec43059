"""How well and how fast sides are found: `python -m benchmarks.crops DIR` (`DIR/truth.json`, `DIR/images/`).

Good photographs must be cut with both boxes right (IoU of 0.9 or more), bad ones be refused; then the time of finding
sides beside that of decoding alone, on one core. Half a minute for 240 pictures.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.given import can_be_read, print_figures, print_left_out, read_json, share_of
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


def measure_speed(paths: list[Path]) -> dict[str, float | None]:
    """Time decoding alone, and decoding with scanning, picture by picture in turns; the quickest round of each counts.

    Decoding is `read_picture`: what the site does with every picture, whether it is scanned or not.
    """
    if not paths:
        return {"per_core_second": None, "ratio_to_decode": None}
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


def measure_quality(folder: Path, truths: dict[str, dict[str, Any]]) -> dict[str, float | None]:
    """Shares of good and of bad photographs; None where there are none. One that is damaged counts as refused."""
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
    return {"accepted_good": share_of(good), "iou90_good": share_of(exact), "refused_bad": share_of(bad)}


def print_table(reasons: dict[str, Counter[str]]) -> None:
    """Per kind of picture, as the truth names it: how many were accepted, and why the rest was refused."""
    codes = sorted({code for counts in reasons.values() for code in counts if code != "accepted"})
    columns = ["pictures", "accepted", *codes]
    width = max(map(len, reasons))
    print("  ".join([" " * width, *columns]))
    for why, counts in sorted(reasons.items()):
        cells = [counts.total(), *(counts[code] for code in columns[1:])]
        print("  ".join([why.ljust(width), *(str(c).rjust(len(name)) for c, name in zip(cells, columns, strict=True))]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="truth.json and images/")
    folder = parser.parse_args().folder
    Image.init()
    truths: dict[str, dict[str, Any]] = read_json(folder / "truth.json")
    missing = [name for name in sorted(truths) if not (folder / "images" / name).is_file()]
    print_left_out(missing, "of the truth: there is no such picture")
    truths = {name: truth for name, truth in truths.items() if name not in missing}
    if not truths:
        raise SystemExit(f"{folder / 'truth.json'} names no picture that is there.")
    sound = [path for name in sorted(truths) if can_be_read(path := folder / "images" / name)]
    print_figures(measure_quality(folder, truths) | measure_speed(sound[:SPEED_PICTURES]))


if __name__ == "__main__":
    main()
