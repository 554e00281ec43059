from __future__ import annotations

from django import template

from mlcore.registry import kinds

register = template.Library()


@register.filter
def kind_label(name: str) -> str:
    """What people call a kind of model, without what its label adds in brackets; its name where the kind is gone."""
    kind = kinds().get(name)
    return kind.label.partition(" (")[0] if kind else name
