"""Boxes of the database as files that detectors, linked data and other tools read."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db.models import QuerySet
from PIL import Image

from annotations.box_files import load_format
from annotations.models import Box
from annotations.records import BoxRecord

BATCH = 1000


def write_boxes(*, boxes: QuerySet[Box], format: str, stream: IO[bytes], address: str, pictures: bool) -> int:
    """Write a zip, or the one file of a format that has one and no pictures. Returns how many boxes were written.

    `address`: what stands before a picture's name in the media folder. Raises ValueError for an unknown format.
    """
    module = load_format(format, "files")
    records = list(records_of(boxes, address))
    if module.SUFFIX != ".zip" and not pictures:
        for _, content in module.files(records):
            stream.write(content)
        return len(records)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in module.files(records):
            archive.writestr(name, content)
        for name, file in _pictures(boxes, records).items() if pictures else ():
            archive.write(file, f"images/{name}", zipfile.ZIP_STORED)
    return len(records)


def suffix_of(format: str, pictures: bool) -> str:
    suffix: str = load_format(format, "files").SUFFIX
    return ".zip" if pictures else suffix


def records_of(boxes: QuerySet[Box], address: str) -> Iterator[BoxRecord]:
    """Side by side, in pixels of the square crops."""
    sizes: dict[str, tuple[int, int]] = {}
    ordered = boxes.select_related("side__coin", "concept").exclude(side__crop="").order_by("side_id", "id")
    for row, box in enumerate(ordered.iterator(BATCH), start=1):
        side = box.side
        if side.crop not in sizes:
            sizes = {side.crop: _size_of(side.crop)}  # the boxes of a side follow each other
        width, height = sizes[side.crop]
        yield BoxRecord(
            row=row,
            coin=side.coin.identifier,
            face="obverse" if side.face == "obverse" else "reverse",
            picture=picture_name(side.coin.identifier, side.face, side.pk),
            width=width,
            height=height,
            left=box.left * width,
            top=box.top * height,
            right=box.right * width,
            bottom=box.bottom * height,
            concept=box.concept.slug if box.concept else "",
            concept_link=box.concept.link if box.concept else "",
            by_hand=box.by_hand,
            after_saliency=box.after_saliency,
            cropped=True,
            side_id=side.pk,
            box_id=box.pk,
            address=address + side.crop,
        )


def picture_name(identifier: str, face: str, side_id: int) -> str:
    """A name that every file system takes; the side's number keeps two coins apart whose names are alike in it."""
    return f"{re.sub(r'[^A-Za-z0-9.-]+', '_', identifier).strip('.')[:80]}-{face}-{side_id}.webp"


def _size_of(crop: str) -> tuple[int, int]:
    with Image.open(Path(settings.MEDIA_ROOT) / crop, formats=["WEBP"]) as picture:
        return picture.size


def _pictures(boxes: QuerySet[Box], records: list[BoxRecord]) -> dict[str, Path]:
    crops = dict(boxes.values_list("side_id", "side__crop"))
    return {record.picture: Path(settings.MEDIA_ROOT) / crops[record.side_id] for record in records}
