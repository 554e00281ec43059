"""YOLO: classes.txt, and a text file per picture with class number, centre, width and height as shares of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from annotations.box_files._pictures import by_picture, class_names, class_of
from annotations.records import BoxRecord

LABEL = "YOLO"
DESCRIPTION = "A text file per picture with shares of its width and height, and the list of classes."
SUFFIX = ".zip"


def files(records: Iterable[BoxRecord]) -> Iterator[tuple[str, bytes]]:
    boxes = list(records)
    names = class_names(boxes)
    yield "classes.txt", "".join(f"{name}\n" for name in names).encode()
    for picture in by_picture(boxes):
        lines = [_line(box, names.index(class_of(box))) for box in picture]
        yield f"labels/{PurePosixPath(picture[0].picture).stem}.txt", "".join(lines).encode()


def _line(box: BoxRecord, number: int) -> str:
    across, down = (box.left + box.right) / 2 / box.width, (box.top + box.bottom) / 2 / box.height
    width, height = (box.right - box.left) / box.width, (box.bottom - box.top) / box.height
    return f"{number} {across:.6f} {down:.6f} {width:.6f} {height:.6f}\n"
