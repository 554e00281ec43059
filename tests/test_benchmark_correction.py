"""The benchmark of corrections: labels that err as lots do, and experts who put right what a strategy shows them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.ans_sides import CONCEPTS
from benchmarks.correction import CONTROL, ORDERS, make_corpus, run
from benchmarks.correction_lots import Lots, draw_test_coins, make_noisy, read_lots
from benchmarks.correction_networks import JUDGES, NETWORK
from benchmarks.correction_rounds import STEPS, Corpus, correct, found_per_concept

COINS = 120
BRIEF = replace(NETWORK, backbone="test_resnet", image_size=32, epochs=1)
Rows = list[dict[str, str]]


def read_rows(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def make_folder(folder: Path, shared: Path, count: int = COINS) -> Path:
    """The first so many lots with their coins and pictures."""
    lots = read_rows(shared / "ans" / "lots.csv")[:count]
    wanted = {row["record_id"] for row in lots}
    coins = [row for row in read_rows(shared / "ans" / "coins.csv") if row["record_id"] in wanted]
    (folder / "images").mkdir(parents=True)
    for name, rows in (("lots.csv", lots), ("coins.csv", coins)):
        write_rows(folder / name, rows)
    for coin in wanted:
        name = f"{coin}.rev.jpg"
        (folder / "images" / name).symlink_to(shared / "ans" / "images" / name)
    return folder


def write_rows(path: Path, rows: Sequence[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def drawn_lots(count: int = 4000) -> Lots:
    random = np.random.default_rng(99)  # other numbers than those that the errors are drawn by
    truth = (random.random((count, len(CONCEPTS))) < 0.2).astype(np.int8)
    read = np.maximum(truth, (random.random(truth.shape) < 0.05).astype(np.int8))
    names = tuple(str(number) for number in range(count))
    return Lots(names, tuple(Path(name) for name in names), truth, read)


def test_a_lot_says_of_the_reverse_what_stands_on_the_obverse(shared: Path, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "ans", shared, 3)
    coins, lots = read_rows(folder / "coins.csv"), read_rows(folder / "lots.csv")
    for row in coins:
        row["rev_description"] = "Eagle right"
    for row in lots:
        row["text"] = "Bust right, holding shield and spear. Rev. Eagle right"
    write_rows(folder / "coins.csv", coins)
    write_rows(folder / "lots.csv", lots)
    found = read_lots(folder)
    names = np.array(list(CONCEPTS))
    for truth, read in zip(found.truth, found.read, strict=True):
        assert set(names[truth == 1]) == {"eagle"}
        assert set(names[read == 1]) == {"eagle", "shield", "spear"}


def test_a_fifth_is_forgotten_three_in_a_hundred_are_invented_and_the_rest_is_kept() -> None:
    lots = drawn_lots()
    noisy = make_noisy(lots, 0)
    true, absent = lots.truth == 1, (lots.truth == 0) & (lots.read == 0)
    assert np.mean(noisy[true] == 0) == pytest.approx(0.2, abs=0.01)
    assert np.mean(noisy[absent] == 1) == pytest.approx(0.03, abs=0.005)
    assert (noisy[(lots.truth == 0) & (lots.read == 1)] == 1).all()
    assert (noisy == make_noisy(lots, 0)).all() and (noisy != make_noisy(lots, 1)).any()


def test_a_fifth_of_the_coins_is_kept_back_for_each_seed_anew() -> None:
    lots = drawn_lots(500)
    first, second = (draw_test_coins(lots, seed) for seed in (0, 1))
    assert first.sum() == pytest.approx(100, abs=5) and (first != second).any()


def drawn_corpus(seed: int = 0) -> Corpus:
    random = np.random.default_rng(seed)
    features = random.standard_normal((500, len(CONCEPTS)))
    truth = (features > 0.8).astype(np.int8)
    noisy = np.where(random.random(truth.shape) < 0.1, 1 - truth, truth).astype(np.int8)
    return Corpus(features[:400], noisy[:400], truth[:400], features[400:], truth[400:])


def test_who_looks_at_the_suspicious_first_finds_more_and_learns_more_from_it() -> None:
    corpus = drawn_corpus()
    noise, chance = (correct(corpus, {name: 1.0}, 0) for name in ("noise_rank", CONTROL))
    assert chance.found == pytest.approx(STEPS, abs=0.04)
    assert noise.found[1] > 6 * chance.found[1] and noise.own == 1
    assert list(noise.found) == sorted(noise.found)
    assert noise.ap[-1] >= chance.ap[-1]


def test_where_a_strategy_has_no_word_chance_draws_and_it_is_said() -> None:
    course = correct(drawn_corpus(), {"diversity": 1.0}, 0)
    assert 0 < course.own < 1
    assert course.found[2] > 0.15


def test_concepts_without_a_wrong_label_do_not_count() -> None:
    wrong = np.array([[True, False], [True, False]])
    looked = np.array([[True, True], [False, True]])
    assert found_per_concept(looked, wrong) == 0.5


def test_a_brief_run_gives_every_figure_for_every_strategy(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_folder(tmp_path / "ans", shared)
    with ThreadPoolExecutor(1) as executor:
        figures = run(folder, 2, 1, executor, BRIEF)
    for key in ("found_at_10", "ratio_to_random_at_10", "ap_after", "ap_above_random", "found"):
        assert set(figures[key]) == set(ORDERS), key
    assert figures["ratio_to_random_at_10"][CONTROL] == 1
    assert all(len(each) == len(STEPS) for each in figures["ap_after"].values())
    low, high = figures["found_at_10_interval"]["noise_rank"]
    assert low <= figures["found_at_10"]["noise_rank"] <= high
    assert set(figures["networks"]["found"]) == set(JUDGES)
    assert set(figures["noise_estimates"]) == {"noisy sigmoid", "confident learning"}
    table = capsys.readouterr().out
    for name in ORDERS:
        assert f"\n{name:30}" in table
    for name in set(ORDERS) - {CONTROL}:
        line = next(line for line in table.splitlines() if line.startswith(name) and "hel" in line.lower())
        assert line.rstrip().endswith("helps") or "NOT SHOWN TO HELP" in line


def test_test_coins_have_no_part_in_the_features_of_the_others() -> None:
    lots = drawn_lots(400)
    pictures = np.random.default_rng(0).standard_normal((400, 300)).astype(np.float32)
    tested = draw_test_coins(lots, 0)
    changed = pictures.copy()
    changed[tested] += 5
    one, two = (make_corpus(lots, each, 0).features for each in (pictures, changed))
    assert one == pytest.approx(two)
