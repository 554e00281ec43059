"""Texts: told apart by side, read by the rules, and indexed for the search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, cast

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from annotations.models import Coin, Concept, Description, PseudoLabel, Side
from annotations.models.coins import TERM_FIELDS, Face, Scope
from annotations.services.concepts import compiled_rules
from annotations.services.corpus import write_alone
from annotations.services.entities import entity_matcher, find_entities
from annotations.services.labels import refresh_text_labels
from mlcore import contract
from mlcore.text.entities import EntityMatcher
from mlcore.text.languages import detect_language, fold
from mlcore.text.legends import read_legends
from mlcore.text.parts import read_parts
from mlcore.text.rules import RuleSet
from mlcore.text.sides import split_sides


@transaction.atomic
def read_texts(
    coin_ids: Sequence[int], rules: RuleSet | None = None, matcher: EntityMatcher | None = None
) -> dict[str, int]:
    """Split the texts of these coins by side, find concepts and names, renew their labels and index them."""
    write_alone()
    coins = list(Coin.objects.filter(pk__in=coin_ids).prefetch_related("sides", "descriptions").order_by("pk"))
    for coin in coins:
        _split(list(coin.descriptions.all()))
    descriptions = [description for coin in coins for description in coin.descriptions.all()]
    _store_splits(descriptions)
    sides = [side for coin in coins for side in coin.sides.all()]
    by_coin = {coin.pk: list(coin.descriptions.all()) for coin in coins}
    for side in sides:
        side.text = _side_text(side, by_coin[side.coin_id])
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE annotations_side SET text = %s WHERE id = %s", [(s.text, s.pk) for s in sides])
    found = _find_concepts(sides, by_coin, rules or compiled_rules())
    refresh_text_labels([side.pk for side in sides])
    find_entities(descriptions, matcher or entity_matcher())
    _index(coins, by_coin)
    return {"texts": len(descriptions), "texts_unsplit": sum(bool(d.refusal) for d in descriptions), "mentions": found}


def _split(descriptions: Iterable[Description]) -> None:
    for description in descriptions:
        description.language = description.language or detect_language(description.text)
        description.parts = _parts(description)
        if description.scope != Scope.BOTH:
            continue
        split = split_sides(description.text)
        spans = {"obverse": split.obverse, "reverse": split.reverse}
        description.spans = {face: list(span) for face, span in spans.items() if span}
        description.rule, description.refusal = split.rule, "" if split.rule else split.reason


def _parts(description: Description) -> list[dict[str, Any]]:
    """A text of one side has no header and no grade: what looks like one describes the coin."""
    if description.scope == Scope.BOTH:
        return [asdict(part) for part in read_parts(description.text) if part.kind not in Face.values]
    return [asdict(part) for part in read_legends(description.text, 0, len(description.text))]


def _side_text(side: Side, descriptions: Iterable[Description]) -> str:
    parts = ((description.text, description.span(side.face)) for description in descriptions)
    return "\n".join(text[span[0] : span[1]] for text, span in parts if span)


def _find_concepts(sides: Sequence[Side], by_coin: dict[int, list[Description]], rules: RuleSet) -> int:
    """Read the texts of each side anew; returns how many pseudo-labels stand there now."""
    concepts = dict(Concept.objects.values_list("slug", "pk"))
    found = [
        PseudoLabel(
            side=side,
            concept_id=concepts[match.concept],
            rule_id=match.rule,
            rule_version=match.version,
            description=description,
            start=match.start,
            end=match.end,
            implied_by_id=concepts.get(match.implied_by),
        )
        for side in sides
        for description in by_coin[side.coin_id]
        if (span := description.span(side.face))
        for match in rules.find(description.text, *span, face=cast(contract.Face, side.face))
    ]
    PseudoLabel.objects.filter(side__in=sides).delete()
    PseudoLabel.objects.bulk_create(found, batch_size=2000, ignore_conflicts=True)
    return len(found)


def _store_splits(descriptions: Sequence[Description]) -> None:
    """One prepared statement for all: bulk_update writes a CASE with an arm per row, ten times as slow."""
    values: list[tuple[Any, ...]] = [
        (d.language, Jsonb(d.spans), d.rule, d.refusal, Jsonb(d.parts), d.pk) for d in descriptions
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE annotations_description SET language = %s, spans = %s, rule = %s, refusal = %s, parts = %s "
            "WHERE id = %s",
            values,
        )


def _index(coins: Sequence[Coin], by_coin: dict[int, list[Description]]) -> None:
    """Names weigh more than what is told. Accents and case are folded here: the embedded database has no `unaccent`."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE annotations_coin SET search = setweight(to_tsvector('simple', %s), 'A') || "
            "setweight(to_tsvector('simple', %s), 'B') WHERE id = %s",
            [(fold(_names(coin)), fold(_told(coin, by_coin[coin.pk])), coin.pk) for coin in coins],
        )


def _names(coin: Coin) -> str:
    names = [coin.title, coin.identifier, coin.collection, *(getattr(coin, field) for field in TERM_FIELDS)]
    return " ".join([*names, *(entry["name"] for entry in (*coin.references, *coin.persons))])


def _told(coin: Coin, descriptions: Iterable[Description]) -> str:
    legends = [text for side in coin.sides.all() for text in (side.legend, side.symbol)]
    return " ".join([*legends, *(description.text for description in descriptions)])
