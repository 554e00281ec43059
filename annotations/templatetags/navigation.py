from __future__ import annotations

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

register = template.Library()


@register.inclusion_tag("components/nav_link.html", takes_context=True)
def nav_link(context: dict[str, Any], name: str, words: str) -> dict[str, Any]:
    """A link of the main navigation; nothing where the site has no page of that name."""
    try:
        address = reverse(name)
    except NoReverseMatch:
        return {"address": ""}
    request = context.get("request")
    here = request is not None and request.path.startswith(address)
    return {"address": address, "words": words, "here": here}
