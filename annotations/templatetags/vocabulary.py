from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from annotations.models import Concept
from annotations.queries.vocabulary import Missing, missing_words

register = template.Library()


@register.filter
def marked(example: Mapping[str, Any]) -> SafeString:
    """The text of an example with the words that it was chosen for marked."""
    text, end = example["text"], 0
    pieces: list[tuple[SafeString]] = []
    for start, stop in example["marks"]:
        pieces.append((format_html("{}<mark>{}</mark>", text[end:start], text[start:stop]),))
        end = stop
    return format_html("{}{}", format_html_join("", "{}", pieces), text[end:])


@register.filter
def share_bar(word: Mapping[str, Any]) -> SafeString:
    """A bar of the sides that say it: the obverses from the left, filled; the rest are reverses."""
    total = word["obverse"] + word["reverse"]
    width = round(100 * word["obverse"] / total) if total else 0
    said = format_html("{} % on obverses, {} % on reverses", width, 100 - width) if total else mark_safe("not counted")
    return format_html(
        '<svg class="share-bar" role="img" aria-label="{}"><rect class="share-rest" width="100%" height="100%"/>'
        '<rect class="share-part" width="{}%" height="100%"/></svg>',
        said,
        width,
    )


@register.filter
def times_as_often(word: Mapping[str, Any]) -> str:
    """The effect size in words: 16 times as often."""
    if word["log_ratio"] is None:
        return ""
    times = 2 ** word["log_ratio"]
    return f"{times:.0f} times as often" if times >= 3 else f"{times:.1f} times as often"


@register.simple_tag(takes_context=True)
def words_missing(context: Context, concept: Concept) -> Iterable[Missing]:
    """What the newest mining found that this concept's rules lack; for experts."""
    return missing_words([concept]) if context.get("is_expert") else []


@register.filter
def named(names: Mapping[str, str], slug: str) -> str:
    return names.get(slug, slug)
