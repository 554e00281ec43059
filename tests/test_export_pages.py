"""What was found, as a table that can be imported again."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from annotations.importers import table
from annotations.models import Coin
from annotations.records import CoinRecord
from annotations.services.exporting import records_of
from annotations.views import exports

pytestmark = pytest.mark.django_db
MakeCoin = Callable[..., Coin]


def rows_of(response: object) -> list[dict[str, str]]:
    content = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(content)))


def test_the_csv_holds_what_the_search_finds(client: Client, make_coin: MakeCoin) -> None:
    make_coin("demo.1", reverse="Eagle standing left", mint="Rome")
    make_coin("demo.2", reverse="Victory advancing left", mint="Antioch")
    response = client.get("/coins.csv", {"mint": "Rome"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    (row,) = rows_of(response)
    assert (row["identifier"], row["mint"], row["reverse_text"]) == ("demo.1", "Rome", "Eagle standing left")


def test_a_formula_in_a_title_is_harmless_in_a_spreadsheet(client: Client, make_coin: MakeCoin) -> None:
    make_coin("demo.1", title="=HYPERLINK(1)")
    assert rows_of(client.get("/coins.csv"))[0]["title"] == "'=HYPERLINK(1)"


def test_too_many_coins_are_refused_with_the_way_out(
    client: Client, make_coin: MakeCoin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_COINS", 1)
    make_coin("demo.1")
    make_coin("demo.2")
    response = client.get("/coins.csv")
    assert response.status_code == 400
    assert "manage.py export" in response.content.decode()


@pytest.mark.parametrize("address", ["/coins.xlsx", "/coins.csv?nonsense=1"])
def test_an_unknown_format_or_filter_is_refused(client: Client, address: str) -> None:
    assert client.get(address).status_code in (400, 404)


def test_the_number_of_queries_does_not_grow_with_the_coins(
    make_coin: MakeCoin, django_assert_num_queries: Callable
) -> None:  # type: ignore[type-arg]
    for number in range(3):
        make_coin(f"demo.{number}", obverse="Bust right", reverse="Eagle")
    with django_assert_num_queries(4):
        list(records_of(Coin.objects.order_by("pk")))


def test_the_whole_corpus_exports_and_reads_back_the_same(make_coin: MakeCoin, tmp_path: Path) -> None:
    make_coin("demo.1", obverse="Bust right", reverse="Eagle", mint="Rome", date_from=-44, weight=3.9, axis=6)
    call_command("export", "table", tmp_path / "coins.csv")
    (back,) = table.read(tmp_path / "coins.csv")
    assert isinstance(back, CoinRecord)
    (sent,) = records_of(Coin.objects.all())
    assert (back.identifier, back.mint, back.date_from, back.weight, back.texts) == (
        sent.identifier,
        sent.mint,
        sent.date_from,
        sent.weight,
        sent.texts,
    )
