"""Texts: told apart by side, read by the rules, and indexed for the search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Value
from mlcore.text.rules import RuleSet

from annotations.models import Coin, Concept, Description, PseudoLabel, Side
from annotations.models.coins import TERM_FIELDS, Scope
from annotations.services.concepts import compiled_rules
from annotations.services.labels import refresh_text_labels
from mlcore.text.languages import detect_language, fold
from mlcore.text.sides import split_sides


@transaction.atomic
def read_texts(coin_ids: Sequence[int], rules: RuleSet | None = None) -> dict[str, int]:
    """Split the texts of these coins by side, find concepts in them, renew their labels and index them."""
    coins = list(Coin.objects.filter(pk__in=coin_ids).prefetch_related("sides", "descriptions").order_by("pk"))
    for coin in coins:
        _split(list(coin.descriptions.all()))
    descriptions = [description for coin in coins for description in coin.descriptions.all()]
    Description.objects.bulk_update(descriptions, ["language", "spans", "rule", "refusal"], batch_size=500)
    sides = [side for coin in coins for side in coin.sides.all()]
    by_coin = {coin.pk: list(coin.descriptions.all()) for coin in coins}
    for side in sides:
        side.text = _side_text(side, by_coin[side.coin_id])
    Side.objects.bulk_update(sides, ["text"], batch_size=500)
    found = _find_concepts(sides, by_coin, rules or compiled_rules())
    refresh_text_labels([side.pk for side in sides])
    for coin in coins:
        _index(coin, by_coin[coin.pk])
    return {"texts": len(descriptions), "texts_unsplit": sum(bool(d.refusal) for d in descriptions), "mentions": found}


def _split(descriptions: Iterable[Description]) -> None:
    for description in descriptions:
        description.language = description.language or detect_language(description.text)
        if description.scope != Scope.BOTH:
            continue
        split = split_sides(description.text)
        spans = {"obverse": split.obverse, "reverse": split.reverse}
        description.spans = {face: list(span) for face, span in spans.items() if span}
        description.rule, description.refusal = split.rule, split.reason


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
        for match in rules.find(description.text, *span)
    ]
    PseudoLabel.objects.filter(side__in=sides).delete()
    PseudoLabel.objects.bulk_create(found, batch_size=2000, ignore_conflicts=True)
    return len(found)


def _index(coin: Coin, descriptions: Iterable[Description]) -> None:
    """Fold accents and case in Python, since the embedded database has no `unaccent`."""
    names = [coin.title, coin.identifier, coin.collection, *(getattr(coin, field) for field in TERM_FIELDS)]
    names += [entry["name"] for entry in (*coin.references, *coin.persons)]
    legends = [text for side in coin.sides.all() for text in (side.legend, side.symbol)]
    texts = [description.text for description in descriptions]
    Coin.objects.filter(pk=coin.pk).update(
        search=SearchVector(Value(fold(" ".join(names))), config="simple", weight="A")
        + SearchVector(Value(fold(" ".join((*legends, *texts)))), config="simple", weight="B")
    )
