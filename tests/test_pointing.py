"""Right for the right reason: share inside the boxes, hits of the maximum, chance, and figures over many maps."""

from __future__ import annotations

import numpy as np
import pytest

from mlcore.contract import LearningError
from mlcore.explain.pointing import Pointing, PointingRow, pointing, summarise

LEFT_HALF, CORNER = (0.0, 0.0, 0.5, 1.0), (0.0, 0.0, 0.25, 0.25)


def spots(**values: float) -> np.ndarray:
    """A map of 20 x 40 with single pixels: r3c5=0.5 sets row 3, column 5."""
    found = np.zeros((20, 40), dtype=np.float32)
    for place, value in values.items():
        row, column = place.removeprefix("r").split("c")
        found[int(row), int(column)] = value
    return found


def test_share_hit_and_chance_of_one_box() -> None:
    assert pointing(spots(r3c5=1.0, r10c30=0.25), [LEFT_HALF]) == Pointing(0.8, 1.0, 0.5, 0.5)
    assert pointing(spots(r3c5=0.25, r10c30=1.0), [LEFT_HALF]) == Pointing(0.2, 0.0, 0.5, 0.5)


def test_a_map_that_says_the_same_everywhere_is_as_good_as_chance() -> None:
    measured = pointing(np.ones((20, 40), dtype=np.float32), [CORNER])
    assert measured.share == pytest.approx(measured.chance) and measured.hit == pytest.approx(1 / 16)


def test_an_empty_map_points_nowhere() -> None:
    assert pointing(spots(), [LEFT_HALF]) == Pointing(None, 0.0, 0.5, 0.5)


def test_several_boxes_count_as_their_union() -> None:
    right = (0.75, 0.0, 1.0, 1.0)
    twice = pointing(spots(r3c5=1.0, r10c35=1.0), [LEFT_HALF, LEFT_HALF, right])
    assert twice == Pointing(1.0, 1.0, 0.75, 0.75)


def test_a_maximum_may_miss_by_the_tolerance_and_chance_grows_with_it() -> None:
    found = spots(r3c21=1.0)
    strict, lenient = pointing(found, [LEFT_HALF]), pointing(found, [LEFT_HALF], tolerance=0.05)
    assert (strict.hit, strict.hit_chance) == (0, 0.5)
    assert (lenient.hit, lenient.share, lenient.chance) == (1, 0, 0.5)
    assert lenient.hit_chance == pytest.approx(22 / 40)
    assert pointing(spots(r3c23=1.0), [LEFT_HALF], tolerance=0.05).hit == 0


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        ((0.5, 0, 0.5, 1), "must be less than"),
        ((0, 0, 2, 1), "between 0 and 1"),
        ((0, 1), "left, top, right and bottom"),
    ],
)
def test_a_wrong_box_is_refused_with_its_numbers(box: tuple[float, ...], reason: str) -> None:
    with pytest.raises(LearningError, match=reason):
        pointing(spots(), [box])
    with pytest.raises(LearningError, match="no box"):
        pointing(spots(), [])


def rows(concept: str, method: str, shares: list[float | None], hits: list[float], chance: float) -> list[PointingRow]:
    return [
        PointingRow(concept, method, str(coin), Pointing(share, hit, chance, chance))
        for coin, (share, hit) in enumerate(zip(shares, hits, strict=True))
    ]


def test_figures_stand_per_concept_and_method_and_their_mean_over_concepts() -> None:
    told = rows("eagle", "hipe", [0.9, 0.7], [1, 1], 0.25) + rows("altar", "hipe", [0.4, 0.4], [0, 1], 0.5)
    told += rows("eagle", "rise", [None, 0.3], [0, 1], 0.25)
    summary = {(row["concept"], row["method"]): row for row in summarise(told)}
    assert list(summary) == [("altar", "hipe"), ("eagle", "hipe"), (None, "hipe"), ("eagle", "rise"), (None, "rise")]
    eagle, both, rise = summary["eagle", "hipe"], summary[None, "hipe"], summary["eagle", "rise"]
    assert (eagle["maps"], eagle["coins"], eagle["empty"]) == (2, 2, 0)
    assert (eagle["share"], eagle["hits"], eagle["chance"]) == (pytest.approx(0.8), 1, 0.25)
    assert eagle["share_above"] == pytest.approx(0.55) and eagle["hits_above"] == 0.75
    assert (both["maps"], both["share"], both["hits"]) == (4, pytest.approx(0.6), 0.75)
    assert both["share_above"] == pytest.approx((0.55 - 0.1) / 2)
    assert (rise["empty"], rise["share"], rise["hits"]) == (1, pytest.approx(0.3), 0.5)
    low, high = eagle["intervals"]["share"]
    assert 0.7 - 1e-9 <= low < 0.8 < high <= 0.9 + 1e-9


def test_sides_of_one_coin_stand_and_fall_together() -> None:
    random = np.random.default_rng(0)
    shares = random.random(40).tolist()
    apart = [PointingRow("eagle", "hipe", str(n), Pointing(share, 1, 0.2, 0.2)) for n, share in enumerate(shares)]
    paired = apart + [PointingRow("eagle", "hipe", row.coin, row.pointing) for row in apart]
    widths = []
    for told in (apart, paired):
        low, high = summarise(told)[0]["intervals"]["share"]
        widths.append(high - low)
    assert widths[1] == pytest.approx(widths[0], rel=1e-6) and summarise([]) == []
