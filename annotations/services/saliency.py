"""Where a model looks on a side for a concept: drawn once by the warm worker, then kept and held against the boxes."""

from __future__ import annotations

import io
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from PIL import Image

from annotations.models import Box, Concept, Job, ModelVersion, SaliencyMap, SaliencyView, Side
from annotations.models.predictions import Method
from annotations.queries.saliency import Look, maps_of, refusal_of
from annotations.services import media
from annotations.services.jobs import Pulse, repeat_job, write_fenced
from annotations.services.serving import served_model
from mlcore.explain.pointing import pointing
from mlcore.images.reading import read_picture


@transaction.atomic
def queue_map(
    *, user: User | None, side: Side, version: ModelVersion, concept: Concept, method: str = Method.HIPE
) -> SaliencyMap:
    """The map of this side, model, concept and method: the one that exists, a failed one queued again, or a new one.

    A map of a crop that has been replaced is drawn anew. Raises ValueError where the model does not know the concept or
    its network cannot give such a map, and where the side has no picture.
    """
    if refusal := refusal_of(Look(version, Method(method)), concept):
        raise ValueError(refusal)
    if not side.crop:
        raise ValueError("This side has no picture to look at.")
    wanted = maps_of(side).filter(version=version, concept=concept, method=method)
    wanted.filter(facts__has_key="crop").exclude(facts__crop=side.crop).delete()
    row, _ = SaliencyMap.objects.get_or_create(
        side=side, version=version, concept=concept, method=method, defaults={"created_by": user}
    )
    return repeat_job(row) if row.status in (Job.Status.FAILED, Job.Status.CANCELLED) else row


def carry_out_map(row: SaliencyMap, pulse: Pulse) -> None:
    pulse({"event": "progress", "stage": "loading the model", "done": 0, "total": 2})
    model = served_model(row.version)
    crop = row.side.crop
    image = read_picture(settings.MEDIA_ROOT / crop)
    pulse({"event": "progress", "stage": "looking", "done": 1, "total": 2})
    others = row.side.coin.sides.exclude(pk=row.side_id).exclude(crop="")
    other = next((read_picture(settings.MEDIA_ROOT / side.crop) for side in others), None)
    began = time.perf_counter()
    explained = model.explain(image, row.concept.slug, row.method, other=other)
    facts = {
        "crop": crop,
        "method": Method(row.method).label,
        "forwards": explained.forwards,
        "backwards": explained.backwards,
        "probability": explained.probability,
        "seconds": round(time.perf_counter() - began, 3),
    }
    grey = Image.fromarray(np.round(255 * explained.map).astype(np.uint8), mode="L")
    buffer = io.BytesIO()
    grey.save(buffer, "PNG")
    write_fenced(row, file=media.store(buffer.getvalue(), ".png"), facts=facts)


def note_view(*, user: User | AnonymousUser, sides: Iterable[Side]) -> None:
    """Remember that a person was shown where a model looks: boxes that they draw there later are no witness of it."""
    if isinstance(user, User):
        seen = [SaliencyView(side=side, user=user) for side in sides]
        SaliencyView.objects.bulk_create(seen, ignore_conflicts=True)


@dataclass(frozen=True)
class MeasuredBox:
    """One box on the side of a map, and how much of the map lies in it."""

    name: str
    x: float
    """Percent of the crop, as the three below."""
    y: float
    width: float
    height: float
    share: float | None
    """Of the map, what lies inside; None where the map is nought everywhere."""
    area: float
    hit: bool
    """Whether the brightest place lies inside."""
    counts: bool
    """Whether it is an independent witness."""
    note: str
    """Why it is not."""


def measure_maps(rows: Sequence[SaliencyMap]) -> dict[int, list[MeasuredBox]]:
    """By map: the boxes that stand on its side for its concept, and those around the main figure.

    Nothing where a map is not drawn, or the side's crop was replaced since: its boxes are of another picture.
    """
    measured: dict[int, list[MeasuredBox]] = {row.pk: [] for row in rows}
    drawn = [row for row in rows if row.file and row.facts.get("crop", row.side.crop) == row.side.crop]
    boxes: dict[int, list[Box]] = defaultdict(list)
    for box in Box.objects.current().filter(side__in={row.side_id for row in drawn}):
        boxes[box.side_id].append(box)
    return measured | {row.pk: _measure(row, boxes[row.side_id]) for row in drawn}


def _measure(row: SaliencyMap, boxes: Sequence[Box]) -> list[MeasuredBox]:
    asked = [box for box in boxes if box.concept_id in (row.concept_id, None)]
    if not asked:
        return []
    found = np.asarray(read_picture(settings.MEDIA_ROOT / row.file).convert("L"), dtype=np.float32)
    return [_measured(box, row.concept.name, found) for box in asked]


def _measured(box: Box, name: str, found: npt.NDArray[np.float32]) -> MeasuredBox:
    pointed = pointing(found, [(box.left, box.top, box.right, box.bottom)])
    note = "Drawn after seeing a map; it counts in no study." if box.after_saliency else ""
    return MeasuredBox(
        name=name if box.concept_id else "Main figure",
        x=round(100 * box.left, 2),
        y=round(100 * box.top, 2),
        width=round(100 * (box.right - box.left), 2),
        height=round(100 * (box.bottom - box.top), 2),
        share=pointed.share,
        area=pointed.chance,
        hit=pointed.hit >= 0.5,
        counts=box.by_hand and not box.after_saliency,
        note=note if box.by_hand else "Guessed by a model, drawn by nobody; it counts in no study.",
    )
