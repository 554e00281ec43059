"""Small drawn sides for tests of learning: a square for an altar, a disc for a globe, both or neither."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mlcore.contract import Sample, Snapshot, Split

CONCEPTS = ("altar", "globe")
SCRATCH: dict[str, Any] = {
    "weights": "scratch",
    "frozen": False,
    "optimiser": "adamw",
    "learning_rate": 0.002,
    "weight_decay": 0.02,
    "schedule": "one_cycle",
}
"""Settings of a concept_vit that learns everything from the coins; its defaults need downloaded weights."""
TINY = SCRATCH | {"backbone": "test_resnet", "image_size": 32, "epochs": 1, "batch_size": 8, "colour": "grey"}


def draw_side(path: Path, altar: bool, globe: bool, seed: int, size: int = 40) -> None:
    random = np.random.default_rng(seed)
    picture = random.integers(90, 130, (size, size, 3), dtype=np.uint8)
    if altar:
        picture[22:36, 4:18] = 230
    if globe:
        rows, columns = np.mgrid[:size, :size]
        picture[(rows - 12) ** 2 + (columns - 28) ** 2 < 64] = 20
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)


def split_of(number: int) -> Split:
    return ("train", "train", "validation", "test")[number // 2 % 4]  # type: ignore[return-value]


def drawn_snapshot(
    folder: Path, sides: int = 48, concepts: tuple[str, ...] = CONCEPTS, label: Callable[[int, int], int] | None = None
) -> Snapshot:
    """Draw sides into a folder and label them truly, or with `label(number, column)` where that is given."""
    samples = []
    for number in range(sides):
        shown = (number % 2, number // 8 % 2)
        draw_side(folder / f"{number}.png", bool(shown[0]), bool(shown[1]), number)
        labels = tuple(label(number, c) if label else shown[c % 2] for c in range(len(concepts)))
        expert = tuple(number % 3 == 0 for _ in concepts)
        samples.append(
            Sample(number, f"coin {number}", "reverse", f"{number}.png", "", labels, expert, split_of(number))
        )
    return Snapshot(concepts, tuple(samples))


class Heard(list[dict[str, Any]]):
    """A report that remembers its events."""

    def __call__(self, event: dict[str, Any]) -> None:
        self.append(event)
