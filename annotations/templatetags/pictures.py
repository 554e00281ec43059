from __future__ import annotations

from urllib.parse import quote

from django import template
from django.conf import settings

register = template.Library()


@register.filter
def media(name: str) -> str:
    """The address of a file in the media folder; empty for an empty name."""
    return settings.MEDIA_URL + quote(name) if name else ""
