"""What persons said. Rows are inserted, never changed, never deleted."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from annotations.models.coins import Side
from annotations.models.concepts import Concept


class Decision(models.Model):
    """One answer. `base` is the decision it answers: two answers to the same base cannot both be stored."""

    class Answer(models.TextChoices):
        YES = "yes", "Yes"
        NO = "no", "No"
        UNSURE = "unsure", "Unsure"
        WITHDRAWN = "withdrawn", "Withdrawn"

    side = models.ForeignKey(Side, models.PROTECT, related_name="decisions")
    concept = models.ForeignKey(Concept, models.PROTECT, related_name="decisions")
    answer = models.CharField(max_length=9, choices=Answer)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="decisions")
    key = models.UUIDField(unique=True, help_text="Drawn by the browser: a double submit is one row.")
    base = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="answered_by")
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")
    page = models.UUIDField(
        null=True, blank=True, db_index=True, help_text="Answers stored together, by one key press."
    )
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["side", "concept", "base"], name="one_answer_per_base", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="decision_by_user"),
            models.Index(fields=["user", "created_at"], name="decision_by_user_and_time"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.concept_id} on {self.side_id} is {self.answer}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A decision is never changed: record a new one.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("A decision is never deleted: undo it with a new one.")


class BlindAnswer(models.Model):
    """An answer given without seeing what others said: to a hidden gold question, or for agreement. Insert only.

    It changes no label; `decision` is the answer of record that stood when it was given.
    """

    class Purpose(models.TextChoices):
        GOLD = "gold", "Gold question"
        OVERLAP = "overlap", "Second reading"

    side = models.ForeignKey(Side, models.PROTECT, related_name="blind_answers")
    concept = models.ForeignKey(Concept, models.PROTECT, related_name="blind_answers")
    answer = models.CharField(max_length=9, choices=Decision.Answer)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="blind_answers")
    key = models.UUIDField(unique=True, help_text="Drawn by the browser: a double submit is one row.")
    purpose = models.CharField(max_length=7, choices=Purpose)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="read_again_by")
    base = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="answered_by")
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")
    page = models.UUIDField(
        null=True, blank=True, db_index=True, help_text="Answers stored together, by one key press."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["side", "concept", "user", "base"], name="one_blind_answer_per_base", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.concept_id} on {self.side_id} is {self.answer} ({self.purpose})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A blind answer is never changed: record a new one.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("A blind answer is never deleted: undo it with a new one.")


class HiddenQuestion(models.Model):
    """A settled question that is put to a person as if it were open: what that person answers is a blind answer.

    Once the person was shown what others said it is hidden no more, and never again.
    """

    side = models.ForeignKey(Side, models.PROTECT, related_name="+")
    concept = models.ForeignKey(Concept, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="hidden_questions")
    purpose = models.CharField(max_length=7, choices=BlindAnswer.Purpose)
    decision = models.ForeignKey(
        Decision, models.PROTECT, related_name="+", help_text="The answer of record when it was drawn."
    )
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When the person was shown what others said.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "side", "concept"], name="one_hidden_question_per_person_and_question"
            )
        ]

    def __str__(self) -> str:
        return f"{self.concept_id} on {self.side_id}, hidden from {self.user_id} ({self.purpose})"


class GoldQuestion(models.Model):
    """A settled answer that is asked again, unseen among the others, to know how often a person is right."""

    side = models.ForeignKey(Side, models.PROTECT, related_name="gold_questions")
    concept = models.ForeignKey(Concept, models.PROTECT, related_name="gold_questions")
    answer = models.CharField(max_length=3, choices=[("yes", "Yes"), ("no", "No")])
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="gold_questions")
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    withdrawn = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["side", "concept"], name="one_gold_question_per_side_and_concept")
        ]

    def __str__(self) -> str:
        return f"{self.concept_id} on {self.side_id} is {self.answer}"
