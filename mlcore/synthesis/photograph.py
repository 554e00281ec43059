"""Sides on a ground: as auction houses print them, as two files, or in a way that must be refused."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageFilter

from .relief import Array
from .texture import cloud
from .workshop import Camera, Side

Corner = tuple[int, int]
Pixels = tuple[int, int, int, int]


@dataclass(frozen=True)
class Sheet:
    """One picture file and where the sides stand in it."""

    jpeg: bytes
    corners: tuple[Corner, ...]
    """Left and top of each side in the order given; none where the sides are not to be found."""


def side_by_side(
    sides: tuple[Side, Side], camera: Camera, rng: np.random.Generator, uneven: bool = False, cut: bool = False
) -> Sheet:
    first, second = sides[0].picture, sides[1].picture
    margin, gap = int(rng.integers(18, 46)), int(rng.integers(22, 64))
    tall = max(first.height, second.height)
    size = (first.width + second.width + 2 * margin + gap, tall + 2 * margin)
    corners = [
        (margin, margin + (tall - first.height) // 2),
        (margin + first.width + gap, margin + (tall - second.height) // 2),
    ]
    if cut:
        away = int(first.width * rng.uniform(0.14, 0.3))
        corners = [(x - away - margin if k == 0 else x, y) for k, (x, y) in enumerate(corners)]
    ground = _uneven_ground(size, rng) if uneven else _plain_ground(size, camera)
    return Sheet(
        _finished(_laid(ground, [first, second], corners, camera), camera, rng), () if uneven or cut else tuple(corners)
    )


def alone(side: Side, camera: Camera, rng: np.random.Generator) -> Sheet:
    margin = int(rng.integers(14, 40))
    size = (side.picture.width + 2 * margin, side.picture.height + 2 * margin)
    page = _laid(_plain_ground(size, camera), [side.picture], [(margin, margin)], camera)
    return Sheet(_finished(page, camera, rng), ((margin, margin),))


def refused(kind: str, sides: tuple[Side, Side], camera: Camera, rng: np.random.Generator) -> Sheet:
    if kind == "uneven background":
        return side_by_side(sides, camera, rng, uneven=True)
    if kind == "cut by the edge":
        return side_by_side(sides, camera, rng, cut=True)
    size = (int(rng.integers(820, 920)), int(rng.integers(420, 470)))
    pictures: list[Image.Image] = []
    corners: list[Corner] = []
    if kind == "many coins":
        for k in range(8):
            tall = int(rng.integers(150, 195))
            pictures.append(
                sides[k % 2]
                .picture.rotate(float(rng.uniform(-25, 25)), Image.Resampling.BICUBIC)
                .resize((tall, tall), Image.Resampling.LANCZOS)
            )
            corners.append(
                (
                    15 + (k % 4) * (size[0] // 4) + int(rng.integers(0, 12)),
                    10 + (k // 4) * (size[1] // 2) + int(rng.integers(0, 12)),
                )
            )
    elif kind == "one side only":
        picture = sides[int(rng.integers(2))].picture
        pictures, corners = [picture], [((size[0] - picture.width) // 2, (size[1] - picture.height) // 2)]
    return Sheet(_finished(_laid(_plain_ground(size, camera), pictures, corners, camera), camera, rng), ())


def _plain_ground(size: tuple[int, int], camera: Camera) -> Image.Image:
    return Image.new("RGB", size, camera.ground)


def _uneven_ground(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """Wood, cloth or stone under a slanting light."""
    side = max(size)
    veins = cloud(rng, int(rng.integers(3, 10)), 5, side)[: size[1], : size[0]]
    weave = rng.normal(size=veins.shape).astype(np.float32)
    slope = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :] * rng.choice((-1, 1))
    tone = np.clip(0.48 + 0.13 * veins + 0.05 * weave + 0.20 * slope, 0.03, 0.97)
    cast = ((0.95, 0.78, 0.58), (0.75, 0.80, 0.90), (0.95, 0.93, 0.88))[int(rng.integers(3))]
    colour = np.array(cast, np.float32)
    return Image.fromarray((tone[..., None] * colour * 255).astype(np.uint8))


def _laid(page: Image.Image, pictures: list[Image.Image], corners: list[Corner], camera: Camera) -> Image.Image:
    for picture, corner in zip(pictures, corners, strict=True):
        if camera.shadow:
            _cast(page, picture, corner, camera)
        page.paste(picture, corner, picture)
    return page


def _cast(page: Image.Image, picture: Image.Image, corner: Corner, camera: Camera) -> None:
    away = np.radians(camera.lamp.azimuth + 180)
    dx, dy = round(6 * float(np.cos(away))), round(6 * float(np.sin(away)))
    pad = 16
    shape = Image.new("L", (picture.width + 2 * pad, picture.height + 2 * pad))
    shape.paste(picture.getchannel("A"), (pad + dx, pad + dy))
    soft = shape.filter(ImageFilter.GaussianBlur(5)).point(lambda value: int(value * camera.shadow))
    page.paste((20, 18, 16), (corner[0] - pad, corner[1] - pad), soft)


def _finished(page: Image.Image, camera: Camera, rng: np.random.Generator) -> bytes:
    if camera.blur > 0.25:
        page = page.filter(ImageFilter.GaussianBlur(camera.blur))
    pixels: Array = np.asarray(page, np.float32)
    pixels = pixels + rng.standard_normal(pixels.shape[:2], dtype=np.float32)[..., None] * np.float32(camera.noise)
    stream = BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(stream, "JPEG", quality=camera.quality)
    return stream.getvalue()
