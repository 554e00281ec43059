"""Questions put to experts."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotations.models.coins import Side
from annotations.models.concepts import Concept
from annotations.models.jobs import Job


class ReviewItemQuerySet(models.QuerySet["ReviewItem"]):
    def open(self) -> ReviewItemQuerySet:
        return self.filter(status=ReviewItem.Status.OPEN)

    def free_for(self, user_id: int, now: datetime) -> ReviewItemQuerySet:
        """Open questions that nobody else is looking at, and that this person has not skipped.

        What was skipped is read once and looked up, however the database guesses how much it is.
        """
        skipped = ReviewItem.skipped_by.through.objects.filter(user_id=user_id).values("reviewitem_id")
        free = Q(leased_to=None) | Q(leased_to=user_id) | Q(leased_until__lt=now)
        return self.open().filter(free).exclude(pk__in=skipped)


class ReviewItem(models.Model):
    class Status(models.TextChoices):
        """open → answered (a decision settles it; undo opens it again)."""

        OPEN = "open", "Open"
        ANSWERED = "answered", "Answered"

    side = models.ForeignKey(Side, models.CASCADE, related_name="review_items")
    concept = models.ForeignKey(Concept, models.CASCADE, related_name="review_items")
    score = models.FloatField(help_text="Its place in the order, from 1 down to 0; the highest is asked first.")
    suspicion = models.FloatField(
        null=True, blank=True, help_text="0..1, as its strategy judged it; none where that judges no suspicion."
    )
    reason = models.CharField(max_length=200)
    round = models.PositiveIntegerField(
        default=0, help_text="The training run after which it was ranked, 0 before any."
    )
    strategy = models.CharField(max_length=20, blank=True, help_text="Which strategy put it where it stands.")
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    leased_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    leased_until = models.DateTimeField(null=True, blank=True)
    skipped_by = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="skipped_items")

    objects = ReviewItemQuerySet.as_manager()

    class Meta:
        ordering = ["-score", "id"]
        constraints = [models.UniqueConstraint(fields=["side", "concept"], name="one_question_per_side_and_concept")]
        indexes = [
            models.Index(fields=["-score", "id"], condition=Q(status="open"), name="review_open"),
            models.Index(fields=["concept", "-score", "id"], condition=Q(status="open"), name="review_open_of_concept"),
        ]

    def __str__(self) -> str:
        return f"{self.concept_id} on {self.side_id}?"


class RankingRun(Job):
    """All open questions put in order anew, after a run or when a person asks."""

    round = models.PositiveIntegerField(default=0, help_text="The training run after which it ranks, 0 before any.")
    shares = models.JSONField(default=dict, help_text="Strategy to its share of the order, summing to 1.")
    facts = models.JSONField(
        default=dict, blank=True, help_text="Questions, and per concept the estimated share of wrong labels."
    )

    class Meta(Job.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"Ranking {self.pk}"


class ReviewPolicy(models.Model):
    """How questions are chosen and when training is begun by itself: one row, changed by administrators."""

    shares = models.JSONField(default=dict, blank=True, help_text="Strategy to its share of the order, summing to 1.")
    gold_share = models.FloatField(default=0.05, help_text="Share of hidden questions whose answer is known, 0..0.2.")
    overlap_share = models.FloatField(default=0.05, help_text="Share of questions asked of a second person, 0..1.")
    retrain = models.BooleanField(default=False, help_text="Begin training by itself; publishing stays with a person.")
    retrain_after = models.PositiveIntegerField(default=200, help_text="Corrections since the last run.")
    retrain_pause = models.PositiveIntegerField(default=10, help_text="Minutes without a decision before it begins.")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "review policies"

    def __str__(self) -> str:
        return "Review policy"
