"""Imports as pages show them: what came in, and what was refused with the reason."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from annotations.models import ImportRun, Photograph
from annotations.queries.runs import read_progress

PAGE = 50
PICTURES_SHOWN = 100
REFUSED_COLUMNS = ("row", "source", "field", "value", "reason")
COUNTS = {
    "records": "coins read",
    "created": "new coins",
    "updated": "coins updated",
    "refused": "rows refused",
    "texts": "texts read",
    "texts_unsplit": "texts of unclear side",
    "mentions": "concepts found in texts",
    "pictures": "pictures taken",
    "pictures_unchanged": "pictures unchanged",
    "pictures_refused": "pictures refused",
    "questions": "questions open in all",
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def list_imports(before: int | None = None) -> list[ImportRun]:
    """Newest first, one more than a page if there is another page."""
    imports = ImportRun.objects.select_related("created_by").defer("refused")
    return list((imports.filter(id__lt=before) if before else imports)[: PAGE + 1])


def label_counts(run: ImportRun) -> list[tuple[str, int]]:
    """The known counts in words, in the order in which they arise."""
    return [(words, run.counts[key]) for key, words in COUNTS.items() if key in run.counts]


def refused_photographs(run: ImportRun) -> QuerySet[Photograph]:
    """Unusable pictures of the coins that this import was the last to write."""
    if run.started_at is None:
        return Photograph.objects.none()
    until = run.finished_at or timezone.now()
    return (
        Photograph.objects.exclude(refusal="")
        .filter(coin__updated_at__range=(run.started_at, until), coin__source__startswith=f"{run.format}: ")
        .select_related("coin")
    )


def write_refused(rows: Iterable[dict[str, Any]]) -> str:
    """Refused rows as CSV. Values that a spreadsheet would run as a formula get an apostrophe before them."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(REFUSED_COLUMNS)
    for row in rows:
        writer.writerow([guard_cell(str(row.get(name, ""))) for name in REFUSED_COLUMNS])
    return text.getvalue()


def guard_cell(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def describe_import(run: ImportRun) -> dict[str, Any]:
    """A row of the list as JSON."""
    return {
        "id": run.pk,
        "status": run.status,
        "format": run.format,
        "name": run.name,
        "counts": run.counts,
        "created_by": run.created_by.get_username() if run.created_by else None,
        "created_at": run.created_at,
        "seconds": run.seconds,
    }


def describe_import_fully(run: ImportRun) -> dict[str, Any]:
    progress = read_progress(run)
    return describe_import(run) | {
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "reason": run.reason,
        "progress": {
            "stage": progress.stage,
            "done": progress.done,
            "total": progress.total,
            "rate": progress.rate,
            "left": progress.left,
        },
        "refused": run.refused,
        "refused_pictures": [
            {"coin": row.coin.identifier, "name": row.name, "code": row.refusal, "reason": row.reason}
            for row in refused_photographs(run)[:PICTURES_SHOWN]
        ],
    }
