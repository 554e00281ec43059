"""Agreement beyond chance, against published examples, scikit-learn and many draws."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.metrics import cohen_kappa_score

from mlcore.metrics.kappa import (
    cohen_kappa,
    cohen_of_tables,
    count_answers,
    fleiss_kappa,
)


def answers_of(table: list[list[int]]) -> tuple[npt.NDArray[np.int_], npt.NDArray[np.int_]]:
    pairs = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    first, second = np.array(pairs).T
    return first, second


def cohen_deviation(table: npt.NDArray[np.float64]) -> float:
    """The large-sample standard error of kappa for one table (k, k) (Fleiss, Cohen and Everitt, 1969)."""
    n = table.sum()
    shares = table / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = np.trace(shares), rows @ columns
    kappa = (observed - expected) / (1 - expected)
    mixed = columns[:, None] + rows[None, :]
    diagonal = (np.diag(shares) * (1 - np.diag(mixed) * (1 - kappa)) ** 2).sum()
    off = shares * mixed**2
    rest = (1 - kappa) ** 2 * (off.sum() - np.trace(off))
    variance = (diagonal + rest - (kappa - expected * (1 - kappa)) ** 2) / (n * (1 - expected) ** 2)
    return float(np.sqrt(max(variance, 0.0)))


def names(count: int, sides: int = 1) -> list[str]:
    return [f"coin.{number // sides}" for number in range(count)]


def test_cohens_kappa_of_twenty_five_and_fifteen_in_fifty_is_four_tenths() -> None:
    first, second = answers_of([[20, 5], [10, 15]])
    found = cohen_kappa(first, second, names(50))
    assert found.n == 50
    assert found.observed == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)
    assert found.pabak == pytest.approx(0.4)
    assert found.interval is not None
    assert found.interval[0] < 0.4 < found.interval[1]


def test_cohens_kappa_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(3)
    for categories in (2, 3):
        first = random.integers(0, categories, 200)
        second = np.where(random.random(200) < 0.6, first, random.integers(0, categories, 200))
        found = cohen_kappa(first, second, names(200), categories=categories, draws=10)
        assert found.kappa == pytest.approx(cohen_kappa_score(first, second))


def test_a_rare_concept_has_a_low_kappa_and_a_high_pabak_at_the_same_agreement() -> None:
    first, second = answers_of([[94, 3], [2, 1]])
    found = cohen_kappa(first, second, names(100))
    assert found.observed == pytest.approx(0.95)
    assert found.kappa == pytest.approx(0.262, abs=0.005)
    assert found.pabak == pytest.approx(0.9)


def test_the_standard_error_is_what_many_tables_drawn_anew_vary_by() -> None:
    table = np.array([[60.0, 12.0], [8.0, 70.0]])
    drawn = np.random.default_rng(0).multinomial(150, (table / table.sum()).ravel(), 20000).reshape(-1, 2, 2)
    kappas = cohen_of_tables(drawn.astype(float))[1]
    deviation = cohen_deviation(table)
    assert deviation == pytest.approx(kappas.std(), rel=0.05)
    assert np.mean(np.abs(kappas - cohen_of_tables(table)[1]) < 1.96 * deviation) == pytest.approx(0.95, abs=0.02)


def test_the_interval_by_coins_agrees_with_the_formula_and_is_wider_where_sides_stand_and_fall_together() -> None:
    first, second = answers_of([[60, 12], [8, 70]])
    order = np.random.default_rng(1).permutation(len(first))
    apart = cohen_kappa(first[order], second[order], names(150)).interval
    together = cohen_kappa(np.repeat(first, 4), np.repeat(second, 4), names(600, sides=4)).interval
    alone = cohen_kappa(np.repeat(first, 4), np.repeat(second, 4), names(600)).interval
    assert apart is not None and together is not None and alone is not None
    formula = 2 * 1.96 * cohen_deviation(np.array([[60.0, 12.0], [8.0, 70.0]]))
    assert apart[1] - apart[0] == pytest.approx(formula, rel=0.1)
    assert together[1] - together[0] > 1.7 * (alone[1] - alone[0])


def test_fleiss_kappa_of_the_example_of_fourteen_readers() -> None:
    """Ten subjects, five categories, kappa 0.210: the example that textbooks of this measure share."""
    counts = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    found = fleiss_kappa(np.array(counts), names(10))
    assert found.kappa == pytest.approx(0.210, abs=0.0005)
    assert found.observed == pytest.approx(0.378, abs=0.0005)
    assert found.interval is not None


def test_questions_that_one_person_answered_say_nothing_of_agreement() -> None:
    both = [[2, 0], [0, 2], [1, 1], [3, 0]]
    with_single = fleiss_kappa(np.array([*both, [1, 0], [0, 0]]), names(6))
    assert with_single == fleiss_kappa(np.array(both), names(4))
    assert with_single.n == 4


def test_no_interval_follows_from_what_does_not_vary_nor_from_few_coins() -> None:
    perfect = cohen_kappa(np.array([0, 1, 1]), np.array([0, 1, 1]), names(3))
    assert (perfect.kappa, perfect.interval, perfect.pabak) == (1.0, None, 1.0)
    same = cohen_kappa(np.zeros(4, int), np.zeros(4, int), names(4))
    assert (same.observed, same.kappa, same.interval) == (1.0, None, None)
    constant = cohen_kappa(np.zeros(9, int), np.arange(9) % 2, names(9))
    assert (constant.kappa, constant.interval) == (0.0, None)
    few = cohen_kappa(np.array([0, 1, 1, 0, 1]), np.array([0, 1, 0, 0, 1]), names(5, sides=2))
    assert few.interval is None, "three coins say little"
    nothing = fleiss_kappa(np.zeros((0, 2), int), [])
    assert (nothing.n, nothing.observed, nothing.kappa) == (0, None, None)


def test_answers_out_of_range_and_of_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="must be 0 to 1"):
        count_answers(np.array([0, 2]), 2)
    with pytest.raises(ValueError, match="2 and 1 answers of 2 coins"):
        cohen_kappa(np.array([0, 1]), np.array([1]), names(2))
    with pytest.raises(ValueError, match="1 rows of answers but 2 coins"):
        fleiss_kappa(np.array([[1, 1]]), names(2))
