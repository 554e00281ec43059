from __future__ import annotations

from django import template

register = template.Library()
_NAMES = {"de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "la": "Latin"}


@register.filter
def language_name(code: str) -> str:
    """The English name of a language of the texts; the code itself for any other."""
    return _NAMES.get(code, code or "Any language")
