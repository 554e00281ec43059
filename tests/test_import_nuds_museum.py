"""Reading all of a museum's NUDS records: nothing is refused or lost, and they agree with its table."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from xml.etree import ElementTree

import pytest

from annotations.importers import nuds
from annotations.records import CoinRecord, RefusedRecord


def strings_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from strings_of(part)


def descriptive_texts(path: Path) -> Iterator[str]:
    description = ElementTree.parse(path).getroot().find("{http://nomisma.org/nuds}descMeta")
    assert description is not None
    for element in description.iter():
        if element.text and element.text.strip() and "Date" not in element.tag and not element.tag.endswith("}date"):
            yield " ".join(element.text.split())


@pytest.fixture(scope="module")
def museum(shared: Path) -> dict[str, CoinRecord]:
    records = list(nuds.read(shared / "ans"))
    assert not [record for record in records if isinstance(record, RefusedRecord)]
    return {record.identifier: record for record in records if isinstance(record, CoinRecord)}


def test_all_records_of_the_museum_are_read_with_both_pictures(museum: dict[str, CoinRecord]) -> None:
    assert len(museum) == 2048
    assert all([picture.path.exists() for picture in coin.pictures] == [True, True] for coin in museum.values())
    assert all(picture.source.startswith("https://") for coin in museum.values() for picture in coin.pictures)


def test_nothing_descriptive_in_the_museums_records_is_lost(museum: dict[str, CoinRecord], shared: Path) -> None:
    lost = []
    for coin in museum.values():
        kept = "\n".join(strings_of(astuple(coin)))
        texts = descriptive_texts(shared / "ans" / "nuds" / coin.source)
        lost += [(coin.identifier, text) for text in texts if text not in kept and not is_number(text)]
    assert lost == []


def is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def test_the_museums_records_agree_with_its_table(museum: dict[str, CoinRecord], shared: Path) -> None:
    with (shared / "ans" / "coins.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["record_id"] for row in rows} == set(museum)
    different: dict[str, int] = {}
    for row in rows:
        for column, value in flat(museum[row["record_id"]]).items():
            if value != table_value(row, column):
                different[column] = different.get(column, 0) + 1
    # The table leaves out legends marked up in TEI, names the last issuer for the ruler and the workshop for the mint.
    assert different == {"obv_legend": 30, "rev_legend": 30, "ruler": 86, "ruler_id": 86, "mint": 11, "mint_id": 11}
    for row in rows:
        coin = museum[row["record_id"]]
        named = {coin.authority.name, coin.issuer.name, *(person.term.name for person in coin.persons)}
        assert row["ruler"] in named
        assert row["mint"] in {coin.mint.name, *(note.term.name for note in coin.notes)}
        assert row["type_id"] in {"", *(last_part(reference.uri) for reference in coin.references)}


def last_part(uri: str) -> str:
    return uri.rpartition("/")[2]


def flat(coin: CoinRecord) -> dict[str, str | float | None]:
    texts = {text.face: text.text for text in coin.texts}
    return {
        "title": coin.title,
        "ruler": coin.authority.name,
        "ruler_id": last_part(coin.authority.uri),
        "mint": coin.mint.name,
        "mint_id": last_part(coin.mint.uri),
        "region": coin.region.name,
        "denomination": coin.denomination.name,
        "denomination_id": last_part(coin.denomination.uri),
        "material": coin.material.name,
        "date_from": coin.date_from,
        "date_to": coin.date_to,
        "obv_legend": coin.obverse_legend,
        "rev_legend": coin.reverse_legend,
        "obv_description": texts.get("obverse", ""),
        "rev_description": texts.get("reverse", ""),
        "rev_symbol": coin.reverse_symbol,
        "weight": coin.weight,
        "diameter": coin.diameter,
        "axis": coin.axis,
    }


def table_value(row: dict[str, str], column: str) -> str | float | None:
    value = row[column] or (row["date_from"] if column == "date_to" else "")
    if column not in {"date_from", "date_to", "weight", "diameter", "axis"}:
        return value
    if value.endswith(" BCE"):
        return -float(value.removesuffix(" BCE"))
    return float(value) if value else None
