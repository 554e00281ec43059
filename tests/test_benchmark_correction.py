"""The benchmark of corrections: labels that err as lots do, and experts who put right what a strategy shows them."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.ans_sides import CONCEPTS
from benchmarks.correction import (
    CLEAN,
    CONTROL,
    NOISY,
    ORDERS,
    check_lots,
    figures_of,
    make_corpus,
    ratio_to_random,
    run,
    verdict,
)
from benchmarks.correction_lots import Lots, draw_test_coins, make_noisy, read_lots
from benchmarks.correction_networks import JUDGES, NETWORK
from benchmarks.correction_rounds import STEPS, Corpus, Course, correct, found_per_concept
from mlcore.contract import LearningError

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
    verdicts = table.split("\nagainst random order")[1].split("\n\n")[0].splitlines()[1:]
    told = {line.split()[0]: re.split(r"\] {2}", line)[-1] for line in verdicts}
    assert set(told) == set(ORDERS) - {CONTROL}
    assert set(told.values()) <= {
        "helps",
        *(f"NOT SHOWN TO HELP: {why} than chance, as far as 2 seeds tell" for why in WHYS),
    }


def courses_of(*found_and_ap: tuple[float, float]) -> list[Course]:
    """One for each seed: the share of wrong labels found, and AP, at every step."""
    return [Course((found,) * len(STEPS), (ap,) * len(STEPS), 1.0) for found, ap in found_and_ap]


CHANCE = courses_of((0.10, 0.50), (0.11, 0.52), (0.09, 0.48))
WHYS = ("it finds no more", "its models are no better", "it finds no more and its models are no better")


@pytest.mark.parametrize(
    ("mine", "why"),
    [
        (courses_of((0.60, 0.60), (0.62, 0.63), (0.59, 0.58)), None),
        (courses_of((0.10, 0.60), (0.12, 0.63), (0.08, 0.58)), WHYS[0]),
        (courses_of((0.60, 0.50), (0.62, 0.50), (0.59, 0.49)), WHYS[1]),
        (CHANCE, WHYS[2]),
        (courses_of((0.60, 0.60), (0.05, 0.40), (0.30, 0.50)), WHYS[2]),
    ],
)
def test_a_strategy_helps_only_where_it_is_sure_to_find_more_and_to_teach_more_than_chance(
    mine: list[Course], why: str | None
) -> None:
    said = f"NOT SHOWN TO HELP: {why} than chance, as far as 3 seeds tell" if why else "helps"
    assert verdict({CONTROL: CHANCE, "mine": mine}, "mine") == said


def test_where_random_order_found_nothing_there_is_no_ratio() -> None:
    courses = {CONTROL: courses_of((0.0, 0.5), (0.2, 0.5)), "mine": courses_of((0.4, 0.5), (0.4, 0.5))}
    assert ratio_to_random(courses, "mine") == [2.0]
    nothing = {name: each[:1] for name, each in courses.items()}
    figures = figures_of(nothing, {NOISY: [0.6], CLEAN: [0.5]})
    assert math.isnan(figures["ratio_to_random_at_10"]["mine"])
    assert figures["ap_got_back"] == {}


@pytest.mark.parametrize(
    ("rev", "lot", "sentence"),
    [
        ("Uncertain", "Uncertain", "no concept is both shown and lacking among those to test on"),
        ("", "Eagle right", "Of 0 coins with a lot"),
    ],
)
def test_lots_that_show_nothing_are_refused(shared: Path, tmp_path: Path, rev: str, lot: str, sentence: str) -> None:
    folder = make_folder(tmp_path / "ans", shared, 30)
    write_rows(folder / "coins.csv", [row | {"rev_description": rev} for row in read_rows(folder / "coins.csv")])
    write_rows(folder / "lots.csv", [row | {"text": lot} for row in read_rows(folder / "lots.csv")])
    with ThreadPoolExecutor(1) as executor, pytest.raises(LearningError, match=sentence):
        run(folder, 2, 0, executor, BRIEF)


def test_lots_that_all_show_the_same_are_refused() -> None:
    lots = drawn_lots(60)
    check_lots(lots, 2)
    with pytest.raises(LearningError, match=r"Of 60 coins .* no concept is both shown and lacking among those to test"):
        check_lots(replace(lots, truth=np.ones_like(lots.truth)), 2)


def test_test_coins_have_no_part_in_the_features_of_the_others() -> None:
    lots = drawn_lots(400)
    pictures = np.random.default_rng(0).standard_normal((400, 300)).astype(np.float32)
    tested = draw_test_coins(lots, 0)
    changed = pictures.copy()
    changed[tested] += 5
    one, two = (make_corpus(lots, each, 0).features for each in (pictures, changed))
    assert one == pytest.approx(two)
