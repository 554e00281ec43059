"""Freeze what is known today into a data set that never changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from annotations.models import Coin, Concept, Decision, Label, Side, Snapshot
from annotations.queries.text_rules import implications
from annotations.services.side_samples import PRESENT, closures, sample_of
from annotations.services.splits import Splits, give_splits, group_keys
from annotations.services.test_sets import freeze_test_set
from mlcore.contract import LearningError, Report, Sample, write_snapshot

BATCH = 2000
NOTHING = (
    "There is nothing to learn from yet: no side has both a picture and a text or a decision. "
    "Import coins with pictures and texts, or answer questions under Review."
)


def refuse_unknown_sides() -> None:
    """Raises LearningError where a snapshot would hold no side."""
    if not _sides().exists():
        raise LearningError(NOTHING)


@transaction.atomic
def freeze_snapshot(*, user: User | None, report: Report = lambda event: None) -> Snapshot:
    """Write every pictured side of which a text or a person says something, with its answers, to a manifest.

    A person's answer counts before the text's. What a text does not mention is taken as absent; a side without a text
    is known only where a person answered. Coins that are frozen for the first time are given their split, and the
    experts' answers on test coins are frozen beside. Raises LearningError where nothing is known.
    """
    refuse_unknown_sides()
    concepts = tuple(Concept.objects.in_use().order_by("slug").values_list("slug", flat=True))
    folder = Path(settings.MODELS_ROOT) / "snapshots"
    folder.mkdir(parents=True, exist_ok=True)
    report({"event": "progress", "stage": "splitting the coins"})
    splits = _split_sides(concepts)
    counts: Counter[str] = Counter({"left_test": splits.left_test})
    snapshot = Snapshot.objects.create(file="", sha256="", concepts=list(concepts), counts={}, created_by=user)
    path = folder / f"{snapshot.pk}.jsonl"
    samples = _samples(concepts, splits, report)
    snapshot.sha256 = write_snapshot(path, concepts, _counted(samples, concepts, counts))
    snapshot.file, snapshot.counts = f"snapshots/{path.name}", dict(counts)
    snapshot.test_set = freeze_test_set()
    snapshot.save()
    return snapshot


def _sides() -> QuerySet[Side]:
    return Side.objects.pictured().filter(~Q(text="") | Exists(Decision.objects.filter(side=OuterRef("pk"))))


def _split_sides(concepts: Sequence[str]) -> Splits:
    sides = _sides().order_by().values("pk")
    coins = Coin.objects.filter(pk__in=_sides().order_by().values("coin"))
    return give_splits(coins, Label.objects.filter(side__in=sides, concept__slug__in=concepts))


def _samples(concepts: Sequence[str], splits: Splits, report: Report) -> Iterator[Sample]:
    implied = closures(concepts, implications())
    keys = group_keys()
    sides = _sides().select_related("coin").defer("coin__search").order_by("pk")
    ids = list(sides.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        report({"event": "progress", "stage": "freezing the data", "done": start, "total": len(ids)})
        batch = ids[start : start + BATCH]
        labels = _labels_by_side(batch)
        for side in sides.filter(pk__in=batch):
            coin = keys.get(side.coin.doubles_id or 0, side.coin.identifier)
            split = splits.of_coin[side.coin_id]
            yield sample_of(side, coin, labels.get(side.pk, {}), concepts, implied, split, with_text=True)


def _labels_by_side(side_ids: Sequence[int]) -> dict[int, dict[str, Label]]:
    labels: dict[int, dict[str, Label]] = {}
    for label in Label.objects.filter(side__in=side_ids).select_related("concept"):
        labels.setdefault(label.side_id, {})[label.concept.slug] = label
    return labels


def _counted(samples: Iterator[Sample], concepts: Sequence[str], counts: Counter[str]) -> Iterator[Sample]:
    for sample in samples:
        counts["samples"] += 1
        counts[f"samples/{sample.split}"] += 1
        for slug, value, by_expert in zip(concepts, sample.labels, sample.expert, strict=True):
            counts[f"positives/{slug}"] += value == PRESENT
            counts[f"positives/{slug}/{sample.split}"] += value == PRESENT
            counts[f"expert/{slug}"] += by_expert
            counts["expert"] += by_expert
        yield sample
