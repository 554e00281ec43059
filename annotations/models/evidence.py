"""What machines read or saw (rebuilt at any time), and the present answer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotations.models.coins import Description, Side
from annotations.models.concepts import Concept, Rule


class PseudoLabel(models.Model):
    """Words of a text that a rule took for a concept."""

    side = models.ForeignKey(Side, models.CASCADE, related_name="pseudo_labels")
    concept = models.ForeignKey(Concept, models.CASCADE, related_name="pseudo_labels")
    rule = models.ForeignKey(Rule, models.CASCADE, related_name="pseudo_labels")
    rule_version = models.PositiveIntegerField()
    description = models.ForeignKey(Description, models.CASCADE, related_name="pseudo_labels")
    start = models.PositiveIntegerField(help_text="First character of the words in the description.")
    end = models.PositiveIntegerField(help_text="One past the last.")
    implied_by = models.ForeignKey(Concept, models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["description_id", "start"]
        constraints = [
            models.UniqueConstraint(
                fields=["side", "concept", "rule", "description", "start"], name="pseudo_label_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.concept_id} on {self.side_id}"

    @property
    def words(self) -> str:
        return self.description.text[self.start : self.end]


class Answer(models.TextChoices):
    YES = "yes", "Yes"
    NO = "no", "No"
    UNSURE = "unsure", "Unsure"


class Origin(models.TextChoices):
    EXPERT = "expert", "Expert"
    TEXT = "text", "Text"
    MODEL = "model", "Model"


class LabelQuerySet(models.QuerySet["Label"]):
    def present(self) -> LabelQuerySet:
        return self.filter(answer=Answer.YES)

    def said_by(self, origin: str) -> LabelQuerySet:
        """Labels that this origin calls present, whatever the others say."""
        return self.filter(
            {
                Origin.EXPERT: Q(expert=Answer.YES),
                Origin.TEXT: Q(text_present=True),
                Origin.MODEL: Q(model_present=True),
            }[Origin(origin)]
        )


class Label(models.Model):
    """The present answer for a side and a concept. Person, text and model stand in columns of their own."""

    side = models.ForeignKey(Side, models.CASCADE, related_name="labels")
    concept = models.ForeignKey(Concept, models.CASCADE, related_name="labels")
    expert = models.CharField(max_length=6, choices=Answer, blank=True)
    decision = models.ForeignKey(
        "annotations.Decision", models.PROTECT, null=True, blank=True, related_name="+", help_text="The newest one."
    )
    text_present = models.BooleanField(default=False)
    model_score = models.FloatField(null=True, blank=True)
    model_present = models.BooleanField(default=False)
    model_version = models.ForeignKey("annotations.ModelVersion", models.SET_NULL, null=True, blank=True)
    answer = models.CharField(max_length=6, choices=Answer, blank=True)
    origin = models.CharField(max_length=6, choices=Origin, blank=True)

    objects = LabelQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["side", "concept"], name="one_label_per_side_and_concept")]
        indexes = [
            models.Index(fields=["concept", "side"], condition=Q(answer=Answer.YES), name="label_present"),
            models.Index(fields=["concept", "side"], condition=Q(expert=Answer.YES), name="label_expert"),
            models.Index(fields=["concept", "side"], condition=Q(text_present=True), name="label_text"),
            models.Index(fields=["concept", "side"], condition=Q(model_present=True), name="label_model"),
            models.Index(fields=["concept", "expert", "-decision"], condition=~Q(expert=""), name="label_decided"),
        ]

    def __str__(self) -> str:
        return f"{self.concept_id} on {self.side_id}: {self.answer} ({self.origin})"
