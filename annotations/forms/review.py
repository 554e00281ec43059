"""What an expert's browser sends, checked before a service sees it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from annotations.models import BlindAnswer, Concept, Decision, ReviewItem, Side
from annotations.models.evidence import Answer

LARGEST_ID = 2**63 - 1


class KeyedForm(forms.Form):
    """An action with the key that makes a repetition harmless, and with the account that it was made under."""

    key = forms.UUIDField()
    user = forms.IntegerField(required=False)

    def sentence(self) -> str:
        """All that is wrong, with the field's name."""
        return " ".join(f"{name}: {' '.join(said)}" for name, said in self.errors.items())


class DecisionForm(KeyedForm):
    side = forms.IntegerField(min_value=1, max_value=LARGEST_ID)
    # Also a concept that was retired or merged since: an answer given before that is kept like any other.
    concept = forms.ModelChoiceField(
        Concept.objects.all(), to_field_name="slug", error_messages={"invalid_choice": "There is no such concept."}
    )
    answer = forms.ChoiceField(choices=Answer)
    base = forms.CharField(required=False, help_text="The id or the key of the decision that this one answers.")

    def clean_side(self) -> int:
        side: int = self.cleaned_data["side"]
        if not Side.objects.filter(pk=side).exists():
            raise ValidationError(f"There is no side {side}.")
        return side

    def clean_base(self) -> int | None:
        """The browser knows the key, and not yet the id, of an answer that it sent a moment ago."""
        base: str = self.cleaned_data["base"]
        if not base:
            return None
        if base.isdecimal() and int(base) <= LARGEST_ID:
            return int(base)
        found = _answer_of(_as_uuid(base))
        if found is None:
            raise ValidationError(f"There is no decision {base}.")
        return found.pk


class UndoForm(KeyedForm):
    of = forms.UUIDField(help_text="The key of the decision to take back.")

    def clean_of(self) -> Decision | BlindAnswer:
        found = _answer_of(self.cleaned_data["of"])
        if found is None:
            raise ValidationError("There is no such decision.")
        return found


class SkipForm(KeyedForm):
    item = forms.ModelChoiceField(
        ReviewItem.objects.all(), error_messages={"invalid_choice": "There is no such question."}
    )


def _answer_of(key: UUID) -> Decision | BlindAnswer | None:
    """Answers to hidden questions are told apart by the server alone."""
    return Decision.objects.filter(key=key).first() or BlindAnswer.objects.filter(key=key).first()


def _as_uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise ValidationError(f"“{text}” is neither the id nor the key of a decision.") from error


def posted_values(sent: dict[str, Any]) -> dict[str, Any]:
    """A JSON object as a form reads it."""
    return {
        name: value
        for name, value in sent.items()
        if isinstance(value, (str, int, float)) and not isinstance(value, bool)
    }
