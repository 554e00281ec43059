"""What a picture is recognised by: digests of its file and pixels, and perceptual hashes of it and of cut versions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image

from mlcore.images.outlines import Box
from mlcore.images.reading import read_picture
from mlcore.images.scene import Scene
from mlcore.images.settings import DEFAULT

Hashes = npt.NDArray[np.uint8]
"""Number x 32: perceptual hashes of 16 x 16 bits."""

HASH_SIZE = 16
HASH_BYTES = HASH_SIZE * HASH_SIZE // 8
CUTS = 16
"""Versions of a picture with or without a strip cut off at its left, top, right and bottom edge."""
_STRIP = 0.025
"""Width of the strip, as a share of the picture: of a copy that lost up to 0.04, one version is near enough."""
_WORKING = 128
"""Pixels of the square from which all hashes of a picture are made."""
_BLANK = 4.0
"""Standard deviation, in levels, below which a picture shows nothing that could be recognised."""


@dataclass(frozen=True)
class Fingerprint:
    file: str
    """SHA-256 of the file."""
    pixels: str
    """SHA-256 of its size and its pixels in sRGB."""
    hashes: bytes
    """CUTS + 1 perceptual hashes of 32 bytes: of the whole, of cut versions, and of what stands on its ground.
    Empty where the picture is blank."""

    def array(self) -> Hashes:
        return np.frombuffer(self.hashes, np.uint8).reshape(-1, HASH_BYTES)


def take_fingerprint(source: Path | bytes) -> Fingerprint:
    """Raises RefusedPicture as `read_picture` does."""
    content = source if isinstance(source, bytes) else source.read_bytes() if source.is_file() else None
    picture = read_picture(source if content is None else content)
    pixels = hashlib.sha256(f"{picture.width} {picture.height} ".encode() + picture.tobytes())
    return Fingerprint(hashlib.sha256(content or b"").hexdigest(), pixels.hexdigest(), _hashes(picture))


def _hashes(picture: Image.Image) -> bytes:
    """Perceptual hashes (Zauner 2010: signs of the lowest frequencies of a cosine transform around their median)."""
    grey = picture.convert("L")
    small = _square(grey, (0, 0, *grey.size))
    if np.asarray(small).std() < _BLANK:
        return b""
    versions = [small.crop(_cut(small.size, number)) for number in range(CUTS)]
    versions.append(_square(grey, content_box(picture)))
    hashes = (imagehash.phash(version, hash_size=HASH_SIZE).hash for version in versions)
    return b"".join(np.packbits(bits).tobytes() for bits in hashes)


def _square(grey: Image.Image, box: Box) -> Image.Image:
    return grey.resize((_WORKING, _WORKING), Image.Resampling.BOX, box, reducing_gap=2.0)


def version_box(picture: Image.Image, number: int) -> Box:
    """Return which part of an RGB picture the hash of this number is of."""
    return _cut(picture.size, number) if number < CUTS else content_box(picture)


def _cut(size: tuple[int, int], number: int) -> Box:
    strips = [round(_STRIP * size[place % 2]) * (number >> place & 1) for place in range(4)]
    return strips[0], strips[1], size[0] - strips[2], size[1] - strips[3]


def content_box(picture: Image.Image) -> Box:
    """Return the box around everything that stands out from the ground; the whole where nothing does."""
    scene = Scene(picture, DEFAULT)
    rows, columns = (np.flatnonzero(scene.mask.any(axis=axis)) for axis in (1, 0))
    if len(rows) < 2 or len(columns) < 2:
        return 0, 0, *picture.size
    left, top, right, bottom = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    return left * scene.factor, top * scene.factor, right * scene.factor, bottom * scene.factor
