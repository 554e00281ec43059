"""The figures of a study as its page draws them: per concept, one mark for each method, and the worst examples."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from annotations.models import Job, SaliencyMap, SaliencyStudy, Side
from annotations.models.predictions import Method
from annotations.queries.forest import say_change
from annotations.queries.models import concept_names

STEP = 16  # pixels between two marks


@dataclass(frozen=True)
class Figure:
    """Between 0 and 1, with its 95 % interval; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None

    @property
    def place(self) -> float:
        """Percent of the width of a drawing from 0 to 1, as the two below."""
        return _place(self.value)

    @property
    def low_place(self) -> float:
        return _place(self.low)

    @property
    def high_place(self) -> float:
        return _place(self.high)

    @property
    def percent(self) -> str:
        return "–" if self.value is None else f"{100 * self.value:.0f} %"

    @property
    def interval(self) -> str:
        return "" if self.low is None or self.high is None else f"{_percent(self.low)} to {_percent(self.high)}"

    @property
    def points(self) -> str:
        return "–" if self.value is None else say_change(100 * self.value, 0)

    @property
    def verdict(self) -> str:
        """Whether the interval leaves out nought, and on which side."""
        if self.low is not None and self.low > 0:
            return "better"
        return "worse" if self.high is not None and self.high < 0 else "same"


def _percent(share: float) -> str:
    """With a true minus, and nothing below nought once it is rounded to it."""
    return str(round(100 * share)).replace("-", "−")


@dataclass(frozen=True)
class Line:
    """One method on one concept."""

    method: str
    label: str
    maps: int
    coins: int
    empty: int
    """Maps that are nought everywhere."""
    share: Figure
    share_above: Figure
    chance: float
    hits: Figure
    hits_above: Figure
    hit_chance: float
    forwards: float | None
    y: int
    """Where its mark stands in the drawing, in pixels from the top."""

    @property
    def chance_place(self) -> float:
        return _place(self.chance)

    @property
    def hit_chance_place(self) -> float:
        return _place(self.hit_chance)

    @property
    def top(self) -> int:
        return self.y - STEP // 2

    @property
    def bottom(self) -> int:
        return self.y + STEP // 2


@dataclass(frozen=True)
class ConceptLines:
    slug: str
    """Empty for the mean over concepts."""
    name: str
    lines: list[Line]

    @property
    def height(self) -> int:
        return STEP * len(self.lines) + STEP // 2


@dataclass(frozen=True)
class Example:
    """A map that lies badly to its box."""

    side: Side
    concept: str
    slug: str
    method: str
    label: str
    share: float
    chance: float
    hit: float
    probability: float
    map: SaliencyMap | None


def read_lines(study: SaliencyStudy) -> list[ConceptLines]:
    """Figures by concept, the mean last; methods always in the same order."""
    if study.status != Job.Status.SUCCEEDED:
        return []
    names = concept_names(study.version)
    rows: list[dict[str, Any]] = study.figures["rows"]
    slugs = sorted({row["concept"] for row in rows if row["concept"]}, key=lambda slug: names.get(slug, slug))
    shown = [_concept_lines(slug, names.get(slug, slug), rows) for slug in slugs]
    return [*shown, _concept_lines(None, f"Mean of {len(slugs)}", rows)] if len(slugs) > 1 else shown


def _concept_lines(slug: str | None, name: str, rows: Iterable[dict[str, Any]]) -> ConceptLines:
    mine = {row["method"]: row for row in rows if row["concept"] == slug}
    methods = [method for method in Method if method in mine]
    lines = [_line(method, mine[method], STEP * place + STEP * 3 // 4) for place, method in enumerate(methods)]
    return ConceptLines(slug or "", name, lines)


def _line(method: Method, row: dict[str, Any], y: int) -> Line:
    def figure(key: str) -> Figure:
        alone = row["coins"] < 2 or (key.startswith("share") and row["maps"] - row["empty"] < 2)  # nothing varies
        low, high = (None if alone else row["intervals"].get(key)) or (None, None)
        return Figure(row[key], low, high)

    return Line(
        method=method.value,
        label=str(method.label),
        **{name: row[name] for name in ("maps", "coins", "empty", "chance", "hit_chance", "forwards")},
        **{name: figure(name) for name in ("share", "share_above", "hits", "hits_above")},
        y=y,
    )


def read_examples(study: SaliencyStudy) -> list[Example]:
    """The maps that lie worst, with their pictures as far as these have been drawn."""
    if study.status != Job.Status.SUCCEEDED:
        return []
    rows = study.figures["worst"]
    sides = Side.objects.select_related("coin").in_bulk([row["side"] for row in rows])
    maps = SaliencyMap.objects.filter(version=study.version_id, side__in=sides).select_related("side__coin", "concept")
    drawn = {(row.side_id, row.concept.slug, row.method): row for row in maps}
    names = concept_names(study.version)
    return [
        Example(
            side=sides[row["side"]],
            concept=names.get(row["concept"], row["concept"]),
            slug=row["concept"],
            label=str(Method(row["method"]).label),
            map=drawn.get((row["side"], row["concept"], row["method"])),
            **{name: row[name] for name in ("method", "share", "chance", "hit", "probability")},
        )
        for row in rows
        if row["side"] in sides
    ]


def _place(value: float | None) -> float:
    return round(100 * (value or 0.0), 2)
