"""A photograph that somebody brings: both sides found, and what the published model sees on each."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from PIL import Image

from annotations.models import Identification, ModelVersion
from annotations.services import media
from annotations.services.jobs import Pulse, write_fenced
from annotations.services.likeness import describe_likeness
from annotations.services.pictures import SHOWN_SIZE, store_side
from annotations.services.serving import served_model
from mlcore.contract import LearningError
from mlcore.images.cropping import Crop, cut, find_sides, find_single
from mlcore.images.reading import RefusedPicture, encode_webp, read_picture
from mlcore.images.refusals import Refusal
from mlcore.metrics.calibration import Calibration, why_uncalibrated
from mlcore.metrics.certainty import Bounds

ADVICE = {
    Refusal.UNEVEN_BACKGROUND: "Send a photograph on a plain ground.",
    Refusal.MANY_OBJECTS: "Send a photograph of one coin alone: both sides beside each other, or one side.",
    Refusal.STACKED: "Send them beside each other, or one alone.",
    Refusal.UNLIKE_SIDES: "Send both sides of one coin in the same size, or one side alone.",
    Refusal.NOT_ROUND: "Send a photograph of one coin alone on a plain ground.",
}
"""In place of that of the cropping, which is for who can draw boxes by hand."""


class NoPublishedModel(Exception):
    """Nobody has published a model yet."""


def queue_identification(*, user: User | None, content: bytes, name: str) -> Identification:
    """Check a photograph, keep it without its metadata, and queue it.

    Raises RefusedPicture with a sentence, and NoPublishedModel.
    """
    if ModelVersion.objects.published() is None:
        raise NoPublishedModel("No model is published yet. An administrator trains and publishes one under Runs.")
    picture = read_picture(content, longest=2 * SHOWN_SIZE)
    file = media.store(encode_webp(picture, longest=SHOWN_SIZE, quality=90), ".webp")
    return Identification.objects.create(created_by=user, file=file, name=name[:255])


def carry_out_identification(row: Identification, pulse: Pulse) -> None:
    version = ModelVersion.objects.published()
    if version is None:
        raise LearningError("No model is published any more.")
    pulse({"event": "progress", "stage": "loading the model", "done": 0, "total": 3})
    model = served_model(version)
    image = read_picture(settings.MEDIA_ROOT / row.file)
    pulse({"event": "progress", "stage": "finding the sides", "done": 1, "total": 3})
    crops = _find(image)
    pictures = [cut(image, crop, size=512) for _, crop in crops]
    others = pictures[::-1] if len(pictures) == 2 else [None]
    probabilities, places = model.look(pictures, others)
    sides = []
    for (face, crop), found, place in zip(crops, probabilities, places, strict=True):
        seen = _side(face, store_side(image, crop)[0], crop, version, [float(value) for value in found])
        sides.append(seen | {"of": list(image.size)} | describe_likeness(version, face, place))
    write_fenced(row, sides=sides, version=version)


def _find(image: Image.Image) -> list[tuple[str, Crop]]:
    """Both sides where the photograph shows both, else the one coin it shows (of which the side is not known)."""
    try:
        obverse, reverse = find_sides(image)
        return [("obverse", obverse), ("reverse", reverse)]
    except RefusedPicture as both:
        try:
            return [("unknown", find_single(image))]
        except RefusedPicture as single:
            # that one side is on it says nothing; what is wrong with that side does
            refused = single if both.code == Refusal.ONE_SIDE else both
            raise LearningError(_for_visitors(refused)) from single


def _for_visitors(refused: RefusedPicture) -> str:
    """What was found, and what a visitor can do, who draws no boxes."""
    advice = ADVICE.get(refused.code)
    return f"{refused.sentence.partition('. ')[0]}. {advice}" if advice else refused.sentence


def _side(face: str, crop_file: str, crop: Crop, version: ModelVersion, probabilities: list[float]) -> dict[str, Any]:
    return {
        "face": face,
        "crop": crop_file,
        "box": list(crop.box),
        "confidence": round(crop.confidence, 3),
        "probabilities": {slug: round(p, 4) for slug, p in zip(version.concepts, probabilities, strict=True)},
        "present": [
            slug
            for slug, p, least in zip(version.concepts, probabilities, version.thresholds, strict=True)
            if p >= least
        ],
    } | _verdicts(version, probabilities)


def _verdicts(version: ModelVersion, probabilities: list[float]) -> dict[str, Any]:
    """Seen, not seen or not sure, with the bounds between them; nothing for models from before there were bounds."""
    kept = version.metrics.get("bounds")
    if not kept:
        return {}
    said = {}
    for slug, probability in zip(version.concepts, probabilities, strict=True):
        calibration = version.metrics["calibration"][slug]
        each = _bounds(calibration, kept["concepts"][slug])
        said[slug] = {"verdict": each.verdict(probability), "low": each.low, "high": each.high, "reason": each.reason}
        said[slug]["calibration"] = calibration["method"]
    return {"level": kept["level"], "verdicts": said}


def _bounds(calibration: Calibration, kept: dict[str, Any]) -> Bounds:
    """Older models hold bounds for concepts that were not calibrated: they could say seen of what is likelier not."""
    bounds = Bounds(**kept)
    reason = why_uncalibrated(calibration)
    return Bounds.of_unsure(bounds.positives, bounds.negatives, reason) if reason else bounds
