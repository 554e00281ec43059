"""A person makes a model the one that answers the public; it answers once its word on the whole corpus is there."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from annotations.models import Job, ModelVersion, Prediction, PredictionRun, Publication, Side
from annotations.services.labels import refresh_model_labels
from annotations.services.ranking import queue_ranking
from mlcore.registry import kinds

AT_ONCE = 20_000
"""Sides up to which going back happens while the page waits; with more it is a job that makes no new predictions."""


class NotPublishable(ValueError):
    """Says why a model cannot answer the public."""


def reads_texts(version: ModelVersion) -> bool:
    """Whether it finds names in texts; such a model says nothing of pictures and is not published."""
    kind = kinds().get(version.kind)
    return kind is not None and kind.learns_from == "texts"


def model_folder(version: ModelVersion) -> Path:
    return Path(settings.MODELS_ROOT) / version.folder


@transaction.atomic
def publish_version(*, version: ModelVersion, user: User) -> PredictionRun | None:
    """Choose a version to answer the public. Returns the job after which it does; None where it answers already.

    A version whose predictions for the corpus are complete answers at once: going back takes no new work. Publishing
    the one that was chosen last again is the same publication. Raises NotPublishable.
    """
    if reads_texts(version):
        raise NotPublishable(f"Model {version.pk} finds names in texts; it cannot say what a picture shows.")
    _one_at_a_time()
    chosen = ModelVersion.objects.chosen()
    if chosen is None or chosen.pk != version.pk:
        Publication.objects.create(version=version, user=user)
    if is_complete(version) and Side.objects.count() <= AT_ONCE:
        if Publication.objects.filter(version=version).order_by("-id")[0].served_at is None:
            serve_version(version)
            queue_ranking(user=user, round=version.run_id)
        return None
    active = version.prediction_runs.filter(status__in=Job.ACTIVE).first()
    return cast(PredictionRun, active) if active else PredictionRun.objects.create(version=version, created_by=user)


def is_complete(version: ModelVersion) -> bool:
    """Whether every side that has a picture was put before this version, and what it said is stored."""
    said = Prediction.objects.filter(version=version, side=OuterRef("pk"))
    done = version.prediction_runs.filter(status=Job.Status.SUCCEEDED).exists()
    return done and not Side.objects.pictured().filter(~Exists(said)).exists()


@transaction.atomic
def serve_version(version: ModelVersion) -> bool:
    """Let a version answer, if it is still the one that was chosen last: labels, search and look-alikes together."""
    _one_at_a_time()
    newest = Publication.objects.order_by("-id").first()
    if newest is None or newest.version_id != version.pk:
        return False
    refresh_model_labels(version)
    Publication.objects.filter(pk=newest.pk, served_at=None).update(served_at=timezone.now())
    return True


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('publications'))")
