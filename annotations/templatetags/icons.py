"""Icons drawn into the page: the sprite of 2,000 symbols (1 MB) never travels to the browser."""

from __future__ import annotations

import re
from functools import lru_cache

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
SPRITE = "static/vendor/bootstrap-icons/bootstrap-icons.svg"
SYMBOL = re.compile(r'<symbol [^>]*viewBox="([^"]+)" id="([^"]+)">(.*?)</symbol>', re.DOTALL)


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of Bootstrap Icons, hidden from screen readers: it always stands beside words."""
    box, paths = _symbols()[name]
    return format_html(
        '<svg class="icon" viewBox="{}" width="16" height="16" fill="currentColor" aria-hidden="true">{}</svg>',
        box,
        mark_safe(paths),  # noqa: S308 - our own vendored file
    )


@lru_cache(maxsize=1)
def _symbols() -> dict[str, tuple[str, str]]:
    sprite = (settings.BASE_DIR / SPRITE).read_text()
    return {name: (box, paths) for box, name, paths in SYMBOL.findall(sprite)}
