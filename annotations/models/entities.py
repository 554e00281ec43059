"""Persons, objects, animals, plants and verbs that texts name."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from annotations.models.coins import Coin, Description


class EntityClass(models.TextChoices):
    PERSON = "person", "Person"
    OBJECT = "object", "Object"
    ANIMAL = "animal", "Animal"
    PLANT = "plant", "Plant"
    VERB = "verb", "Verb"


class Entity(models.Model):
    """An entry of a list, with its names by language."""

    identifier = models.CharField(max_length=100, unique=True, help_text="List and id, for example animal-17.")
    label = models.CharField(max_length=6, choices=EntityClass)
    name = models.CharField(max_length=200)
    names = models.JSONField(default=dict, blank=True, help_text="Language → names.")
    classes = models.JSONField(default=list, blank=True, help_text="What it is, from near to far.")
    link = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["label", "name"]
        verbose_name_plural = "entities"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("entity", args=[self.identifier])


class EntityMention(models.Model):
    """Words that a list or a model took for an entity; rebuilt at any time."""

    description = models.ForeignKey(Description, models.CASCADE, related_name="entity_mentions")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    label = models.CharField(max_length=6, choices=EntityClass)
    entity = models.ForeignKey(Entity, models.SET_NULL, null=True, blank=True, related_name="mentions")
    source = models.CharField(max_length=60, help_text="“list”, or the model version.")
    score = models.FloatField(null=True, blank=True, help_text="How sure the model is of just these words, 0..1.")

    class Meta:
        ordering = ["description_id", "start"]
        constraints = [
            models.UniqueConstraint(fields=["description", "start", "end", "source"], name="entity_mention_once")
        ]

    def __str__(self) -> str:
        return f"{self.label} at {self.start}-{self.end} of {self.description_id}"


class SpanDecision(models.Model):
    """What a person said of words in a text. Rows are inserted, never changed; the newest on a span holds."""

    coin = models.ForeignKey(Coin, models.PROTECT, related_name="span_decisions")
    description = models.ForeignKey(
        Description,
        models.SET_NULL,
        null=True,
        related_name="span_decisions",
        help_text="Empty once an import replaced the text; what was said of its words stays.",
    )
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    label = models.CharField(max_length=6, choices=EntityClass, blank=True, help_text="Empty: these words are none.")
    entity = models.ForeignKey(Entity, models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.CharField(max_length=300, help_text="The words, so that the row speaks for itself.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.UUIDField(unique=True)
    base = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="answered_by")
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["description", "start", "end", "base"],
                condition=Q(description__isnull=False),
                name="one_span_answer_per_base",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(start__lt=F("end")), name="span_has_words"),
        ]

    def __str__(self) -> str:
        return f"“{self.text}” is {self.label or 'none'}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("What was said of a word is never changed: record a new row.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("What was said of a word is never deleted: undo it with a new row.")
