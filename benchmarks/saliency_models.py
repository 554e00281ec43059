"""Small networks trained within a minute, and sides on which the place of the evidence is known, to measure maps on."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageDraw
from torch.nn import functional

from mlcore.concepts.inputs import Transform
from mlcore.concepts.model import ConceptModel
from mlcore.images.reading import read_picture
from mlcore.nets.backbones import build_backbone
from mlcore.nets.concept_net import make_net

SIZE = 128
TRANSFORM = Transform(SIZE, True, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
CONCEPTS = ("portrait", "standing")
WORDS = {"portrait": ("bust", "head"), "standing": ("standing",)}
LEARNED_FROM = 2000
"""Sides at most: more than a minute's training sees would only be read in vain."""
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Side:
    coin: str
    picture: Image.Image
    concepts: frozenset[str]
    box: Box
    """Of the main figure, relative to the picture."""
    kept_back: bool


def museum_sides(folder: Path) -> Iterator[Side]:
    """Sides of the museum's coins; those with a box drawn by hand are kept back, with the other side of their coin."""
    boxes = {(row["record_id"], row["side"]): row for row in json.loads((folder / "boxes.json").read_text())}
    by_hand = {coin for (coin, _), row in boxes.items() if row["drawn_by_hand"]}
    learned = 0
    with (folder / "coins.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            coin = row["record_id"]
            for face in ("obv", "rev"):
                kept_back, box = coin in by_hand, boxes[coin, face]
                if (kept_back and not box["drawn_by_hand"]) or (not kept_back and learned >= LEARNED_FROM):
                    continue
                learned += not kept_back
                picture = read_picture(folder / "images" / f"{coin}.{face}.jpg")
                text = row[f"{face}_description"].lower()
                shown = frozenset(name for name in CONCEPTS if any(word in text for word in WORDS[name]))
                yield Side(coin, picture, shown, _relative(box["xyxy"], picture), kept_back)


def _relative(edges: list[float], picture: Image.Image) -> Box:
    left, top, right, bottom = (edge / length for edge, length in zip(edges, picture.size * 2, strict=True))
    return max(0.0, left), max(0.0, top), min(1.0, right), min(1.0, bottom)


def drawn_sides(count: int = 1000) -> Iterator[Side]:
    """Discs with a ring (for a portrait) or a bar (for a standing figure) on them; one in five is kept back."""
    random = np.random.default_rng(0)
    for number in range(count):
        concept = CONCEPTS[number % 2]
        picture = Image.fromarray(random.normal(225, 6, (SIZE, SIZE)).clip(0, 255).astype(np.uint8)).convert("RGB")
        draw, half = ImageDraw.Draw(picture), int(random.integers(12, 20))
        draw.ellipse((6, 6, SIZE - 6, SIZE - 6), fill=(150,) * 3)
        across, down = (int(place) for place in random.integers(40, SIZE - 40, 2))
        wide = half if concept == "portrait" else half // 3
        edges = (across - wide, down - half, across + wide, down + half)
        (draw.ellipse if concept == "portrait" else draw.rectangle)(edges, outline=(90,) * 3, width=4)
        box = edges[0] / SIZE, edges[1] / SIZE, edges[2] / SIZE, edges[3] / SIZE
        yield Side(str(number), picture, frozenset([concept]), box, number % 10 >= 8)


def train_model(sides: list[Side], backbone: str, seconds: float) -> ConceptModel:
    """A network of timm from scratch, trained for so many seconds of one core on the sides that are not kept back."""
    torch.manual_seed(0)
    net = make_net(build_backbone(backbone, SIZE), len(CONCEPTS), torch.device("cpu"))
    learned = [side for side in sides if not side.kept_back]
    squares = np.stack([TRANSFORM.square(side.picture) for side in learned])
    labels = torch.tensor([[float(name in side.concepts) for name in CONCEPTS] for side in learned])
    optimiser = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=0.02)
    random = torch.Generator().manual_seed(0)
    start = time.process_time()
    net.train()
    while time.process_time() - start < seconds:
        chosen = torch.randint(len(learned), (64,), generator=random)
        images = TRANSFORM.tensor(squares[chosen.numpy()], net.device)
        loss = functional.binary_cross_entropy_with_logits(net(TRANSFORM.normalise(images)), labels[chosen])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return as_model(net.eval(), backbone)


def as_model(net: torch.nn.Module, backbone: str) -> ConceptModel:
    """Maps are compared number by number: the network computes in float32 on every processor."""
    net.halved = False  # type: ignore[assignment]
    about = {"concepts": CONCEPTS, "thresholds": (0.5, 0.5), "backbone": backbone}
    return ConceptModel(net, TRANSFORM, about)  # type: ignore[arg-type]


def kept_back_accuracy(model: ConceptModel, sides: list[Side]) -> float:
    """Balanced accuracy at 0.5, the mean over the concepts, on sides that are kept back."""
    kept = [side for side in sides if side.kept_back][:300]
    said: npt.NDArray[np.float32] = model.predict([side.picture for side in kept])
    figures = []
    for column, name in enumerate(CONCEPTS):
        truth = np.array([name in side.concepts for side in kept])
        right = (said[:, column] >= 0.5) == truth
        figures.append((right[truth].mean() + right[~truth].mean()) / 2)
    return float(np.mean(figures))
