"""What models said of a crop: it goes with the crop, for it was said of another picture."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from django.contrib.auth.models import User
from django.db import transaction

from annotations.models import Embedding, ModelVersion, Prediction, PredictionRun, SaliencyMap, Side
from annotations.services.labels import forget_model_labels
from annotations.services.publishing import is_complete


@transaction.atomic
def forget_answers(coin_ids: Collection[int]) -> int:
    """Take away predictions, embeddings and maps of these coins, and let their labels rest on texts and persons.

    Of both sides, since a model may look at the two together. Returns how many predictions went.
    """
    sides = list(Side.objects.filter(coin__in=coin_ids).values_list("pk", flat=True))
    if not sides:
        return 0
    forgotten, _ = Prediction.objects.filter(side__in=sides).delete()
    Embedding.objects.filter(side__in=sides).delete()
    SaliencyMap.objects.filter(side__in=sides).delete()
    forget_model_labels(sides)
    return forgotten


def queue_missing_predictions(*, user: User | None) -> PredictionRun | None:
    """Ask the model that answers about the sides that it has not seen; None where it has seen all, or none answers.

    A job that waits already is returned; one that runs has made its list of sides before.
    """
    version = ModelVersion.objects.defer("metrics").published()
    if version is None or is_complete(version):
        return None
    waiting = version.prediction_runs.filter(status=PredictionRun.Status.QUEUED).first()
    return cast(PredictionRun, waiting) if waiting else PredictionRun.objects.create(version=version, created_by=user)
