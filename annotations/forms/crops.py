"""The boxes that a person drew around the sides, as a plain form: the page's script only fills it in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from annotations.forms.review import LARGEST_ID, KeyedForm
from annotations.models.coins import Face

EDGES = ("left", "top", "right", "bottom")
FARTHEST = 1_000_000  # pixels; the service knows how large the photograph is
Box = tuple[int, int, int, int]


class CropForm(KeyedForm):
    """Four edges per side; a side whose four fields are empty is not on the photograph."""

    base = forms.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for face in Face.values:
            for edge in EDGES:
                label = f"{edge.capitalize()} edge of the {face}"
                field = forms.IntegerField(label=label, min_value=0, max_value=FARTHEST, required=False)
                self.fields[f"{face}_{edge}"] = field

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        boxes: dict[str, Box] = {}
        for face in Face.values:
            edges = [cleaned.get(f"{face}_{edge}") for edge in EDGES]
            given = [edge for edge in edges if edge is not None]
            if len(given) == len(EDGES):
                boxes[face] = (given[0], given[1], given[2], given[3])
            elif given:
                raise ValidationError(f"Give all four edges of the {face}, or none where the photograph shows it not.")
        return cleaned | {"boxes": boxes}

    def sentence(self) -> str:
        """All that is wrong, with the field's name where it is about one."""
        named = {name: self.fields[name].label or name for name in self.errors if name in self.fields}
        return " ".join(
            f"{named[name]}: {' '.join(said)}" if name in named else " ".join(said)
            for name, said in self.errors.items()
        )
