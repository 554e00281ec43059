"""The row is the queue: what every kind of long work has in common."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

LEASE = timedelta(seconds=30)
MAX_ATTEMPTS = 3


class JobQuerySet(models.QuerySet["Job"]):
    def active(self) -> JobQuerySet:
        return self.filter(status__in=Job.ACTIVE)

    def waiting_since(self, moment: datetime) -> JobQuerySet:
        """Queued, and not sent to a worker since that moment."""
        return self.filter(Q(sent_at=None) | Q(sent_at__lt=moment), status=Job.Status.QUEUED)

    def stale(self, now: datetime) -> JobQuerySet:
        return self.filter(status=Job.Status.RUNNING, lease_until__lt=now)


class Job(models.Model):
    class Status(models.TextChoices):
        """queued → running → succeeded | failed | cancelled; running → queued (its worker died); queued → cancelled."""

        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    ACTIVE = (Status.QUEUED, Status.RUNNING)

    status = models.CharField(max_length=9, choices=Status, default=Status.QUEUED, db_index=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0, help_text="Grows with every claim; a late worker's is too small.")
    lease_until = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    progress = models.JSONField(default=dict, blank=True, help_text='{"stage": …, "done": n, "total": m}')
    reason = models.TextField(blank=True, help_text="Why it failed, in a sentence.")

    objects = JobQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-id"]

    @property
    def active(self) -> bool:
        return self.status in self.ACTIVE

    @property
    def seconds(self) -> float | None:
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()


class WorkerPresence(models.Model):
    """A worker writes here every few seconds, so that a page can say when none is connected."""

    name = models.CharField(max_length=200, unique=True)
    queues = models.JSONField(default=list)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
