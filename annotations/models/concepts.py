"""What can be seen on a side, and the words by which texts speak of it."""

from __future__ import annotations

from django.db import models
from django.urls import reverse


class ConceptQuerySet(models.QuerySet["Concept"]):
    def in_use(self) -> ConceptQuerySet:
        return self.filter(retired=False)


class Concept(models.Model):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    names = models.JSONField(default=dict, blank=True, help_text="By language.")
    guideline = models.TextField(blank=True, help_text="When to say yes, when no, with examples.")
    implies = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="implied_by")
    link = models.URLField(blank=True, help_text="nomisma or Wikidata")
    retired = models.BooleanField(default=False)

    objects = ConceptQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("concept", args=[self.slug])


class Rule(models.Model):
    class Kind(models.TextChoices):
        WORD = "word", "Word"
        STEM = "stem", "Beginning of a word"
        PHRASE = "phrase", "Phrase"
        EXCLUSION = "exclusion", "Exclusion"

    concept = models.ForeignKey(Concept, models.CASCADE, related_name="rules")
    language = models.CharField(max_length=8, blank=True)
    kind = models.CharField(max_length=9, choices=Kind)
    pattern = models.CharField(max_length=100)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["concept", "language", "pattern"]
        constraints = [
            models.UniqueConstraint(fields=["concept", "language", "kind", "pattern"], name="rule_once_per_concept")
        ]

    def __str__(self) -> str:
        return f"{self.pattern} ({self.kind}, {self.language or 'any language'})"
