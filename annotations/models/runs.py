"""Training runs, the models they made, and which of them is published."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.urls import reverse

from annotations.models.jobs import Job
from annotations.models.snapshots import Snapshot


class TrainingRun(Job):
    class Cause(models.TextChoices):
        PERSON = "person", "Started by a person"
        QUOTA = "quota", "Enough corrections"

    cause = models.CharField(max_length=6, choices=Cause, default=Cause.PERSON)
    snapshot = models.ForeignKey(
        Snapshot, models.PROTECT, null=True, blank=True, related_name="runs", help_text="Frozen when a worker begins."
    )
    kind = models.CharField(max_length=60)
    config = models.JSONField()
    seed = models.PositiveIntegerField()
    code_version = models.CharField(max_length=60, blank=True)
    libraries = models.JSONField(default=dict, blank=True)
    device = models.CharField(max_length=100, blank=True)
    epochs = models.JSONField(default=list, blank=True, help_text="One row of figures per epoch, while it runs.")

    class Meta(Job.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"Run {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("run", args=[self.pk])

    @property
    def counts_from(self) -> datetime:
        """From when on answers count for the run after it: what was given before is in its data."""
        return self.snapshot.created_at if self.snapshot else self.created_at


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    def published(self) -> ModelVersion | None:
        """The version that answers the public: the one that began to answer last.

        A newer one that was chosen since answers once its predictions for the corpus are complete. Where none has
        answered yet there is nothing older to mix with: the one chosen last answers at once.
        """
        answering = Publication.objects.order_by(models.F("served_at").desc(nulls_last=True), "-id")
        return self.filter(id__in=answering.values("version_id")[:1]).first()

    def chosen(self) -> ModelVersion | None:
        """The version of the newest publication, whether or not it answers yet."""
        return self.filter(id__in=Publication.objects.order_by("-id").values("version_id")[:1]).first()


class ModelVersion(models.Model):
    """What a run made. Never changed; published by a Publication row."""

    run = models.OneToOneField(TrainingRun, models.PROTECT, related_name="version")
    kind = models.CharField(max_length=60)
    concepts = models.JSONField(help_text="Slugs in the order of its probabilities.")
    thresholds = models.JSONField(help_text="Per concept: present from this probability on.")
    metrics = models.JSONField()
    folder = models.CharField(max_length=200, help_text="Weights and JSON, in the models folder.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Model {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("model", args=[self.pk])

    @property
    def snapshot(self) -> Snapshot:
        """What it learned from."""
        assert self.run.snapshot  # noqa: S101 - a run freezes its data before it makes a model
        return self.run.snapshot


class Publication(models.Model):
    """A person made a version the published one. Going back is a new row for an older version."""

    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="publications")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    served_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when it answers: labels, search and look-alikes changed together."
    )

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Model {self.version_id} published {self.created_at:%Y-%m-%d %H:%M}"
