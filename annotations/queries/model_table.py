"""Models side by side, concept by concept, in the manner of the published Table 1."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

from django.db.models import Prefetch

from annotations.models import ModelVersion, TrainingRun
from annotations.queries.models import answered_enough, concept_names
from mlcore.registry import kinds

Row = dict[str, Any]
MOST = 6
PARTS = {
    "test": "labels read from texts",
    "test_obverse": "labels read from texts, obverses alone",
    "test_reverse": "labels read from texts, reverses alone",
    "test_expert": "labels that experts gave",
    "test_expert_obverse": "labels that experts gave, obverses alone",
    "test_expert_reverse": "labels that experts gave, reverses alone",
}
OLD_PARTS = {"text": "test", "expert": "test_expert"}
"""What addresses of the sheet of answers called them."""
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
class Sample:
    """The test sides whose answer is known, and how many of them show the concept."""

    sides: int
    positives: int


@dataclass(frozen=True)
class Line:
    name: str
    samples: list[Sample | None]
    """Model by model; None where the concept was not asked."""
    cells: list[Cell]
    """Model by model, within each the metrics in order."""

    @property
    def measured(self) -> list[Sample]:
        return [sample for sample in self.samples if sample]

    @property
    def sample(self) -> Sample | None:
        """Of every model that was asked; None where they were asked of other sides."""
        return self.measured[0] if len(set(self.measured)) == 1 else None


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
    def measured(self) -> bool:
        return any(sample.sides for line in self.lines for sample in line.measured)

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
    mean = _mean(lines, measured, metrics) if lines else None
    return Table(models, {key: METRICS[key] for key in metrics}, lines, mean, [*_costs(models)])


def part_of(word: str, models: Sequence[ModelVersion], parts: Container[str] = PARTS) -> str:
    """What an address asks for; what it does not name among `parts`, is chosen by the models."""
    part = OLD_PARTS.get(word, word)
    return part if part in parts else default_part(models)


def default_part(models: Iterable[ModelVersion]) -> str:
    """What experts answered where every model was measured on enough of it, else what texts say."""
    return "test_expert" if all(answered_enough(version) for version in models) else "test"


def _line(name: str, rows: Sequence[Row | None], metrics: Sequence[str]) -> Line:
    samples = [Sample(row.get("n") or 0, row.get("positives") or 0) if row else None for row in rows]
    alike = len({sample for sample in samples if sample}) == 1
    best = {metric: _best([(row or {}).get(metric) for row in rows], metric) if alike else None for metric in metrics}
    return Line(name, samples, [_cell(row or {}, metric, best[metric]) for row in rows for metric in metrics])


def _mean(lines: Sequence[Line], measured: Sequence[Row], metrics: Sequence[str]) -> Line | None:
    """Over the concepts that every model has every figure of; None where they share none."""
    asked = [figures.keys() - {"mean"} for figures in measured]
    shared = [
        slug
        for slug in set.intersection(*map(set, asked))
        if all(figures[slug].get(metric) is not None for figures in measured for metric in metrics)
    ]
    if not shared:
        return None
    rows = [_mean_row(figures, sorted(shared), metrics) for figures in measured]
    which = f"{len(shared)}" if len(shared) == len(lines) else f"the {len(shared)} with all figures"
    return _line(f"Mean of {which}", rows, metrics)


def _mean_row(figures: Row, shared: Sequence[str], metrics: Sequence[str]) -> Row:
    """With the interval that the training drew where that goes over the same concepts."""
    own = figures["mean"]
    means = {metric: sum(figures[slug][metric] for slug in shared) / len(shared) for metric in metrics}
    drawn = {
        metric: interval
        for metric, interval in (own.get("intervals") or {}).items()
        if metric in means and own.get(metric) is not None and isclose(own[metric], means[metric], abs_tol=1e-9)
    }
    counts = {key: sum(figures[slug][key] for slug in shared) for key in ("n", "positives")}
    return means | counts | {"intervals": drawn}


def _best(values: Iterable[float | None], metric: str) -> float | None:
    """Of several; the best of nothings is nothing to be proud of."""
    known = [value for value in values if value is not None]
    best = (min if metric in SMALL_IS_GOOD else max)(known, default=None)
    return best if len(known) > 1 and (best or metric in SMALL_IS_GOOD) else None


def _cell(row: Row, metric: str, best: float | None) -> Cell:
    value = row.get(metric)
    low, high = (row.get("intervals") or {}).get(metric) or (None, None)
    return Cell(value, low, high, value is not None and value == best)


def _costs(models: Sequence[ModelVersion]) -> Iterable[Cost]:
    costs = [_cost_of(version) for version in models]
    several = any((cost["networks"] or 1) > 1 for cost in costs)
    answering = "Answering; of several networks, pictures partly from memory" if several else "Answering"
    words = {
        **({"networks": ("Networks", "")} if several else {}),
        "epochs": ("Epochs of a network, on average" if several else "Epochs", ""),
        "minutes": ("Training", "minutes"),
        "features_minutes": ("Of it making features", "minutes"),
        "features_kept": ("Features kept since earlier runs", "pictures"),
        "images_per_second": ("Learning", "images/s"),
        "features_per_second": ("Learning from features", "sides/s"),
        "predict_images_per_second": (answering, "images/s"),
        "parameters": ("Weights", ""),
    }
    for key, (name, unit) in words.items():
        values = [cost.get(key) for cost in costs]
        if any(value is not None for value in values):
            yield Cost(name, unit, values)


def _cost_of(version: ModelVersion) -> Row:
    """With the number of networks, and epochs of one of them: with one per concept, all are counted in one line."""
    cost = version.metrics.get("cost") or {}
    own = {row["concept"] for row in version.metrics.get("epochs") or () if "concept" in row}
    epochs = cost.get("epochs")
    return cost | {"networks": len(own) or (1 if cost else None), "epochs": epochs and epochs / (len(own) or 1)}
