"""Crops that persons drew. Rows are inserted, never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from annotations.models.coins import Photograph
from annotations.models.jobs import Job


class HandCrop(models.Model):
    """What a person said a photograph shows; the newest one holds."""

    photograph = models.ForeignKey(Photograph, models.CASCADE, related_name="hand_crops")
    boxes = models.JSONField(help_text='{"obverse": [left, top, right, bottom], …} in pixels of the photograph.')
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.UUIDField(unique=True, help_text="Drawn by the browser: a double submit is one row.")
    base = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="answered_by")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["photograph", "base"], name="one_hand_crop_per_base", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"Crop of photograph {self.photograph_id} by {self.user_id}"


class PictureVerdict(models.Model):
    """Whether a person left a refused photograph out, as no picture of a coin. Rows are inserted; the newest holds."""

    photograph = models.ForeignKey(Photograph, models.CASCADE, related_name="verdicts")
    left_out = models.BooleanField()
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the file that was seen: another is asked anew.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Photograph {self.photograph_id} {'left out' if self.left_out else 'brought back'}"


class RecropRun(Job):
    """Photographs cropped again by the present cropper. What persons cropped is left alone."""

    refused_only = models.BooleanField(default=True, help_text="Else the accepted ones too.")
    counts = models.JSONField(default=dict, blank=True)

    class Meta(Job.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"Cropping again {self.pk}"
