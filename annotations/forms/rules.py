"""A rule as a person writes it."""

from __future__ import annotations

from typing import Any

from django import forms

from annotations.models import Rule
from mlcore.contract import FACES

MOST_CHARACTERS = 5000
LANGUAGES = {
    "": "Any language",
    "en": "English",
    "de": "German",
    "fr": "French",
    "it": "Italian",
    "es": "Spanish",
    "la": "Latin",
}
KINDS = {
    "word": "Word: exactly this word",
    "stem": "Beginning of a word, with any ending",
    "phrase": "Phrase: words in a row; * stands for any ending",
    "exclusion": "Exclusion: words in a row that are not meant",
}


class RuleForm(forms.Form):
    """`base` is the version that the person saw. Whether the words can be a rule is for the service to say."""

    kind = forms.ChoiceField(label="Kind", choices=list(KINDS.items()))
    pattern = forms.CharField(
        label="Words", strip=True, max_length=100, help_text="Case and accents do not count. No expressions."
    )
    language = forms.ChoiceField(label="Language of the words", required=False)
    face = forms.ChoiceField(
        label="Side it reads",
        required=False,
        choices=[("", "Both sides"), *((face, face.capitalize()) for face in FACES)],
    )
    retired = forms.BooleanField(label="Retired: read no more", required=False)
    base = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, rule: Rule | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        known = LANGUAGES | ({rule.language: rule.language} if rule and rule.language not in LANGUAGES else {})
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)  # noqa: S101 - declared above
        language.choices = list(known.items())
        if rule is None:
            del self.fields["retired"]
        for name, look in (
            ("kind", "form-select"),
            ("language", "form-select"),
            ("face", "form-select"),
            ("pattern", "form-control"),
        ):
            self.fields[name].widget.attrs |= {"class": look, "autocomplete": "off", "spellcheck": "false"}
        if "retired" in self.fields:
            self.fields["retired"].widget.attrs["class"] = "form-check-input"


class TrialForm(forms.Form):
    text = forms.CharField(
        label="Text of one side",
        required=False,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea({"class": "form-control", "rows": 5, "spellcheck": "false"}),
        error_messages={"max_length": "The text has %(show_value)d characters; at most %(limit_value)d are read."},
    )
    face = forms.ChoiceField(
        label="Side",
        required=False,
        choices=[("", "Either side"), *((face, face.capitalize()) for face in FACES)],
        widget=forms.Select({"class": "form-select"}),
    )
    all_concepts = forms.BooleanField(
        label="Show the rules of all concepts",
        required=False,
        widget=forms.CheckboxInput({"class": "form-check-input"}),
    )
