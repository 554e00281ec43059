"""Strangers send pictures of every kind: each is read rightly, or refused with a sentence, never white or sideways."""

from __future__ import annotations

import io
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from mlcore.images.reading import Refusal, RefusedPicture, encode_webp, read_picture


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def half_and_half(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Left half black, right half white."""
    image = Image.new("L", size, 0)
    image.paste(255, (size[0] // 2, 0, size[0], size[1]))
    return image.convert(mode)


def png_of_size(width: int, height: int) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def refusal(source: Path | bytes) -> RefusedPicture:
    with pytest.raises(RefusedPicture) as caught:
        read_picture(source)
    assert str(caught.value) == caught.value.sentence
    return caught.value


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_four_formats_are_read_whatever_the_file_is_called(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "coin.gif"
    path.write_bytes(encoded(half_and_half(), kind))
    image = read_picture(path)
    assert (image.mode, image.size) == ("RGB", (60, 40))
    assert image.getpixel((5, 20)) < (12, 12, 12) and image.getpixel((55, 20)) > (243, 243, 243)


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", Refusal.EMPTY, "0 bytes"),
        (b"<?xml version='1.0'?><SVG onload='x'/>", Refusal.DRAWING, "SVG drawing"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", Refusal.DRAWING, "JPEG, PNG, WebP or TIFF"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), Refusal.FORMAT, "HEIC"),
        (b"\x00\x00\x00\x1cftypavif" + bytes(40), Refusal.FORMAT, "AVIF"),
        (encoded(half_and_half(), "GIF"), Refusal.FORMAT, "GIF"),
        (b"%PDF-1.4", Refusal.FORMAT, "PDF"),
        (b"hello", Refusal.NOT_A_PICTURE, "68 65 6c 6c 6f"),
        (b"\xff\xd8\xff\xe0" + bytes(100), Refusal.DAMAGED, "JPEG"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", Refusal.DAMAGED, "WEBP"),
        (b"II*\x00\xff\xff\xff\xff", Refusal.DAMAGED, "TIFF"),
    ],
)
def test_what_is_no_photograph_is_refused_by_name(content: bytes, code: Refusal, words: str, tmp_path: Path) -> None:
    path = tmp_path / "coin.jpg"
    path.write_bytes(content)
    assert refusal(path).code == code
    assert words in refusal(content).sentence


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "lost.jpg").code == Refusal.MISSING
    assert "lost.jpg" in refusal(tmp_path / "lost.jpg").sentence
    assert refusal(tmp_path).code == Refusal.UNREADABLE


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_file_cut_at_any_place_is_refused_or_whole(kind: str) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    content = encoded(noise, kind)
    for cut in range(1, len(content) - 64, len(content) // 40):
        assert refusal(content[:cut]).code in (Refusal.DAMAGED, Refusal.NOT_A_PICTURE)


@pytest.mark.parametrize("size", [(13_000, 13_000), (9_000, 9_000), (200_000, 201)])
def test_a_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    content = png_of_size(*size)
    start = time.perf_counter()
    assert refusal(content).code == Refusal.TOO_LARGE
    assert time.perf_counter() - start < 0.1


def test_a_webp_bomb_is_refused_before_it_is_decoded() -> None:
    header = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + (16_382).to_bytes(3, "little") * 2
    content = b"RIFF" + struct.pack("<I", len(header) + 4) + b"WEBP" + header
    start = time.perf_counter()
    assert refusal(content).code == Refusal.TOO_LARGE
    assert time.perf_counter() - start < 0.1


def test_a_picture_lying_on_its_side_is_stood_up() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    for kind in ("JPEG", "PNG", "WEBP", "TIFF"):
        image = read_picture(encoded(half_and_half(), kind, exif=exif))
        assert image.size == (40, 60), kind
        assert image.getpixel((20, 5))[0] < 12 and image.getpixel((20, 55))[0] > 243, kind
        assert not image.getexif() and not image.info


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "RGBA", "LA", "I;16", "LAB"])
def test_every_mode_keeps_black_black_and_white_white(mode: str) -> None:
    if mode == "I;16":
        picture = Image.fromarray((np.asarray(half_and_half("L")).astype(np.uint16)) * 257)
    elif mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        picture = ImageCms.profileToProfile(half_and_half(), ImageCms.createProfile("sRGB"), lab, outputMode="LAB")
    else:
        picture = half_and_half("RGB" if mode == "CMYK" else mode).convert(mode)
    image = read_picture(encoded(picture, "TIFF" if mode in ("CMYK", "LAB") else "PNG"))
    assert image.mode == "RGB"
    assert max(image.getpixel((5, 20))) < 40 and min(image.getpixel((55, 20))) > 243


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    picture = Image.fromarray(np.full((4, 4), 0x8000, dtype=np.uint16))
    assert read_picture(encoded(picture, "PNG")).getpixel((0, 0)) == (128, 128, 128)
    assert read_picture(encoded(picture, "TIFF")).getpixel((0, 0)) == (128, 128, 128)


def test_transparent_pixels_become_white() -> None:
    picture = Image.new("RGBA", (4, 4), (10, 20, 30, 0))
    assert read_picture(encoded(picture, "PNG")).getpixel((0, 0)) == (255, 255, 255)


def test_the_first_frame_of_an_animation_is_read() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    for kind in ("PNG", "WEBP", "TIFF"):
        content = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
        red, _, blue = read_picture(content).getpixel((4, 4))
        assert red > 230 and blue < 30, kind


def test_a_colour_profile_is_brought_to_srgb_and_a_broken_one_passed_over() -> None:
    plain = Image.new("RGB", (8, 8), (200, 100, 50))
    lab_as_rgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert read_picture(encoded(plain, "PNG", icc_profile=lab_as_rgb)).getpixel((0, 0)) == (200, 100, 50)
    assert read_picture(encoded(plain, "PNG", icc_profile=b"no profile")).getpixel((0, 0)) == (200, 100, 50)


def test_one_pixel_is_a_picture() -> None:
    assert read_picture(encoded(Image.new("RGB", (1, 1), "white"), "PNG"), longest=10).size == (1, 1)


def test_the_longer_edge_is_at_most_what_was_asked() -> None:
    picture = half_and_half(size=(1003, 501))
    for kind in ("JPEG", "PNG"):
        assert read_picture(encoded(picture, kind), longest=256).size == (256, 128)
    assert read_picture(encoded(picture, "JPEG"), longest=5000).size == (1003, 501)


def test_the_public_picture_carries_no_metadata_and_is_the_same_every_time() -> None:
    exif = Image.Exif()
    exif[0x010E] = "where the collector lives"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = encoded(half_and_half(size=(600, 300)), "JPEG", exif=exif, icc_profile=profile)
    first = encode_webp(Image.open(io.BytesIO(source)), longest=200)
    assert first == encode_webp(read_picture(source), longest=200)
    written = Image.open(io.BytesIO(first))
    assert written.size == (200, 100) and not written.getexif() and "icc_profile" not in written.info
    assert b"collector" not in first
