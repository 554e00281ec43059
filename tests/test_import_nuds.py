"""Reading NUDS records: every descriptive field, pictures by name, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotations.importers import nuds
from annotations.records import CoinRecord, NoteRecord, PersonRecord, RefusedRecord, Term, TextRecord

SAMPLES = Path(__file__).parent / "samples" / "nuds"
NOMISMA = "http://nomisma.org/id"
RECORD = (
    '<nuds xmlns="http://nomisma.org/nuds" xmlns:xlink="http://www.w3.org/1999/xlink"{attributes}>'
    "<control><recordId>{identifier}</recordId></control><descMeta>{meta}</descMeta></nuds>"
)


def write_record(
    folder: Path, name: str = "a.xml", identifier: str = "a", meta: str = "", attributes: str = ""
) -> Path:
    path = folder / name
    path.write_text(RECORD.format(identifier=identifier, meta=meta, attributes=attributes), encoding="utf-8")
    return path


def read_one(path: Path) -> CoinRecord:
    (record,) = nuds.read(path)
    assert isinstance(record, CoinRecord), record
    return record


def refusal_of(path: Path) -> RefusedRecord:
    (record,) = nuds.read(path)
    assert isinstance(record, RefusedRecord), record
    return record


@pytest.fixture(scope="module")
def sample() -> CoinRecord:
    record = next(iter(nuds.read(SAMPLES)))
    assert isinstance(record, CoinRecord)
    return record


def test_fields_of_a_record_are_read(sample: CoinRecord) -> None:
    assert sample.identifier == "demo.1"
    assert sample.title == "Silver Tetradrachm of Alexander, Amphipolis, 336–323 BC. demo.1"
    assert sample.authority == Term("Alexander the Great", f"{NOMISMA}/alexander_iii")
    assert sample.issuer == Term("Antipater", f"{NOMISMA}/antipater")
    assert sample.denomination == Term("Tetradrachm", f"{NOMISMA}/tetradrachm")
    assert sample.material == Term("Silver", f"{NOMISMA}/ar")
    assert (sample.object_type, sample.department) == ("Coin", "Greek")
    assert (sample.row, sample.source) == (1, "demo.1.xml")


def test_the_mint_is_the_first_and_the_region_the_narrowest_that_is_named(sample: CoinRecord) -> None:
    assert sample.mint == Term("Amphipolis", f"{NOMISMA}/amphipolis")
    assert sample.region == Term("Macedonia", f"{NOMISMA}/macedon")
    assert NoteRecord("region", Term("Greece")) in sample.notes
    assert NoteRecord("mint", Term("Workshop B")) in sample.notes


def test_years_before_christ_are_negative_and_measures_are_numbers(sample: CoinRecord) -> None:
    assert (sample.date_from, sample.date_to) == (-336, -323)
    assert (sample.weight, sample.diameter) == (17.19, 26.5)


def test_an_axis_of_0_is_upright(sample: CoinRecord) -> None:
    assert sample.axis == 12


def test_each_side_has_its_own_legend_symbols_and_descriptions(sample: CoinRecord) -> None:
    assert (sample.obverse_legend, sample.reverse_legend) == ("", "ΑΛΕΞΑΝΔΡΟΥ")
    assert (sample.obverse_symbol, sample.reverse_symbol) == ("", "left: wreath; ΛΟ")
    assert sample.texts == (
        TextRecord("obverse", "Head of Herakles right in lion skin", "en"),
        TextRecord("obverse", "Kopf des Herakles n. r. mit Löwenfell", "de"),
        TextRecord("reverse", "Zeus seated left on throne, holding eagle and sceptre", "en"),
    )


def test_persons_keep_side_role_and_address(sample: CoinRecord) -> None:
    assert sample.persons == (
        PersonRecord("", "issuer", Term("Polyperchon")),
        PersonRecord("", "maker", Term("Engraver A")),
        PersonRecord("", "state", Term("Kingdom of Macedon", f"{NOMISMA}/macedonian_kingdom")),
        PersonRecord("obverse", "deity", Term("heracles", f"{NOMISMA}/heracles")),
        PersonRecord("reverse", "deity", Term("Zeus", f"{NOMISMA}/zeus")),
    )


def test_references_collection_and_rights_are_read(sample: CoinRecord) -> None:
    assert sample.references == (Term("Price 1", "http://numismatics.org/pella/id/price.1"), Term("Müller 853"))
    assert sample.collection == Term("Museum of Examples", f"{NOMISMA}/ans")
    assert sample.licence == Term("CC0", "https://creativecommons.org/publicdomain/zero/1.0/")
    assert sample.picture_licence == Term("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")
    assert sample.rights_holder == "Museum of Examples"


def test_what_has_no_field_of_its_own_becomes_a_note(sample: CoinRecord) -> None:
    assert {(note.kind, note.term.name) for note in sample.notes} >= {
        ("manufacture", "Struck"),
        ("countermark", "bull's head"),
        ("undertype description", "Athena"),
        ("hoard", "Hoard of Examples, 1905"),
        ("citation", "Journal of Examples 3, 12"),
        ("identifier", "inv. 17"),
        ("provenance", "A. Collector"),
        ("uncertain", "mint: Amphipolis"),
        ("variant", "reference: Müller 853"),
    }


def test_pictures_are_found_by_record_id_with_the_address_at_their_owners(sample: CoinRecord) -> None:
    assert [(picture.face, picture.path, picture.source) for picture in sample.pictures] == [
        ("obverse", SAMPLES / "images" / "demo.1.obv.jpg", "https://example.org/demo.1.obv.jpg"),
        ("reverse", SAMPLES / "images" / "demo.1.rev.jpg", ""),
    ]


def test_a_coin_without_ruler_is_struck_in_the_name_of_its_state_and_a_single_date_is_both_ends() -> None:
    second = list(nuds.read(SAMPLES))[1]
    assert isinstance(second, CoinRecord)
    assert second.authority == Term("Roman Republic", f"{NOMISMA}/roman_republic")
    assert (second.date_from, second.date_to) == (-42, -42)
    assert second.references == (Term("rrc-494.1", "http://numismatics.org/crro/id/rrc-494.1"),)
    assert second.notes == ()


@pytest.mark.parametrize(
    ("name", "face"),
    [
        ("a.obv.jpg", "obverse"),
        ("a_rev.PNG", "reverse"),
        ("a-obv.tif", "obverse"),
        ("A.o.jpeg", "obverse"),
        ("a.r.webp", "reverse"),
        ("a.jpg", "both"),
        ("a.TIFF", "both"),
    ],
)
def test_pictures_are_found_under_each_customary_name(tmp_path: Path, name: str, face: str) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / name).touch()
    pictures = read_one(write_record(tmp_path)).pictures
    assert [(picture.path.name, picture.face) for picture in pictures if picture.path.exists()] == [(name, face)]


def test_an_identifier_that_begins_another_does_not_get_its_pictures(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "1944.100.23.obv.jpg").touch()
    pictures = read_one(write_record(tmp_path, identifier="1944.100.2")).pictures
    assert not any(picture.path.exists() for picture in pictures)


def test_a_missing_picture_is_expected_where_there_is_a_folder_of_pictures(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    pictures = read_one(write_record(tmp_path)).pictures
    assert [(picture.face, picture.path) for picture in pictures] == [
        ("obverse", tmp_path / "images" / "a.obv.jpg"),
        ("reverse", tmp_path / "images" / "a.rev.jpg"),
    ]


def test_pictures_may_lie_among_the_records(tmp_path: Path) -> None:
    record = write_record(tmp_path)
    (tmp_path / "a.obv.jpg").touch()
    assert [(picture.face, picture.path) for picture in read_one(record).pictures] == [
        ("obverse", tmp_path / "a.obv.jpg"),
        ("reverse", tmp_path / "a.rev.jpg"),
    ]


def test_without_a_folder_of_pictures_none_are_expected(tmp_path: Path) -> None:
    assert read_one(write_record(tmp_path)).pictures == ()


@pytest.mark.parametrize("folder", ["", "nuds", "xml"])
def test_records_may_lie_in_the_folder_or_in_nuds_or_xml(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.jpg").touch()
    record = write_record(tmp_path / folder)
    for path in (tmp_path, record.parent, record):
        assert [picture.path.name for picture in read_one(path).pictures] == ["a.jpg"]
        assert nuds.count(path) == 1


BOMB = '<?xml version="1.0"?><!DOCTYPE nuds [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><nuds>&b;</nuds>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE nuds [<!ENTITY x SYSTEM "file:///etc/passwd">]><nuds>&x;</nuds>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not well-formed"),
        (b"<nuds><control>", "not well-formed"),
        (b"<html></html>", "no NUDS record"),
        (BOMB.encode(), "document type or entities"),
        (OUTSIDE.encode(), "document type or entities"),
        (b'<?xml version="1.0" encoding="no-such"?><nuds/>', "unknown encoding|not well-formed|cannot be read"),
        (b"<a>" * 50_000 + b"</a>" * 50_000, "no NUDS record"),
        (b"<nuds>" + b" " * 10_000_000 + b"</nuds>", "over 10 MB"),
        (b"<nuds/>", "identifier is empty"),
    ],
    ids=["empty", "cut", "html", "bomb", "outside", "encoding", "deep", "large", "bare"],
)
def test_a_file_that_is_no_record_is_refused_with_a_sentence(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.xml").write_bytes(content)
    refusal = refusal_of(tmp_path)
    assert refusal.source == "a.xml"
    assert any(part in refusal.reason for part in reason.split("|")), refusal.reason


@pytest.mark.parametrize(
    ("meta", "field", "value"),
    [
        ('<typeDesc><date standardDate="0000">0</date></typeDesc>', "date", "0000"),
        ('<typeDesc><date standardDate="soon">soon</date></typeDesc>', "date", "soon"),
        (
            '<typeDesc><dateRange><fromDate standardDate="0010"/><toDate standardDate="-0010"/></dateRange></typeDesc>',
            "date_from",
            "10 to -10",
        ),
        ("<physDesc><axis>13</axis></physDesc>", "axis", "13"),
        ("<physDesc><measurementsSet><weight>0</weight></measurementsSet></physDesc>", "weight", "0"),
        ('<physDesc><measurementsSet><weight units="lb">2</weight></measurementsSet></physDesc>', "weight", "2 lb"),
        (
            '<typeDesc><denomination xlink:href="javascript:x()">As</denomination></typeDesc>',
            "denomination_uri",
            "javas",
        ),
        ("<title>" + "a" * 501 + "</title>", "title", "aaa"),
    ],
)
def test_a_value_that_no_coin_can_have_refuses_its_record(tmp_path: Path, meta: str, field: str, value: str) -> None:
    refusal = refusal_of(write_record(tmp_path, meta=meta))
    assert refusal.field == field
    assert refusal.value.startswith(value)


def test_a_type_record_is_no_coin(tmp_path: Path) -> None:
    assert "a type, not a coin" in refusal_of(write_record(tmp_path, attributes=' recordType="conceptual"')).reason


def test_a_refused_record_leaves_the_others_and_is_numbered(tmp_path: Path) -> None:
    write_record(tmp_path, "1.xml", "one")
    write_record(tmp_path, "2.xml", "bad/identifier")
    write_record(tmp_path, "3.xml", "one")
    write_record(tmp_path, "4.xml", "four")
    records = list(nuds.read(tmp_path))
    assert [type(record) for record in records] == [CoinRecord, RefusedRecord, RefusedRecord, CoinRecord]
    assert [record.row for record in records] == [1, 2, 3, 4]
    assert [record.reason[:40] for record in records if isinstance(record, RefusedRecord)] == [
        "An identifier stands in addresses: it ca",
        "This identifier stands twice. Each coin ",
    ]


def test_a_folder_that_is_missing_or_holds_no_records_is_refused(tmp_path: Path) -> None:
    assert "no file that ends in .xml" in refusal_of(tmp_path).reason
    assert "cannot be read" in refusal_of(tmp_path / "nowhere").reason
