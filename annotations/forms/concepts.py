"""What administrators change on a concept, and which other they merge it into."""

from __future__ import annotations

from typing import Any

from django import forms

from annotations.models import Concept
from mlcore.text.languages import LANGUAGES

OTHERS = tuple(code for code in LANGUAGES if code != "en")


class ConceptEditForm(forms.Form):
    """Everything but the slug: addresses, snapshots and models name a concept by it."""

    base = forms.IntegerField(min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)
    name = forms.CharField(
        label="Name in English", max_length=100, error_messages={"required": "Give the concept a name in English."}
    )
    guideline = forms.CharField(
        label="When to say yes, and when no",
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 6}),
        help_text="Plain paragraphs, with an empty line between two.",
    )
    link = forms.URLField(
        label="Address in an authority file",
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text="nomisma.org or Wikidata.",
    )
    broader = forms.ModelChoiceField(
        Concept.objects.none(),
        label="Broader concept",
        required=False,
        empty_label="none",
        help_text="What this is a kind of. It orders the list; no label follows from it.",
    )
    implies = forms.ModelMultipleChoiceField(
        Concept.objects.none(),
        label="Implies",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What a text that names this says as well.",
    )

    def __init__(self, concept: Concept, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.concept = concept
        others = Concept.objects.in_use().exclude(pk=concept.pk)
        self.fields["broader"].queryset = others  # type: ignore[attr-defined]
        self.fields["implies"].queryset = others  # type: ignore[attr-defined]
        for code in OTHERS:
            self.fields[f"name_{code}"] = forms.CharField(required=False, max_length=100)
        for name, field in self.fields.items():
            if name not in ("implies", "base"):
                field.widget.attrs["class"] = "form-select" if name == "broader" else "form-control"
        self.fields["implies"].widget.attrs["class"] = "form-check-input"

    @classmethod
    def filled(cls, concept: Concept, base: int) -> ConceptEditForm:
        """As the concept is now; `base` is its newest change."""
        said = {"name": concept.name, "guideline": concept.guideline.strip(), "link": concept.link, "base": base}
        said |= {f"name_{code}": concept.names.get(code, "") for code in OTHERS}
        implied = [other.pk for other in concept.implies.all()]
        return cls(concept, initial={**said, "broader": concept.broader_id, "implies": implied})

    def languages(self) -> list[tuple[str, forms.BoundField]]:
        return [(code, self[f"name_{code}"]) for code in OTHERS]

    def said(self) -> dict[str, Any]:
        """What the concept is to say, by field; other languages than ours keep their names."""
        given = self.cleaned_data
        kept = {code: name for code, name in self.concept.names.items() if code not in LANGUAGES}
        names = {code: given[f"name_{code}"] for code in OTHERS if given[f"name_{code}"]}
        return {
            "name": given["name"],
            "names": {"en": given["name"]} | names | kept,
            "guideline": given["guideline"].replace("\r\n", "\n"),
            "link": given["link"],
            "broader": given["broader"].pk if given["broader"] else None,
            "implies": tuple(other.pk for other in given["implies"]),
        }


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(
        Concept.objects.none(),
        to_field_name="slug",
        empty_label="Choose a concept",
        error_messages={
            "required": "Choose the concept that stays.",
            "invalid_choice": "There is no such concept in use. Choose one of the list.",
        },
    )

    def __init__(self, concept: Concept, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = Concept.objects.in_use().exclude(pk=concept.pk)  # type: ignore[attr-defined]
        self.fields["into"].widget.attrs["class"] = "form-select"
