"""Freeze texts with the names in them, as persons corrected them, into a data set that never changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from annotations.models import Coin, Description, EntityMention, Label, Snapshot, SpanDecision
from annotations.queries.entities import LIST, corrections, standing_decisions
from annotations.services.splits import Splits, give_splits, group_keys
from mlcore.contract import LabelledSpan, LearningError, Report, TextSample, write_text_snapshot
from mlcore.text.entity_corrections import SpanCorrection, corrected_sample
from mlcore.text.entity_lists import LABELS

BATCH = 2000
NOTHING = (
    "There is nothing to learn from yet: no text names an entity. Import lists of entities "
    "(manage.py import_entities FOLDER), or mark names in texts under Entities."
)


def refuse_nameless_texts() -> None:
    """Raises LearningError where neither the lists nor a person name anything in a text."""
    said = SpanDecision.objects.filter(undoes=None, undone_by=None).exclude(label="").exclude(description=None)
    if not EntityMention.objects.filter(source=LIST).exists() and not said.exists():
        raise LearningError(NOTHING)


@transaction.atomic
def freeze_text_snapshot(*, user: User | None, report: Report = lambda event: None) -> Snapshot:
    """Write every text with what the lists name in it; what a person said counts before the lists.

    Raises LearningError where no text names anything.
    """
    folder = Path(settings.MODELS_ROOT) / "snapshots"
    folder.mkdir(parents=True, exist_ok=True)
    report({"event": "progress", "stage": "splitting the coins"})
    coins = Coin.objects.filter(pk__in=Description.objects.exclude(text="").order_by().values("coin"))
    splits = give_splits(coins, Label.objects.filter(side__coin__in=coins))
    counts: Counter[str] = Counter({"left_test": splits.left_test})
    snapshot = Snapshot.objects.create(file="", sha256="", concepts=list(LABELS), counts={}, created_by=user)
    path = folder / f"{snapshot.pk}.jsonl"
    snapshot.sha256 = write_text_snapshot(path, LABELS, _counted(_samples(splits, report), counts))
    if not any(counts[f"positives/{label}"] for label in LABELS):
        path.unlink()
        raise LearningError(NOTHING)
    snapshot.file, snapshot.counts = f"snapshots/{path.name}", dict(counts)
    snapshot.save()
    return snapshot


def _samples(splits: Splits, report: Report) -> Iterator[TextSample]:
    texts = Description.objects.exclude(text="").select_related("coin").defer("coin__search").order_by("pk")
    keys, last, done, total = group_keys(), 0, 0, texts.count()
    while batch := list(texts.filter(pk__gt=last)[:BATCH]):
        report({"event": "progress", "stage": "freezing the data", "done": done, "total": total})
        last, done = batch[-1].pk, done + len(batch)
        yield from _read(batch, keys, splits)


def _read(batch: Sequence[Description], keys: Mapping[int, str], splits: Splits) -> Iterator[TextSample]:
    listed: dict[int, list[LabelledSpan]] = defaultdict(list)
    for each in EntityMention.objects.filter(description__in=batch, source=LIST):
        listed[each.description_id].append(LabelledSpan(each.start, each.end, each.label.upper()))
    said: dict[int | None, list[SpanDecision]] = defaultdict(list)
    for decision in standing_decisions([text.pk for text in batch]):
        said[decision.description_id].append(decision)
    for text in batch:
        coin = keys.get(text.coin.doubles_id or 0, text.coin.identifier)
        yield corrected_sample(
            description=text.pk,
            coin=coin,
            language=text.language,
            text=text.text,
            machine=listed[text.pk],
            corrections=[SpanCorrection(c.start, c.end, c.label.upper()) for c in corrections(said[text.pk])],
            split=splits.of_coin[text.coin_id],
        )


def _counted(samples: Iterator[TextSample], counts: Counter[str]) -> Iterator[TextSample]:
    for sample in samples:
        counts["samples"] += 1
        counts[f"samples/{sample.split}"] += 1
        counts["expert"] += sample.expert
        for span in sample.spans:
            counts[f"positives/{span.label}"] += 1
            counts[f"expert/{span.label}"] += sample.expert
        yield sample
