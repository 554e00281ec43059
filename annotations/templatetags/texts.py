from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

from annotations.models.entities import EntityClass
from annotations.queries.entities import Mention
from annotations.queries.texts import ShownText, TextPart, references_read

register = template.Library()
PART_WORDS = {
    "obverse": "Obverse",
    "reverse": "Reverse",
    "header": "Header",
    "legend": "Legend",
    "reference": "Reference",
    "measure": "Measure",
    "grade": "Grade",
    "provenance": "Provenance",
}
_SAID = {
    "header": ("denomination_text", "material", "issuer", "mint"),
    "legend": ("normal",),
    "reference": ("text",),
    "measure": ("quantity", "value", "unit"),
    "grade": ("grade", "to"),
    "provenance": ("kind", "name"),
}


@register.filter
def part_title(part: TextPart) -> str:
    """Reference: RIC VIII Cyzicus 25 (found by “catalogue and number”)."""
    said = " ".join(str(part.value[name]) for name in _SAID.get(part.kind, ()) if part.value.get(name))
    return f"{PART_WORDS[part.kind]}{f': {said}' if said else ''} (found by “{part.rule}”)"


@register.filter
def part_kinds(texts: Iterable[ShownText]) -> list[tuple[str, str]]:
    """The kinds of parts that stand in these texts, with the word for each."""
    found = {part.kind for text in texts for part in text.parts}
    return [(kind, words) for kind, words in PART_WORDS.items() if kind in found]


@register.filter
def mention_classes(texts: Iterable[ShownText]) -> list[tuple[str, str]]:
    """The classes of names that stand in these texts, with the word for each."""
    found = {mention.label for text in texts for mention in text.mentions}
    return [(value, words) for value, words in EntityClass.choices if value in found]


@register.filter
def mention_title(mention: Mention) -> str:
    """Animal: eagle (from the list)."""
    name = f": {mention.entity.name}" if mention.entity else ""
    return f"{EntityClass(mention.label).label}{name} ({said_by(mention)})"


@register.filter
def said_by(mention: Mention) -> str:
    """From the list, or found by a model, and how sure it is."""
    words = {"list": "from the list", "expert": "said by an expert"}.get(mention.source, f"found by {mention.source}")
    return words if mention.score is None else f"{words}, {100 * mention.score:.0f} % sure"


@register.filter
def text_references(texts: Iterable[ShownText]) -> list[Mapping[str, Any]]:
    return references_read(texts)


@register.filter
def slice_of(text: str, mention: Mention) -> str:
    return text[mention.start : mention.end]
