"""A model's word on every text of the corpus: the names that it finds, by a child process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import transaction

from annotations.models import Description, EntityMention, Job, ModelVersion, PredictionRun
from annotations.queries.entities import LIST
from annotations.services.children import run_child
from annotations.services.corpus import write_alone
from annotations.services.jobs import Pulse, write_fenced
from annotations.services.publishing import model_folder, reads_texts
from mlcore.files import written_aside

BATCH = 2000


class NoReader(ValueError):
    """The model says nothing of texts."""


@transaction.atomic
def queue_reading(*, version: ModelVersion, user: User) -> PredictionRun:
    """The job that has this model read all texts, or the one that waits or works already. Raises NoReader."""
    if not reads_texts(version):
        raise NoReader(f"Model {version.pk} looks at pictures; it reads no texts.")
    ModelVersion.objects.select_for_update().get(pk=version.pk)  # two clicks are one job
    active = version.prediction_runs.filter(status__in=Job.ACTIVE).first()
    return cast(PredictionRun, active) if active else PredictionRun.objects.create(version=version, created_by=user)


def carry_out_reading(run: PredictionRun, pulse: Pulse) -> None:
    """Keep the names that the model finds in place of those that any model found before; lists and persons stay."""
    folder = model_folder(run.version)
    texts, out = folder / f"texts-{run.pk}.jsonl", folder / f"names-{run.pk}.jsonl"
    total = _write_texts(texts)
    run_child(
        ["predict", str(folder), "--texts", str(texts), "--out", str(out)],
        log=folder / "log.txt",
        pulse=pulse,
        on_event=lambda event: None,
    )
    write_fenced(run, counts={"texts": total, "names": _replace_mentions(run.version, out, pulse, total)})
    for file in (texts, out):
        file.unlink()


def _write_texts(path: Path) -> int:
    total = 0
    texts = Description.objects.exclude(text="").order_by("pk").values_list("pk", "text")
    with written_aside(path) as partial, partial.open("w", encoding="utf-8") as stream:
        for description, text in texts.iterator(BATCH):
            stream.write(json.dumps({"description": description, "text": text}) + "\n")
            total += 1
    return total


@transaction.atomic
def _replace_mentions(version: ModelVersion, out: Path, pulse: Pulse, total: int) -> int:
    """All at once, so that no text shows the names of two models."""
    write_alone()  # else an import takes texts away meanwhile, or two models store their names at once
    EntityMention.objects.exclude(source=LIST).delete()
    names = done = 0
    with out.open(encoding="utf-8") as lines:
        while batch := [json.loads(line) for line in islice(lines, BATCH)]:
            names += len(EntityMention.objects.bulk_create(_mentions(version, batch)))
            done += len(batch)
            pulse({"event": "progress", "stage": "storing", "done": done, "total": total})
    return names


def _mentions(version: ModelVersion, rows: Sequence[dict[str, Any]]) -> Iterator[EntityMention]:
    there = Description.objects.filter(pk__in=[row["description"] for row in rows]).values_list("pk", flat=True)
    present = set(there)  # an import may have replaced a text while the child read it
    for row in rows:
        for start, end, label, score in row["spans"] if row["description"] in present else ():
            yield EntityMention(
                description_id=row["description"],
                start=start,
                end=end,
                label=label.lower(),
                source=f"model {version.pk}",
                score=round(score, 4),
            )
