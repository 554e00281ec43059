from __future__ import annotations

from django.conf import settings
from django.db import models


class Snapshot(models.Model):
    """A frozen data set: a manifest file, its hash, and what is in it."""

    file = models.CharField(max_length=200, help_text="In the media folder.")
    sha256 = models.CharField(max_length=64)
    concepts = models.JSONField(help_text="Slugs, in order.")
    counts = models.JSONField(help_text="Samples, coins and expert answers by split; positives by concept.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Snapshot {self.pk} ({self.sha256[:8]})"
