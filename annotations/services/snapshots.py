"""Freeze what is known today into a data set that never changes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Min, Q

from annotations.models import Coin, Concept, Label, Side, Snapshot
from annotations.models.evidence import Answer
from annotations.queries.text_rules import implications
from mlcore.contract import LearningError, Sample, Split, write_snapshot

UNKNOWN, ABSENT, PRESENT = -1, 0, 1
_FROM_EXPERT = {Answer.YES: PRESENT, Answer.NO: ABSENT, Answer.UNSURE: UNKNOWN}


@transaction.atomic
def freeze_snapshot(*, user: User | None) -> Snapshot:
    """Write every pictured side of which a text or a person says something, with its answers, to a manifest.

    A person's answer counts before the text's. What a text does not mention is taken as absent; a side without a text
    is known only where a person answered. Raises LearningError where nothing is known.
    """
    concepts = tuple(Concept.objects.in_use().order_by("slug").values_list("slug", flat=True))
    folder = Path(settings.MODELS_ROOT) / "snapshots"
    folder.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    snapshot = Snapshot.objects.create(file="", sha256="", concepts=list(concepts), counts={}, created_by=user)
    path = folder / f"{snapshot.pk}.jsonl"
    snapshot.sha256 = write_snapshot(path, concepts, _counted(_samples(concepts), concepts, counts))
    if not counts["samples"]:
        raise LearningError(
            "There is nothing to learn from yet: no side has both a picture and a text or a decision. "
            "Import coins with pictures and texts, or answer questions under Review."
        )
    snapshot.file, snapshot.counts = f"snapshots/{path.name}", dict(counts)
    snapshot.save()
    return snapshot


def split_of(identifier: str) -> Split:
    """Train, validation or test (64 : 16 : 20) by the coin alone: a test coin stays a test coin in every snapshot.

    Coins with the same picture are one coin here, named by the first identifier of their group.
    """
    place = int.from_bytes(hashlib.sha256(identifier.encode()).digest()[:4]) / 2**32
    return "test" if place < 0.20 else "validation" if place < 0.36 else "train"


def group_keys() -> dict[int, str]:
    """What stands for all coins of a group of doubles: the first of their identifiers."""
    grouped = Coin.objects.exclude(doubles=None).order_by()
    return dict(grouped.values_list("doubles").annotate(key=Min("identifier")))


def _samples(concepts: Sequence[str]) -> Iterator[Sample]:
    implied = {slug: _closure(slug, implications()) for slug in concepts}
    keys = group_keys()
    sides = (
        Side.objects.pictured()
        .filter(~Q(text="") | Q(decisions__isnull=False))
        .distinct()
        .select_related("coin")
        .order_by("pk")
    )
    for batch in _batches(list(sides.values_list("pk", flat=True))):
        labels = _labels_by_side(batch)
        for side in sides.filter(pk__in=batch):
            coin = keys.get(side.coin.doubles_id or 0, side.coin.identifier)
            yield _sample(side, coin, labels.get(side.pk, {}), concepts, implied)


def _batches(ids: Sequence[int], size: int = 2000) -> Iterator[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _labels_by_side(side_ids: Sequence[int]) -> dict[int, dict[str, Label]]:
    labels: dict[int, dict[str, Label]] = {}
    for label in Label.objects.filter(side__in=side_ids).select_related("concept"):
        labels.setdefault(label.side_id, {})[label.concept.slug] = label
    return labels


def _sample(
    side: Side, coin: str, labels: Mapping[str, Label], concepts: Sequence[str], implied: Mapping[str, frozenset[str]]
) -> Sample:
    said = {slug for slug, label in labels.items() if label.expert == Answer.YES}
    implied_by_expert = {slug for yes in said for slug in implied.get(yes, ())}
    answers = [_answer(labels.get(slug), slug in implied_by_expert, bool(side.text)) for slug in concepts]
    return Sample(
        side=side.pk,
        coin=coin,
        face="obverse" if side.face == "obverse" else "reverse",
        picture=side.crop,
        text=side.text,
        labels=tuple(value for value, _ in answers),
        expert=tuple(by_expert for _, by_expert in answers),
        split=split_of(coin),
    )


def _answer(label: Label | None, implied: bool, has_text: bool) -> tuple[int, bool]:
    """The answer and whether it comes from a person."""
    if label is not None and label.expert:
        return _FROM_EXPERT[Answer(label.expert)], True
    if implied:
        return PRESENT, True
    if label is not None and label.text_present:
        return PRESENT, False
    return (ABSENT if has_text else UNKNOWN), False


def _closure(slug: str, direct: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(direct.get(slug, ()))
    while waiting:
        implied = waiting.pop()
        if implied not in found:
            found.add(implied)
            waiting += direct.get(implied, ())
    return frozenset(found)


def _counted(samples: Iterator[Sample], concepts: Sequence[str], counts: Counter[str]) -> Iterator[Sample]:
    for sample in samples:
        counts["samples"] += 1
        counts[f"samples/{sample.split}"] += 1
        for slug, value, by_expert in zip(concepts, sample.labels, sample.expert, strict=True):
            counts[f"positives/{slug}"] += value == PRESENT
            counts[f"expert/{slug}"] += by_expert
            counts["expert"] += by_expert
        yield sample
