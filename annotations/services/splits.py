"""Give coins their place in training, validation or test: once, for all concepts at once, and for good."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction
from django.db.models import Min, Q, QuerySet

from annotations.models import Coin, Label
from annotations.models.evidence import Answer
from mlcore.contract import SPLITS, Split
from mlcore.splitting import NONE, TEST, allot

_WRITE = """
UPDATE annotations_coin SET split = given.split FROM unnest(%s::bigint[], %s::text[]) AS given (id, split)
WHERE annotations_coin.id = given.id
"""


@dataclass(frozen=True)
class Splits:
    of_coin: dict[int, Split]
    left_test: int
    """Coins that were test coins until a double of theirs was found that a model may have learned from."""


@transaction.atomic
def give_splits(coins: QuerySet[Coin], labels: QuerySet[Label]) -> Splits:
    """The split of each of these coins, and of their doubles; coins without one are given one that is kept.

    `labels` are those that have to come near 64:16:20 in number, concept by concept.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('splits'))")  # two freezes at once would part doubles
    rows = _with_doubles(coins)
    ids, stood = [row[0] for row in rows], [row[2] for row in rows]
    groups = [-doubles if doubles else coin for coin, doubles, _ in rows]
    taken = np.array([SPLITS.index(split) if split else NONE for split in stood], dtype=int)
    given = allot(groups, _places(ids, labels), taken)
    of_coin = {coin: SPLITS[number] for coin, number in zip(ids, given.tolist(), strict=True)}
    _write({coin: of_coin[coin] for coin, before in zip(ids, stood, strict=True) if of_coin[coin] != before})
    return Splits(of_coin, int(((taken == TEST) & (given != TEST)).sum()))


def group_keys() -> dict[int, str]:
    """What stands for all coins of a group of doubles: the first of their identifiers."""
    grouped = Coin.objects.exclude(doubles=None).order_by()
    return dict(grouped.values_list("doubles").annotate(key=Min("identifier")))


def said_present(labels: QuerySet[Label]) -> QuerySet[Label]:
    """Labels that a snapshot takes as present: by a person's word, else by the text's."""
    return labels.filter(Q(expert=Answer.YES) | Q(expert="", text_present=True))


def _with_doubles(coins: QuerySet[Coin]) -> list[tuple[int, int | None, str]]:
    wanted = coins.order_by()
    groups = wanted.exclude(doubles=None).values("doubles")
    found = Coin.objects.filter(Q(pk__in=wanted.values("pk")) | Q(doubles__in=groups))
    return list(found.order_by("identifier").values_list("pk", "doubles_id", "split"))


def _places(ids: list[int], labels: QuerySet[Label]) -> list[tuple[int, int]]:
    place = {coin: number for number, coin in enumerate(ids)}
    shown = said_present(labels).order_by("pk").values_list("side__coin_id", "concept_id")
    return [(place[coin], concept) for coin, concept in shown.iterator(20_000) if coin in place]


def _write(changed: dict[int, Split]) -> None:
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [list(changed), list(changed.values())])
