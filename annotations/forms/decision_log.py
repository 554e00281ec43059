"""What the log of decisions is narrowed by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User

from annotations.models import Concept, Decision
from annotations.models.coins import Face

YES_NO = [("yes", "Taken back"), ("no", "Not taken back")]


class LogForm(forms.Form):
    person = forms.ModelChoiceField(
        User.objects.filter(decisions__isnull=False).distinct().order_by("username"),
        to_field_name="username",
        required=False,
        empty_label="Everybody",
        error_messages={"invalid_choice": "Nobody of that name has decided anything."},
    )
    concept = forms.ModelChoiceField(
        Concept.objects.order_by("name"),
        to_field_name="slug",
        required=False,
        empty_label="Every concept",
        error_messages={"invalid_choice": "There is no such concept."},
    )
    side = forms.ChoiceField(choices=[("", "Both sides"), *Face.choices], required=False)
    coin = forms.CharField(required=False, max_length=200, widget=forms.TextInput({"placeholder": "identifier"}))
    answer = forms.ChoiceField(choices=[("", "Every answer"), *Decision.Answer.choices], required=False)
    undone = forms.ChoiceField(choices=[("", "Both"), *YES_NO], required=False, label="Taken back")
    since = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label="Until", widget=forms.DateInput(attrs={"type": "date"}))
    page = forms.UUIDField(required=False, label="Sheet", widget=forms.TextInput({"placeholder": "key of a sheet"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"

    def sentence(self) -> str:
        """All that is wrong, with the field's name."""
        return " ".join(f"{name}: {' '.join(said)}" for name, said in self.errors.items())

    def clean_coin(self) -> str:
        return str(self.cleaned_data["coin"]).strip()
