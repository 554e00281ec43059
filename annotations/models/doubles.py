"""Coins of which the corpus holds the same picture more than once."""

from __future__ import annotations

from django.db import models

from annotations.models.jobs import Job


class DoubleGroup(models.Model):
    """Coins with the same or nearly the same picture. No split parts a group."""

    class Kind(models.TextChoices):
        EXACT = "exact", "The same picture"
        NEAR = "near", "Nearly the same picture"

    kind = models.CharField(max_length=5, choices=Kind)
    score = models.FloatField(help_text="How alike the least alike pair is, 0..1.")
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-score", "id"]

    def __str__(self) -> str:
        return f"Doubles {self.pk}"


class DoublesRun(Job):
    """All pictures of the corpus compared."""

    counts = models.JSONField(default=dict, blank=True)

    class Meta(Job.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"Search for doubles {self.pk}"
