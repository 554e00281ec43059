"""Model versions as pages show them: figures per concept, curves, and who published what when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Max, OuterRef, Subquery

from annotations.models import Concept, ModelVersion, PredictionRun, Publication

PAGE = 50
PARTS = ("test", "test_expert")
FEWEST = 5
"""Sides that show a concept, from which on it may be called the weakest."""
ENOUGH_ANSWERS = 30
"""Of experts, over all concepts: fewer say less of a model than many labels of texts."""


@dataclass(frozen=True)
class Figure:
    """A measured number between 0 and 1 with its 95 % interval; None where it is not defined."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ConceptFigures:
    slug: str
    name: str
    n: int
    positives: int
    ap: Figure
    f1: Figure
    balanced_accuracy: Figure
    threshold: float | None
    calibration_error: float | None
    note: str
    """Why the concept was not learned; mostly empty."""


@dataclass(frozen=True)
class Measured:
    """All figures on answers of one origin: what the texts say, or what experts said."""

    rows: list[ConceptFigures]
    mean: ConceptFigures

    @property
    def worst(self) -> ConceptFigures | None:
        """Of the concepts on enough sides to say so."""
        known = [row for row in self.rows if row.ap.value is not None and row.positives >= FEWEST]
        return min(known, key=lambda row: row.ap.value or 0.0, default=None)


def answered_enough(version: ModelVersion) -> bool:
    """Whether the model is better judged by experts' answers than by what texts say."""
    answers = (version.metrics.get("test_expert") or {}).get("mean", {}).get("n") or 0
    return bool(answers >= ENOUGH_ANSWERS)


@dataclass(frozen=True)
class Headline:
    """The one figure that stands for a model that looks at sides."""

    ap: float | None
    """Mean over the concepts, 0..1."""
    concepts: int
    answers: int
    by_experts: bool


def read_headline(version: ModelVersion) -> Headline | None:
    """By experts' answers where they are enough; None of a model that was measured otherwise, on names in texts."""
    by_experts = answered_enough(version)
    mean = (version.metrics.get("test_expert" if by_experts else "test") or {}).get("mean") or {}
    if "ap" not in mean:
        return None
    return Headline(mean["ap"], mean.get("concepts", len(version.concepts)), mean.get("n") or 0, by_experts)


def read_figures(version: ModelVersion, part: str) -> Measured | None:
    """The figures on one part; None where nothing was measured there."""
    measured = version.metrics.get(part) or {}
    if not measured.get("mean", {}).get("n"):
        return None
    names = concept_names(version)
    rows = [_figures(slug, names[slug], measured[slug]) for slug in version.concepts if slug in measured]
    mean = f"Mean of {measured['mean'].get('concepts', len(rows))} of {len(rows)}"
    return Measured(rows, _figures("mean", mean, measured["mean"]))


def _figures(slug: str, name: str, row: dict[str, Any]) -> ConceptFigures:
    intervals = row.get("intervals") or {}

    def figure(key: str) -> Figure:
        low, high = intervals.get(key) or (None, None)
        return Figure(row.get(key), low, high)

    return ConceptFigures(
        slug=slug,
        name=name,
        n=row["n"],
        positives=row["positives"],
        ap=figure("ap"),
        f1=figure("f1"),
        balanced_accuracy=figure("balanced_accuracy"),
        threshold=row.get("threshold"),
        calibration_error=row.get("calibration_error"),
        note=row.get("note") or "",
    )


@dataclass(frozen=True)
class SpanFigures:
    """How many names of a class are found exactly, on the test texts; 0..1."""

    label: str
    precision: float | None
    recall: float | None
    f1: float | None
    true: int | None
    """Names that stand in the texts; None for the mean of the classes."""


def read_span_figures(version: ModelVersion) -> list[tuple[str, list[SpanFigures]]]:
    """Figures per class, over all and their mean: on test texts that an expert checked, and on the others.

    Models from before the two were kept apart have their "test" figures on both together.
    """
    apart = "test_expert" in version.metrics.get("texts", {})
    others = "Test texts that no expert checked" if apart else "All test texts"
    parts = {others: "test", "Test texts that an expert checked": "test_expert"}
    found = []
    for words, part in parts.items():
        measured = version.metrics.get(part) or {}
        rows = [
            SpanFigures(name.lower(), row["precision"], row["recall"], row["f1"], row.get("true"))
            for name in (*version.concepts, "all", "mean")
            if (row := measured.get(name))
        ]
        if any(row.true for row in rows):
            found.append((words, rows))
    return found


def concept_names(version: ModelVersion) -> dict[str, str]:
    """Names by slug; a concept that is gone keeps its slug."""
    known = dict(Concept.objects.filter(slug__in=version.concepts).values_list("slug", "name"))
    return {slug: known.get(slug, slug) for slug in version.concepts}


@dataclass(frozen=True)
class Curve:
    """Precision over recall of one concept, in the coordinates of a drawing 100 by 100."""

    slug: str
    name: str
    points: str
    base: float
    """Height of the share of sides that show it: what guessing reaches."""
    at_threshold: tuple[float, float] | None
    ap: float | None
    positives: int
    n: int


def read_curves(version: ModelVersion) -> list[Curve]:
    """On experts' answers where they are enough, else on what the texts say."""
    drawn_on, measured_on = ("curves_expert", "test_expert") if answered_enough(version) else ("curves", "test")
    drawn, measured = version.metrics.get(drawn_on) or {}, version.metrics.get(measured_on) or {}
    names = concept_names(version)
    return [
        _curve(slug, names[slug], measured[slug], drawn[slug]["pr"])
        for slug in version.concepts
        if drawn.get(slug, {}).get("pr") and slug in measured
    ]


def _curve(slug: str, name: str, row: dict[str, Any], pr: list[list[float]]) -> Curve:
    recall, precision = row.get("recall"), row.get("precision")
    # from the left edge at the first point's precision: a curve of one point is a line, not a dot
    path = [(0.0, pr[0][1]), *((point[0], point[1]) for point in pr)]
    return Curve(
        slug=slug,
        name=name,
        points=" ".join(f"{100 * x:.1f},{100 - 100 * y:.1f}" for x, y in path),
        base=100 - 100 * (row.get("prevalence") or 0.0),
        at_threshold=None if recall is None or precision is None else (100 * recall, 100 - 100 * precision),
        ap=row.get("ap"),
        positives=row["positives"],
        n=row["n"],
    )


def list_models(before: int | None = None) -> list[ModelVersion]:
    """Newest first, one more than a page if there is another page."""
    versions = (
        ModelVersion.objects.select_related("run__created_by")
        .annotate(
            mean_ap=F("metrics__test__mean__ap"),
            expert_ap=F("metrics__test_expert__mean__ap"),
            expert_n=F("metrics__test_expert__mean__n"),
            test_n=F("metrics__test__mean__n"),
            last_published=Max("publications__created_at"),
        )
        .defer("metrics", "run__epochs", "run__libraries")
    )
    versions = versions.order_by("-id")  # grouping by an aggregate drops the order of the model
    return list((versions.filter(id__lt=before) if before else versions)[: PAGE + 1])


def list_publications() -> list[Publication]:
    corpus = PredictionRun.objects.filter(version=OuterRef("version")).order_by("-id").values("status")[:1]
    return list(
        Publication.objects.select_related("user", "version__run")
        .defer("version__metrics", "version__run__epochs")
        .annotate(corpus=Subquery(corpus))[:PAGE]
    )


def answering_publication(history: Sequence[Publication]) -> int | None:
    """Id of the publication whose version answers: the one served last, else the newest."""
    served = max((row for row in history if row.served_at), key=lambda row: (row.served_at, row.pk), default=None)
    found = served or (history[0] if history else None)
    return found.pk if found else None


def ways_back(history: Sequence[Publication]) -> list[int]:
    """Ids of the newest publication of each version other than the one chosen last: one button per version."""
    newest: dict[int, int] = {}
    for row in history:
        newest.setdefault(row.version_id, row.pk)
    return [pk for version, pk in newest.items() if version != history[0].version_id]


def describe_model(version: ModelVersion) -> dict[str, Any]:
    """A row of the list as JSON."""
    return {
        "id": version.pk,
        "url": version.get_absolute_url(),
        "kind": version.kind,
        "run": version.run_id,
        "created_at": version.created_at,
        "concepts": version.concepts,
        "mean_ap": version.mean_ap,  # type: ignore[attr-defined]
        "mean_ap_expert": version.expert_ap,  # type: ignore[attr-defined]
        "last_published": version.last_published,  # type: ignore[attr-defined]
    }


def describe_model_fully(version: ModelVersion) -> dict[str, Any]:
    """All that is known of a model; figures on what texts say ("test") and on experts' ("test_expert") stand apart."""
    return {
        "id": version.pk,
        "url": version.get_absolute_url(),
        "kind": version.kind,
        "run": version.run_id,
        "created_at": version.created_at,
        "concepts": version.concepts,
        "thresholds": version.thresholds,
        "metrics": version.metrics,
        "published": list(version.publications.values("created_at", "user__username")),
    }
