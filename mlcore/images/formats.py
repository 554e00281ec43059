"""What a file is, by its first bytes: its name is not believed."""

from __future__ import annotations

from mlcore.images.refusals import Refusal, RefusedPicture

HEAD_BYTES = 4096
WANTED = "Send a JPEG, PNG, WebP or TIFF file."
_BRANDS = {b"heic": "HEIC", b"heix": "HEIC", b"hevc": "HEIC", b"mif1": "HEIF", b"msf1": "HEIF", b"avif": "AVIF"}
_BRANDS |= {b"avis": "AVIF"}
_OTHERS = {b"GIF8": "GIF", b"BM": "BMP", b"%PDF": "PDF", b"\x00\x00\x01\x00": "ICO", b"8BPS": "Photoshop"}
_OTHERS |= {b"\xff\x4f\xff\x51": "JPEG 2000", b"\x00\x00\x00\x0cjP": "JPEG 2000", b"\xff\x0a": "JPEG XL"}
_OTHERS |= {b"\x00\x00\x00\x0cJXL": "JPEG XL", b"%!PS": "PostScript", b"PK\x03\x04": "ZIP", b"\x1f\x8b": "gzip"}


def recognise_format(head: bytes) -> str:
    """Return JPEG, PNG, WEBP or TIFF from the first bytes of a file. Raises RefusedPicture for all else."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return "TIFF"
    raise _refuse(head)


def _refuse(head: bytes) -> RefusedPicture:
    if not head:
        return RefusedPicture(Refusal.EMPTY, "The file is empty (0 bytes). Send it again from the original.")
    if b"<svg" in head.lower():
        return RefusedPicture(Refusal.DRAWING, f"The file is an SVG drawing, not a photograph. {WANTED}")
    name = _BRANDS.get(head[8:12], "") if head[4:8] == b"ftyp" else _other_name(head)
    if name:
        return RefusedPicture(Refusal.FORMAT, f"The file is in the format {name}, which is not read here. {WANTED}")
    start = head[:12].hex(" ")
    return RefusedPicture(Refusal.NOT_A_PICTURE, f"The file is not a picture (it starts with {start}). {WANTED}")


def _other_name(head: bytes) -> str:
    return next((name for start, name in _OTHERS.items() if head.startswith(start)), "")
