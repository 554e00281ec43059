"""Photographs put together from real sides, so that the right boxes are known: grounds, marks, faults of the camera."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter
from scipy import ndimage

from mlcore.images.reading import read_picture

Box = tuple[int, int, int, int]
Random = np.random.Generator
Staged = tuple[Image.Image, tuple[Box, Box]]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Side:
    """A coin without its ground: RGB, and how much of each pixel is coin."""

    colour: Image.Image
    alpha: Image.Image

    def scaled(self, length: int) -> Side:
        scale = length / max(self.colour.size)
        size = max(1, round(self.colour.width * scale)), max(1, round(self.colour.height * scale))
        return Side(*(part.resize(size, Image.Resampling.LANCZOS) for part in (self.colour, self.alpha)))


def cut_out(path: Path) -> Side | None:
    """Take a side off its white ground; None where the ground is not white or the coin too pale to be told from it."""
    image = read_picture(path)
    darkness = 255 - np.asarray(image).min(axis=2).astype(int)
    labels, count = ndimage.label(ndimage.binary_fill_holes(darkness > 14))
    if not count:
        return None
    sizes = np.bincount(labels.ravel())[1:]
    coin = ndimage.binary_opening(labels == 1 + int(sizes.argmax()), iterations=2)
    if coin.mean() < 0.3 or not coin.any():
        return None
    rows, columns = np.flatnonzero(coin.any(axis=1)), np.flatnonzero(coin.any(axis=0))
    box = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    if coin[box[1] : box[3], box[0] : box[2]].mean() > 0.9:
        return None
    inner = ndimage.binary_erosion(coin)
    alpha = Image.fromarray((inner * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6))
    return Side(image.crop(box), alpha.crop(box))


@dataclass
class Stage:
    """A ground on which sides are laid."""

    image: Image.Image

    @classmethod
    def plain(cls, size: tuple[int, int], colour: tuple[int, int, int]) -> Stage:
        return cls(Image.new("RGB", size, colour))

    def lay(self, side: Side, left: int, top: int) -> Box:
        self.image.paste(side.colour, (left, top), side.alpha)
        solid = np.asarray(side.alpha) > 127
        rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
        return left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]) + 1, top + int(rows[-1]) + 1

    def shade(self, side: Side, left: int, top: int, reach: int, depth: float) -> None:
        """Throw a soft shadow to the lower right."""
        shadow = Image.new("L", self.image.size, 0)
        shadow.paste(side.alpha, (left + reach, top + reach))
        shadow = shadow.filter(ImageFilter.GaussianBlur(reach)).point(lambda level: int(level * depth))
        self.image.paste((0, 0, 0), (0, 0), shadow)


def pair(
    obverse: Side,
    reverse: Side,
    random: Random,
    *,
    ground: tuple[int, int, int] = (255, 255, 255),
    length: int = 320,
    ratio: float = 1.0,
    gap: float = 0.15,
    margin: float = 0.12,
    shadow: float = 0.0,
    stacked: bool = False,
) -> tuple[Stage, tuple[Box, Box]]:
    """Lay both sides beside each other; gap and margin are shares of the length."""
    one, two = obverse.scaled(length), reverse.scaled(max(8, round(length * ratio)))
    edge, between = round(length * margin), round(length * gap)
    if stacked:
        wide = max(one.colour.width, two.colour.width)
        stage = Stage.plain((wide + 2 * edge, one.colour.height + two.colour.height + between + 2 * edge), ground)
        places = [(edge, edge), (edge + int(random.integers(0, 6)), edge + one.colour.height + between)]
    else:
        high = max(one.colour.height, two.colour.height)
        stage = Stage.plain((one.colour.width + two.colour.width + between + 2 * edge, high + 2 * edge), ground)
        down = [edge + (high - side.colour.height) // 2 for side in (one, two)]
        places = [(edge, down[0]), (edge + one.colour.width + between, down[1])]
    for side, place in zip((one, two), places, strict=True):
        if shadow:
            stage.shade(side, *place, max(2, length // 40), shadow)
    first, second = (stage.lay(side, *place) for side, place in zip((one, two), places, strict=True))
    return stage, (first, second)


def jpeg(image: Image.Image, quality: int = 85) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return Image.open(io.BytesIO(stream.getvalue())).convert("RGB")


def lit(image: Image.Image, change: Floats) -> Image.Image:
    """Add levels (height x width, or broadcast to it) to every channel."""
    levels = np.asarray(image).astype(np.float64) + change[..., None]
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))


def slope(image: Image.Image, random: Random, depth: float) -> Image.Image:
    turn = random.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[: image.height, : image.width]
    way = np.cos(turn) * columns / image.width + np.sin(turn) * rows / image.height
    return lit(image, (way - way.min()) / np.ptp(way) * -depth)


def vignette(image: Image.Image, depth: float) -> Image.Image:
    rows, columns = np.mgrid[: image.height, : image.width]
    away = (columns / image.width * 2 - 1) ** 2 + (rows / image.height * 2 - 1) ** 2
    return lit(image, -depth * away / 2)


def grain(image: Image.Image, random: Random, deep: float, size: int) -> Image.Image:
    small = random.normal(0, 1, (image.height // size + 2, image.width // size + 2))
    field = ndimage.zoom(small, size, order=1)[: image.height, : image.width]
    return lit(image, field / field.std() * deep)
