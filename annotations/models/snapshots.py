from __future__ import annotations

from django.conf import settings
from django.db import models


class TestSet(models.Model):
    """What experts have said of the coins that no model learns from, at one moment. Grows; each version is kept."""

    file = models.CharField(max_length=200, help_text="A manifest as of a snapshot, in the models folder.")
    sha256 = models.CharField(max_length=64)
    concepts = models.JSONField(help_text="Slugs, in order.")
    counts = models.JSONField(help_text="Sides, coins, and per concept how many are present and absent.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Test set {self.pk} ({self.sha256[:8]})"


class Snapshot(models.Model):
    """A frozen data set: a manifest file, its hash, and what is in it."""

    file = models.CharField(max_length=200, help_text="In the media folder.")
    sha256 = models.CharField(max_length=64)
    concepts = models.JSONField(help_text="Slugs, in order.")
    counts = models.JSONField(help_text="Samples, coins and expert answers by split; positives by concept.")
    test_set = models.ForeignKey(TestSet, models.PROTECT, null=True, blank=True, related_name="snapshots")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Snapshot {self.pk} ({self.sha256[:8]})"
