from __future__ import annotations

from collections.abc import Sequence

from django import template

from annotations.models import Coin, PseudoLabel
from annotations.queries.years import write_years

register = template.Library()
COLOURS = 8
_FIELDS = {
    "authority": "Ruler",
    "issuer": "Issuer",
    "mint": "Mint",
    "region": "Region",
    "denomination": "Denomination",
    "material": "Material",
}
_KEEPERS = {
    "object_type": "Object",
    "collection": "Collection",
    "department": "Department",
    "rights_holder": "Rights",
    "licence": "Licence of the data",
    "picture_licence": "Licence of the pictures",
    "source": "Imported from",
}


@register.filter
def years(coin: Coin) -> str:
    """When it was struck: 44–43 BC, AD 14–37, 337–340."""
    return write_years(coin.date_from, coin.date_to)


@register.filter
def name_of(coin: Coin) -> str:
    """The title without the identifier that museums hang on to it; the identifier where there is no title."""
    return coin.title.removesuffix(f". {coin.identifier}") or coin.identifier


@register.filter
def catalogue_facts(coin: Coin) -> list[dict[str, str]]:
    """What was struck where, when and how heavy, with addresses in authority files."""
    measures = {
        "Date": write_years(coin.date_from, coin.date_to),
        "Weight": f"{coin.weight:g} g" if coin.weight is not None else "",
        "Diameter": f"{coin.diameter:g} mm" if coin.diameter is not None else "",
        "Die axis": f"{coin.axis} h" if coin.axis is not None else "",
    }
    known = [{"name": name, "value": value, "link": ""} for name, value in measures.items() if value]
    return [*_of_fields(coin, _FIELDS), *known]


@register.filter
def keeping_facts(coin: Coin) -> list[dict[str, str]]:
    """Who keeps it, and under which licences."""
    return _of_fields(coin, _KEEPERS)


def _of_fields(coin: Coin, names: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"name": words, "value": getattr(coin, name), "link": link if is_web_address(link) else ""}
        for name, words in names.items()
        for link in [coin.links.get(name, "")]
        if getattr(coin, name)
    ]


@register.filter
def is_web_address(address: str) -> bool:
    """Imported addresses become links only where they cannot run code."""
    return str(address).startswith(("https://", "http://"))


@register.filter
def mark_class(readings: Sequence[PseudoLabel]) -> str:
    """One of a few colours by concept: the same concept has the same one on every page."""
    return f"reading-{readings[0].concept_id % COLOURS}"


@register.filter
def reading_title(readings: Sequence[PseudoLabel]) -> str:
    """Eagle (rule “eagle”, version 1); Horse (implied by Quadriga)."""
    return "; ".join(
        f"{reading.concept.name} (implied by {reading.implied_by.name})"
        if reading.implied_by
        else f"{reading.concept.name} (rule “{reading.rule.pattern}”, version {reading.rule_version})"
        for reading in readings
    )
