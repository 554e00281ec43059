"""Judged sources as the page shows them, with places on a scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import Any, cast

from annotations.models import Concept, SourceRun


@dataclass(frozen=True)
class Dot:
    """A figure and its interval as places on the plot, in per cent of its width."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True)
class SourceLine:
    figures: Mapping[str, Any]
    coverage: float
    """Share of the sides that it speaks of."""
    estimated: Dot | None
    measured: Dot | None


@dataclass(frozen=True)
class JudgedConcept:
    concept: Concept
    figures: Mapping[str, Any]
    lines: list[SourceLine]

    @property
    def tells(self) -> bool:
        """Whether anything is estimated or measured."""
        return len(self.lines) > 1 or bool(self.figures["experts"])


def newest_sources() -> SourceRun | None:
    return cast("SourceRun | None", SourceRun.objects.filter(status=SourceRun.Status.SUCCEEDED).first())


def scale_from(run: SourceRun) -> float:
    """Where the plots begin: the tenth below everything that they show, 0 to 0.9."""
    lows = [
        kind["low"]
        for figures in run.sources.values()
        for source in figures["sources"]
        for kind in (source["estimated"], source["measured"]["accuracy"])
        if kind
    ]
    return min(0.9, floor(10 * min(lows, default=0.9)) / 10)


def judged_concepts(run: SourceRun) -> list[JudgedConcept]:
    begin = scale_from(run)
    concepts = Concept.objects.in_use().filter(slug__in=run.sources)
    return [_judged(concept, run.sources[concept.slug], begin) for concept in concepts]


def _judged(concept: Concept, figures: Mapping[str, Any], begin: float) -> JudgedConcept:
    return JudgedConcept(concept, figures, [_line(source, figures["sides"], begin) for source in figures["sources"]])


def _line(source: Mapping[str, Any], sides: int, begin: float) -> SourceLine:
    estimated, measured = source["estimated"], source["measured"]["accuracy"]
    return SourceLine(
        source,
        source["answered"] / sides,
        _dot(estimated["accuracy"], estimated, begin) if estimated else None,
        _dot(measured["value"], measured, begin) if measured else None,
    )


def _dot(value: float, bounds: Mapping[str, float], begin: float) -> Dot:
    middle, low, high = (round(100 * (x - begin) / (1 - begin), 2) for x in (value, bounds["low"], bounds["high"]))
    return Dot(middle, low, high)
