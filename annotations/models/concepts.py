"""What can be seen on a side, and the words by which texts speak of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from annotations.models.coins import Face


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
    broader = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="narrower")
    retired = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")

    objects = ConceptQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("concept", args=[self.slug])


class ConceptChange(models.Model):
    """What a person changed on a concept: the history is never changed."""

    class What(models.TextChoices):
        NAME = "name", "Name"
        GUIDELINE = "guideline", "Guideline"
        LINK = "link", "Link"
        BROADER = "broader", "Broader concept"
        IMPLIES = "implies", "Implications"
        MERGED = "merged", "Merged"
        RETIRED = "retired", "Retired"
        REVIVED = "revived", "Brought back"

    concept = models.ForeignKey(Concept, models.PROTECT, related_name="changes")
    what = models.CharField(max_length=9, choices=What)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_what_display()} of {self.concept_id}"


class RuleQuerySet(models.QuerySet["Rule"]):
    def in_use(self) -> RuleQuerySet:
        return self.filter(retired=False, concept__retired=False)


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
    face = models.CharField(max_length=7, choices=Face, blank=True, help_text="The side it reads; empty: both.")
    version = models.PositiveIntegerField(default=1)
    retired = models.BooleanField(default=False, help_text="Read no more; what it read before is forgotten.")

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering = ["concept", "language", "pattern"]
        constraints = [
            models.UniqueConstraint(fields=["concept", "language", "kind", "pattern"], name="rule_once_per_concept")
        ]

    def __str__(self) -> str:
        return f"{self.pattern} ({self.kind}, {self.language or 'any language'})"


class RuleChange(models.Model):
    """One version of a rule, as it was saved: the history is never changed."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="changes")
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=8, blank=True)
    kind = models.CharField(max_length=9, choices=Rule.Kind)
    pattern = models.CharField(max_length=100)
    face = models.CharField(max_length=7, choices=Face, blank=True)
    retired = models.BooleanField(default=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["rule", "version"], name="one_change_per_rule_and_version")]

    def __str__(self) -> str:
        return f"{self.pattern}, version {self.version}"
