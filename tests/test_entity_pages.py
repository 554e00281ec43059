"""Pages of entities, and the correction of names in a text, in a real browser by keys and by mouse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from annotations.models import Description, Entity, SpanDecision
from annotations.queries.entities import merged_mentions
from annotations.services.entities import import_entities
from annotations.services.spans import record_span
from tests.conftest import MakeCoin
from tests.test_entities_service import ANIMALS, PERSONS


@pytest.fixture
def text(make_coin: MakeCoin, tmp_path: Path) -> Description:
    (tmp_path / "nlp_list_animal.csv").write_text(ANIMALS)
    (tmp_path / "nlp_list_person.csv").write_text(PERSONS)
    import_entities(folder=tmp_path)
    return make_coin("demo.1", reverse="Apollo standing, eagle beside Diktynna").descriptions.get()


def open_page(client: Client, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def names_in(page: BeautifulSoup) -> list[str]:
    return [cell.get_text(strip=True) for cell in page.select("tbody th")]


def test_the_list_is_searched_in_every_language_and_counts_texts(client: Client, text: Description) -> None:
    page = open_page(client, reverse("entities"))
    assert set(names_in(page)) == {"Apollo", "eagle", "lion"}
    row = next(row for row in page.select("tbody tr") if row.th and "eagle" in row.th.get_text())
    assert row.select("td")[-1].get_text() == "1"
    assert names_in(open_page(client, reverse("entities") + "?q=lowe")) == ["lion"]
    assert names_in(open_page(client, reverse("entities") + "?label=person")) == ["Apollo"]
    assert "No entity of that name" in open_page(client, reverse("entities") + "?q=zebra").get_text()


@pytest.mark.parametrize("query", ["?label=stone", "?q=" + "a" * 200, "?page=x"])
def test_what_cannot_be_looked_up_is_refused_with_a_sentence(client: Client, db: None, query: str) -> None:
    assert client.get(reverse("entities") + query).status_code == 400


def test_without_lists_the_page_says_how_to_get_them(client: Client, db: None) -> None:
    assert "import_entities" in open_page(client, reverse("entities")).get_text()


def test_an_entity_shows_its_names_link_and_coins(client: Client, text: Description) -> None:
    page = open_page(client, reverse("entity", args=["animal-22"]))
    assert {tag.get_text() for tag in page.select("dd[lang=de]")} == {"Adler"}
    assert "eagel" not in page.get_text(), "misspellings find, and are not shown"
    links = {str(link["href"]) for link in page.select("main a")}
    assert "https://www.wikidata.org/wiki/Q2092297" in links
    assert text.coin.get_absolute_url() in links
    assert client.get(reverse("entity", args=["animal-99"])).status_code == 404
    facts = client.get(reverse("entity_json", args=["animal-22"])).json()
    assert facts["texts"] == 1
    assert facts["names"]["en"] == ["eagle", "eagles"]


def test_names_are_marked_in_the_coins_text_with_class_and_link(client: Client, text: Description) -> None:
    page = open_page(client, text.coin.get_absolute_url())
    marks = page.select(".marked-text blockquote .entity")
    assert [(mark.get_text(), mark["class"][1]) for mark in marks] == [
        ("Apollo", "entity-person"),
        ("eagle", "entity-animal"),
    ]
    found = {entity.name: entity.get_absolute_url() for entity in Entity.objects.all()}
    assert [mark["href"] for mark in marks] == [found["Apollo"], found["eagle"]]
    assert {key.get_text() for key in page.select(".mark-key .entity")} == {"Person", "Animal"}
    facts = client.get(reverse("coin_json", args=["demo.1"])).json()["texts"][0]["names"]
    said = {"start": 17, "end": 22, "class": "animal", "entity": "animal-22", "source": "list", "score": None}
    assert facts[1] == said


def post(client: Client, text: Description, name: str, **body: Any) -> Any:
    address = reverse(name, args=[text.pk])
    return client.post(
        address, json.dumps(body), content_type="application/json", headers={"accept": "application/json"}
    )


def test_a_stale_answer_shows_both_and_a_repeated_one_is_one_row(
    client: Client, expert: User, second_expert: User, text: Description
) -> None:
    client.force_login(expert)
    theirs = record_span(
        user=second_expert, description_id=text.pk, start=0, end=6, label="object", key=uuid4(), base_id=None
    )
    mine = {"start": 0, "end": 6, "label": "person", "key": str(uuid4()), "base": ""}
    answer = post(client, text, "span_decide", **mine)
    assert answer.status_code == 409
    assert answer.json()["yours"] == {"start": 0, "end": 6, "label": "person"}
    assert (answer.json()["theirs"]["label"], answer.json()["theirs"]["who"]) == ("object", "bela")
    mine["base"] = str(theirs.key)
    assert [post(client, text, "span_decide", **mine).status_code for _ in range(2)] == [201, 200]
    assert SpanDecision.objects.count() == 2


@pytest.mark.parametrize(
    "wrong", [{"label": "stone"}, {"start": 500, "end": 600}, {"base": "nobody"}, {"key": "1"}, {"end": -1}]
)
def test_an_answer_that_cannot_be_is_refused_with_a_sentence(
    client: Client, expert: User, text: Description, wrong: dict[str, Any]
) -> None:
    client.force_login(expert)
    good = {"start": 0, "end": 6, "label": "person", "key": str(uuid4()), "base": ""}
    answer = post(client, text, "span_decide", **good | wrong)
    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert not SpanDecision.objects.exists()


@pytest.fixture
def page(browser: Any, live_server: LiveServer, expert: User, text: Description, make_coin: MakeCoin) -> Iterator[Any]:
    make_coin("demo.2", reverse="Eagle on altar")
    client = Client()
    client.force_login(expert)
    context = browser.new_context(base_url=live_server.url)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "domain": "localhost", "path": "/"}])
    page = context.new_page()
    errors: list[Any] = []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(reverse("spans", args=[text.pk]))
    page.wait_for_selector("html.scripted")
    yield page
    page.wait_for_load_state("networkidle")
    context.close()
    assert errors == []


def keys(page: Any, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def saved(page: Any) -> None:
    page.wait_for_timeout(100)
    page.wait_for_function("() => document.querySelector('#saving span').textContent === 'Saved'", timeout=10_000)


def standing(text: Description) -> list[tuple[str, str, str]]:
    return [(text.text[each.start : each.end], each.label, each.source) for each in merged_mentions([text])[text.pk]]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_names_are_corrected_by_keyboard_alone(page: Any, text: Description) -> None:
    assert page.inner_text("#chosen") == "“Apollo”, person, from the list (Apollo)"
    keys(page, "o", "ArrowRight", "v", "Shift+ArrowRight")
    assert page.inner_text("#chosen").startswith("“standing, eagle”")
    keys(page, "ArrowRight", "ArrowLeft", "Delete", "ArrowRight", "ArrowRight", "p")
    saved(page)
    assert standing(text) == [
        ("Apollo", "object", "expert"),
        ("standing", "verb", "expert"),
        ("Diktynna", "person", "expert"),
    ]
    keys(page, "z")
    saved(page)
    assert standing(text)[-1] == ("standing", "verb", "expert")
    keys(page, "Enter")
    page.wait_for_url("**/spans")
    page.wait_for_function("() => document.querySelector('#text').textContent === 'Eagle on altar'")
    page.wait_for_selector("html.scripted")
    keys(page, "Enter")
    page.wait_for_url("**/texts/")
    assert standing(Description.objects.get(coin__identifier="demo.2")) == [("Eagle", "animal", "expert")]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_words_are_chosen_by_mouse(page: Any, text: Description) -> None:
    page.locator(".word", has_text="eagle").click()
    page.locator("[data-label='']").click()
    page.locator(".word", has_text="beside").hover()
    page.mouse.down()
    page.locator(".word", has_text="Diktynna").hover()
    page.mouse.up()
    page.locator("[data-label=person]").click()
    saved(page)
    assert standing(text) == [("Apollo", "person", "list"), ("beside Diktynna", "person", "expert")]
    page.reload()
    page.wait_for_selector("html.scripted")
    assert "said by you" in page.inner_text("#standing")
