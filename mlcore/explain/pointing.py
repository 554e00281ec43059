"""Right for the right reason: whether a map points into the box that a person drew, and how much of it lies there.

The pointing game after Zhang, Bargal, Lin, Brandt, Shen and Sclaroff, "Top-down neural attention by excitation
backprop", 2018; the share of saliency inside the box after Wang et al., "Score-CAM", 2020 (their energy-based game).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mlcore.contract import LearningError
from mlcore.metrics.resampling import (
    DRAWS,
    as_json,
    coin_weights,
    interval_with_width,
    mean_of_defined,
    share_interval,
)

Floats = npt.NDArray[np.float64]
Box = Sequence[float]
"""Left, top, right, bottom, each relative to the picture (0..1)."""


@dataclass(frozen=True)
class Pointing:
    """How one map lies to the boxes of its side; several boxes count as their union."""

    share: float | None
    """Of the map's sum, what lies inside, 0..1; None for a map that is 0 everywhere."""
    hit: float
    """1 where the map's maximum lies inside (or within the tolerance), else 0; where several places share the maximum,
    the share of them that lies inside. 0 for a map that is 0 everywhere."""
    chance: float
    """The boxes' area, 0..1: the share that a map has inside which says the same of every place."""
    hit_chance: float
    """The area in which the maximum counts as a hit: `chance`, and the tolerance around it."""


@dataclass(frozen=True)
class PointingRow:
    """A measured map, and whose it is."""

    concept: str
    method: str
    coin: str
    """Rows of one coin are drawn together."""
    pointing: Pointing


def pointing(found: npt.NDArray[np.floating], boxes: Iterable[Box], tolerance: float = 0.0) -> Pointing:
    """Hold a map (height, width; not negative) against the boxes drawn on its side.

    `tolerance` is a share of the picture's longer edge by which the maximum may miss the boxes; Zhang et al. allow 15
    pixels, 0.03 of a picture of 500. Raises LearningError for a box that is empty or not inside the picture, or none.
    """
    places = [checked_box(box) for box in boxes]
    if not places:
        raise LearningError("There is no box to hold the map against. Draw one around the figure.")
    inside = _inside(found.shape, places, 0.0)
    near = _inside(found.shape, places, tolerance) if tolerance else inside
    total = float(found.sum(dtype=np.float64))
    if total <= 0:
        return Pointing(None, 0.0, float(inside.mean()), float(near.mean()))
    share = float(found[inside].sum(dtype=np.float64)) / total
    return Pointing(share, float(near[found == found.max()].mean()), float(inside.mean()), float(near.mean()))


def checked_box(box: Box) -> tuple[float, float, float, float]:
    """Raises LearningError for what is not left, top, right, bottom inside the picture."""
    try:
        left, top, right, bottom = (float(edge) for edge in box)
    except (TypeError, ValueError) as error:
        raise LearningError(f"A box is {box!r}; it must be left, top, right and bottom.") from error
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise LearningError(
            f"A box is {list(box)}; left and top must be less than right and bottom, and all between 0 and 1."
        )
    return left, top, right, bottom


def _inside(shape: tuple[int, ...], boxes: list[tuple[float, float, float, float]], margin: float) -> Any:
    """Which pixels (height, width) have their centre in a box, or nearer to one than `margin` of the longer edge."""
    height, width = shape
    down, across = (np.arange(height) + 0.5)[:, None], (np.arange(width) + 0.5)[None]
    inside = np.zeros((height, width), dtype=bool)
    for left, top, right, bottom in boxes:
        beside = np.maximum(np.maximum(left * width - across, across - right * width), 0)
        above = np.maximum(np.maximum(top * height - down, down - bottom * height), 0)
        inside |= np.hypot(beside, above) <= margin * max(height, width)
    return inside


def summarise(rows: Sequence[PointingRow], *, draws: int = DRAWS, seed: int = 0) -> list[dict[str, Any]]:
    """Figures per concept and method, by name, and per method over all concepts (concept None; their mean).

    Each has `maps`, `coins`, `empty` (maps that are 0 everywhere: they count as no hit and stand in no share), `share`,
    `hits`, `chance`, `hit_chance`, and the differences to chance `share_above` and `hits_above`; under `intervals` the
    middle 95 % of 1,000 draws of coins for each but the counts. None for what is not defined.
    """
    if not rows:
        return []
    weights = coin_weights([row.coin for row in rows], draws, seed).astype(np.float64)
    weights = np.concatenate([np.ones((1, len(rows))), weights])
    summary, methods = [], sorted({row.method for row in rows})
    for method in methods:
        concepts = sorted({row.concept for row in rows if row.method == method})
        drawn = {concept: _drawn(rows, weights, concept, method) for concept in concepts}
        summary += [_figures(rows, drawn[concept], concept, method) for concept in concepts]
        mean = {name: mean_of_defined(np.array([each[name] for each in drawn.values()])) for name in drawn[concepts[0]]}
        summary.append(_figures(rows, mean, None, method))
    return summary


def _drawn(rows: Sequence[PointingRow], weights: Floats, concept: str, method: str) -> dict[str, Floats]:
    """Each figure (1 + draws,): as it is, then in each draw; NaN where a draw has no such map."""
    chosen = [place for place, row in enumerate(rows) if (row.concept, row.method) == (concept, method)]
    found = [rows[place].pointing for place in chosen]
    shares = np.array([np.nan if each.share is None else each.share for each in found])
    hits, chance, hit_chance = np.array([(each.hit, each.chance, each.hit_chance) for each in found]).T
    some = np.isfinite(shares)
    mine, full = weights[:, chosen], weights[:, chosen][:, some]
    figures = {"share": _mean(shares[some], full), "hits": _mean(hits, mine)}
    figures |= {"chance": _mean(chance, mine), "hit_chance": _mean(hit_chance, mine)}
    figures["share_above"] = figures["share"] - _mean(chance[some], full)
    figures["hits_above"] = figures["hits"] - figures["hit_chance"]
    return figures


def _mean(values: Floats, weights: Floats) -> Floats:
    counts = weights.sum(axis=1)
    means = np.full(len(weights), np.nan)
    np.divide(weights @ values, counts, out=means, where=counts > 0)
    return means


def _figures(
    rows: Sequence[PointingRow], drawn: Mapping[str, Floats], concept: str | None, method: str
) -> dict[str, Any]:
    mine = [row for row in rows if row.method == method and concept in (None, row.concept)]
    coins = len({row.coin for row in mine})
    intervals = {name: interval_with_width(values[1:]) for name, values in drawn.items()}
    if concept is not None:  # the mean over concepts is no share of anything
        intervals["hits"] = share_interval(drawn["hits"][0], drawn["hits"][1:], coins)
    return {
        "concept": concept,
        "method": method,
        "maps": len(mine),
        "coins": coins,
        "empty": sum(row.pointing.share is None for row in mine),
        **{name: as_json(values[0]) for name, values in drawn.items()},
        "intervals": intervals,
    }
