"""A model version's word on every side of the corpus, by a child process."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from annotations.models import Embedding, ModelVersion, Prediction, PredictionRun, Side
from annotations.services.children import run_child
from annotations.services.corpus import write_alone
from annotations.services.jobs import Pulse, write_fenced
from annotations.services.machine_answers import forget_answers, queue_missing_predictions
from annotations.services.publishing import model_folder, reads_texts, serve_version
from annotations.services.ranking import queue_ranking
from annotations.services.text_reading import carry_out_reading
from mlcore.files import written_aside

BATCH = 2000


def carry_out_predictions(run: PredictionRun, pulse: Pulse) -> None:
    """Predict the pictured sides that this version has not seen; then, if it was chosen last, let it answer.

    A version that has seen every side already, to which somebody went back, says nothing new. Questions follow. One
    that finds names reads the texts instead.
    """
    if reads_texts(run.version):
        carry_out_reading(run, pulse)
        return
    folder = model_folder(run.version)
    sides, out = folder / f"sides-{run.pk}.jsonl", folder / f"predictions-{run.pk}.jsonl"
    total = _write_sides(run.version, sides)
    if not total:
        _let_answer(run, {"sides": 0, "refused": 0})
        return
    run_child(
        [
            *("predict", str(folder), "--sides", str(sides), "--out", str(out)),
            *("--pictures", str(settings.MEDIA_ROOT), "--features", str(settings.FEATURES_ROOT)),
        ],
        log=folder / "log.txt",
        pulse=pulse,
        on_event=lambda event: None,
    )
    counts = _store(run, out, pulse, total)
    replaced = _forget_replaced(sides, pulse, total)
    _let_answer(run, counts)
    if replaced:
        queue_missing_predictions(user=run.created_by)
    for file in (sides, out):
        file.unlink()


def _with_other() -> QuerySet[Any]:
    """Sides, with the picture of the other side of the coin as `other`."""
    others = Side.objects.pictured().filter(coin=OuterRef("coin")).exclude(face=OuterRef("face"))
    return Side.objects.annotate(other=Subquery(others.values("crop")))


def _write_sides(version: ModelVersion, path: Path) -> int:
    """Both sides of a coin stand together, so that a model that looks at both reads each picture once."""
    total = 0
    seen = Prediction.objects.filter(version=version, side=OuterRef("pk"))
    sides = _with_other().filter(~Exists(seen)).exclude(crop="").order_by("coin", "pk")
    with written_aside(path) as partial, partial.open("w") as stream:
        for side, crop, other in sides.values_list("pk", "crop", "other").iterator(BATCH):
            stream.write(json.dumps({"side": side, "picture": crop, "other": other}) + "\n")
            total += 1
    return total


def _store(run: PredictionRun, out: Path, pulse: Pulse, total: int) -> dict[str, int]:
    counts = {"sides": 0, "refused": 0}
    with out.open() as lines:
        while batch := [json.loads(line) for line in islice(lines, BATCH)]:
            good = [row for row in batch if "probabilities" in row]
            _store_batch(run.version, good)
            counts["sides"] += len(good)
            counts["refused"] += len(batch) - len(good)
            pulse({"event": "progress", "stage": "storing", "done": counts["sides"], "total": total})
    return counts


def _forget_replaced(sides: Path, pulse: Pulse, total: int) -> bool:
    """Take away what was said of crops that were replaced while the model looked at them; says whether there was any.

    Whoever replaces a crop takes away what is stored by then; this is what was stored afterwards.
    """
    checked = forgotten = 0
    with sides.open() as lines:
        while batch := [json.loads(line) for line in islice(lines, BATCH)]:
            shown = {row["side"]: (row["picture"], row["other"]) for row in batch}
            with transaction.atomic():
                write_alone()  # who replaces crops at this moment has to end first
                present = _with_other().filter(pk__in=shown).values_list("pk", "coin", "crop", "other")
                forgotten += forget_answers({coin for side, coin, *now in present if shown[side] != (*now,)})
            checked += len(batch)
            pulse({"event": "progress", "stage": "checking the crops", "done": checked, "total": total})
    return forgotten > 0


@transaction.atomic
def _store_batch(version: ModelVersion, rows: list[dict[str, Any]]) -> None:
    present = set(Side.objects.filter(pk__in=[row["side"] for row in rows]).values_list("pk", flat=True))
    rows = [row for row in rows if row["side"] in present]  # a side may have gone while the child worked
    Prediction.objects.bulk_create(
        (Prediction(version=version, side_id=row["side"], probabilities=row["probabilities"]) for row in rows),
        update_conflicts=True,
        unique_fields=["version", "side"],
        update_fields=["probabilities"],
    )
    Embedding.objects.bulk_create(
        (Embedding(version=version, side_id=row["side"], vector=row["embedding"]) for row in rows if row["embedding"]),
        update_conflicts=True,
        unique_fields=["version", "side"],
        update_fields=["vector"],
    )


def _let_answer(run: PredictionRun, counts: dict[str, int]) -> None:
    """Labels, search and look-alikes change in one transaction, which leaves a ranking of the questions behind."""
    with transaction.atomic():
        if serve_version(run.version):
            queue_ranking(user=run.created_by, round=run.version.run_id)
        write_fenced(run, counts=counts)
