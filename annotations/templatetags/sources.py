from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from annotations.templatetags.languages import language_name

register = template.Library()


@register.filter
def per_cent(share: float | str | None) -> str:
    """0.973 as 97.3 %; nothing for nothing."""
    return f"{100 * share:.1f}".removesuffix(".0") + " %" if isinstance(share, float | int) else ""


@register.filter
def source_name(source: str) -> str:
    kind, _, which = source.partition(":")
    if kind == "text":
        return f"Rules on {language_name(which) if which else 'other'} texts"
    if kind == "entities":
        return "Entity list" if which == "list" else f"Entities by {which}"
    return f"Model {which}, published"


@register.filter
def sources_sentence(figures: Mapping[str, Any]) -> str:
    """What the figures of a concept mean."""
    sources = figures["sources"]
    if len(sources) == 1:
        alone = f"“{source_name(sources[0]['source'])}” alone speaks of it, so there is nothing to compare it with"
        return f"{alone}; only what experts answered tells how good it is." if figures["experts"] else f"{alone}."
    best = max(sources, key=lambda source: float(source["estimated"]["accuracy"]))
    told, checked = best["estimated"], best["measured"]["accuracy"]
    right, finds, present = (per_cent(share) for share in (told["accuracy"], told["sensitivity"], figures["present"]))
    said = (
        f"Most to be trusted seems “{source_name(best['source'])}”: right on {right} of its sides, it finds {finds} of "
        f"what is there. By all sources together, {present} of the sides show it."
    )
    if not checked:
        return said
    right, low, high = (per_cent(checked[name]) for name in ("value", "low", "high"))
    agrees = "as estimated" if checked["low"] <= told["accuracy"] <= checked["high"] else "unlike the estimate"
    return (
        f"{said} Experts agree with it on {right} of {checked['of']} sides (95 % interval {low} to {high}), {agrees}."
    )
