"""Questions put to experts."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotations.models.coins import Side
from annotations.models.concepts import Concept


class ReviewItemQuerySet(models.QuerySet["ReviewItem"]):
    def open(self) -> ReviewItemQuerySet:
        return self.filter(status=ReviewItem.Status.OPEN)

    def free_for(self, user_id: int, now: datetime) -> ReviewItemQuerySet:
        """Open questions that nobody else is looking at, and that this person has not skipped."""
        return (
            self.open()
            .filter(Q(leased_to=None) | Q(leased_to=user_id) | Q(leased_until__lt=now))
            .exclude(skipped_by=user_id)
        )


class ReviewItem(models.Model):
    class Status(models.TextChoices):
        """open → answered (a decision settles it; undo opens it again)."""

        OPEN = "open", "Open"
        ANSWERED = "answered", "Answered"

    side = models.ForeignKey(Side, models.CASCADE, related_name="review_items")
    concept = models.ForeignKey(Concept, models.CASCADE, related_name="review_items")
    score = models.FloatField(help_text="Suspicion 0..1; the highest is asked first.")
    reason = models.CharField(max_length=200)
    round = models.PositiveIntegerField(
        default=0, help_text="The training run after which it was ranked, 0 before any."
    )
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    leased_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    leased_until = models.DateTimeField(null=True, blank=True)
    skipped_by = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="skipped_items")

    objects = ReviewItemQuerySet.as_manager()

    class Meta:
        ordering = ["-score", "id"]
        constraints = [models.UniqueConstraint(fields=["side", "concept"], name="one_question_per_side_and_concept")]
        indexes = [models.Index(fields=["-score", "id"], condition=Q(status="open"), name="review_open")]

    def __str__(self) -> str:
        return f"{self.concept_id} on {self.side_id}?"
