"""The benchmark of concepts runs on any folder of museum coins, and says what it leaves out."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.ans_sides import CONCEPTS, labels_of, make_snapshot, part_coins, read_reverses
from benchmarks.concepts import PLANS, Plan, run
from mlcore.contract import SPLITS, LearningError

COINS = 40
BRIEF = {
    name: Plan(replace(PLANS["CNN"].config, backbone=backbone, image_size=32, test_time_rotations=1), COINS)
    for name, backbone in (("CNN", "test_resnet"), ("ViT", "test_vit"))
}


@pytest.fixture
def coins(shared: Path) -> list[dict[str, str]]:
    with (shared / "ans" / "coins.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def make_folder(folder: Path, rows: Sequence[dict[str, str]], shared: Path) -> Path:
    (folder / "images").mkdir(parents=True)
    with (folder / "coins.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        name = f"{row['record_id']}.rev.jpg"
        (folder / "images" / name).symlink_to(shared / "ans" / "images" / name)
    return folder


def test_what_the_rules_read_in_the_text_of_a_reverse_is_its_label(
    coins: list[dict[str, str]], shared: Path, tmp_path: Path
) -> None:
    texts = {
        "Quadriga right": {"horse or quadriga"},
        "Horseman right": {"horse or quadriga"},
        "Victory standing left, holding wreath; at foot, captive": {"Victory", "standing", "wreath", "captive"},
        "VICTORIA AVG": set(),
    }
    rows = [coin | {"rev_description": text} for coin, text in zip(coins, texts, strict=False)]
    said = {each.text: each.said for each in read_reverses(make_folder(tmp_path / "ans", rows, shared))}
    assert {text: {name for name, yes in zip(CONCEPTS, said[text], strict=True) if yes} for text in texts} == texts


def test_coins_without_a_text_or_a_sound_picture_are_left_out_and_named(
    coins: list[dict[str, str]], shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [coins[0] | {"rev_description": " "}, *coins[1:4]]
    folder = make_folder(tmp_path / "ans", rows, shared)
    gone, damaged = (folder / "images" / f"{row['record_id']}.rev.jpg" for row in rows[1:3])
    gone.unlink()
    damaged.unlink()
    damaged.write_bytes(b"no picture")
    assert [each.coin for each in read_reverses(folder)] == [rows[3]["record_id"]]
    told = capsys.readouterr().out
    for row, why in zip(rows, ("without a text", "without a picture", "with a damaged picture"), strict=False):
        assert f"1 left out {why}: {row['record_id']}" in told


def test_coins_that_are_tested_on_are_never_learned_from(
    coins: list[dict[str, str]], shared: Path, tmp_path: Path
) -> None:
    whole = read_reverses(make_folder(tmp_path / "ans", coins[:COINS], shared))
    others = read_reverses(make_folder(tmp_path / "other", coins[COINS - 10 : COINS + 10], shared))
    snapshot = make_snapshot(part_coins(whole, others))
    of = {split: {sample.coin for sample in snapshot.of(split)} for split in SPLITS}
    assert of["test"] == {each.coin for each in others}
    assert of["train"] and of["validation"]
    assert of["train"] | of["validation"] == {each.coin for each in whole} - of["test"]
    assert not of["train"] & of["validation"]


def test_a_brief_run_measures_both_networks_their_average_and_the_pixels(
    coins: list[dict[str, str]], shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_folder(tmp_path / "ans", coins[:COINS], shared)
    other = make_folder(tmp_path / "other", coins[COINS : 3 * COINS], shared)
    with ThreadPoolExecutor(1) as executor:
        figures = run(folder, other, BRIEF, executor)
    assert figures["macro_ap_low"] <= figures["macro_ap"] <= figures["macro_ap_high"]
    assert figures["macro_ap"] == figures[f"{figures['chosen_on_validation'].lower()}_ap"]
    assert all(0 < figures[f"{name}_ap"] <= 1 for name in ("cnn", "vit", "both", "pixels"))
    labels = labels_of(make_snapshot(part_coins(read_reverses(folder), read_reverses(other))).of("test"))
    shown = labels.any(axis=0)
    assert figures["coins"]["test"] == len(labels)
    assert figures["concepts"] == shown.sum() < len(CONCEPTS)
    assert figures["prevalence"] == pytest.approx(labels[:, shown].mean())
    table = capsys.readouterr().out.splitlines()
    for concept, present in zip(CONCEPTS, shown, strict=True):
        (line,) = (line for line in table if line.startswith(f"{concept} "))
        assert ("left out of the mean" in line) != present


def test_a_folder_that_shows_none_of_the_concepts_is_refused(
    coins: list[dict[str, str]], shared: Path, tmp_path: Path
) -> None:
    rows = [coin | {"rev_description": "Uncertain"} for coin in coins[:COINS]]
    folder = make_folder(tmp_path / "ans", rows, shared)
    with ThreadPoolExecutor(1) as executor, pytest.raises(LearningError, match="asked for were cornucopia"):
        run(folder, None, BRIEF, executor)


def test_a_single_test_coin_tells_no_concept_and_is_refused_before_the_training(
    coins: list[dict[str, str]], shared: Path, tmp_path: Path
) -> None:
    folder = make_folder(tmp_path / "ans", coins[:COINS], shared)
    eagle = [coins[COINS] | {"rev_description": "Eagle right"}]
    other = make_folder(tmp_path / "other", eagle, shared)
    sentence = r"No concept is both shown and lacking among the coins for test \(1\)"
    with ThreadPoolExecutor(1) as executor, pytest.raises(LearningError, match=sentence):
        run(folder, other, {}, executor)
