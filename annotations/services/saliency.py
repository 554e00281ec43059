"""Where a model looks on a side for a concept: drawn once by the warm worker, then kept."""

from __future__ import annotations

import io

import numpy as np
from django.conf import settings
from django.contrib.auth.models import User
from PIL import Image

from annotations.models import Concept, Job, ModelVersion, SaliencyMap, Side
from annotations.services import media
from annotations.services.jobs import Pulse, repeat_job, write_fenced
from annotations.services.serving import served_model
from mlcore.images.reading import read_picture


def queue_map(*, user: User, side: Side, version: ModelVersion, concept: Concept) -> SaliencyMap:
    """The map of this side, model and concept: the one that exists, a failed one queued again, or a new one.

    Raises ValueError where the model does not know the concept or the side has no picture.
    """
    if concept.slug not in version.concepts:
        raise ValueError(f"Model {version.pk} was not trained on {concept.name}.")
    if not side.crop:
        raise ValueError("This side has no picture to look at.")
    row, _ = SaliencyMap.objects.get_or_create(
        side=side, version=version, concept=concept, defaults={"created_by": user}
    )
    return repeat_job(row) if row.status in (Job.Status.FAILED, Job.Status.CANCELLED) else row


def carry_out_map(row: SaliencyMap, pulse: Pulse) -> None:
    pulse({"event": "progress", "stage": "loading the model", "done": 0, "total": 2})
    model = served_model(row.version)
    image = read_picture(settings.MEDIA_ROOT / row.side.crop)
    pulse({"event": "progress", "stage": "looking", "done": 1, "total": 2})
    explained = model.explain(image, row.concept.slug)
    grey = Image.fromarray(np.round(255 * explained.map).astype(np.uint8), mode="L")
    buffer = io.BytesIO()
    grey.save(buffer, "PNG")
    facts = {"method": explained.method, "forwards": explained.forwards, "probability": explained.probability}
    write_fenced(row, file=media.store(buffer.getvalue(), ".png"), facts=facts)
