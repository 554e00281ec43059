from __future__ import annotations

from django.db import models

from annotations.models.jobs import Job


class ImportRun(Job):
    """One file or folder read into the corpus, with what was refused and why."""

    format = models.CharField(max_length=40)
    path = models.CharField(max_length=1000, help_text="File or folder on the server.")
    name = models.CharField(max_length=255, help_text="As the person knows it.")
    counts = models.JSONField(default=dict, blank=True, help_text="created, updated, refused, pictures, …")
    refused = models.JSONField(default=list, blank=True, help_text="The first thousand refused rows.")

    class Meta(Job.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"Import {self.pk}: {self.name}"


class LabellingRun(Job):
    """All side texts read again with the present rules."""

    counts = models.JSONField(default=dict, blank=True)

    class Meta(Job.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"Labelling {self.pk}"
