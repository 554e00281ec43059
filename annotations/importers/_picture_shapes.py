"""How two sides must lie on a picture of this shape; only the head of the file is read."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Literal

from PIL import Image

from annotations.importers._fields import UnreadableError

_LONGER = 1.4
"""A picture of two round sides is at least this many times longer one way than the other."""
_TURNED = (5, 6, 7, 8)
"""EXIF orientations that lay a picture on its side."""
_ORIENTATION = 0x0112


def read_layout(folder: Path, file: PurePath, instead: str) -> Literal["both", "stacked"]:
    """Return `both` (side by side) or `stacked`. Raises UnreadableError with `instead`, where it can be neither."""
    width, height = read_size(folder / file)
    if shape := layout_of(width, height):
        return shape
    reason = (
        f"This picture is alone and has {width} x {height} pixels: too square for both sides of a coin beside or above "
        f"each other. {instead}."
    )
    raise UnreadableError("pictures", file.name, reason)


def layout_of(width: int, height: int) -> Literal["both", "stacked", ""]:
    if width >= _LONGER * height:
        return "both"
    return "stacked" if height >= _LONGER * width else ""


def read_size(path: Path) -> tuple[int, int]:
    """Return width and height as the picture is to be seen. Raises UnreadableError where it is no picture."""
    try:
        with Image.open(path, formats=["JPEG", "PNG", "WEBP", "TIFF"]) as picture:
            turned = picture.getexif().get(_ORIENTATION) in _TURNED
            return picture.size[::-1] if turned else picture.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = f"It cannot be read as a picture ({error}). Send it again as JPEG, PNG, WebP or TIFF."
        raise UnreadableError("pictures", path.name, reason) from error
