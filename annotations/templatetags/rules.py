from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def percent(share: float) -> str:
    """A share of 0..1 in whole percent."""
    return f"{100 * share:.0f}"
