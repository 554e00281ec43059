"""Figures on a side, drawn by persons; the same history as decisions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from annotations.models.coins import Side
from annotations.models.concepts import Concept


class BoxQuerySet(models.QuerySet["Box"]):
    def current(self) -> BoxQuerySet:
        return self.filter(replaced_by=None, removed=False)


class Box(models.Model):
    """A rectangle relative to the crop (0..1). Moving or removing it is a new row that replaces the old."""

    side = models.ForeignKey(Side, models.PROTECT, related_name="boxes")
    concept = models.ForeignKey(Concept, models.PROTECT, null=True, blank=True, related_name="boxes")
    left = models.FloatField()
    top = models.FloatField()
    right = models.FloatField()
    bottom = models.FloatField()
    removed = models.BooleanField(default=False)
    by_hand = models.BooleanField(default=True, help_text="Whether a person drew it, or a model guessed it.")
    after_saliency = models.BooleanField(
        default=False, help_text="Drawn after the person was shown where a model looks: no independent witness."
    )
    source = models.CharField(max_length=100, blank=True, help_text="The file it was imported from; empty: drawn here.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="boxes")
    key = models.UUIDField(unique=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BoxQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "boxes"
        constraints = [
            models.CheckConstraint(
                condition=Q(left__gte=0, top__gte=0, right__lte=1, bottom__lte=1)
                & Q(left__lt=F("right"), top__lt=F("bottom")),
                name="box_inside_the_side",
            )
        ]

    def __str__(self) -> str:
        return f"{self.concept_id} at {self.left:.2f}, {self.top:.2f} on {self.side_id}"
