"""Names that the coins themselves carry in their fields: rulers, issuers, mints …"""

from __future__ import annotations

import re

from annotations.models import Coin

VOCABULARIES = {
    "authority": "ruler",
    "issuer": "issuer",
    "mint": "mint",
    "region": "region",
    "denomination": "denomination",
    "material": "material",
}
SPLIT = ("authority", "issuer", "mint", "region")
"""Fields whose single words are names as well: texts say “Antoninus” for Antoninus Pius."""
_NAME = re.compile(r"[^\W\d_]{4,}")


def corpus_names() -> dict[str, set[str]]:
    """What kind of name → the words that coins of this corpus give."""
    names: dict[str, set[str]] = {}
    for field, kind in VOCABULARIES.items():
        values = set(Coin.objects.exclude(**{field: ""}).order_by().values_list(field, flat=True).distinct())
        parts = {word for value in values for word in _NAME.findall(value) if word[0].isupper()}
        names[kind] = values | parts if field in SPLIT else values
    return names
