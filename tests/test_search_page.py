from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import Coin, Side
from annotations.queries.criteria import FACETS
from annotations.queries.search import PAGE_SIZE
from annotations.services.decisions import record_decision
from tests.conftest import MakeCoin


def find(client: Client, query: str = "") -> dict[str, Any]:
    answer = client.get(f"{reverse('search_json')}?{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def found(client: Client, query: str = "") -> list[str]:
    return [coin["identifier"] for coin in find(client, query)["coins"]]


@pytest.fixture
def three(make_coin: MakeCoin) -> None:
    make_coin(
        "a.1",
        "Head of Zeus right",
        "Eagle standing left",
        mint="Rome",
        material="Silver",
        authority="Nero",
        date_from=54,
        date_to=68,
        weight=3.4,
    )
    make_coin(
        "a.2",
        "Bust right",
        "Emperor seated left on altar",
        mint="Rome",
        material="Gold",
        authority="Hadrian",
        date_from=117,
        date_to=138,
        weight=7.2,
    )
    make_coin(
        "a.3",
        "Eagle on thunderbolt",
        "Wreath",
        mint="Éphesos",
        material="Silver",
        authority="Antony",
        date_from=-44,
        date_to=-43,
    )


def test_a_word_is_found_whatever_its_accents_and_capitals(client: Client, three: None) -> None:
    assert found(client, "q=ephesos") == ["a.3"]
    assert found(client, "q=EAGLE") == ["a.1", "a.3"]


def test_all_words_must_occur_and_a_phrase_in_its_order(client: Client, three: None) -> None:
    assert found(client, "q=left+seated") == ["a.2"]
    assert found(client, 'q="seated+left"') == ["a.2"]
    assert found(client, 'q="left+seated"') == []


def test_a_minus_leaves_out_and_a_star_finds_beginnings(client: Client, three: None) -> None:
    assert found(client, "q=eagle+-thunderbolt") == ["a.1"]
    assert found(client, "q=thunder*") == ["a.3"]
    assert found(client, "q=-seat*") == ["a.1", "a.3"]


@pytest.mark.parametrize(
    "q", ["'", "a' | 'b", "a:*&!", "\\", "eagle'); DROP TABLE", "!!(x)", "<->", "((((", '"', "a*b*", "'*"]
)
def test_signs_of_the_query_language_do_no_harm(client: Client, three: None, q: str) -> None:
    assert client.get(reverse("search"), {"q": q}).status_code in (200, 400)
    assert Coin.objects.count() == 3


def test_several_values_of_a_facet_are_alternatives_and_facets_agree(client: Client, three: None) -> None:
    assert found(client, "ruler=Nero&ruler=Antony") == ["a.1", "a.3"]
    assert found(client, "ruler=Nero&ruler=Antony&mint=Rome") == ["a.1"]


def test_a_facet_counts_as_if_nothing_were_chosen_in_it(client: Client, three: None) -> None:
    facets = find(client, "mint=Rome")["facets"]
    assert facets["mint"] == {"Rome": 2, "Éphesos": 1}
    assert facets["material"] == {"Silver": 1, "Gold": 1}
    both = find(client, "mint=Rome&material=Silver")["facets"]
    assert both["mint"] == {"Rome": 1, "Éphesos": 1}
    assert both["ruler"] == {"Nero": 1}


def test_counts_of_facets_agree_with_what_the_search_then_finds(client: Client, three: None) -> None:
    for query in ("", "material=Silver", "q=eagle", "from=1+BC", "concept=eagle&side=reverse"):
        facets = find(client, query)["facets"]
        for name in FACETS:
            if f"{name}=" not in query:
                for value, count in facets[name].items():
                    assert find(client, f"{query}&{name}={value}")["count"] == count, (query, name, value)


def test_a_chosen_value_without_coins_stays_on_the_page(client: Client, three: None) -> None:
    assert find(client, "mint=Nowhere")["facets"]["mint"] == {"Rome": 2, "Éphesos": 1, "Nowhere": 0}


def test_dates_are_ranges_that_touch_and_bc_is_written_as_people_write_it(client: Client, three: None) -> None:
    assert found(client, "to=43+BC") == ["a.3"]
    assert found(client, "to=-43") == ["a.3"]
    assert found(client, "from=60&to=120") == ["a.1", "a.2"]
    assert found(client, "from=AD+69") == ["a.2"]


def test_a_concept_is_found_on_the_side_that_shows_it_and_by_who_says_so(
    client: Client, three: None, expert: User
) -> None:
    side = Side.objects.get(coin__identifier="a.2", face="obverse")
    record_decision(user=expert, side_id=side.pk, concept="eagle", answer="yes", key=uuid4(), base_id=None)
    assert found(client, "concept=eagle") == ["a.1", "a.2", "a.3"]
    assert found(client, "concept=eagle&side=reverse") == ["a.1"]
    assert found(client, "concept=eagle&origin=expert") == ["a.2"]
    assert found(client, "concept=eagle&origin=text&side=obverse") == ["a.3"]
    assert found(client, "concept=eagle&origin=model") == []


def test_an_experts_no_outweighs_the_text_in_the_present_answer(client: Client, three: None, expert: User) -> None:
    side = Side.objects.get(coin__identifier="a.1", face="reverse")
    record_decision(user=expert, side_id=side.pk, concept="eagle", answer="no", key=uuid4(), base_id=None)
    assert found(client, "concept=eagle") == ["a.3"]
    assert found(client, "concept=eagle&origin=text") == ["a.1", "a.3"]
    assert find(client)["facets"]["concept"]["eagle"] == 1


def fill(count: int) -> None:
    """Every third coin without a weight, and many of the same weight."""
    for place in range(count):
        weight = None if place % 3 == 0 else float(place % 5)
        Coin.objects.create(
            identifier=f"n.{place:03}",
            weight=weight,
            mint=("", "Rome", "Siscia")[place % 3],
            date_from=place % 7 or None,
        )


@pytest.mark.parametrize("sort", ["identifier", "date", "-date", "mint", "weight", "-weight", "-diameter"])
def test_pages_forward_and_back_show_every_coin_once_in_one_order(client: Client, db: None, sort: str) -> None:
    fill(2 * PAGE_SIZE + 5)
    pages, address = [], f"{reverse('search_json')}?sort={sort}"
    while address:
        page = client.get(address).json()
        pages.append(page)
        address = page["next"]
    seen = [coin["identifier"] for page in pages for coin in page["coins"]]
    assert len(seen) == len(set(seen)) == 2 * PAGE_SIZE + 5
    assert [len(page["coins"]) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 5]
    assert pages[0]["previous"] is None
    back = client.get(client.get(pages[2]["previous"]).json()["previous"]).json()
    assert back["coins"] == pages[0]["coins"]
    assert back["previous"] is None


def test_unknown_weights_come_last_whichever_way_one_sorts(client: Client, db: None) -> None:
    fill(9)
    for sort in ("weight", "-weight"):
        weights = [coin["weight_g"] for coin in find(client, f"sort={sort}")["coins"]]
        assert weights[-3:] == [None] * 3
        assert None not in weights[:-3]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("page=1000000000", "knows no “page”"),
        ("user__password=x", "knows no “user__password”"),
        ("&".join(f"mint=m{place}" for place in range(200)), "200 things"),
        ("from=1e99999999", "no year"),
        ("from=0", "no year 0"),
        ("from=100&to=50", "Swap"),
        ("after=nix", "“nix”, which is gone"),
        ("after=a&before=b", "both"),
        ("sort=user", "no sort"),
        ("origin=god", "no origin"),
        ("side=edge", "no side"),
        ("q=" + "a" * 201, "201 characters"),
        ("q=%21%21", "neither letters nor figures"),
        ("mint=%00", "NUL"),
        ("mint=" + "x" * 201, "longer than 200"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence_at_once(
    client: Client, db: None, query: str, words: str
) -> None:
    client.get(reverse("search"))
    start = time.perf_counter()
    answer = client.get(f"{reverse('search')}?{query}")
    assert time.perf_counter() - start < 0.1
    assert answer.status_code == 400
    assert words in BeautifulSoup(answer.content, "html.parser").main.get_text()
    problem = client.get(f"{reverse('search_json')}?{query}")
    assert problem.status_code == 400 and problem["Content-Type"] == "application/problem+json"
    assert words in problem.json()["detail"]


def test_what_networks_hang_on_to_an_address_is_passed_over(client: Client, three: None) -> None:
    assert len(found(client, "utm_source=letter&fbclid=1")) == 3


def test_more_coins_and_labels_cost_no_more_queries(client: Client, make_coin: MakeCoin) -> None:
    make_coin("q.0", reverse="Eagle", mint="Rome")
    address = f"{reverse('search')}?q=eagle&concept=eagle&mint=Rome&mint=Siscia"
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for place in range(1, 13):
        make_coin(f"q.{place}", reverse="Eagle and altar, emperor standing", mint="Siscia")
    with CaptureQueriesContext(connection) as many:
        assert b"q.12" in client.get(address).content
    assert len(many) == len(few) <= 7


def test_the_state_stands_in_the_form_and_each_filter_can_be_taken_off(client: Client, three: None) -> None:
    page = client.get(f"{reverse('search')}?q=eagle&mint=Rome&concept=eagle&origin=text&from=44+BC&sort=-weight")
    soup = BeautifulSoup(page.content, "html.parser")
    assert soup.select_one("#q")["value"] == "eagle"
    assert soup.select_one("#from")["value"] == "44 BC"
    assert [box["value"] for box in soup.select("input[checked]")] == ["eagle", "Rome"]
    assert soup.select_one("[name=origin] [selected]")["value"] == "text"
    assert soup.select_one("#sort [selected]")["value"] == "-weight"
    chips = {chip.get_text(" ", strip=True): chip["href"] for chip in soup.select(".chip")}
    assert set(chips) == {f"Take off {words}" for words in ("“eagle”", "Rome", "from 44 BC", "Eagle", "said by text")}
    assert chips["Take off Rome"] == "/coins/?q=eagle&from=44+BC&concept=eagle&origin=text&sort=-weight"
    assert chips["Take off Eagle"] == "/coins/?q=eagle&mint=Rome&from=44+BC&sort=-weight"


def test_a_change_of_the_form_brings_results_and_counts_and_a_clean_address(client: Client, three: None) -> None:
    headers = {"HX-Request": "true", "HX-Target": "results"}
    answer = client.get(f"{reverse('search')}?q=&mint=Rome&from=&origin=text&side=&sort=identifier", headers=headers)
    soup = BeautifulSoup(answer.content, "html.parser")
    assert [child.get("id") for child in soup.find_all(recursive=False)] == ["results", "facets"]
    assert len(soup.select(".coin-card")) == 2
    assert answer["HX-Push-Url"] == "/coins/?mint=Rome"
    refused = client.get(f"{reverse('search')}?from=x", headers=headers)
    assert refused.status_code == 400
    assert BeautifulSoup(refused.content, "html.parser").select_one("#results [role=alert]")


def test_an_empty_corpus_says_how_to_fill_it(client: Client, admin: User) -> None:
    assert "manage.py import" in client.get(reverse("search")).content.decode()
    client.force_login(admin)
    empty = BeautifulSoup(client.get(reverse("search")).content, "html.parser").select_one(".empty-state")
    assert empty.a["href"] == reverse("imports")


def test_imported_text_is_shown_as_text(client: Client, make_coin: MakeCoin) -> None:
    make_coin("x.1", reverse="<script>alert(1)</script> eagle", mint="<b>Rome", title="<img src=x onerror=alert(1)>")
    page = client.get(f"{reverse('search')}?mint=%3Cb%3ERome").content
    assert b"<script>alert" not in page and b"<img src=x" not in page and b"<b>Rome" not in page


def test_synthetic_coins_are_said_to_be_so(client: Client, make_coin: MakeCoin) -> None:
    make_coin("s.1", synthetic=True)
    assert (
        "synthetic"
        in BeautifulSoup(client.get(reverse("search")).content, "html.parser").select_one(".coin-card").get_text()
    )
