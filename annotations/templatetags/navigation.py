from __future__ import annotations

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

register = template.Library()


@register.inclusion_tag("components/nav_link.html", takes_context=True)
def nav_link(context: dict[str, Any], name: str, words: str) -> dict[str, Any]:
    """A link of the main navigation; nothing where the site has no page of that name."""
    return _entry(context, name, words) or {"address": ""}


@register.inclusion_tag("components/nav_menu.html", takes_context=True)
def nav_menu(context: dict[str, Any], words: str, experts: str = "", admins: str = "") -> dict[str, Any]:
    """A menu of pages, named like their addresses and shown to those who may open them; nothing where there is none."""
    names = [
        *(experts.split() if context.get("is_expert") else []),
        *(admins.split() if context.get("is_admin") else []),
    ]
    entries = [entry for name in names if (entry := _entry(context, name, name.replace("_", " ").capitalize()))]
    return {"words": words, "entries": entries, "here": any(entry["here"] for entry in entries)}


def _entry(context: dict[str, Any], name: str, words: str) -> dict[str, Any] | None:
    try:
        address = reverse(name)
    except NoReverseMatch:
        return None
    request = context.get("request")
    here = request is not None and request.path.startswith(address)
    return {"address": address, "words": words, "here": here}
