"""COCO object detection (Lin and others, 2014): one JSON file; boxes as left, top, width, height in pixels."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from annotations.box_files._json import BadFile, number_of, read_json
from annotations.box_files._pictures import by_picture, class_names, class_of
from annotations.records import BoxRecord, RefusedRecord

LABEL = "COCO"
DESCRIPTION = "One JSON file with pictures, categories and boxes, as most detectors take it."
SUFFIX = ".json"


def files(records: Iterable[BoxRecord]) -> Iterator[tuple[str, bytes]]:
    boxes = list(records)
    numbers = {name: number for number, name in enumerate(class_names(boxes), start=1)}
    links = {class_of(box): box.concept_link for box in boxes}
    content = {
        "info": {"description": "Figures on ancient coins", "version": "1.0"},
        "licenses": [],
        "categories": [
            {"id": number, "name": name, "supercategory": "figure", "uri": links[name]}
            for name, number in numbers.items()
        ],
        "images": [_image(each[0]) for each in by_picture(boxes)],
        "annotations": [_annotation(box, numbers[class_of(box)]) for box in boxes],
    }
    yield "boxes.json", json.dumps(content, ensure_ascii=False, indent=1).encode()


def _image(box: BoxRecord) -> dict[str, Any]:
    known = {"id": box.side_id, "file_name": box.picture, "width": box.width, "height": box.height}
    return known | {"coin": box.coin, "face": box.face, "cropped": box.cropped, "coco_url": box.address}


def _annotation(box: BoxRecord, category: int) -> dict[str, Any]:
    width, height = box.right - box.left, box.bottom - box.top
    edges = [round(edge, 3) for edge in (box.left, box.top, width, height)]
    numbers = {"id": box.box_id, "image_id": box.side_id, "category_id": category, "iscrowd": 0}
    shape = {"bbox": edges, "area": round(width * height, 3), "segmentation": []}
    return numbers | shape | {"by_hand": box.by_hand, "after_saliency": box.after_saliency}


def read(path: Path) -> Iterator[BoxRecord | RefusedRecord]:
    """What `files` wrote, and COCO of others: their pictures are then found by their file names."""
    try:
        content = read_json(path, dict)
        images = {image["id"]: image for image in content["images"]}
        categories = {category["id"]: str(category["name"]) for category in content["categories"]}
        annotations = list(content["annotations"])
    except BadFile as error:
        yield RefusedRecord(0, path.name, "", "", str(error))
        return
    except (KeyError, TypeError) as error:
        reason = f"This is no COCO file: it lacks {error}. It needs images, categories and annotations."
        yield RefusedRecord(0, path.name, "", "", reason)
        return
    for row, annotation in enumerate(annotations, start=1):
        try:
            yield _record(row, annotation, images[annotation["image_id"]], categories[annotation["category_id"]])
        except BadFile as error:
            yield RefusedRecord(row, path.name, "bbox", str(annotation.get("bbox", ""))[:100], str(error))
        except (KeyError, TypeError, AttributeError) as error:
            reason = f"The annotation lacks something, or names what the file does not hold ({error})."
            yield RefusedRecord(row, path.name, "annotation", str(annotation)[:100], reason)


def _record(row: int, annotation: dict[str, Any], image: dict[str, Any], category: str) -> BoxRecord:
    bbox = annotation["bbox"]
    if not isinstance(bbox, list) or len(bbox) != 4:
        raise BadFile("bbox must be a list of four numbers: left, top, width, height.")
    left, top, width, height = (number_of(each, "bbox") for each in bbox)
    if width <= 0 or height <= 0:
        raise BadFile(f"The box is {width:g} x {height:g} pixels; both must be more than 0.")
    return BoxRecord(
        row=row,
        coin=str(image.get("coin", "")),
        face=image.get("face", "") if image.get("face") in ("obverse", "reverse") else "",
        picture=str(image["file_name"]).replace("\\", "/").rsplit("/", 1)[-1],
        width=int(number_of(image.get("width", 0), "width")),
        height=int(number_of(image.get("height", 0), "height")),
        left=left,
        top=top,
        right=left + width,
        bottom=top + height,
        concept="" if category == "figure" else category,
        by_hand=annotation.get("by_hand", "score" not in annotation) is not False,  # detectors write a score
        after_saliency=annotation.get("after_saliency") is True,
        cropped=image.get("cropped") is True,
    )
