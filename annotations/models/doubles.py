"""Coins of which the corpus holds the same picture more than once."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from annotations.models.jobs import Job


class DoublesVerdictQuerySet(models.QuerySet["DoublesVerdict"]):
    def standing(self) -> DoublesVerdictQuerySet:
        return self.filter(undoes=None, undone_by=None)


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


class DoublesVerdict(models.Model):
    """A person's word that coins do not share a picture, though they look it. Undoing it is a row of its own."""

    coins = models.JSONField(help_text="Identifiers of the coins of the group.")
    score = models.FloatField(help_text="Of the group.")
    reason = models.CharField(max_length=200, help_text="Of the group.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DoublesVerdictQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{len(self.coins)} coins {'rejoined' if self.undoes_id else 'parted'}"


class DoublesRun(Job):
    """All pictures of the corpus compared."""

    counts = models.JSONField(default=dict, blank=True)

    class Meta(Job.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"Search for doubles {self.pk}"
