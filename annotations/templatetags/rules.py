from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def percent(share: float, places: int = 0) -> str:
    """A share of 0..1 in percent, whole unless places behind the point are asked for."""
    return f"{100 * share:.{places}f}"
