"""Files into the corpus: checked whole, stored whole, then pictures and texts, with a report of what was refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from types import ModuleType

from django.contrib.auth.models import User
from django.db import transaction

from annotations.importers import load_format
from annotations.models import Coin, ImportRun
from annotations.records import CoinRecord, RefusedRecord
from annotations.services.concepts import compiled_rules, load_concepts
from annotations.services.corpus import save_records
from annotations.services.entities import entity_matcher
from annotations.services.jobs import write_fenced
from annotations.services.pictures import take_pictures
from annotations.services.ranking import open_questions
from annotations.services.texts import read_texts
from mlcore.contract import LearningError, Report

BATCH = 500
PICTURE_BATCH = 64
REFUSED_KEPT = 1000


def queue_import(*, user: User | None, format: str, path: Path, name: str) -> ImportRun:
    """Make the row of an import. Raises ValueError for an unknown format."""
    load_format(format)
    return ImportRun.objects.create(created_by=user, format=format, path=str(path), name=name[:255])


def carry_out_import(run: ImportRun, report: Report) -> None:
    """Check, save, read texts, take pictures. An import that was interrupted is simply done again."""
    importer, path = load_format(run.format), Path(run.path)
    load_concepts()
    counts, refused = _check(importer, path, report)
    write_fenced(run, counts=dict(counts), refused=[asdict(row) for row in refused])
    if refused and importer.ATOMIC == "file":
        raise LearningError(_refusal(run, counts["refused"], refused[0]))
    if not counts["records"]:
        raise LearningError(f"{run.name} holds no coin that could be imported. {_first(refused)}")
    counts.update(_save(importer, run, report, counts["records"]))
    counts.update(_read_texts(importer, run, report, counts["records"]))
    counts.update(_take_pictures(importer, run, report, counts["records"]))
    counts["questions"] = open_questions()
    write_fenced(run, counts=dict(counts))


def _check(importer: ModuleType, path: Path, report: Report) -> tuple[Counter[str], list[RefusedRecord]]:
    """Read everything once without storing it: an error in the last row shows before the first is saved."""
    counts: Counter[str] = Counter()
    refused: list[RefusedRecord] = []
    total = importer.count(path)
    for place, record in enumerate(importer.read(path), start=1):
        if isinstance(record, RefusedRecord):
            counts["refused"] += 1
            if len(refused) < REFUSED_KEPT:
                refused.append(record)
        else:
            counts["records"] += 1
        if place % 50 == 0:
            report({"event": "progress", "stage": "checking", "done": place, "total": max(total, place)})
    return counts, refused


def _refusal(run: ImportRun, refused: int, first: RefusedRecord) -> str:
    rows = "row is" if refused == 1 else "rows are"
    return (
        f"{refused} {rows} refused, so nothing of {run.name} was imported. The first: {_first([first])} "
        "Correct the rows and import the file again."
    )


def _first(refused: list[RefusedRecord]) -> str:
    if not refused:
        return ""
    row = refused[0]
    if not row.row:
        return row.reason
    return f"Row {row.row}, field {row.field or '(none)'}, value “{row.value}”: {row.reason}"


def _records(importer: ModuleType, run: ImportRun) -> Iterator[CoinRecord]:
    return (record for record in importer.read(Path(run.path)) if isinstance(record, CoinRecord))


def _save(importer: ModuleType, run: ImportRun, report: Report, total: int) -> Counter[str]:
    """One transaction for the whole file, or one per batch where each record stands for itself."""
    batches = batched_records(_records(importer, run), BATCH)
    if importer.ATOMIC == "file":
        with transaction.atomic():
            return _save_batches(batches, run, report, total)
    return _save_batches(batches, run, report, total)


def _save_batches(
    batches: Iterable[tuple[CoinRecord, ...]], run: ImportRun, report: Report, total: int
) -> Counter[str]:
    counts: Counter[str] = Counter()
    done = 0
    for batch in batches:
        counts.update(save_records(batch, format=run.format))
        done += len(batch)
        report({"event": "progress", "stage": "saving", "done": done, "total": total})
    return counts


def _read_texts(importer: ModuleType, run: ImportRun, report: Report, total: int) -> Counter[str]:
    counts: Counter[str] = Counter()
    rules, matcher, done = compiled_rules(), entity_matcher(), 0
    for batch in batched_records(_records(importer, run), BATCH):
        coins = Coin.objects.filter(identifier__in=[record.identifier for record in batch])
        counts.update(read_texts(list(coins.values_list("pk", flat=True)), rules, matcher))
        done += len(batch)
        report({"event": "progress", "stage": "reading texts", "done": done, "total": total})
    return counts


def _take_pictures(importer: ModuleType, run: ImportRun, report: Report, total: int) -> Counter[str]:
    counts: Counter[str] = Counter()
    done = 0
    for batch in batched_records(_records(importer, run), PICTURE_BATCH):
        counts.update(take_pictures(batch))
        done += len(batch)
        report({"event": "progress", "stage": "cropping pictures", "done": done, "total": total})
    return counts


def batched_records(records: Iterable[CoinRecord], size: int) -> Iterator[tuple[CoinRecord, ...]]:
    iterator = iter(records)
    while batch := tuple(islice(iterator, size)):
        yield batch
