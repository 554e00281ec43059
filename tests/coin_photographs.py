"""Drawn photographs, kept as an import keeps them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from annotations.models import Coin, Photograph
from annotations.records import CoinRecord, PictureFace, PictureRecord
from annotations.services.pictures import take_pictures

GREY = 128


def draw_discs(*boxes: tuple[int, int, int, int], size: tuple[int, int] = (640, 320)) -> Image.Image:
    """Grey discs with some relief on a white ground."""
    image = Image.new("RGB", size, "white")
    noise = np.random.default_rng(len(boxes)).integers(60, 160, (size[1], size[0], 3), dtype=np.uint8)
    mask = Image.new("L", size)
    for box in boxes:
        ImageDraw.Draw(mask).ellipse(box, fill=255)
    image.paste(Image.fromarray(noise), mask=mask)
    return image


TWO = ((20, 20, 300, 300), (340, 20, 620, 300))
THREE = ((10, 60, 200, 250), (220, 60, 410, 250), (430, 60, 620, 250))


def take_photograph(
    folder: Path, coin: Coin, image: Image.Image, face: PictureFace = "both", name: str = "lot.jpg"
) -> Photograph:
    """Put a picture into the folder and take it in, as an import does."""
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=92)
    (folder / name).write_bytes(stream.getvalue())
    take_pictures([CoinRecord(coin.identifier, row=1, pictures=(PictureRecord(face, folder / name),))])
    return Photograph.objects.get(coin=coin, name=name)
