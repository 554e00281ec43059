"""Words of the corpus that might become concepts, names that authorities know, and how far sources can be trusted."""

from __future__ import annotations

from django.db import models

from annotations.models.jobs import Job


class AuthorityName(models.Model):
    """A name of a thing in an authority file such as nomisma.org, in one language."""

    uri = models.URLField(max_length=300)
    kind = models.CharField(max_length=60, blank=True, help_text="mint, person, denomination, material, deity …")
    language = models.CharField(max_length=16, blank=True)
    name = models.CharField(max_length=300)
    folded = models.CharField(max_length=300, db_index=True, help_text="Without case and accents, for looking up.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["uri", "language", "name"], name="authority_name_once")]
        indexes = [models.Index(fields=["uri"], name="authority_name_uri")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class MiningRun(Job):
    """The side texts searched for words that might become concepts, and for words that rules lack."""

    candidates = models.JSONField(default=list, blank=True)
    growth = models.JSONField(default=dict, blank=True, help_text="Concept slug → words that its rules lack.")
    counts = models.JSONField(default=dict, blank=True)

    class Meta(Job.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"Mining {self.pk}"


class SourceRun(Job):
    """How far each source of labels can be trusted, estimated from where they agree (Dawid and Skene, 1979)."""

    sources = models.JSONField(default=dict, blank=True, help_text="Concept slug → figures by source.")
    counts = models.JSONField(default=dict, blank=True)

    class Meta(Job.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"Sources {self.pk}"
