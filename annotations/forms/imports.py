from __future__ import annotations

from types import ModuleType

from django import forms

from annotations.records import COLUMNS


class ImportForm(forms.Form):
    """A file and what it is written in."""

    format = forms.ChoiceField(
        widget=forms.RadioSelect, error_messages={"required": "Choose what the file is written in."}
    )
    upload = forms.FileField(
        label="File",
        widget=forms.FileInput({"class": "form-control"}),
        error_messages={
            "required": "Choose a file: a zip of a folder, or a table.",
            "empty": "This file is empty (0 bytes).",
        },
    )

    def __init__(self, formats: dict[str, ModuleType], *args: object, **kwargs: object) -> None:
        super().__init__(*args, label_suffix="", **kwargs)  # type: ignore[arg-type]
        self.descriptions = [
            (name, module.LABEL, module.DESCRIPTION, " ".join(module.SUFFIXES)) for name, module in formats.items()
        ]
        self.columns = COLUMNS
        field = self.fields["format"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(name, label) for name, label, *_ in self.descriptions]
        field.initial = next(iter(formats), "")
