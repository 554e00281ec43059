"""What a plain form says of one side, concept by concept, and which sides a browser holds already."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import QueryDict

from annotations.forms.review import LARGEST_ID
from annotations.forms.sheets import IdsField


class HeldSidesForm(forms.Form):
    exclude = IdsField(required=False)


class ChecklistForm(forms.Form):
    page = forms.UUIDField()
    side = forms.IntegerField(min_value=1, max_value=LARGEST_ID)


def answers_of_fields(fields: QueryDict, page: uuid.UUID, side: int) -> list[dict[str, Any]]:
    """The lines that were answered; the others stay as they stand. A form that is sent twice draws the same keys."""
    return [
        {
            "side": side,
            "concept": slug,
            "answer": fields[f"answer-{slug}"],
            "key": str(uuid.uuid5(page, slug)),
            "base": fields.get(f"base-{slug}", ""),
        }
        for slug in fields.getlist("concept")
        if fields.get(f"answer-{slug}")
    ]
