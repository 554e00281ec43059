"""Studies of where a model looks: which boxes bear witness, and what was found as JSON and as a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Count, QuerySet

from annotations.models import Box, Job, ModelVersion, SaliencyStudy
from annotations.models.boxes import BoxQuerySet
from annotations.models.coins import Split

ENOUGH = 20
"""Boxes on coins kept for testing, from which on a study needs no others."""
TEST, ALL = "test", "all"


@dataclass(frozen=True)
class Supply:
    """The boxes that a study made now would use."""

    test: int
    all: int
    by_concept: list[tuple[str, int]]
    """Name of the concept, and how many of the boxes in use are of it."""

    @property
    def part(self) -> str:
        return TEST if self.test >= ENOUGH else ALL

    @property
    def used(self) -> int:
        return self.test if self.part == TEST else self.all

    @property
    def warning(self) -> str:
        if self.part == TEST or not self.all:
            return ""
        return (
            f"Only {self.test} of {self.all} boxes stand on coins kept for testing, where {ENOUGH} are wanted, so all "
            "are used: the model may have learned from some of these coins, and looks better here than it is."
        )


def witnesses(version: ModelVersion) -> BoxQuerySet:
    """Boxes drawn by persons who had not seen a map of that side, around something that the model knows."""
    drawn = Box.objects.current().filter(by_hand=True, after_saliency=False, concept__slug__in=version.concepts)
    return drawn.exclude(side__crop="")


def count_witnesses(version: ModelVersion) -> Supply:
    boxes = witnesses(version)
    on_test = boxes.filter(side__coin__split=Split.TEST)
    test, whole = on_test.count(), boxes.count()
    chosen = on_test if test >= ENOUGH else boxes
    counted = (
        chosen.order_by().values_list("concept__name").annotate(boxes=Count("id")).order_by("-boxes", "concept__name")
    )
    return Supply(test, whole, list(counted))


def choose_boxes(version: ModelVersion) -> tuple[list[Box], Supply]:
    """The boxes to study, by side: those of test coins where there are enough, else all."""
    supply = count_witnesses(version)
    boxes = witnesses(version).select_related("side__coin", "concept").order_by("side", "id")
    return list(boxes.filter(side__coin__split=Split.TEST) if supply.part == TEST else boxes), supply


def list_studies(version: ModelVersion) -> list[SaliencyStudy]:
    studies = cast("QuerySet[SaliencyStudy]", SaliencyStudy.objects.filter(version=version))
    return list(studies.select_related("version"))


def studied_models() -> list[ModelVersion]:
    """Models of which there is a finished study."""
    found = ModelVersion.objects.filter(saliency_studies__status=Job.Status.SUCCEEDED).distinct()
    return list(found.select_related("run").defer("metrics", "run__epochs", "run__libraries"))


def describe_study(study: SaliencyStudy) -> dict[str, Any]:
    return {
        "id": study.pk,
        "model": study.version_id,
        "status": study.status,
        "reason": study.reason,
        "created_at": study.created_at,
        "seconds": study.seconds,
        "methods": study.methods,
        "boxes": study.boxes,
        "figures": study.figures or None,
    }


COLUMNS = ("concept", "method", "maps", "coins", "empty", "forwards")
FIGURES = ("share", "chance", "share_above", "hits", "hit_chance", "hits_above")


def csv_rows(study: SaliencyStudy) -> Iterable[list[Any]]:
    """The figures as a table; the row of the mean over concepts has no concept."""
    ends = [f"{name}_{end}" for name in FIGURES for end in ("low", "high")]
    yield [*COLUMNS, *FIGURES, *ends]
    for row in study.figures["rows"] if study.status == Job.Status.SUCCEEDED else []:
        intervals = [end for name in FIGURES for end in row["intervals"].get(name) or (None, None)]
        yield [*(row[name] for name in (*COLUMNS, *FIGURES)), *intervals]
