"""The frozen test set: what experts said of coins that no model learns from. It grows, and each version is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db.models import QuerySet

from annotations.models import Concept, Label, Side, TestSet
from annotations.models.coins import Split
from annotations.queries.text_rules import implications
from annotations.services.side_samples import ABSENT, PRESENT, closures, sample_of
from annotations.services.splits import group_keys
from mlcore.contract import Sample, write_snapshot

BATCH = 2000


def freeze_test_set() -> TestSet | None:
    """The present expert answers on test coins as a test set: the newest one where nothing was added since.

    None where no expert has answered on a test coin.
    """
    concepts = tuple(Concept.objects.in_use().order_by("slug").values_list("slug", flat=True))
    folder = Path(settings.MODELS_ROOT) / "test-sets"
    folder.mkdir(parents=True, exist_ok=True)
    written, counts, coins = folder / f"{uuid4()}.jsonl", Counter[str](), set[str]()
    sha256 = write_snapshot(written, concepts, _counted(_samples(concepts), concepts, counts, coins))
    newest = TestSet.objects.first()
    if not counts["sides"] or (newest is not None and newest.sha256 == sha256):
        written.unlink()
        return newest if counts["sides"] else None
    # named by what it holds: a version never takes another one's place
    kept = written.replace(folder / f"{sha256}.jsonl")
    counts["coins"] = len(coins)
    return TestSet.objects.create(
        file=f"test-sets/{kept.name}", sha256=sha256, concepts=list(concepts), counts=dict(counts)
    )


def _answered_sides() -> QuerySet[Side]:
    answered = Label.objects.filter(expert__in=["yes", "no"]).values("side")
    sides = Side.objects.pictured().filter(pk__in=answered, coin__split=Split.TEST)
    return sides.select_related("coin").defer("coin__search").order_by("pk")


def _samples(concepts: Sequence[str]) -> Iterator[Sample]:
    implied, keys, last = closures(concepts, implications()), group_keys(), 0
    while batch := list(_answered_sides().filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        labels: dict[int, dict[str, Label]] = {}
        for label in Label.objects.filter(side__in=batch).exclude(expert="").select_related("concept"):
            labels.setdefault(label.side_id, {})[label.concept.slug] = label
        for side in batch:
            yield _only_expert(side, keys, labels[side.pk], concepts, implied)


def _only_expert(
    side: Side,
    keys: Mapping[int, str],
    labels: Mapping[str, Label],
    concepts: Sequence[str],
    implied: Mapping[str, frozenset[str]],
) -> Sample:
    coin = keys.get(side.coin.doubles_id or 0, side.coin.identifier)
    return sample_of(side, coin, labels, concepts, implied, "test", with_text=False)


def _counted(
    samples: Iterator[Sample], concepts: Sequence[str], counts: Counter[str], coins: set[str]
) -> Iterator[Sample]:
    for sample in samples:
        counts["sides"] += 1
        coins.add(sample.coin)
        for slug, value in zip(concepts, sample.labels, strict=True):
            counts[f"present/{slug}"] += value == PRESENT
            counts[f"absent/{slug}"] += value == ABSENT
        yield sample
