"""Models side by side, concept by concept, in the manner of the published Table 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from annotations.models import ModelVersion, TrainingRun
from annotations.queries.models import concept_names
from mlcore.registry import kinds

MOST = 6
PARTS = {
    "test": "labels read from texts",
    "test_obverse": "labels read from texts, obverses alone",
    "test_reverse": "labels read from texts, reverses alone",
    "test_expert": "labels that experts gave",
    "test_expert_obverse": "labels that experts gave, obverses alone",
    "test_expert_reverse": "labels that experts gave, reverses alone",
}
METRICS = {
    "balanced_accuracy": "Accuracy (balanced)",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "ap": "Average precision",
    "roc_auc": "ROC-AUC",
    "calibration_error": "Calibration error",
}
PUBLISHED = ("balanced_accuracy", "precision", "recall", "f1")
"""What Reid and Arandjelović give."""
SMALL_IS_GOOD = {"calibration_error"}


@dataclass(frozen=True)
class Cell:
    value: float | None
    low: float | None
    high: float | None
    best: bool


@dataclass(frozen=True)
class Line:
    name: str
    sides: int
    """For which the answer is known; the most of any model."""
    positives: int
    cells: list[Cell]
    """Model by model, within each the metrics in order."""


@dataclass(frozen=True)
class Cost:
    name: str
    unit: str
    values: list[float | None]
    """Per model."""


@dataclass(frozen=True)
class Table:
    models: list[ModelVersion]
    metrics: dict[str, str]
    lines: list[Line]
    mean: Line | None
    costs: list[Cost]

    @property
    def same_sides(self) -> bool:
        """Whether all were measured on one frozen test set."""
        return len({version.snapshot.sha256 for version in self.models}) < 2


def choose_models(numbers: Iterable[int] = ()) -> list[ModelVersion]:
    """The models asked for; else the published one and the newest, of those that look at sides."""
    pictured = [name for name, kind in kinds().items() if kind.learns_from == "sides"]
    runs = TrainingRun.objects.select_related("snapshot").defer("epochs", "libraries")
    models = ModelVersion.objects.filter(kind__in=pictured).prefetch_related(Prefetch("run", runs))
    if wanted := list(numbers)[:MOST]:
        return list(models.filter(pk__in=wanted).order_by("pk"))
    newest = list(models[:2])
    published = models.published()
    chosen = {version.pk: version for version in [*([published] if published else []), *newest]}
    return sorted(chosen.values(), key=lambda version: version.pk)


def read_table(models: list[ModelVersion], part: str, metrics: Sequence[str]) -> Table:
    """Concepts by name; a model that was not asked a concept has an empty cell there."""
    names: dict[str, str] = {}
    for version in models:
        names |= concept_names(version)
    measured = [version.metrics.get(part) or {} for version in models]
    lines = [
        _line(name, [figures.get(slug) for figures in measured], metrics)
        for slug, name in sorted(names.items(), key=lambda pair: pair[1])
    ]
    mean = _line("Mean", [figures.get("mean") for figures in measured], metrics) if lines else None
    return Table(models, {key: METRICS[key] for key in metrics}, lines, mean, [*_costs(models)])


def _line(name: str, rows: Sequence[dict[str, Any] | None], metrics: Sequence[str]) -> Line:
    known = [row for row in rows if row]
    best = {metric: _best([row.get(metric) for row in known], metric in SMALL_IS_GOOD) for metric in metrics}
    cells = [_cell(row or {}, metric, best[metric], len(rows)) for row in rows for metric in metrics]
    sides, positives = (max((row.get(key) or 0 for row in known), default=0) for key in ("n", "positives"))
    return Line(name, sides, positives, cells)


def _best(values: Iterable[float | None], small: bool) -> float | None:
    known = [value for value in values if value is not None]
    return (min if small else max)(known, default=None)


def _cell(row: dict[str, Any], metric: str, best: float | None, models: int) -> Cell:
    value = row.get(metric)
    low, high = (row.get("intervals") or {}).get(metric) or (None, None)
    # the best of nothings is nothing to be proud of
    shines = value is not None and value == best and (value > 0 or metric in SMALL_IS_GOOD)
    return Cell(value, low, high, models > 1 and shines)


def _costs(models: Sequence[ModelVersion]) -> Iterable[Cost]:
    words = {
        "epochs": ("Epochs", ""),
        "minutes": ("Training", "minutes"),
        "images_per_second": ("Learning", "images/s"),
        "predict_images_per_second": ("Answering", "images/s"),
        "parameters": ("Weights", ""),
    }
    for key, (name, unit) in words.items():
        values = [(version.metrics.get("cost") or {}).get(key) for version in models]
        if any(value is not None for value in values):
            yield Cost(name, unit, values)
