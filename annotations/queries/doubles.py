"""Groups of doubles, and those that persons parted, with their coins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from annotations.models import Coin, DoubleGroup, DoublesVerdict
from annotations.queries.search import with_labels


@dataclass(frozen=True)
class PartedGroup:
    verdict: DoublesVerdict
    coins: list[Coin]
    """Those that the corpus still holds."""


def list_groups() -> QuerySet[DoubleGroup]:
    return DoubleGroup.objects.prefetch_related(Prefetch("coins", with_labels(Coin.objects.all())))


def with_coins(verdicts: Iterable[DoublesVerdict]) -> list[PartedGroup]:
    verdicts = list(verdicts)
    named = {identifier for verdict in verdicts for identifier in verdict.coins}
    found = {coin.identifier: coin for coin in with_labels(Coin.objects.filter(identifier__in=named))}
    return [PartedGroup(verdict, [found[each] for each in verdict.coins if each in found]) for verdict in verdicts]


def describe_group(group: DoubleGroup) -> dict[str, Any]:
    return {
        "id": group.pk,
        "kind": group.kind,
        "score": group.score,
        "reason": group.reason,
        "coins": [coin.identifier for coin in group.coins.all()],
    }


def describe_verdict(verdict: DoublesVerdict) -> dict[str, Any]:
    return {
        "id": verdict.pk,
        "score": verdict.score,
        "reason": verdict.reason,
        "coins": verdict.coins,
        "who": verdict.user.get_username(),
        "when": verdict.created_at,
    }
