"""A folder of pictures tells by its names which side of which coin each file shows, or is told what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from annotations.importers import folder
from annotations.records import CoinRecord, RefusedRecord

SQUARE, WIDE, HIGH = (60, 60), (120, 60), (60, 120)


def laid(root: Path, *names: str, size: tuple[int, int] = SQUARE) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, "white").save(path)
    return root


def coins(root: Path) -> list[CoinRecord]:
    records = list(folder.read(root))
    assert [record.reason for record in records if isinstance(record, RefusedRecord)] == []
    assert folder.count(root) == len(records)
    return [record for record in records if isinstance(record, CoinRecord)]


def refusal(root: Path) -> RefusedRecord:
    (record,) = folder.read(root)
    assert isinstance(record, RefusedRecord)
    assert record.reason.endswith(".")
    return record


def faces(coin: CoinRecord) -> dict[str, str]:
    return {picture.face: picture.path.name for picture in coin.pictures}


@pytest.mark.parametrize(
    ("obverse", "reverse"),
    [
        ("C12_obv.jpg", "C12_rev.jpg"),
        ("C12.obv.png", "C12.rev.jpg"),
        ("C12-av.jpg", "C12-rv.jpg"),
        ("C12_o.jpg", "C12_r.jpg"),
        ("C12 Vs.tif", "C12 Rs.tif"),
        ("C12_OBVERSE.JPG", "C12_Reverse.JPG"),
        ("C12 (obv).webp", "C12 (rev).webp"),
        ("C12o.jpg", "C12r.jpg"),
        ("C12_a.jpg", "C12_r.jpg"),
        ("obverse/C12.jpg", "reverse/C12.jpg"),
        ("Avers/C12.jpg", "Revers/C12.jpg"),
        ("obv/C12_obv.jpg", "rev/C12_rev.jpg"),
    ],
)
def test_two_files_of_one_coin_are_paired_by_their_names(obverse: str, reverse: str, tmp_path: Path) -> None:
    (coin,) = coins(laid(tmp_path, reverse, obverse))
    assert coin.identifier == "C12"
    assert faces(coin) == {"obverse": Path(obverse).name, "reverse": Path(reverse).name}
    assert all(picture.path.is_file() and picture.path.is_absolute() for picture in coin.pictures)
    assert coin.notes == ()


def test_the_folder_that_a_coin_lies_in_is_kept_as_its_type(tmp_path: Path) -> None:
    laid(tmp_path, "Type A/1_obv.jpg", "Type A/1_rev.jpg", "Type B/obverse/1.jpg", "Type B/reverse/1.jpg")
    first, second = coins(tmp_path)
    assert (first.identifier, second.identifier) == ("Type A.1", "Type B.1")
    assert [(note.kind, note.term.name) for note in first.notes] == [("type", "Type A")]
    assert second.title == "Type B"


def test_an_identifier_with_points_keeps_them(tmp_path: Path) -> None:
    laid(tmp_path, *(f"1944.100.{number}.{side}.jpg" for number in (1, 2) for side in ("obv", "rev")))
    assert [coin.identifier for coin in coins(tmp_path)] == ["1944.100.1", "1944.100.2"]


def test_one_file_a_coin_lies_as_its_shape_says(tmp_path: Path) -> None:
    laid(tmp_path, "lot 7.jpg", size=WIDE)
    laid(tmp_path, "lot 8.jpg", "lot 9.obv-rev.png", size=HIGH)
    assert [faces(coin) for coin in coins(tmp_path)] == [
        {"both": "lot 7.jpg"},
        {"stacked": "lot 8.jpg"},
        {"stacked": "lot 9.obv-rev.png"},
    ]


def test_a_picture_lying_on_its_side_is_seen_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", WIDE).save(tmp_path / "lot.jpg", exif=exif)
    assert faces(coins(tmp_path)[0]) == {"stacked": "lot.jpg"}


def test_numbers_that_count_sides_are_taken_for_them_and_it_is_said(tmp_path: Path) -> None:
    (coin,) = coins(laid(tmp_path, "coin7_1.jpg", "coin7_2.jpg"))
    assert faces(coin) == {"obverse": "coin7_1.jpg", "reverse": "coin7_2.jpg"}
    assert [(note.kind, note.term.name) for note in coin.notes] == [
        ("layout", "1 was taken for the obverse, 2 for the reverse")
    ]


def test_numbers_that_count_coins_are_not_taken_for_sides(tmp_path: Path) -> None:
    laid(tmp_path, "coin_1.jpg", "coin_2.jpg", "coin_3.jpg", size=WIDE)
    assert [(coin.identifier, *faces(coin)) for coin in coins(tmp_path)] == [
        ("coin_1", "both"),
        ("coin_2", "both"),
        ("coin_3", "both"),
    ]


@pytest.mark.parametrize(
    ("names", "size", "words"),
    [
        (["C1.jpg"], SQUARE, "alone and has 60 x 60 pixels"),
        (["C1_obv.jpg"], SQUARE, "Only the obverse of C1 is here; its reverse was expected"),
        (["C1_rv.jpg"], WIDE, "its obverse was expected"),
        (["C1_obv.jpg", "C1_obv.png", "C1_rev.jpg"], SQUARE, "Several pictures show the same side"),
        (["C1_obv.jpg", "C1_rev.jpg", "C1.jpg"], SQUARE, "do not go together"),
        (["C1_1.jpg", "C1_2.jpg"], WIDE, "Do 1 and 2 count sides or coins"),
        (["C1_rev_obv.jpg"], WIDE, "the reverse comes first"),
        (["obverse/C1_rev.jpg"], SQUARE, "folder says obverse, its name reverse"),
        (["a#b_obv.jpg", "a#b_rev.jpg"], SQUARE, "cannot hold"),
    ],
)
def test_what_is_not_clear_is_refused_with_what_was_expected(
    names: list[str], size: tuple[int, int], words: str, tmp_path: Path
) -> None:
    refused = refusal(laid(tmp_path, *names, size=size))
    assert words in refused.reason
    assert refused.row == 1


def test_a_file_that_is_no_picture_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    laid(tmp_path, "B_obv.jpg", "B_rev.jpg")
    (tmp_path / "A.jpg").write_text("<html>")
    (tmp_path / ".DS_Store.jpg").write_text("")
    (tmp_path / "notes.txt").write_text("")
    refused, coin = folder.read(tmp_path)
    assert isinstance(refused, RefusedRecord) and "cannot be read as a picture" in refused.reason
    assert isinstance(coin, CoinRecord) and coin.identifier == "B"


def test_the_same_name_in_folders_of_the_same_name_is_refused_once(tmp_path: Path) -> None:
    laid(tmp_path, *(f"{box}/Owl/1_{side}.jpg" for box in ("x", "y") for side in ("obv", "rev")))
    assert "Several pictures show the same side" in refusal(tmp_path).reason


def test_an_empty_folder_and_a_file_are_refused(tmp_path: Path) -> None:
    assert "no picture here" in refusal(tmp_path).reason
    assert "A folder of pictures was expected" in refusal(laid(tmp_path, "C1.jpg") / "C1.jpg").reason
