"""All photographs compared, and coins that share one kept as groups, which no split parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from annotations.models import Coin, DoubleGroup, DoublesRun, DoublesVerdict, Photograph
from annotations.queries.pictures import is_left_out
from annotations.services.jobs import write_fenced
from mlcore.contract import Report
from mlcore.images.doubles import Apart, Group, find_doubles

SURE = ("same file", "same pixels")
Joined = tuple[set[int], list[Group[int]]]
"""Coins, and the groups of their photographs that make them one."""


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
    waiting = Photograph.objects.exclude(file="").filter(~is_left_out())  # what shows no coin makes no doubles
    photographs = waiting.order_by("pk").values_list("pk", "file")
    total = photographs.count()
    for done, (photograph, file) in enumerate(photographs.iterator()):
        report({"event": "progress", "stage": "comparing pictures", "done": done, "total": total})
        yield photograph, Path(settings.ORIGINALS_ROOT) / file


class SurelyDoubles(ValueError):
    """A group whose pictures are the same to the pixel cannot be parted."""


def part_doubles(*, user: User, group_id: int) -> DoublesVerdict:
    """Dissolve a group by a person's word, which later searches keep. Coins that share a picture to the pixel stay one.

    No coin changes its split: what a model may have learned from, and what was frozen, stays as it was. Raises
    DoubleGroup.DoesNotExist and SurelyDoubles.
    """
    coins = set(_near_group(group_id).coins.values_list("pk", flat=True))
    equal = _group_again(Photograph.objects.filter(coin__in=coins), [coins])  # reads files: not while others wait
    with transaction.atomic():
        _write_alone()
        group = _near_group(group_id)
        named = list(group.coins.order_by("identifier").values_list("identifier", flat=True))
        verdict = DoublesVerdict.objects.create(coins=named, score=group.score, reason=group.reason, user=user)
        group.delete()
        _store(_joined(equal))
    return verdict


def _near_group(group_id: int) -> DoubleGroup:
    group = DoubleGroup.objects.get(pk=group_id)
    if group.kind == DoubleGroup.Kind.EXACT:
        raise SurelyDoubles("These pictures are the same to the pixel, so that nobody can part them.")
    return group


@transaction.atomic
def rejoin_doubles(*, user: User, verdict_id: int) -> DoublesVerdict:
    """Take back what parted coins: they are one group again, with all that any of them shares a picture with by now.

    The next freeze gives them one split again: train before validation before test. Done twice, it is one row. Raises
    DoublesVerdict.DoesNotExist.
    """
    _write_alone()
    verdict = DoublesVerdict.objects.get(pk=verdict_id, undoes=None)
    undone, fresh = DoublesVerdict.objects.get_or_create(
        undoes=verdict,
        defaults={"coins": verdict.coins, "score": verdict.score, "reason": verdict.reason, "user": user},
    )
    if fresh:
        _rejoin(verdict)
    return undone


def _rejoin(verdict: DoublesVerdict) -> None:
    named = Coin.objects.filter(identifier__in=verdict.coins)
    groups = list(DoubleGroup.objects.filter(coins__in=named).distinct())
    coins = list(Coin.objects.filter(Q(pk__in=named) | Q(doubles__in=groups)).values_list("pk", flat=True))
    if len(coins) < 2:
        return
    told: list[DoublesVerdict | DoubleGroup] = [verdict, *groups]
    reasons = {each for held in told for each in held.reason.split(", ")}
    whole = DoubleGroup.objects.create(
        kind=DoubleGroup.Kind.NEAR,
        score=min(held.score for held in told),
        reason=", ".join(sorted(reasons)),
    )
    Coin.objects.filter(pk__in=coins).update(doubles=whole)
    DoubleGroup.objects.filter(pk__in=[group.pk for group in groups]).delete()


@transaction.atomic
def _keep(groups: Sequence[Group[int]]) -> list[set[int]]:
    """Store the groups of coins in place of all others, and return the coins.

    A group that holds coins which a person parted, perhaps while the search ran, is looked for again without what joins
    those.
    """
    _write_alone()
    kept: list[Joined] = []
    parted = _parted()
    for coins, found in _joined(groups):
        if not _is_exact(found) and any(len(coins & apart) > 1 for apart in parted):
            names = [name for group in found for name in group.members]
            kept += _joined(_group_again(Photograph.objects.filter(pk__in=names), parted))
        else:
            kept.append((coins, found))
    DoubleGroup.objects.all().delete()
    return _store(kept)


def _write_alone() -> None:
    """A search that ends while a person parts a group would bring the group back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('doubles'))")


def _parted() -> list[set[int]]:
    """The coins of each verdict that stands."""
    verdicts = [set(coins) for coins in DoublesVerdict.objects.standing().values_list("coins", flat=True)]
    named = Coin.objects.filter(identifier__in=set().union(*verdicts)).values_list("identifier", "pk")
    known = dict(named)
    return [{known[each] for each in verdict if each in known} for verdict in verdicts]


def _apart(parted: Sequence[set[int]]) -> Apart[int]:
    """Of two photographs: whether they are of two coins that one verdict parted."""
    pictured = Photograph.objects.filter(coin__in=set().union(*parted))
    coin_of = dict(pictured.values_list("pk", "coin_id"))

    def told(one: int, other: int) -> bool:
        coins = {coin_of.get(one), coin_of.get(other)}
        return len(coins) > 1 and any(coins <= verdict for verdict in parted)

    return told


def _group_again(photographs: QuerySet[Photograph], parted: Sequence[set[int]]) -> list[Group[int]]:
    readable = photographs.exclude(file="").order_by("pk").values_list("pk", "file")
    files = ((pk, Path(settings.ORIGINALS_ROOT) / file) for pk, file in readable)
    groups, _ = find_doubles(files, apart=_apart(parted))
    return groups


def _joined(groups: Sequence[Group[int]]) -> list[Joined]:
    """Groups of coins; groups of pictures that share a coin are one."""
    named = Photograph.objects.filter(pk__in=[name for group in groups for name in group.members])
    coin_of = dict(named.values_list("pk", "coin_id"))
    joined: list[Joined] = []
    for group in groups:
        coins, found = {coin_of[name] for name in group.members if name in coin_of}, [group]
        if len(coins) < 2:
            continue  # the same coin was photographed twice
        for other in [each for each in joined if each[0] & coins]:
            joined.remove(other)
            coins, found = coins | other[0], [*other[1], *found]
        joined.append((coins, found))
    return joined


def _store(joined: Sequence[Joined]) -> list[set[int]]:
    for coins, found in joined:
        Coin.objects.filter(pk__in=coins).update(doubles=_row(found))
    return [coins for coins, _ in joined]


def _row(found: Sequence[Group[int]]) -> DoubleGroup:
    """The least sure of what holds the group together."""
    reasons = sorted({group.reason for group in found})
    return DoubleGroup.objects.create(
        kind=DoubleGroup.Kind.EXACT if _is_exact(found) else DoubleGroup.Kind.NEAR,
        score=min(group.score for group in found),
        reason=", ".join(reasons),
    )


def _is_exact(found: Sequence[Group[int]]) -> bool:
    return all(group.reason in SURE for group in found)
