"""Writing tables: what the importer reads back is what was written, and no cell is a formula."""

from __future__ import annotations

import csv
import io
import tempfile
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from annotations.exporters import table as exporter
from annotations.exporters.table import guard_cell, join_cell
from annotations.importers import nuds
from annotations.importers import table as importer
from annotations.importers._cells import split_cell
from annotations.records import CoinRecord, NoteRecord, PersonRecord, PictureRecord, RefusedRecord, Term, TextRecord

SAMPLES = Path(__file__).parent / "samples"


def written(*coins: CoinRecord) -> str:
    stream = io.StringIO()
    assert exporter.write(coins, stream) == len(coins)
    return stream.getvalue()


def cells_of(coin: CoinRecord) -> dict[str, str]:
    (row,) = csv.DictReader(io.StringIO(written(coin)))
    return row


def read_back(folder: Path, *coins: CoinRecord) -> list[CoinRecord | RefusedRecord]:
    path = folder / "coins.csv"
    path.write_text(written(*coins), encoding="utf-8", newline="")
    return list(importer.read(path))


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "-/-//SMN", "'=1+1", "''-1"])
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(tmp_path: Path, value: str) -> None:
    coin = CoinRecord("a", row=2, source="coins.csv", title=value)
    assert cells_of(coin)["title"] == f"'{value}"
    assert read_back(tmp_path, coin) == [coin]


@pytest.mark.parametrize("value", ["'quoted'", "Rome", "1", "a=b", "'"])
def test_other_cells_stay_as_they_are(value: str) -> None:
    assert guard_cell(value) == value


@pytest.mark.parametrize("value", ["\tx", "\rx"])
def test_tab_and_carriage_return_at_the_start_are_guarded(value: str) -> None:
    assert guard_cell(value) == f"'{value}"


def test_numbers_stay_numbers() -> None:
    cells = cells_of(CoinRecord("a", 1, date_from=-336, date_to=-323, weight=0.00001, diameter=26.5, axis=12))
    assert [cells[name] for name in exporter.NUMBER_COLUMNS] == ["-336", "-323", "0.00001", "26.5", "12"]


def test_every_column_of_the_importer_is_written_in_its_order() -> None:
    assert written().splitlines() == [",".join(importer.COLUMNS)]


def test_pictures_are_expected_in_the_folder_beside_the_table() -> None:
    coin = CoinRecord("a", 1, pictures=(PictureRecord("both", Path("/media/ab/a.jpg"), "https://example.org/a"),))
    assert (cells_of(coin)["picture"], cells_of(coin)["picture_uri"]) == ("images/a.jpg", "https://example.org/a")


def test_the_records_of_the_samples_come_back_as_they_were(tmp_path: Path) -> None:
    coins = [coin for coin in nuds.read(SAMPLES / "nuds") if isinstance(coin, CoinRecord)]
    assert read_back(tmp_path, *coins) == [moved(coin, row, tmp_path) for row, coin in enumerate(coins, 2)]


def test_the_museums_records_come_back_as_they_were(tmp_path: Path, shared: Path) -> None:
    coins = [coin for coin in nuds.read(shared / "ans") if isinstance(coin, CoinRecord)]
    back = read_back(tmp_path, *coins)
    different = [coin.identifier for row, coin in enumerate(coins, 2) if back[row - 2] != moved(coin, row, tmp_path)]
    assert (len(back), different) == (2048, [])


def moved(coin: CoinRecord, row: int, folder: Path) -> CoinRecord:
    """The same coin as a row of a table in that folder."""
    pictures = tuple(replace(picture, path=folder / "images" / picture.path.name) for picture in coin.pictures)
    return replace(coin, row=row, source="coins.csv", pictures=pictures)


@given(some.lists(some.text(min_size=1).map(str.strip), min_size=1))
def test_values_of_one_cell_are_told_apart_again(values: list[str]) -> None:
    assert split_cell(join_cell(values)) == (values if any(values) else [])


lines = some.text(some.characters(exclude_categories=["C", "Z"]), max_size=20) | some.sampled_from(
    ["=1+1", "-/-//SMN", "'=x", "a|b", "a\\|b", "\\", 'say "so"', "a, b; c", "Kopf n. r.", "|"]
)
# The importer composes accents and trims blanks, so a coin that came from it holds such texts only.
names = lines.map(lambda line: " ".join(unicodedata.normalize("NFC", line).split()))
uris = some.sampled_from(["", "http://nomisma.org/id/rome", "https://example.org/a|b?c=d,e"])
terms = some.builds(Term, names, uris)
named_terms = terms.filter(lambda term: bool(term.name))
sides = some.sampled_from(["obverse", "reverse", ""])


coins = some.builds(
    CoinRecord,
    identifier=some.sampled_from(["a", "-1", "'=b", "ö 2", "x|y", "1,5", 'q"q']),
    row=some.just(2),
    source=some.just("coins.csv"),
    **dict.fromkeys(("title", "obverse_legend", "reverse_symbol", "department", "rights_holder"), names),
    **dict.fromkeys(("authority", "mint", "material", "collection", "licence"), terms),
    date_from=some.none() | some.integers(-3000, -1),
    date_to=some.none() | some.integers(1, 2100),
    weight=some.none() | some.floats(1e-4, 10_000),
    diameter=some.none() | some.floats(1e-3, 1_000),
    axis=some.none() | some.integers(1, 12),
    persons=some.lists(some.builds(PersonRecord, sides, names, named_terms), max_size=3).map(tuple),
    references=some.lists(named_terms, max_size=3).map(tuple),
    notes=some.lists(some.builds(NoteRecord, names, named_terms), max_size=3).map(tuple),
    synthetic=some.booleans(),
    texts=some.lists(
        some.builds(
            TextRecord,
            some.sampled_from(["obverse", "reverse", "both"]),
            names.filter(bool),
            some.sampled_from(["", "en", "de", "la"]),
        ),
        max_size=4,
    ).map(tuple),
)


@settings(max_examples=200, deadline=None)
@given(coins)
def test_any_coin_comes_back_as_it_was(coin: CoinRecord) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert read_back(Path(folder), coin) == [coin]
