"""Crops that persons draw: inserted, never changed; a stale one is a conflict, a repeated one is the same row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotations.models import HandCrop, Photograph, Side
from annotations.models.coins import Face
from annotations.services.decisions import KeyReused
from annotations.services.machine_answers import forget_answers
from annotations.services.pictures import leave_out, store_side
from mlcore.images.cropping import Crop
from mlcore.images.reading import RefusedPicture, read_picture

LEAST_LENGTH = 16  # pixels; a smaller side shows nothing
SURE = 1.0
Box = tuple[int, int, int, int]


class BadCrop(ValueError):
    """Boxes that cannot be cut; says which and why."""


class CropConflict(Exception):
    """Somebody cropped this photograph in the meantime."""

    def __init__(self, current: HandCrop | None) -> None:
        super().__init__("Somebody cropped this photograph in the meantime.")
        self.current = current


@dataclass(frozen=True)
class _Cut:
    face: str
    box: Box
    crop: str
    thumbnail: str


def crop_by_hand(
    *, user: User, photograph: Photograph, boxes: Mapping[str, Box], key: UUID, base_id: int | None
) -> HandCrop:
    """Store which sides a photograph shows and where, and cut them out of the original.

    `boxes`: left, top, right, bottom by face, in pixels of the upright photograph; right and bottom exclusive.
    `base_id`: the crop that this one answers, None where no person cropped it yet. The same key again returns the
    stored row. Raises BadCrop, CropConflict and KeyReused.
    """
    asked = HandCrop(photograph=photograph, user=user, boxes=_checked(photograph, boxes), key=key, base_id=base_id)
    stored = _stored(asked)
    if stored:
        return stored
    current = current_crop(photograph)
    if (current.pk if current else None) != base_id:
        raise CropConflict(current)
    sides = _cut(photograph, boxes)
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
            _hang(asked, sides)
    except IntegrityError:
        stored = _stored(asked)
        if stored:
            return stored
        raise CropConflict(current_crop(photograph)) from None
    return asked


def current_crop(photograph: Photograph) -> HandCrop | None:
    return photograph.hand_crops.filter(answered_by=None).select_related("user").order_by("-id").first()


def _checked(photograph: Photograph, boxes: Mapping[str, Box]) -> dict[str, list[int]]:
    if not photograph.file:
        raise BadCrop(f"{photograph.name} could not be read, so nothing can be cut from it. Import it anew.")
    if not boxes or set(boxes) - set(Face.values):
        raise BadCrop("Draw a box around the obverse, the reverse, or both.")
    for face, (left, top, right, bottom) in boxes.items():
        where = f"The box of the {face} ({left}, {top}, {right}, {bottom})"
        if min(left, top) < 0 or right > photograph.width or bottom > photograph.height:
            raise BadCrop(f"{where} leaves the photograph of {photograph.width} x {photograph.height} pixels.")
        if min(right - left, bottom - top) < LEAST_LENGTH:
            raise BadCrop(f"{where} is too small; draw at least {LEAST_LENGTH} x {LEAST_LENGTH} pixels.")
    return {face: list(boxes[face]) for face in sorted(boxes)}


def _stored(asked: HandCrop) -> HandCrop | None:
    stored = HandCrop.objects.filter(key=asked.key).first()
    if stored and (stored.user_id, stored.photograph_id) != (asked.user_id, asked.photograph_id):
        raise KeyReused(f"The key {asked.key} already stands for another crop; draw a new one.")
    return stored


def _cut(photograph: Photograph, boxes: Mapping[str, Box]) -> list[_Cut]:
    try:
        image = read_picture(Path(settings.ORIGINALS_ROOT) / photograph.file)
    except RefusedPicture as error:
        raise BadCrop(f"The original of {photograph.name} cannot be read any more. {error.sentence}") from error
    return [_Cut(face, box, *store_side(image, Crop(box, SURE))) for face, box in boxes.items()]


def _hang(crop: HandCrop, cuts: list[_Cut]) -> None:
    """Give the sides their pictures. A side that this photograph showed, and does no longer, loses its own.

    Whoever draws boxes on a picture that was left out brings it back. What models said of the coin goes with its
    crops, until the next predictions.
    """
    photograph = crop.photograph
    for cut in cuts:
        pictured = {
            "photograph": photograph,
            "crop": cut.crop,
            "thumbnail": cut.thumbnail,
            "crop_box": list(cut.box),
            "crop_confidence": SURE,
            "cropped_by": crop.user,
        }
        Side.objects.update_or_create(coin_id=photograph.coin_id, face=cut.face, defaults=pictured)
    Side.objects.filter(photograph=photograph).exclude(face__in=[cut.face for cut in cuts]).update(
        photograph=None, crop="", thumbnail="", crop_box=None, crop_confidence=None, cropped_by=None
    )
    leave_out(user=crop.user, photograph_id=photograph.pk, left_out=False)
    Photograph.objects.filter(pk=photograph.pk).update(refusal="", reason="")
    forget_answers([photograph.coin_id])
