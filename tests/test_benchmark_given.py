"""Benchmarks read tables, boxes and pictures of others, say in a sentence why one cannot serve, and end with JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import crops, doubles
from benchmarks.concepts import MOST_EPOCHS, PLANS
from benchmarks.features import choose_pictures
from benchmarks.given import find_pictures, print_figures, read_json, read_rows
from benchmarks.saliency_models import TRANSFORM, Side, choose_kept_back, museum_sides
from benchmarks.sides import contamination, measure_layouts, read_rules
from benchmarks.variations import load_pairs

ROOT = Path(__file__).resolve().parent.parent
HEAD = "record_id,obv_description,rev_description"


def folder_of(path: Path, *rows: str) -> Path:
    """Coins of which each has two pictures."""
    (path / "images").mkdir(parents=True)
    (path / "coins.csv").write_text("\n".join((HEAD, *rows)), encoding="utf-8")
    for number, row in enumerate(rows):
        for face in ("obv", "rev"):
            Image.new("RGB", (40, 40), (number, 90, 90)).save(path / "images" / f"{row.split(',')[0]}.{face}.jpg")
    return path


def box_of(coin: str, side: str, *, by_hand: bool, edges: tuple[float, ...] = (10, 10, 30, 30)) -> dict[str, object]:
    return {"record_id": coin, "side": side, "xyxy": edges, "drawn_by_hand": by_hand}


def test_a_table_is_read_with_a_mark_at_its_start_any_ends_of_lines_and_columns_of_others(tmp_path: Path) -> None:
    path = tmp_path / "coins.csv"
    path.write_bytes('\ufeffrecord_id,Notiz,text\r\n1,"zwei\r\nZeilen",Adler\u2028rechts\r\n2,ä\r\n'.encode())
    assert read_rows(path, ("record_id", "text")) == [
        {"record_id": "1", "Notiz": "zwei\r\nZeilen", "text": "Adler\u2028rechts"},
        {"record_id": "2", "Notiz": "ä", "text": ""},
    ]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (None, "cannot be read"),
        (b"record_id,note\n1,2\n", "has no column text. It has record_id, note"),
        (b"", "has no column record_id and no column text. It has none"),
        ("record_id,text\n1,137–138\n".encode("cp1252"), "is not in UTF-8"),
    ],
)
def test_a_table_that_cannot_serve_ends_the_benchmark_with_a_sentence(
    tmp_path: Path, written: bytes | None, sentence: str
) -> None:
    path = tmp_path / "coins.csv"
    if written is not None:
        path.write_bytes(written)
    with pytest.raises(SystemExit, match=sentence):
        read_rows(path, ("record_id", "text"))


def test_json_may_begin_with_a_mark_and_must_be_json(tmp_path: Path) -> None:
    (tmp_path / "truth.json").write_text('{"a": 1}', encoding="utf-8-sig")
    assert read_json(tmp_path / "truth.json") == {"a": 1}
    (tmp_path / "truth.json").write_text("{a: 1}")
    with pytest.raises(SystemExit, match="is no JSON"):
        read_json(tmp_path / "truth.json")


def test_the_last_line_has_null_for_what_could_not_be_measured(capsys: pytest.CaptureFixture[str]) -> None:
    print_figures({"a": float("nan"), "b": [np.float64(0.5), np.inf], "c": {"d": np.int64(3)}, "e": (True, None)})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [0.5, None], "c": {"d": 3}, "e": [True, None]}


def test_pictures_are_found_at_any_depth_whatever_their_endings(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.TIFF", "deep/a.webp", "c.txt"):
        (tmp_path / name).write_bytes(b"")
    assert find_pictures(tmp_path) == [tmp_path / "b.TIFF", tmp_path / "deep/a.webp"]
    with pytest.raises(SystemExit, match="There is no picture"):
        find_pictures(tmp_path / "nothing")


def test_few_coins_are_not_shown_for_thousands_of_epochs() -> None:
    epochs = {count: PLANS["CNN"].for_coins(count).epochs for count in (20, 1308, 4600)}
    assert epochs == {20: MOST_EPOCHS, 1308: 67, 4600: 19}


def test_the_same_file_twice_is_one_picture_of_a_measurement(shared: Path, tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).symlink_to(shared / "toulouse" / "images" / "toulouse_20.jpg")
    (tmp_path / "c.jpg").symlink_to(shared / "toulouse" / "images" / "toulouse_101.jpg")
    paths, squares = choose_pictures(tmp_path, TRANSFORM, 5)
    assert [path.name for path in paths] == ["a.jpg", "c.jpg"]
    assert len(squares) == 2


def test_what_nobody_asked_has_no_share() -> None:
    lot = {"text": "Adler", "obverse": "", "reverse": "", "layout": "no_marker"}
    assert measure_layouts([lot]) == {"exact_obverse": None, "exact_reverse": None, "wrong_when_unmarked": 0.0}
    assert set(contamination([lot], read_rules()).values()) == {None}
    assert doubles.measure([], {}) == {"precision": None, "recall": None}
    assert set(crops.measure_speed([]).values()) == {None}


def test_photographs_that_are_not_there_have_no_part_in_the_shares(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    truths = {name: each for name, each in read_json(shared / "photographs/truth.json").items() if each["ok"]}
    first, second = list(truths)[:2]
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / first).symlink_to(shared / "photographs" / "images" / first)
    (tmp_path / "truth.json").write_text(json.dumps({first: truths[first], second: truths[second]}))
    monkeypatch.setattr(sys, "argv", ["crops", str(tmp_path)])
    crops.main()
    told = capsys.readouterr().out.splitlines()
    assert f"1 left out of the truth: there is no such picture: {second}" in told[0]
    assert {"accepted_good": 1.0, "iou90_good": 1.0, "refused_bad": None}.items() <= json.loads(told[-1]).items()


def test_sides_without_a_sound_reverse_make_no_pair(shared: Path, tmp_path: Path) -> None:
    names = sorted(path.name for path in (shared / "ans/images").glob("*.obv.jpg"))[:3]
    for name in names:
        (tmp_path / name).symlink_to(shared / "ans/images" / name)
    whole, damaged, _ = (name.replace(".obv.", ".rev.") for name in names)
    (tmp_path / whole).symlink_to(shared / "ans/images" / whole)
    (tmp_path / damaged).write_bytes(b"no picture")
    assert len(load_pairs(tmp_path, np.random.default_rng(0), 5)) == 1
    (tmp_path / whole).unlink()
    with pytest.raises(SystemExit, match="No pair"):
        load_pairs(tmp_path, np.random.default_rng(0), 5)


def sides_of(folder: Path) -> dict[tuple[str, bool], list[Side]]:
    found: dict[tuple[str, bool], list[Side]] = {}
    for side in museum_sides(folder):
        found.setdefault((side.coin, side.kept_back), []).append(side)
    return found


def test_sides_with_a_box_drawn_by_hand_are_kept_back_and_others_need_no_box(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "ans", "1,Bust right,Eagle", "2,Head left,Victory standing", "3,Bust,")
    (folder / "images" / "3.rev.jpg").unlink()
    boxes = [box_of("2", "rev", by_hand=True), box_of("2", "obv", by_hand=False)]
    (folder / "boxes.json").write_text(json.dumps(boxes), encoding="utf-8-sig")
    found = sides_of(folder)
    assert {key: len(each) for key, each in found.items()} == {("1", False): 2, ("2", True): 1, ("3", False): 1}
    (kept,) = found["2", True]
    assert (kept.concepts, kept.box) == ({"standing"}, (0.25, 0.25, 0.75, 0.75))


def test_without_boxes_by_hand_every_fifth_coin_is_kept_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_of(tmp_path / "ans", *(f"{number},Bust right,Eagle" for number in range(6)))
    assert [key[0] for key in sides_of(folder) if key[1]] == ["0", "5"]
    assert all(side.box is None for each in sides_of(folder).values() for side in each)
    beside = box_of("3", "obv", by_hand=False, edges=(50, 50, 60, 60))
    (folder / "boxes.json").write_text(json.dumps([beside, box_of("3", "rev", by_hand=False)]))
    assert [side.box is None for side in sides_of(folder)["3", True]] == [True, False]
    assert "boxes that a model guessed" in capsys.readouterr().out


def test_at_most_half_of_the_coins_are_kept_back() -> None:
    boxes = {(coin, "rev"): {"drawn_by_hand": True} for coin in "abcd"}
    assert choose_kept_back(list("abcd"), boxes) == {"a", "b"}


@pytest.mark.parametrize("name", ["crops", "sides", "doubles", "imports", "variations"])
def test_a_benchmark_tells_what_it_measures(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--help"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        check=True,
    )
    assert f"python -m benchmarks.{name}" in done.stdout
