"""The lists as pages show them: entities with how many texts name each, and the coins behind one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from annotations.models import Coin, Entity, EntityMention
from mlcore.text.languages import fold

PAGE, COINS = 100, 24


@dataclass(frozen=True)
class Listed:
    entity: Entity
    texts: int
    """Texts that name it."""


@dataclass(frozen=True)
class Catalogue:
    listed: Sequence[Listed]
    total: int
    by_class: dict[str, int]
    """Entities that answer to the search, by class."""
    page: int
    pages: int


def list_entities(*, label: str = "", words: str = "", page: int = 1) -> Catalogue:
    """A page of the entities of a class whose names hold these words; accents and case do not count."""
    found = [entity for entity in Entity.objects.all() if not words or fold(words) in _names(entity)]
    by_class: dict[str, int] = {}
    for entity in found:
        by_class[entity.label] = by_class.get(entity.label, 0) + 1
    wanted = [entity for entity in found if entity.label == label] if label else found
    pages = max(1, -(-len(wanted) // PAGE))
    page = min(page, pages)
    shown = wanted[(page - 1) * PAGE : page * PAGE]
    texts = _count_texts(shown)
    listed = [Listed(entity, texts.get(entity.pk, 0)) for entity in shown]
    return Catalogue(listed, len(wanted), by_class, page, pages)


def names_of(entity: Entity) -> list[tuple[str, list[str]]]:
    """Language and names; what the lists hold as misspelt is left out."""
    by_language = [
        (language, list(dict.fromkeys(name["text"] for name in names if name["kind"] != "misspelling")))
        for language, names in entity.names.items()
    ]
    return sorted((language, names) for language, names in by_language if names)


def count_texts(entity: Entity) -> int:
    return _count_texts([entity]).get(entity.pk, 0)


def coins_that_name(entity: Entity, after: int = 0) -> list[Coin]:
    """A page of coins, and one more where there are more, in the order of their ids."""
    named = EntityMention.objects.filter(entity=entity).values("description__coin_id")
    coins = Coin.objects.filter(pk__in=named, pk__gt=after).defer("search").with_sides()
    return list(coins.order_by("pk")[: COINS + 1])


def _count_texts(entities: Sequence[Entity]) -> dict[int | None, int]:
    mentions = EntityMention.objects.filter(entity__in=entities).order_by()
    return dict(mentions.values_list("entity").annotate(texts=Count("description", distinct=True)))


def _names(entity: Entity) -> str:
    return fold("\n".join(name["text"] for names in entity.names.values() for name in names))
