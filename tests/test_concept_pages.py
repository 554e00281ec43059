from __future__ import annotations

import csv
import io
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import Concept, ConceptChange, ModelVersion, Side
from annotations.queries.concept_page import models_that_know
from annotations.services.decisions import record_decision
from tests.conftest import MakeCoin
from tests.learning_rows import make_model
from tests.review_steps import page_of


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
    assert set(names) == {concept.name for concept in concepts.values() if concept.slug != "patera"}
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
        "Near misses: text or model says yes, an expert no": ["/coins/e.1"],
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
    assert len(many) == len(few) <= 5


def words_on(response: Any) -> str:
    return " ".join(page_of(response).main.get_text(" ").split())


def test_each_origin_is_counted_on_either_side(client: Client, make_coin: MakeCoin, expert: User) -> None:
    coin = make_coin("o.1", obverse="Eagle", reverse="Eagle")
    make_coin("o.2", reverse="Eagle")
    reverse_side = Side.objects.get(coin=coin, face="reverse")
    record_decision(user=expert, side_id=reverse_side.pk, concept="eagle", answer="no", key=uuid4(), base_id=None)
    page = page_of(client.get(reverse("concept", args=["eagle"])))
    shown = {
        (row["data-origin"], row["data-face"]): [cell.get_text(strip=True) for cell in row.select("td")[:2]]
        for row in page.select(".origin-table tbody tr")
    }
    assert shown == {
        ("expert", "obverse"): ["0", "0"],
        ("expert", "reverse"): ["0", "1"],
        ("text", "obverse"): ["1", "–"],
        ("text", "reverse"): ["2", "–"],
        ("model", "obverse"): ["0", "–"],
        ("model", "reverse"): ["0", "–"],
    }
    said = client.get(reverse("concept_json", args=["eagle"])).json()["origins"]
    assert {"origin": "expert", "face": "reverse", "present": 0, "absent": 1, "unsure": 0} in said


def test_models_that_know_a_concept_stand_with_precision_and_interval(
    client: Client, admin: User, concepts: dict[str, Concept]
) -> None:
    version = make_model(admin)
    figures = version.metrics["test"]["eagle"]
    page = page_of(client.get(reverse("concept", args=["eagle"])))
    row = page.select_one("#models-title").find_parent("section").select_one("tbody tr")
    assert row.th.get_text(strip=True) == f"Model {version.pk}"
    low, high = figures["intervals"]["ap"]
    assert row.select("td")[1].get_text(" ", strip=True) == f"{figures['ap']:.3f} {low:.2f}–{high:.2f}"
    assert "None has learned it yet" in words_on(client.get(reverse("concept", args=["altar"])))


@pytest.mark.parametrize(("present", "by"), [(5, "experts"), (4, "texts")])
def test_a_model_without_a_fault_is_measured_by_experts_where_they_gave_five_answers_of_either_kind(
    admin: User, concepts: dict[str, Concept], present: int, by: str
) -> None:
    version = make_model(admin)
    faultless = {"ap": 1.0, "intervals": {"ap": None}, "positives": present, "n": 30}
    ModelVersion.objects.filter(pk=version.pk).update(metrics=version.metrics | {"test_expert": {"eagle": faultless}})
    (known,) = models_that_know(concepts["eagle"])
    of_texts = version.metrics["test"]["eagle"]
    asked = (known.expert, known.ap, known.sides)
    assert asked == {"experts": (True, 1.0, 30), "texts": (False, of_texts["ap"], of_texts["n"])}[by]


def test_narrower_concepts_stand_under_broader_ones_and_any_name_finds_them(
    client: Client, concepts: dict[str, Concept]
) -> None:
    Concept.objects.filter(slug="eagle").update(broader=concepts["horse"])
    rows = page_of(client.get(reverse("concepts"))).select("tbody tr th")
    place = next(place for place, cell in enumerate(rows) if cell.a.get_text() == "Horse")
    assert rows[place + 1].a.get_text() == "Eagle" and rows[place + 1]["class"] == ["depth-1"]
    found = page_of(client.get(reverse("concepts"), {"q": "ADLER"}))
    assert [(row.a.get_text(), row.get("class")) for row in found.select("tbody tr")] == [
        ("Horse", ["only-above"]),
        ("Eagle", None),
    ]
    assert [entry["concept"] for entry in client.get(reverse("concepts_json"), {"q": "adler"}).json()["concepts"]] == [
        "eagle"
    ]
    rows = list(csv.DictReader(io.StringIO(client.get(reverse("concepts_csv"), {"q": "adler"}).content.decode())))
    assert [(row["concept"], row["broader"], row["text"]) for row in rows] == [("eagle", "horse", "0")]
    assert "No concept in use is called so" in words_on(client.get(reverse("concepts"), {"q": "unicorn"}))


def test_more_coins_changes_and_models_cost_the_page_no_more_queries(
    client: Client, make_coin: MakeCoin, admin: User, expert: User, concepts: dict[str, Concept]
) -> None:
    def visit() -> int:
        client.force_login(expert)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("concept", args=["eagle"])).status_code == 200
        return len(asked)

    def grow(place: int) -> None:
        side = Side.objects.get(coin=make_coin(f"g.{place}", reverse="Eagle", crop="ab/x.webp"), face="reverse")
        answer = "yes" if place % 2 else "no"
        record_decision(user=expert, side_id=side.pk, concept="eagle", answer=answer, key=uuid4(), base_id=None)
        ConceptChange.objects.create(concept=concepts["eagle"], what="guideline", after="x", user=admin)
        make_coin(f"h.{place}", reverse="Eagle", crop="ab/x.webp")

    grow(0)
    grow(1)
    make_model(admin)
    few = visit()
    for place in range(2, 6):
        grow(place)
    make_model(admin)
    assert visit() == few
