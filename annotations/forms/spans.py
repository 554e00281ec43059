"""What an expert says of words in a text, checked before a service sees it."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from annotations.forms.review import KeyedForm
from annotations.models import SpanDecision
from annotations.models.entities import EntityClass

LONGEST_TEXT = 2**31 - 1


class SpanForm(KeyedForm):
    start = forms.IntegerField(min_value=0, max_value=LONGEST_TEXT)
    end = forms.IntegerField(min_value=1, max_value=LONGEST_TEXT)
    label = forms.ChoiceField(choices=EntityClass.choices, required=False, help_text="Empty: these words name nothing.")
    base = forms.UUIDField(required=False, help_text="The key of the newest answer that touches these words.")

    def clean_base(self) -> int | None:
        """The browser knows the key, and not yet the id, of an answer that it sent a moment ago."""
        key = self.cleaned_data["base"]
        if key is None:
            return None
        found = SpanDecision.objects.filter(key=key).values_list("pk", flat=True).first()
        if found is None:
            raise ValidationError(f"There is no answer {key}.")
        return found


class SpanUndoForm(KeyedForm):
    of = forms.UUIDField(help_text="The key of the answer to take back.")

    def clean_of(self) -> SpanDecision:
        found = SpanDecision.objects.filter(key=self.cleaned_data["of"]).first()
        if found is None:
            raise ValidationError("There is no such answer.")
        return found
