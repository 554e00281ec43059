"""Small networks trained within a minute, and sides on which the place of the evidence is known, to measure maps on."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageDraw
from torch.nn import functional

from benchmarks.given import print_left_out, read_json, read_rows
from mlcore.concepts.inputs import Transform
from mlcore.concepts.model import ConceptModel
from mlcore.images.reading import RefusedPicture, read_picture
from mlcore.nets.backbones import build_backbone
from mlcore.nets.concept_net import make_net

SIZE = 128
TRANSFORM = Transform(SIZE, True, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
CONCEPTS = ("portrait", "standing")
WORDS = {"portrait": ("bust", "head"), "standing": ("standing",)}
LEARNED_FROM = 2000
"""Sides at most: more than a minute's training sees would only be read in vain."""
KEPT_BACK = 5
"""Where no box was drawn by hand, every fifth coin is kept back."""
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Side:
    coin: str
    picture: Image.Image
    concepts: frozenset[str]
    box: Box | None
    """Of the main figure, relative to the picture; None where there is none, and for what is learned from."""
    kept_back: bool


def museum_sides(folder: Path) -> Iterator[Side]:
    """Sides of the museum's coins. Those with a box drawn by hand are kept back, with the other side of their coin;
    where there is none, every fifth coin, with boxes that a model guessed or with none. Raises SystemExit."""
    rows = read_rows(folder / "coins.csv", ("record_id", "obv_description", "rev_description"))
    path = folder / "boxes.json"
    boxes = {(row["record_id"], row["side"]): row for row in read_json(path)} if path.is_file() else {}
    kept = choose_kept_back([row["record_id"] for row in rows], boxes)
    only_by_hand = any(row["drawn_by_hand"] for row in boxes.values())
    learned, left_out = 0, []
    for row in rows:
        coin = row["record_id"]
        for face in ("obv", "rev"):
            kept_back, box = coin in kept, boxes.get((coin, face))
            unwanted = only_by_hand and not (box and box["drawn_by_hand"]) if kept_back else learned >= LEARNED_FROM
            if unwanted:
                continue
            try:
                picture = read_picture(folder / "images" / f"{coin}.{face}.jpg")
            except RefusedPicture:
                left_out.append(f"{coin}.{face}")
                continue
            learned += not kept_back
            text = row[f"{face}_description"].lower()
            shown = frozenset(name for name in CONCEPTS if any(word in text for word in WORDS[name]))
            yield Side(coin, picture, shown, _relative(box["xyxy"], picture) if box and kept_back else None, kept_back)
    print_left_out(left_out, "for want of a picture that can be read")


def choose_kept_back(coins: list[str], boxes: dict[tuple[str, str], Any]) -> set[str]:
    """Coins to measure on, never more than half of all."""
    drawn = {coin for (coin, _), row in boxes.items() if row["drawn_by_hand"]}
    by_hand = [coin for coin in coins if coin in drawn]
    if by_hand:
        return set(by_hand[: len(coins) // 2])
    boxed = {coin for coin, _ in boxes}
    print("No box was drawn by hand." + (" Maps are held against boxes that a model guessed." if boxed else ""))
    return set([coin for coin in coins if coin in boxed or not boxed][::KEPT_BACK])


def _relative(edges: list[float], picture: Image.Image) -> Box | None:
    """None for a box that is empty or lies beside the picture."""
    left, top, right, bottom = (edge / length for edge, length in zip(edges, picture.size * 2, strict=True))
    box = max(0.0, left), max(0.0, top), min(1.0, right), min(1.0, bottom)
    return box if box[0] < box[2] and box[1] < box[3] else None


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
    if not learned:
        raise SystemExit("No side that is not kept back has a picture: there is nothing to learn from.")
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


def kept_back_accuracy(model: ConceptModel, sides: Iterable[Side]) -> float | None:
    """Balanced accuracy at 0.5 on sides that are kept back, the mean over the concepts that some show and some do not;
    None where there is no such concept."""
    kept = [side for side in sides if side.kept_back][:300]
    said: npt.NDArray[np.float32] = model.predict([side.picture for side in kept])
    figures = []
    for column, name in enumerate(CONCEPTS):
        truth = np.array([name in side.concepts for side in kept])
        right = (said[:, column] >= 0.5) == truth
        if 0 < truth.sum() < len(truth):
            figures.append((right[truth].mean() + right[~truth].mean()) / 2)
    return float(np.mean(figures)) if figures else None
