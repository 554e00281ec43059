"""Where the marks of a forest plot stand: one line per concept, its difference and interval on one common scale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

STEPS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)


def say_change(difference: float, places: int = 3) -> str:
    """With its sign, a true minus among them; what is rounded to nought has none."""
    rounded = round(difference, places) + 0.0
    return f"{rounded:+.{places}f}".replace("-", "−") if rounded else f"{rounded:.{places}f}"


class Compared(Protocol):
    concept: str
    difference: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Line:
    row: Compared
    name: str
    verdict: str
    """better, worse or same: whether the interval leaves out nought, and on which side."""
    middle: float | None
    """Percent of the width, as the two below."""
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Forest:
    reach: float
    """The scale goes from minus this to plus this."""
    lines: list[Line]
    mean: Line | None


def draw_forest(rows: Sequence[Compared], mean: Compared | None, names: Mapping[str, str]) -> Forest | None:
    """None where there is nothing to compare."""
    if mean is None:
        return None
    ends = [abs(end) for row in (*rows, mean) for end in (row.low, row.high, row.difference) if end is not None]
    reach = next((step for step in STEPS if step >= max(ends, default=0.0)), 1.0)
    lines = [_line(row, names.get(row.concept, row.concept), reach) for row in rows]
    return Forest(reach, lines, _line(mean, "Mean", reach))


def _line(row: Compared, name: str, reach: float) -> Line:
    verdict = "same"
    if row.low is not None and row.low > 0:
        verdict = "better"
    if row.high is not None and row.high < 0:
        verdict = "worse"
    return Line(row, name, verdict, _place(row.difference, reach), _place(row.low, reach), _place(row.high, reach))


def _place(value: float | None, reach: float) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return round(50 + 48 * value / reach, 2)
