"""Photographs that are kept already, cropped again by the present cropper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet

from annotations.models import Coin, Photograph, RecropRun, Side
from annotations.models.coins import Scope
from annotations.queries.pictures import is_left_out
from annotations.records import PictureFace, PictureRecord
from annotations.services.jobs import write_fenced
from annotations.services.machine_answers import queue_missing_predictions
from annotations.services.pictures import FACES, Prepared, find_crops, save_prepared, store_side
from mlcore.contract import Report
from mlcore.images.reading import RefusedPicture, read_picture

BATCH = 64


def queue_recropping(*, user: User | None, refused_only: bool) -> RecropRun:
    """The run of this extent that waits already, or a new one."""
    waiting = RecropRun.objects.filter(status=RecropRun.Status.QUEUED, refused_only=refused_only).first()
    return cast(RecropRun, waiting) if waiting else RecropRun.objects.create(created_by=user, refused_only=refused_only)


def carry_out_recropping(run: RecropRun, report: Report) -> None:
    """Crop; then the model that answers is asked again about the sides whose crop was replaced."""
    photographs = _photographs(run)
    counts: Counter[str] = Counter()
    total, last = photographs.count(), 0
    while batch := list(photographs.filter(pk__gt=last)[:BATCH]):
        counts.update(_recrop(batch))
        last = batch[-1].pk
        report({"event": "progress", "stage": "cropping again", "done": counts["photographs"], "total": total})
    write_fenced(run, counts=dict(counts))
    queue_missing_predictions(user=run.created_by)  # the reconciler sends them on


def _photographs(run: RecropRun) -> QuerySet[Photograph]:
    """Those that could be read, and that no person cropped or left out."""
    untouched = Photograph.objects.filter(~is_left_out(), hand_crops=None)
    readable = untouched.exclude(file="").select_related("coin").order_by("pk")
    return readable.exclude(refusal="") if run.refused_only else readable


def _recrop(photographs: Sequence[Photograph]) -> Counter[str]:
    with ThreadPoolExecutor() as threads:
        prepared = list(threads.map(_prepare, photographs))
    _leave_other_pictures(photographs, prepared)
    fresh: list[tuple[Coin, Prepared]] = [(p.coin, found) for p, found in zip(photographs, prepared, strict=True)]
    save_prepared(fresh)
    return Counter(
        photographs=len(photographs),
        newly_accepted=sum(
            1 for p, found in zip(photographs, prepared, strict=True) if p.refusal and not found.refusal
        ),
        newly_refused=sum(1 for p, found in zip(photographs, prepared, strict=True) if found.refusal and not p.refusal),
        refused=sum(1 for found in prepared if found.refusal),
    )


def _prepare(photograph: Photograph) -> Prepared:
    picture = PictureRecord(cast(PictureFace, photograph.scope), Path(photograph.name), photograph.source_uri)
    size = photograph.width, photograph.height
    prepared = Prepared(picture, photograph.sha256, photograph.file, photograph.shown, size)
    try:
        image = read_picture(Path(settings.ORIGINALS_ROOT) / photograph.file)
        faces = FACES[Scope(photograph.scope)]
        for face, crop in zip(faces, find_crops(image, photograph.scope), strict=True):
            prepared.sides[face] = (*store_side(image, crop), crop)
    except RefusedPicture as error:
        prepared.refusal, prepared.reason = str(error.code), error.sentence
    return prepared


def _leave_other_pictures(photographs: Sequence[Photograph], prepared: Sequence[Prepared]) -> None:
    """A side that shows another photograph of its coin keeps that one."""
    sides = Side.objects.filter(coin__in=[p.coin_id for p in photographs]).exclude(photograph=None)
    shown = {(side.coin_id, side.face): side.photograph_id for side in sides.only("coin_id", "face", "photograph_id")}
    for photograph, found in zip(photographs, prepared, strict=True):
        for face in list(found.sides):
            if shown.get((photograph.coin_id, face), photograph.pk) != photograph.pk:
                del found.sides[face]
