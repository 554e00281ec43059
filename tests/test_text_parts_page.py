"""What a coin's page shows of its texts: every part under its own sign, with what it says and which rule found it."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client

from annotations.models import Coin, Description
from annotations.services.texts import read_texts
from tests.conftest import MakeCoin

LOT = (
    "Constantius II AE3, Cyzicus. Vs.: DN CONSTAN-TIVS PF AVG, Kopf nach rechts. "
    "Rs.: Kaiser in Quadriga. RIC VIII Cyzicus 25. 1,71 g, 15,5 mm, 6 h. ss-vz."
)


@pytest.fixture
def lot(make_coin: MakeCoin) -> Coin:
    coin = make_coin("lot.1")
    Description.objects.create(coin=coin, scope="both", text=LOT)
    read_texts([coin.pk])
    return coin


def open_page(client: Client, coin: Coin) -> BeautifulSoup:
    return BeautifulSoup(client.get(coin.get_absolute_url()).content, "html.parser")


def parts(page: BeautifulSoup) -> dict[str, list[Tag]]:
    found: dict[str, list[Tag]] = {}
    for part in page.select(".marked-text blockquote .part"):
        found.setdefault(part["class"][1].removeprefix("part-"), []).append(part)
    return found


def test_a_lot_is_kept_with_spans_of_its_parts_and_the_rule_that_found_each(lot: Coin) -> None:
    text = lot.descriptions.get()
    told = {part["kind"]: text.text[part["start"] : part["end"]] for part in text.parts}
    assert told["reference"] == "RIC VIII Cyzicus 25"
    assert told["legend"] == "DN CONSTAN-TIVS PF AVG"
    assert told["grade"] == "ss-vz"
    assert all(part["rule"] for part in text.parts)
    assert set(told).isdisjoint({"obverse", "reverse"}), "the sides stand in spans alone"


def test_the_page_shows_the_whole_text_unchanged_with_each_part_titled(client: Client, lot: Coin) -> None:
    page = open_page(client, lot)
    whole = page.select_one(".marked-text blockquote")
    assert whole is not None
    assert whole.get_text() == LOT
    found = parts(page)
    assert set(found) == {"header", "obverse", "reverse", "legend", "reference", "measure", "grade"}
    assert [part.get_text() for part in found["measure"]] == ["1,71 g", "15,5 mm", "6 h"]
    assert "weight 1.71 g" in str(found["measure"][0]["title"])
    assert "found by" in str(found["grade"][0]["title"])


def test_every_sign_in_the_text_is_explained_above_it(client: Client, lot: Coin) -> None:
    page = open_page(client, lot)
    explained = {key["class"][1].removeprefix("part-") for key in page.select(".mark-key .part")}
    assert explained == set(parts(page))


def test_a_reference_leads_to_its_catalogue_and_fills_the_record_only_where_it_has_none(
    client: Client, lot: Coin
) -> None:
    page = open_page(client, lot)
    link = page.select_one(".part-reference a")
    assert link is not None
    assert str(link["href"]).startswith("http://numismatics.org/")
    assert "read from the text" in page.select(".facts")[-1].get_text()
    lot.refresh_from_db()
    assert lot.references == [], "what was imported stays as it was imported"
    lot.references = [{"name": "RIC VIII 99", "uri": ""}]
    lot.save()
    facts = open_page(client, lot).select(".facts")[-1].get_text()
    assert "RIC VIII 99" in facts
    assert "read from the text" not in facts


def test_a_text_of_one_side_has_legends_and_no_header(client: Client, make_coin: MakeCoin) -> None:
    coin = make_coin("side.1", reverse="VICTORIA AVG, Victory standing left")
    assert {part["kind"] for part in coin.descriptions.get().parts} == {"legend"}
    assert set(parts(open_page(client, coin))) == {"legend"}


def test_an_undivided_text_says_why_below_it(client: Client, make_coin: MakeCoin) -> None:
    coin = make_coin("lot.2")
    Description.objects.create(coin=coin, scope="both", text="Denarius. Eagle standing. RIC II 12.")
    read_texts([coin.pk])
    refusal = coin.descriptions.get().refusal
    assert refusal
    figure = open_page(client, coin).select_one(".marked-text")
    assert figure is not None
    assert refusal in figure.get_text()


def test_markup_in_a_text_is_shown_and_never_run(client: Client, make_coin: MakeCoin) -> None:
    coin = make_coin("bad.1", obverse="<script>alert(1)</script> AVGVSTVS head")
    page = open_page(client, coin)
    whole = page.select_one(".marked-text blockquote")
    assert whole is not None
    assert whole.get_text() == "<script>alert(1)</script> AVGVSTVS head"
    assert whole.select("script") == []
