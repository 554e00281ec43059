from __future__ import annotations

from uuid import uuid4

from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import Concept, Side
from annotations.services.decisions import record_decision
from tests.conftest import MakeCoin


def test_every_concept_in_use_is_listed_with_its_sides_by_origin(
    client: Client, make_coin: MakeCoin, expert: User, concepts: dict[str, Concept]
) -> None:
    coin = make_coin(obverse="Bust right", reverse="Eagle")
    sides = {side.face: side.pk for side in Side.objects.filter(coin=coin)}
    record_decision(user=expert, side_id=sides["reverse"], concept="eagle", answer="no", key=uuid4(), base_id=None)
    record_decision(user=expert, side_id=sides["obverse"], concept="eagle", answer="yes", key=uuid4(), base_id=None)
    Concept.objects.filter(slug="patera").update(retired=True)
    listed = {entry["concept"]: entry for entry in client.get(reverse("concepts_json")).json()["concepts"]}
    assert set(listed) == set(concepts) - {"patera"}
    assert listed["eagle"]["sides"] == {"present": 1, "expert_yes": 1, "expert_no": 1, "text": 1, "model": 0}
    rows = BeautifulSoup(client.get(reverse("concepts")).content, "html.parser").select("tbody tr")
    names = [row.th.get_text(strip=True) for row in rows]
    assert names == sorted(names)
    eagle = rows[names.index("Eagle")]
    assert [cell.get_text(strip=True) for cell in eagle.select("td")[:5]] == ["1", "1", "1", "1", "0"]


def test_a_concept_shows_guideline_names_words_and_implications(client: Client, concepts: dict[str, Concept]) -> None:
    page = BeautifulSoup(client.get(reverse("concept", args=["quadriga"])).content, "html.parser")
    text = " ".join(page.main.get_text(" ").split())
    assert concepts["quadriga"].guideline.split()[0] in text
    assert "German" in text and "French" in text and "Latin" in text
    assert "Where there is quadriga, there is Horse" in text
    horse = BeautifulSoup(client.get(reverse("concept", args=["horse"])).content, "html.parser").main.get_text(" ")
    assert "Where there is Quadriga , there is horse" in " ".join(horse.split())


def test_words_that_are_not_meant_stand_apart_from_those_that_are(client: Client, concepts: dict[str, Concept]) -> None:
    rules = client.get(reverse("concept_json", args=["eagle"])).json()["rules"]
    excluded = next(rule["pattern"] for rule in rules if rule["kind"] == "exclusion" and rule["language"] == "en")
    page = BeautifulSoup(client.get(reverse("concept", args=["eagle"])).content, "html.parser")
    quiet = [span.get_text() for span in page.select(".facts .quiet")]
    assert any(excluded in text and text.lstrip().startswith("but not") for text in quiet)


def test_examples_are_sides_that_an_expert_or_the_text_spoke_of(
    client: Client, make_coin: MakeCoin, expert: User
) -> None:
    coins = [make_coin(f"e.{place}", reverse="Eagle", crop="ab/x.webp") for place in range(3)]
    for coin, answer in zip(coins, ("yes", "no"), strict=False):
        side = Side.objects.get(coin=coin, face="reverse")
        record_decision(user=expert, side_id=side.pk, concept="eagle", answer=answer, key=uuid4(), base_id=None)
    page = BeautifulSoup(client.get(reverse("concept", args=["eagle"])).content, "html.parser")
    shown = {
        row.find_previous("h2").get_text(): [a["href"] for a in row.select("a")] for row in page.select(".side-row")
    }
    assert shown == {
        "An expert says yes": ["/coins/e.0"],
        "An expert says no": ["/coins/e.1"],
        "The text names it": ["/coins/e.2"],
    }


def test_a_concept_without_sides_says_so_and_an_unknown_one_is_not_found(
    client: Client, concepts: dict[str, Concept]
) -> None:
    assert b"No side with a picture carries this concept yet" in client.get(reverse("concept", args=["eagle"])).content
    assert client.get("/concepts/unicorn").status_code == 404
    assert client.get("/concepts/unicorn.json").json()["detail"].startswith("There is no concept “unicorn”")


def test_more_labels_cost_the_list_no_more_queries(client: Client, make_coin: MakeCoin) -> None:
    make_coin("q.1", reverse="Eagle")
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("concepts"))
    make_coin("q.2", "Victory, wreath", "Quadriga, altar, shield, spear")
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("concepts"))
    assert len(many) == len(few) <= 3
