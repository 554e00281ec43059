"""All photographs compared, and coins that share one kept as groups, which no split parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from annotations.models import Coin, DoubleGroup, DoublesRun, Photograph
from annotations.services.jobs import write_fenced
from mlcore.contract import Report
from mlcore.images.doubles import Group, find_doubles

SURE = ("same file", "same pixels")


def queue_doubles(*, user: User | None) -> DoublesRun:
    """The search that waits already, or a new one."""
    waiting = DoublesRun.objects.filter(status=DoublesRun.Status.QUEUED).first()
    return cast(DoublesRun, waiting) if waiting else DoublesRun.objects.create(created_by=user)


def carry_out_doubles(run: DoublesRun, report: Report) -> None:
    """Compare all photographs that could be read. The groups found replace those of an earlier search."""
    groups, refused = find_doubles(_pictures(report))
    report({"event": "progress", "stage": "keeping groups", "done": 0, "total": len(groups)})
    kept = _keep(groups)
    counts = {"groups": len(kept), "coins": sum(map(len, kept)), "unreadable": len(refused)}
    write_fenced(run, counts=counts)


def _pictures(report: Report) -> Iterator[tuple[int, Path]]:
    photographs = Photograph.objects.exclude(file="").order_by("pk").values_list("pk", "file")
    total = photographs.count()
    for done, (photograph, file) in enumerate(photographs.iterator()):
        report({"event": "progress", "stage": "comparing pictures", "done": done, "total": total})
        yield photograph, Path(settings.ORIGINALS_ROOT) / file


@transaction.atomic
def _keep(groups: Sequence[Group[int]]) -> list[set[int]]:
    """Store the groups of coins; groups of pictures that share a coin are one. Returns the coins of each."""
    coin_of = dict(
        Photograph.objects.filter(pk__in=[name for group in groups for name in group.members]).values_list(
            "pk", "coin_id"
        )
    )
    joined: list[tuple[set[int], list[Group[int]]]] = []
    for group in groups:
        coins, found = {coin_of[name] for name in group.members if name in coin_of}, [group]
        if len(coins) < 2:
            continue  # the same coin was photographed twice
        for other in [each for each in joined if each[0] & coins]:
            joined.remove(other)
            coins, found = coins | other[0], [*other[1], *found]
        joined.append((coins, found))
    DoubleGroup.objects.all().delete()
    by_group: dict[int, set[int]] = defaultdict(set)
    for coins, found in joined:
        by_group[_row(found).pk] = coins
    for group_id, coins in by_group.items():
        Coin.objects.filter(pk__in=coins).update(doubles=group_id)
    return list(by_group.values())


def _row(found: Sequence[Group[int]]) -> DoubleGroup:
    """The least sure of what holds the group together."""
    reasons = sorted({group.reason for group in found})
    exact = all(reason in SURE for reason in reasons)
    return DoubleGroup.objects.create(
        kind=DoubleGroup.Kind.EXACT if exact else DoubleGroup.Kind.NEAR,
        score=min(group.score for group in found),
        reason=", ".join(reasons),
    )
