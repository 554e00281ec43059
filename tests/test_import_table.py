"""Reading tables: encodings, delimiters, cells that hold several values, and values that are refused."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from annotations.importers import table
from annotations.records import CoinRecord, NoteRecord, PersonRecord, PictureRecord, RefusedRecord, Term, TextRecord

SAMPLES = Path(__file__).parent / "samples" / "table"


def write_table(folder: Path, content: str | bytes, name: str = "coins.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read_row(folder: Path, name: str = "coins.csv", **cells: str) -> CoinRecord | RefusedRecord:
    """One row with these cells and an identifier, through the CSV reader."""
    cells = {"identifier": "a", **cells}
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells.values()]
    (record,) = table.read(write_table(folder, f"{','.join(cells)}\n{','.join(quoted)}\n", name))
    return record


def read_coin(folder: Path, **cells: str) -> CoinRecord:
    record = read_row(folder, **cells)
    assert isinstance(record, CoinRecord), record
    return record


def refusal_of(folder: Path, **cells: str) -> RefusedRecord:
    record = read_row(folder, **cells)
    assert isinstance(record, RefusedRecord), record
    return record


def coins_of(path: Path) -> dict[str, CoinRecord]:
    records = list(table.read(path))
    assert not [record for record in records if isinstance(record, RefusedRecord)]
    return {record.identifier: record for record in records if isinstance(record, CoinRecord)}


def test_a_row_becomes_a_coin() -> None:
    coin = coins_of(SAMPLES / "coins.csv")["eagle-1"]
    assert coin.authority == Term("Ptolemy I", "http://nomisma.org/id/ptolemy_i")
    assert (coin.date_from, coin.date_to, coin.weight, coin.diameter, coin.axis) == (-300, -285, 14.9, 27.0, 12)
    assert coin.reverse_symbol == "-/Ρ//-"
    assert coin.texts == (
        TextRecord("obverse", "Head of Ptolemy right", "en"),
        TextRecord("reverse", "Eagle standing left on thunderbolt", "en"),
    )
    assert coin.references == (Term("Svoronos 255", "http://numismatics.org/pco/id/cpe.1_1.168"), Term("SNG Cop. 70"))
    assert coin.persons == (
        PersonRecord("obverse", "portrait", Term("Ptolemy I")),
        PersonRecord("reverse", "deity", Term("Zeus")),
    )
    assert coin.notes == (NoteRecord("hoard", Term("Hoard of Examples, 1905")),)
    assert coin.pictures == (
        PictureRecord("obverse", SAMPLES / "images" / "eagle.obv.jpg"),
        PictureRecord("reverse", SAMPLES / "images" / "eagle.rev.jpg"),
    )


def test_rows_are_numbered_as_a_spreadsheet_numbers_them_and_counted_beforehand() -> None:
    assert [coin.row for coin in coins_of(SAMPLES / "coins.csv").values()] == [2, 3, 4]
    assert table.count(SAMPLES / "coins.csv") == 3
    assert table.count(SAMPLES / "coins.jsonl") == 2
    assert table.count(SAMPLES / "greek.tsv") == 1


def test_a_line_break_within_quotation_marks_begins_no_row(tmp_path: Path) -> None:
    path = write_table(tmp_path, 'identifier,obverse_text\na,"one\ntwo"\n\nb,"three"\n')
    assert coins_of(path)["a"].texts == (TextRecord("obverse", "one\ntwo"),)
    assert coins_of(path)["b"].row == 4
    assert table.count(path) == 2


def test_decimal_commas_units_and_years_in_words_are_read() -> None:
    horse = coins_of(SAMPLES / "coins.csv")["horse-1"]
    assert (horse.date_from, horse.date_to, horse.weight, horse.diameter, horse.axis) == (-310, -290, 7.41, 19.0, 12)
    assert horse.synthetic
    assert [(picture.face, picture.path.name) for picture in horse.pictures] == [("both", "horse.jpg")]


def test_several_languages_stand_side_by_side() -> None:
    assert coins_of(SAMPLES / "coins.csv")["two-languages"].texts == (
        TextRecord("obverse", "Head right", "en"),
        TextRecord("reverse", "Horse standing", "en"),
        TextRecord("obverse", "Kopf n. r.", "de"),
        TextRecord("reverse", "Stehendes Pferd", "de"),
    )


def test_json_lines_hold_the_same_columns() -> None:
    first, second = coins_of(SAMPLES / "coins.jsonl").values()
    assert (first.weight, first.axis, first.date_from, first.synthetic) == (3.25, 6, -44, False)
    assert first.references == (Term("RRC 480/2a"),)
    assert second.texts == (TextRecord("both", "Obv: Head right. Rev: Horse galloping left.", "en"),)
    assert second.row == 2


def test_a_german_table_of_windows_is_read() -> None:
    coins = coins_of(SAMPLES / "german.csv")
    assert coins["ö-1"].mint == Term("Köln")
    assert coins["ö-1"].weight == 2.15
    assert coins["ö-1"].texts[1].text == "Adler steht n. l., Kopf n. r."
    assert coins["ö-2"].texts[1].text == "„Viktoria“ n. l."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["coins.csv", "coins.jsonl"])
def test_every_encoding_of_unicode_is_found(tmp_path: Path, encoding: str, name: str) -> None:
    content = "identifier,mint\nα-1,Köln\n" if name.endswith("csv") else '{"identifier": "α-1", "mint": "Köln"}\n'
    coins = coins_of(write_table(tmp_path, content.encode(encoding), name))
    assert coins["α-1"].mint == Term("Köln")


def test_a_byte_that_is_no_text_is_refused_with_its_row_and_field(tmp_path: Path) -> None:
    path = write_table(tmp_path, b"identifier,mint\na,Rome\nb,K\xf6ln\nc,\x81\n")
    *coins, refusal = table.read(path)
    assert [coin.mint.name for coin in coins if isinstance(coin, CoinRecord)] == ["Rome", "Köln"]
    assert isinstance(refusal, RefusedRecord)
    assert (refusal.row, refusal.field) == (4, "mint")
    assert "UTF-8" in refusal.reason


def test_half_a_character_at_the_end_of_utf_16_is_refused(tmp_path: Path) -> None:
    records = list(table.read(write_table(tmp_path, "identifier\na\nb\n".encode("utf-16") + b"c")))
    assert isinstance(records[-1], RefusedRecord)


@pytest.mark.parametrize("suffix", ["csv", "tsv", "txt"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_told_from_the_header(tmp_path: Path, delimiter: str, suffix: str) -> None:
    content = f"Identifier{delimiter}Obverse Text\na{delimiter}Head\n"
    assert coins_of(write_table(tmp_path, content, f"coins.{suffix}"))["a"].texts == (TextRecord("obverse", "Head"),)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("weight", "0"),
        ("weight", "-1"),
        ("weight", "10001"),
        ("weight", "heavy"),
        ("weight", "3 kg"),
        ("weight", "nan"),
        ("weight", "1e99999999"),
        ("weight", "9" * 100_000),
        ("diameter", "0,0 mm"),
        ("diameter", "1 m"),
        ("axis", "13"),
        ("axis", "6:30"),
        ("axis", "-1"),
        ("date_from", "0"),
        ("date_from", "-0000"),
        ("date_from", "-336 BC"),
        ("date_from", "337-340"),
        ("date_from", "1e99999999"),
        ("date_to", "99999"),
        ("synthetic", "perhaps"),
        ("language", "English"),
        ("mint_uri", "javascript:alert(1)"),
        ("mint_uri", "http://a b"),
        ("reference_uri", "nomisma.org/id/rome"),
        ("mint", "x" * 201),
        ("obverse_text", "x\x00y"),
        ("obverse_legend", "x\x1by"),
        ("person_side", "edge"),
        ("obverse_picture", "../secret.jpg"),
        ("obverse_picture", "images/../../secret.jpg"),
        ("obverse_picture", "..\\secret.jpg"),
        ("obverse_picture", "/etc/passwd"),
        ("obverse_picture", "\\\\server\\coin.jpg"),
        ("reverse_picture", "C:\\coin.jpg"),
        ("picture", "https://example.org/coin.jpg"),
        ("picture", "coin\x00.jpg"),
    ],
)
def test_a_value_that_no_coin_can_have_is_refused(tmp_path: Path, field: str, value: str) -> None:
    start = time.perf_counter()
    refusal = refusal_of(tmp_path, **{field: value})
    assert time.perf_counter() - start < 0.5
    assert (refusal.row, refusal.source, refusal.field) == (2, "coins.csv", field)
    assert refusal.reason.endswith((".", "..", "text"))
    assert len(refusal.value) <= 80
    assert "\x00" not in refusal.value


@pytest.mark.parametrize(
    "identifier",
    [
        *("", " ", ".", "..", "a/b", "a?b", "a#b", "a%2fb", "a\\b", "a\x07b", "a\u200bb", "x" * 201),
        *("a.json", "a.JSON", "a.csv", "a.xml", "a.ttl", "a.jsonld", "a.rdf"),
    ],
)
def test_an_identifier_that_cannot_stand_in_an_address_is_refused(tmp_path: Path, identifier: str) -> None:
    assert refusal_of(tmp_path, identifier=identifier, mint="Rome").field == "identifier"


@pytest.mark.parametrize("identifier", ["1944.100.4242", "ö 1", "x" * 200, "a&b", "a'b", "..a", "json", "18201234(5)"])
def test_other_identifiers_are_kept(tmp_path: Path, identifier: str) -> None:
    assert read_coin(tmp_path, identifier=identifier).identifier == identifier


def test_the_first_year_may_not_lie_after_the_last(tmp_path: Path) -> None:
    assert refusal_of(tmp_path, date_from="336", date_to="-323").field == "date_from"
    assert read_coin(tmp_path, date_from="-336").date_to is None


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("-336", -336),
        ("−336", -336),
        ("336 BC", -336),
        ("336bce", -336),
        ("0337", 337),
        ("AD 337", 337),
        ("337.0", 337),
    ],
)
def test_years_are_read_as_people_write_them(tmp_path: Path, written: str, year: int) -> None:
    assert read_coin(tmp_path, date_from=written).date_from == year


def test_cells_that_go_together_hold_equally_many_values(tmp_path: Path) -> None:
    refusal = refusal_of(tmp_path, reference="RIC 1|RIC 2", reference_uri="http://example.org/1")
    assert "go together" in refusal.reason
    assert refusal_of(tmp_path, language="en|de", obverse_text="Head right").field == "obverse_text"


def test_a_bar_within_a_value_is_written_with_a_backslash(tmp_path: Path) -> None:
    assert read_coin(tmp_path, reference=r"A\|B|C").references == (Term("A|B"), Term("C"))
    assert read_coin(tmp_path, obverse_text="A | B", language="en").texts == (TextRecord("obverse", "A | B", "en"),)


def test_own_columns_are_passed_over(tmp_path: Path) -> None:
    assert read_coin(tmp_path, x_shelf="\x00 anything").identifier == "a"
