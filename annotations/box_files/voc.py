"""Pascal VOC (Everingham and others, 2010): an XML file per picture; pixels are whole and counted from 1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, SubElement, tostring

from annotations.box_files._pictures import by_picture, class_of
from annotations.records import BoxRecord

LABEL = "Pascal VOC"
DESCRIPTION = "An XML file per picture."
SUFFIX = ".zip"


def files(records: Iterable[BoxRecord]) -> Iterator[tuple[str, bytes]]:
    for picture in by_picture(records):
        name = PurePosixPath(picture[0].picture).stem
        yield f"Annotations/{name}.xml", tostring(_annotation(picture), encoding="utf-8", xml_declaration=True)


def _annotation(picture: list[BoxRecord]) -> Element:
    first, root = picture[0], Element("annotation")
    SubElement(root, "folder").text = "images"
    SubElement(root, "filename").text = first.picture
    SubElement(SubElement(root, "source"), "database").text = first.address
    size = SubElement(root, "size")
    for tag, value in (("width", first.width), ("height", first.height), ("depth", 3)):
        SubElement(size, tag).text = str(value)
    SubElement(root, "segmented").text = "0"
    for box in picture:
        _object(root, box)
    return root


def _object(root: Element, box: BoxRecord) -> None:
    found = SubElement(root, "object")
    for tag, value in (("name", class_of(box)), ("pose", "Unspecified"), ("truncated", "0"), ("difficult", "0")):
        SubElement(found, tag).text = value
    edges = SubElement(found, "bndbox")
    # the first pixel is 1, and the last one belongs to the box
    for tag, value in (("xmin", round(box.left) + 1), ("ymin", round(box.top) + 1)):
        SubElement(edges, tag).text = str(value)
    for tag, value in (("xmax", round(box.right)), ("ymax", round(box.bottom))):
        SubElement(edges, tag).text = str(value)
