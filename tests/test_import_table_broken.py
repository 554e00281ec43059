"""Tables that are broken as files: headers, ragged rows, lone quotation marks, huge cells, lines that are no JSON."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest

from annotations.importers import table
from annotations.records import CoinRecord, RefusedRecord


def write_table(folder: Path, content: str, name: str = "coins.csv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_a_double_identifier_is_refused_and_the_first_is_kept(tmp_path: Path) -> None:
    first, second = table.read(write_table(tmp_path, "identifier\na\na\n"))
    assert isinstance(first, CoinRecord)
    assert isinstance(second, RefusedRecord)
    assert (second.row, second.field, second.value) == (3, "identifier", "a")


@pytest.mark.parametrize(
    ("header", "field", "reason"),
    [
        ("mint,title", "identifier", "no column identifier"),
        ("identifier,wieght", "wieght", "Is weight meant?"),
        ("identifier,shelf mark", "shelf_mark", "begins with x_"),
        ("identifier,mint,Mint", "mint", "Column 3 has the name of a column before it"),
        ("identifier,", "", "Column 2 has no name"),
        ("", "", "The file is empty"),
    ],
)
def test_a_wrong_header_is_refused_as_row_1_and_no_row_is_read(
    tmp_path: Path, header: str, field: str, reason: str
) -> None:
    (refusal,) = table.read(write_table(tmp_path, f"{header}\na,b,c\n" if header else ""))
    assert isinstance(refusal, RefusedRecord)
    assert (refusal.row, refusal.field) == (1, field)
    assert reason in refusal.reason


@pytest.mark.parametrize("row", ["b", "b,Rome,more"])
def test_a_ragged_row_is_refused_and_the_next_is_read(tmp_path: Path, row: str) -> None:
    good, ragged, last = table.read(write_table(tmp_path, f"identifier,mint\na,Rome\n{row}\nc,Rome\n"))
    assert isinstance(ragged, RefusedRecord)
    assert ragged.row == 3
    assert "the header 2" in ragged.reason
    assert isinstance(good, CoinRecord)
    assert isinstance(last, CoinRecord)


def test_a_lone_quotation_mark_is_refused_and_swallows_nothing_in_silence(tmp_path: Path) -> None:
    first, refusal = table.read(write_table(tmp_path, 'identifier,mint\na,Rome\nb,"Rome\nc,Rome\n'))
    assert isinstance(first, CoinRecord)
    assert isinstance(refusal, RefusedRecord)
    assert refusal.row == 3
    assert "quotation mark" in refusal.reason


@pytest.mark.parametrize("name", ["coins.csv", "coins.jsonl"])
def test_a_cell_of_100_mb_is_refused_without_filling_the_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("w") as stream:
        stream.write("identifier,mint\na," if name.endswith("csv") else '{"identifier": "')
        for _ in range(100):
            stream.write("x" * 1_000_000)
        stream.write("\nb,Rome\n")
    tracemalloc.start()
    (refusal,) = table.read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(refusal, RefusedRecord)
    assert refusal.row == (2 if name.endswith("csv") else 1)
    assert "longer than 1,000,000" in refusal.reason
    assert peak < 30_000_000


def test_a_cell_of_200_000_characters_is_refused(tmp_path: Path) -> None:
    (refusal,) = table.read(write_table(tmp_path, f"identifier,text\na,{'x' * 200_000}\n"))
    assert isinstance(refusal, RefusedRecord)
    assert "huge cell" in refusal.reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[1, 2]", "an object in braces"),
        ('{"identifier": "a"', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"identifier": "a", "wieght": 3}', "Is weight meant?"),
        ('{"identifier": "a", "weight": 1e99999999}', "grams"),
        ('{"identifier": "a", "weight": ' + "9" * 100_000 + "}", "grams"),
        ('{"identifier": "a", "weight": NaN}', "no number"),
        ('{"identifier": "a", "mint": {"name": "Rome"}}', "Holds dict"),
        ('{"identifier": "a", "mint": ["Rome"]}', "Holds list"),
        ('{"identifier": "a", "reference": [[1]]}', "Holds list"),
        ('{"identifier": "a", "mint": "\\u0000"}', "control character"),
        ('{"identifier": "a", "mint": "\\ud800"}', "no text"),
        ('{"mint": "Rome"}', "identifier is empty"),
    ],
)
def test_a_bad_line_of_json_is_refused_and_the_next_is_read(tmp_path: Path, line: str, reason: str) -> None:
    path = write_table(tmp_path, f"{line}\n" + json.dumps({"identifier": "next"}) + "\n", "coins.ndjson")
    refusal, coin = table.read(path)
    assert isinstance(refusal, RefusedRecord)
    assert (refusal.row, reason in refusal.reason) == (1, True), refusal
    assert isinstance(coin, CoinRecord)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (refusal,) = table.read(tmp_path / "nowhere.csv")
    assert isinstance(refusal, RefusedRecord)
    assert "cannot be read" in refusal.reason


def test_the_memory_of_reading_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    def peak_of(rows: int) -> int:
        path = write_table(tmp_path, "identifier,obverse_text\n" + "".join(f"{n},{'x' * 500}\n" for n in range(rows)))
        tracemalloc.start()
        assert sum(1 for _ in table.read(path)) == rows
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    few, many = peak_of(2_000), peak_of(20_000)
    # 16,000 more digests in the set of seen identifiers, and nothing else.
    assert many - few < 18_000 * 120
