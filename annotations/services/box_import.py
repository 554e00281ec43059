"""Boxes that stand in files: found their sides, brought to shares of the crop, stored once under any file name."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction

from annotations.box_files import load_format
from annotations.models import Box, Concept, Side
from annotations.records import BoxRecord, RefusedRecord
from annotations.services.boxes import LEAST_LENGTH
from mlcore.contract import Report
from mlcore.images.cropping import MARGIN

BATCH = 1000
SAME = 1.01
"""Edges at most so many pixels of the file's picture apart are one place: tools round, and not all alike."""
Edges = tuple[float, float, float, float]
Sides = dict[tuple[str, str], list[Side]]


class BoxesRefused(Exception):
    """The file as a whole cannot be read; says why."""


@dataclass
class BoxReport:
    """What became of a file."""

    read: int = 0
    new: int = 0
    refused: list[RefusedRecord] = field(default_factory=list)

    @property
    def known(self) -> int:
        return self.read - self.new - len(self.refused)


@transaction.atomic
def import_boxes(
    *, user: User, path: Path, format: str, name: str = "", report: Report = lambda event: None
) -> BoxReport:
    """Store each box that never stood on its side, drawn there or brought in: one that was moved or removed since
    does not come back.

    A row that cannot be used is refused with its reason and the others are stored. Raises BoxesRefused for a file that
    cannot be read, and ValueError for an unknown format.
    """
    done, source = BoxReport(), (name or path.name)[:100]
    concepts = _concepts()
    rows = list(load_format(format, "read").read(path))
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        if isinstance(batch[0], RefusedRecord) and batch[0].row == 0:
            raise BoxesRefused(batch[0].reason)
        done.read += len(batch)
        done.refused += [row for row in batch if isinstance(row, RefusedRecord)]
        good = [row for row in batch if isinstance(row, BoxRecord)]
        made = _boxes(good, user, source, concepts, done.refused)
        new = _unknown(made)
        Box.objects.bulk_create(new, ignore_conflicts=True)
        done.new += len(new)
        report({"event": "progress", "stage": "boxes", "done": done.read, "total": len(rows)})
    return done


def _boxes(
    rows: list[BoxRecord], user: User, source: str, concepts: dict[str, Concept], refused: list[RefusedRecord]
) -> list[tuple[Box, float]]:
    """Each with the share of its side that a pixel of the file's picture is."""
    sides, made = _sides_of(rows), []
    for row in rows:
        try:
            side = _side(row, sides)
            made.append((_box(row, side, user, source, concepts), _pixel(row, side)))
        except ValueError as error:
            refused.append(RefusedRecord(row.row, source, "box", row.picture or row.coin, str(error)))
    return made


def _box(row: BoxRecord, side: Side, user: User, source: str, concepts: dict[str, Concept]) -> Box:
    left, top, right, bottom = edges = _clipped(_shares(row, side))
    if row.concept and row.concept.casefold() not in concepts:
        raise ValueError(
            f"There is no concept “{row.concept}”. Make it under Concepts, or name it as it is named there."
        )
    concept = concepts[row.concept.casefold()] if row.concept else None
    content = f"{side.pk}|{concept.pk if concept else ''}|{'|'.join(f'{edge:.4f}' for edge in edges)}"
    return Box(
        user=user,
        side=side,
        concept=concept,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        by_hand=row.by_hand,
        after_saliency=row.after_saliency,
        source=source,
        key=uuid.uuid5(uuid.NAMESPACE_URL, content),
    )


def _unknown(made: list[tuple[Box, float]]) -> list[Box]:
    """Those whose place no box of the same concept ever had on their side."""
    there: dict[tuple[int, int | None], list[Edges]] = defaultdict(list)
    for box in Box.objects.filter(side__in={box.side_id for box, _ in made}):
        there[box.side_id, box.concept_id].append(_edges(box))
    new = []
    for box, pixel in made:
        places = there[box.side_id, box.concept_id]
        if not any(_apart(_edges(box), place) <= SAME * pixel for place in places):
            places.append(_edges(box))
            new.append(box)
    return new


def _apart(one: Edges, other: Edges) -> float:
    return max(abs(mine - theirs) for mine, theirs in zip(one, other, strict=True))


def _edges(box: Box) -> Edges:
    return box.left, box.top, box.right, box.bottom


def _concepts() -> dict[str, Concept]:
    found: dict[str, Concept] = {}
    for concept in Concept.objects.in_use():
        found |= {concept.slug.casefold(): concept, concept.name.casefold(): concept}
    return found


def _sides_of(rows: Iterable[BoxRecord]) -> Sides:
    """Sides by coin and face, and by the name of their photograph."""
    coins = {row.coin for row in rows if row.coin}
    names = {row.picture for row in rows if not row.coin}
    found: Sides = {}
    related = Side.objects.exclude(crop="").select_related("coin", "photograph")
    for side in related.filter(coin__identifier__in=coins):
        found.setdefault(("coin " + side.coin.identifier, side.face), []).append(side)
    for side in related.filter(photograph__name__in=names):
        if side.photograph:
            found.setdefault(("name " + side.photograph.name, ""), []).append(side)
    return found


def _side(row: BoxRecord, sides: Sides) -> Side:
    if row.coin:
        if found := sides.get(("coin " + row.coin, row.face), []):
            return found[0]
        raise ValueError(f"There is no coin “{row.coin}” with a cropped {row.face or 'side'}. Import it first.")
    found = sides.get(("name " + row.picture, ""), [])
    if not found:
        raise ValueError(f"No side was cropped from a photograph named “{row.picture}”. Import its coin first.")
    across, down = (row.left + row.right) / 2, (row.top + row.bottom) / 2
    around = [side for side in found if _holds(replace(row, cropped=False), side, across, down)]
    if len(around) != 1:
        raise ValueError(f"The middle of the box lies on {len(around)} sides of “{row.picture}”; it must be one.")
    return around[0]


def _holds(row: BoxRecord, side: Side, across: float, down: float) -> bool:
    left, top, right, bottom = side.crop_box or (0, 0, 0, 0)
    scale = _scale(row, side)
    return bool(left <= across * scale <= right and top <= down * scale <= bottom)


def _scale(row: BoxRecord, side: Side) -> float:
    """Pixels of the photograph as it was imported per pixel of the picture that the file speaks of."""
    known = side.photograph.width if side.photograph else 0
    return known / row.width if known and row.width else 1.0


def _shares(row: BoxRecord, side: Side) -> Edges:
    """Edges as shares of the square crop."""
    if row.cropped:
        if not row.width or not row.height:
            raise ValueError("The file does not say how wide and high its picture is.")
        return row.left / row.width, row.top / row.height, row.right / row.width, row.bottom / row.height
    (across, down, edge), scale = _cut(side), _scale(row, side)
    corners = ((row.left, across), (row.top, down), (row.right, across), (row.bottom, down))
    one, two, three, four = (0.5 + (place * scale - middle) / edge for place, middle in corners)
    return one, two, three, four


def _pixel(row: BoxRecord, side: Side) -> float:
    return 1 / row.width if row.cropped else _scale(row, side) / _cut(side)[2]


def _cut(side: Side) -> tuple[float, float, float]:
    """Where the middle of the crop lies on the photograph, across and down, and how long its edge is, in pixels."""
    if not side.crop_box:
        raise ValueError("It is not known where on its photograph this side was cropped. Crop it again under Pictures.")
    left, top, right, bottom = side.crop_box
    return (left + right) / 2, (top + bottom) / 2, max(right - left, bottom - top) / (1 - 2 * MARGIN)


def _clipped(edges: Edges) -> Edges:
    left, top, right, bottom = (min(max(edge, 0.0), 1.0) for edge in edges)
    if min(right - left, bottom - top) < LEAST_LENGTH:
        raise ValueError("The box lies outside of the cropped side, or is too small on it.")
    return left, top, right, bottom


def refused_rows(done: BoxReport) -> Iterator[dict[str, object]]:
    """As pages and files show them."""
    return ({"row": each.row, "value": each.value, "reason": each.reason} for each in done.refused)
