"""Figures as they are printed."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def signed(figure: float | None, places: int = 2) -> str:
    """With a true minus sign, which is as wide as a digit; nothing is below nought once it is rounded to it."""
    if figure is None:
        return ""
    return f"{round(figure, places) + 0.0:.{places}f}".replace("-", "−")
