"""A figure that a person drew, moved, copied or took away, checked before a service sees it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from annotations.forms.review import LARGEST_ID, KeyedForm
from annotations.models import Box, Concept, Side

EDGES = ("left", "top", "right", "bottom")


class SideForm(KeyedForm):
    side = forms.IntegerField(min_value=1, max_value=LARGEST_ID)

    def clean_side(self) -> int:
        side: int = self.cleaned_data["side"]
        if not Side.objects.filter(pk=side).exists():
            raise ValidationError(f"There is no side {side}.")
        return side


class BoxForm(SideForm):
    concept = forms.CharField(required=False)
    left = forms.FloatField()
    top = forms.FloatField()
    right = forms.FloatField()
    bottom = forms.FloatField()
    replaces = forms.UUIDField(
        required=False, help_text="The key of the row that this one moves, names or brings back."
    )
    guess = forms.BooleanField(required=False, help_text="It brings back what was a guess, and is one again.")

    def clean_concept(self) -> str | None:
        slug: str = self.cleaned_data["concept"]
        if slug and not Concept.objects.filter(slug=slug).exists():
            raise ValidationError(f"There is no concept “{slug}”.")
        return slug or None

    def clean_replaces(self) -> int | None:
        key = self.cleaned_data["replaces"]
        return box_by_key(key).pk if key else None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        return cleaned | {"box": tuple(cleaned.get(edge) for edge in EDGES)}


class RemovalForm(KeyedForm):
    of = forms.UUIDField(help_text="The key of the row that it takes away.")

    def clean_of(self) -> Box:
        return box_by_key(self.cleaned_data["of"])


class CopyForm(SideForm):
    of = forms.UUIDField(help_text="The key of the row that is copied.")

    def clean_of(self) -> Box:
        return box_by_key(self.cleaned_data["of"])


def box_by_key(key: UUID) -> Box:
    """The browser knows the key, and not yet the id, of a box that it sent a moment ago."""
    found = Box.objects.filter(key=key).first()
    if found is None:
        raise ValidationError(f"There is no box {key}.")
    return found
