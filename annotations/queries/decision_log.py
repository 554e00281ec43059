"""Who decided what, when, and when it was taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from annotations.models import Decision, GoldQuestion

PAGE = 50
BATCH = 2000
COLUMNS = (
    "id",
    "when",
    "person",
    "coin",
    "side",
    "concept",
    "answer",
    "answers",
    "takes_back",
    "taken_back",
    "taken_back_by",
    "sheet",
    "key",
)
_FIELDS = (
    "pk",
    "created_at",
    "user__username",
    "side__coin__identifier",
    "side__face",
    "concept__slug",
    "answer",
    "base_id",
    "undoes_id",
    "undone_by__created_at",
    "undone_by__user__username",
    "page",
    "key",
)


def filter_decisions(chosen: Mapping[str, Any]) -> QuerySet[Decision]:
    """`chosen`: cleaned values of forms.decision_log.LogForm. The newest first."""
    exact = {
        "user": chosen.get("person"),
        "concept": chosen.get("concept"),
        "side__face": chosen.get("side"),
        "side__coin__identifier": chosen.get("coin"),
        "answer": chosen.get("answer"),
        "page": chosen.get("page"),
    }
    found = Decision.objects.filter(**{name: value for name, value in exact.items() if value}).order_by("-id")
    if chosen.get("since"):
        found = found.filter(created_at__gte=_midnight(chosen["since"]))
    if chosen.get("until"):
        found = found.filter(created_at__lt=_midnight(chosen["until"] + timedelta(days=1)))
    if chosen.get("undone"):
        found = found.filter(undone_by__isnull=chosen["undone"] == "no")
    return found


def list_decisions(found: QuerySet[Decision], before: int | None) -> list[Decision]:
    """One more than a page if there is another page."""
    rows = found.filter(pk__lt=before) if before else found
    return list(
        rows.select_related("user", "concept", "side__coin", "undone_by__user", "base").defer("side__coin__search")[
            : PAGE + 1
        ]
    )


def gold_of(decisions: list[Decision]) -> dict[int, GoldQuestion]:
    """By the id of the decision that a gold question rests on."""
    rows = GoldQuestion.objects.filter(decision__in=decisions, withdrawn=False)
    return {gold.decision_id: gold for gold in rows}


def stream_decisions(found: QuerySet[Decision]) -> Iterator[dict[str, Any]]:
    """Every row as plain values, few of them in memory at a time."""
    for row in found.values_list(*_FIELDS).iterator(chunk_size=BATCH):
        yield dict(zip(COLUMNS, map(_plain, row), strict=True))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, (int, str)) else str(value)


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))
