"""Which boxes go out, and a file of boxes that comes in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from annotations.box_files import formats
from annotations.models import Concept

MOST_BYTES = 20 * 2**20


class BoxExportForm(forms.Form):
    format = forms.ChoiceField(widget=forms.Select({"class": "form-select"}))
    concept = forms.ModelChoiceField(
        Concept.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label="all",
        widget=forms.Select({"class": "form-select"}),
    )
    pictures = forms.BooleanField(
        required=False, label="With pictures", widget=forms.CheckboxInput({"class": "form-check-input"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["format"].choices = [(name, module.LABEL) for name, module in formats("files").items()]
        self.fields["concept"].queryset = Concept.objects.filter(boxes__isnull=False).distinct()


class BoxImportForm(forms.Form):
    format = forms.ChoiceField(widget=forms.Select({"class": "form-select"}))
    upload = forms.FileField(label="File", widget=forms.FileInput({"class": "form-control", "accept": ".json"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["format"].choices = [(name, module.LABEL) for name, module in formats("read").items()]

    def clean_upload(self) -> UploadedFile[bytes]:
        upload: UploadedFile[bytes] = self.cleaned_data["upload"]
        if (upload.size or 0) > MOST_BYTES:
            raise forms.ValidationError(
                f"The file is larger than {MOST_BYTES // 2**20} MB. Let an administrator run manage.py import_boxes."
            )
        return upload
