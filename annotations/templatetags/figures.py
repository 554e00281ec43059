"""Figures as they are printed."""

from __future__ import annotations

from django import template

from annotations.queries.forest import say_change

register = template.Library()


@register.filter
def signed(figure: float | None, places: int = 2) -> str:
    """With a true minus sign, which is as wide as a digit; nothing is below nought once it is rounded to it."""
    if figure is None:
        return ""
    return f"{round(figure, places) + 0.0:.{places}f}".replace("-", "−")


@register.filter
def change(difference: float | None, places: int = 3) -> str:
    """A difference, with its sign."""
    return "" if difference is None else say_change(difference, places)
