"""Read a photograph safely into 8-bit sRGB, whatever a stranger sent; and write the pictures that the public sees."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageCms, ImageOps

from mlcore.images.formats import HEAD_BYTES, recognise_format
from mlcore.images.refusals import Refusal, RefusedPicture

__all__ = ["MOST_PIXELS", "Refusal", "RefusedPicture", "encode_webp", "read_picture"]

MOST_PIXELS = 40_000_000
WHITE = (255, 255, 255)
"""Shown through transparent pixels: cut-out coins then look like those that museums photograph on white."""

_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError, OverflowError, struct.error)
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_BITS_PER_SAMPLE, _PHOTOMETRIC, _WHITE_IS_ZERO = 258, 262, 0


def read_picture(source: Path | bytes, *, longest: int | None = None) -> Image.Image:
    """Return the first frame as an upright RGB picture in sRGB, without metadata.

    `longest`: the longer edge in pixels is at most this (JPEGs are decoded smaller, which is several times faster).
    Transparent pixels become white. 16-bit values are scaled by their full range, floating-point ones by their largest.
    A colour profile that does not fit its picture is passed over, and the picture taken for sRGB, as browsers do.
    Raises RefusedPicture where the file is missing, empty, damaged, larger than MOST_PIXELS or of another format.
    """
    with _opened(source) as stream:
        kind = recognise_format(stream.read(HEAD_BYTES))
        stream.seek(0)
        try:
            with Image.open(stream, formats=[kind]) as picture:
                return _develop(picture, longest)
        except _BOMB as error:
            raise _too_large(f"more than {Image.MAX_IMAGE_PIXELS:,}") from error
        except (*_DAMAGE, ImageCms.PyCMSError, MemoryError) as error:
            sentence = f"The {kind} file is damaged or cut off ({error}). Send it again from the original."
            raise RefusedPicture(Refusal.DAMAGED, sentence) from error


@contextmanager
def _opened(source: Path | bytes) -> Iterator[IO[bytes]]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    try:
        stream = source.open("rb")
    except FileNotFoundError as error:
        sentence = f"There is no file {source.name}. Check its name and folder."
        raise RefusedPicture(Refusal.MISSING, sentence) from error
    except OSError as error:
        sentence = f"The file {source.name} cannot be opened ({error.strerror}). Check that it is a file you may read."
        raise RefusedPicture(Refusal.UNREADABLE, sentence) from error
    with stream:
        yield stream


def _develop(picture: Image.Image, longest: int | None) -> Image.Image:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise _too_large(f"{width:,} x {height:,} = {width * height:,}")
    if longest is not None:
        picture.draft(None, _fitted(picture.size, longest))
    picture.load()
    plain = _flatten(picture)
    if longest is not None and max(plain.size) > longest:
        plain = plain.resize(_fitted(plain.size, longest), Image.Resampling.LANCZOS, reducing_gap=3.0)
    turned = _as_srgb(plain, picture.info.get("icc_profile"))
    # Only now: Pillow turns a TIFF by itself while loading, and then drops the tag.
    turned.getexif()[0x0112] = picture.getexif().get(0x0112, 1)
    ImageOps.exif_transpose(turned, in_place=True)
    turned.info.clear()
    turned.getexif().clear()
    return turned


def _too_large(pixels: str) -> RefusedPicture:
    most = f"{MOST_PIXELS // 1_000_000} million"
    sentence = f"The picture has {pixels} pixels; at most {most} are read. Make it smaller and send it again."
    return RefusedPicture(Refusal.TOO_LARGE, sentence)


def _fitted(size: tuple[int, int], longest: int) -> tuple[int, int]:
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _flatten(picture: Image.Image) -> Image.Image:
    """Return it as L, RGB, CMYK or LAB: no palette, no transparency, 8 bits."""
    if picture.mode.startswith(("I", "F")):
        return _to_eight_bits(picture)
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        ground = Image.new("RGB", seen.size, WHITE)
        ground.paste(seen, mask=seen.getchannel("A"))
        return ground
    if picture.mode in ("L", "RGB", "CMYK", "LAB"):
        return picture.copy()
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _to_eight_bits(picture: Image.Image) -> Image.Image:
    values = np.asarray(picture, dtype=np.float32)
    tags = getattr(picture, "tag_v2", {})
    full = float(2 ** tags.get(_BITS_PER_SAMPLE, (16,))[0] - 1)
    if not picture.mode.startswith("I;16"):
        values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        largest = float(values.max())
        full = next((limit for limit in (1.0, 255.0, 65535.0) if largest <= limit), largest)
        full = 65535.0 if picture.mode == "I" and largest <= 65535.0 else full
    if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        values = full - values
    return Image.fromarray(np.clip(values * (255.0 / full) + 0.5, 0, 255).astype(np.uint8))


def _as_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if picture.mode == "LAB":
        return _through(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")), picture)
    if profile:
        with suppress(ImageCms.PyCMSError, OSError):
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            known = picture.mode == "RGB" and "sRGB" in ImageCms.getProfileDescription(given)
            return picture if known else _through(given, picture)
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _through(profile: ImageCms.ImageCmsProfile, picture: Image.Image) -> Image.Image:
    converted = ImageCms.profileToProfile(picture, profile, _SRGB, outputMode="RGB")
    if converted is None:
        raise ImageCms.PyCMSError("the colours were not converted")
    return converted


def encode_webp(image: Image.Image, *, longest: int, quality: int = 85) -> bytes:
    """Return a WebP file of an RGB picture without any metadata, its longer edge at most `longest` pixels.

    The same pixels give the same bytes. `quality` is WebP's own scale, 0..100.
    """
    small = image
    if max(image.size) > longest:
        small = image.resize(_fitted(image.size, longest), Image.Resampling.LANCZOS, reducing_gap=3.0)
    stream = io.BytesIO()
    # Method 4 is twice as slow for files 1.5 % smaller (measured on 100 coins of 256 px).
    small.save(stream, "WEBP", quality=quality, method=2, exif=b"", xmp=b"", icc_profile=b"")
    return stream.getvalue()
