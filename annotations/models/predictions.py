"""What published models say: for the corpus, and for a photograph that somebody brings."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from pgvector.django import VectorField

from annotations.models.coins import Side
from annotations.models.concepts import Concept
from annotations.models.jobs import Job
from annotations.models.runs import ModelVersion


class PredictionRun(Job):
    """All sides of the corpus put before one model version."""

    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="prediction_runs")
    counts = models.JSONField(default=dict, blank=True)

    class Meta(Job.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"Predictions of model {self.version_id}"


class Prediction(models.Model):
    side = models.ForeignKey(Side, models.CASCADE, related_name="predictions")
    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="predictions")
    probabilities = ArrayField(models.FloatField(), help_text="In the order of the version's concepts.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "side"], name="one_prediction_per_side_and_version")]

    def __str__(self) -> str:
        return f"Side {self.side_id} by model {self.version_id}"


class Embedding(models.Model):
    """Where a model puts a side in its space: unit length, so that the inner product is the cosine."""

    side = models.ForeignKey(Side, models.CASCADE, related_name="embeddings")
    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="embeddings")
    vector = VectorField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "side"], name="one_embedding_per_side_and_version")]

    def __str__(self) -> str:
        return f"Side {self.side_id} by model {self.version_id}"


class Identification(Job):
    """A photograph that somebody brought, and what the published model says of it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file = models.CharField(max_length=200, help_text="Re-encoded, in the media folder.")
    name = models.CharField(max_length=255, blank=True)
    version = models.ForeignKey(ModelVersion, models.SET_NULL, null=True, blank=True)
    sides = models.JSONField(
        default=list, blank=True, help_text='[{"face": …, "crop": …, "probabilities": {slug: p}, "present": [slug]}]'
    )

    class Meta(Job.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"Identification {self.public_id}"

    def get_absolute_url(self) -> str:
        return reverse("identification", args=[self.public_id])


class Method(models.TextChoices):
    """How a map of what speaks for a concept is made."""

    HIPE = "hipe", "HiPe"
    GRAD_CAM = "grad_cam", "Grad-CAM"
    CHEFER = "chefer", "Chefer relevance"
    ROLLOUT = "rollout", "Attention rollout"
    RISE = "rise", "RISE"


class SaliencyMap(Job):
    """Where a model looked on a side for a concept."""

    side = models.ForeignKey(Side, models.CASCADE, related_name="saliency_maps")
    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="saliency_maps")
    concept = models.ForeignKey(Concept, models.CASCADE, related_name="saliency_maps")
    method = models.CharField(max_length=8, choices=Method, default=Method.HIPE)
    file = models.CharField(max_length=200, blank=True, help_text="Grey map the size of the crop, in the media folder.")
    facts = models.JSONField(default=dict, blank=True, help_text="Method, forward passes, probability.")

    class Meta(Job.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["side", "version", "concept", "method"], name="one_map_per_side_version_concept_and_method"
            )
        ]

    def __str__(self) -> str:
        return f"Map of concept {self.concept_id} on side {self.side_id} by model {self.version_id}"


class SaliencyView(models.Model):
    """A person was shown where a model looks on a side: boxes drawn afterwards are no independent witness."""

    side = models.ForeignKey(Side, models.CASCADE, related_name="saliency_views")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["side", "user"], name="one_saliency_view_per_side_and_user")]

    def __str__(self) -> str:
        return f"{self.user_id} saw a map of side {self.side_id}"


class SaliencyStudy(Job):
    """Whether a model looks where experts drew boxes, measured over many sides with several methods."""

    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="saliency_studies")
    methods = models.JSONField(help_text="Values of Method.")
    boxes = models.PositiveIntegerField(default=0, help_text="How many boxes it was measured against.")
    figures = models.JSONField(
        default=list, blank=True, help_text="Per concept and method: share inside, hits, chance, intervals."
    )

    class Meta(Job.Meta):
        abstract = False
        verbose_name_plural = "saliency studies"

    def __str__(self) -> str:
        return f"Saliency study {self.pk} of model {self.version_id}"
