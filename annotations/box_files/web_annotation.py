"""W3C Web Annotation Data Model (2017): a collection of annotations whose targets are regions of pictures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from annotations.box_files._pictures import class_of
from annotations.records import BoxRecord

LABEL = "W3C Web Annotation"
DESCRIPTION = (
    "JSON-LD that names each picture by its address and each concept by its link: for linked data and IIIF viewers."
)
SUFFIX = ".jsonld"


def files(records: Iterable[BoxRecord]) -> Iterator[tuple[str, bytes]]:
    items = [_annotation(box) for box in records]
    content = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "type": "AnnotationPage",
        "items": items,
    }
    yield "boxes.jsonld", json.dumps(content, ensure_ascii=False, indent=1).encode()


def _annotation(box: BoxRecord) -> dict[str, Any]:
    shares = (
        100 * box.left / box.width,
        100 * box.top / box.height,
        100 * (box.right - box.left) / box.width,
        100 * (box.bottom - box.top) / box.height,
    )
    region = ",".join(f"{share:.4f}" for share in shares)
    selector = {
        "type": "FragmentSelector",
        "conformsTo": "http://www.w3.org/TR/media-frags/",
        "value": f"xywh=percent:{region}",
    }
    return {
        "id": f"urn:coinsite:box:{box.box_id}",
        "type": "Annotation",
        "motivation": "identifying" if box.concept else "describing",
        "body": _bodies(box),
        "target": {"source": box.address, "selector": selector},
    }


def _bodies(box: BoxRecord) -> list[dict[str, Any]]:
    words = {"type": "TextualBody", "purpose": "tagging", "value": class_of(box), "format": "text/plain"}
    link = (
        [{"type": "SpecificResource", "purpose": "identifying", "source": box.concept_link}] if box.concept_link else []
    )
    return [words, *link]
