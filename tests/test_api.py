"""The REST interface: what it gives, to whom, and what that costs."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from annotations.models import (
    Label,
    Prediction,
    Side,
)
from annotations.services.decisions import record_decision
from annotations.services.labels import refresh_model_labels
from tests.api_calls import API, get, make_version
from tests.conftest import MakeCoin


def test_a_coin_carries_its_sides_and_each_answer_says_whose_it_is(
    client: Client, make_coin: MakeCoin, expert: User, admin: User
) -> None:
    coin = make_coin("demo.1", reverse="Eagle standing left on thunderbolt.", mint="Rome")
    side = coin.sides.get(face="reverse")
    version = make_version(("eagle", "horse"), publisher=admin)
    Prediction.objects.create(side=side, version=version, probabilities=[0.25, 0.75])
    refresh_model_labels(version)
    record_decision(user=expert, side_id=side.pk, concept="eagle", answer="no", key=uuid4(), base_id=None)

    found = get(client, "coins/demo.1")

    reverse = next(side for side in found["sides"] if side["face"] == "reverse")
    labels = {label["concept"]: label for label in reverse["labels"]}
    assert labels["eagle"] == {
        "concept": "eagle",
        "answer": "no",
        "origin": "expert",
        "expert": "no",
        "text": True,
        "model": {"version": version.pk, "score": 0.25, "present": False},
    }
    assert labels["horse"]["origin"] == "model"
    assert labels["horse"]["expert"] is None
    assert reverse["prediction"]["model"] == version.pk
    assert [row["present"] for row in reverse["prediction"]["concepts"]] == [False, True]
    assert reverse["text"] == "Eagle standing left on thunderbolt."
    assert found["descriptions"][0]["scope"] == "reverse"


def test_a_side_shows_what_the_published_model_says_and_no_other(
    client: Client, make_coin: MakeCoin, admin: User
) -> None:
    side = make_coin("demo.1").sides.first()
    other, published = make_version(), make_version(publisher=admin)
    for version, probability in ((other, 0.9), (published, 0.1)):
        Prediction.objects.create(side=side, version=version, probabilities=[probability, 0.2])
    prediction = get(client, f"sides/{side.pk}")["prediction"]
    assert prediction["model"] == published.pk
    assert prediction["concepts"][0] == {"concept": "eagle", "probability": 0.1, "threshold": 0.5, "present": False}


def test_identifiers_with_slashes_and_dots_are_found(client: Client, make_coin: MakeCoin) -> None:
    make_coin("ric/1.2 b")
    assert get(client, "coins/ric/1.2%20b")["identifier"] == "ric/1.2 b"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["a", "b", "c"]),
        ("mint=Rome", ["a"]),
        ("authority=Nero&mint=Lyon", ["b"]),
        ("denomination=Denarius&material=Silver", ["c"]),
        ("date_from=-40&date_to=-20", ["c"]),
        ("date_from=60", ["a", "b"]),
        ("concept=eagle", ["a"]),
        ("concept=eagle&origin=text&face=reverse", ["a"]),
        ("concept=eagle&origin=text&face=obverse", []),
        ("concept=eagle&origin=expert", []),
        ("q=thunderbolt", ["a"]),
        ("q=thunder*", ["a"]),
        ("q=-thunderbolt", ["b", "c"]),
    ],
)
def test_coins_are_filtered_as_on_the_search_page(
    client: Client, make_coin: MakeCoin, query: str, expected: list[str]
) -> None:
    make_coin("a", reverse="Eagle on thunderbolt.", mint="Rome", authority="Nero", date_from=64, date_to=66)
    make_coin("b", mint="Lyon", authority="Nero", date_from=65, date_to=68)
    make_coin("c", denomination="Denarius", material="Silver", date_from=-32, date_to=-31)
    assert [coin["identifier"] for coin in get(client, f"coins?{query}")["results"]] == expected


def test_labels_are_filtered_by_side_concept_origin_and_answer(
    client: Client, make_coin: MakeCoin, expert: User
) -> None:
    side = make_coin("demo.1", reverse="Eagle and horse.").sides.get(face="reverse")
    make_coin("demo.2", reverse="Eagle.")
    record_decision(user=expert, side_id=side.pk, concept="horse", answer="no", key=uuid4(), base_id=None)
    assert [row["coin"] for row in get(client, "labels?concept=eagle")["results"]] == ["demo.1", "demo.2"]
    assert {row["concept"] for row in get(client, f"labels?side={side.pk}")["results"]} == {"eagle", "horse"}
    assert [row["concept"] for row in get(client, "labels?origin=expert&answer=no")["results"]] == ["horse"]


def test_a_label_that_nobody_answers_any_more_is_not_listed(client: Client, make_coin: MakeCoin) -> None:
    side = make_coin("demo.1", reverse="Eagle.").sides.get(face="reverse")
    Label.objects.filter(side=side).update(text_present=False, answer="", origin="")
    assert get(client, "labels")["results"] == []
    assert get(client, f"sides/{side.pk}")["labels"] == []


def test_a_concept_comes_with_its_rules_names_and_implications(client: Client, concepts: dict[str, Any]) -> None:
    quadriga = get(client, "concepts/quadriga")
    assert quadriga["implies"] == ["horse"]
    assert {"pattern", "kind", "language", "version"} <= set(quadriga["rules"][0])
    assert quadriga["names"]["en"] == quadriga["name"]
    assert len(get(client, "concepts")["results"]) == 16


def test_models_that_never_were_published_are_for_administrators(client: Client, expert: User, admin: User) -> None:
    hidden, shown = make_version(), make_version(publisher=admin)
    for user in (None, expert):
        if user:
            client.force_login(user)
        assert [row["id"] for row in get(client, "models")["results"]] == [shown.pk]
        get(client, f"models/{hidden.pk}", status=404)
    client.force_login(admin)
    rows = get(client, "models")["results"]
    assert [(row["id"], row["published"], len(row["publications"])) for row in rows] == [
        (hidden.pk, False, 0),
        (shown.pk, True, 1),
    ]
    assert rows[1]["thresholds"] == {"eagle": 0.5, "horse": 0.5}
    assert rows[1]["snapshot"] == "f" * 64
    assert "metrics" not in rows[1]
    assert get(client, f"models/{shown.pk}")["metrics"]["test"]["mean"]["ap"] == 0.5


def test_pages_follow_one_another_without_gap_or_double(client: Client, make_coin: MakeCoin) -> None:
    for number in range(7):
        make_coin(f"demo.{number}")
    seen, address = [], "coins?size=3"
    while address:
        page = get(client, address)
        seen += [coin["identifier"] for coin in page["results"]]
        address = page["next"].split(API)[1] if page["next"] else ""
    assert seen == [f"demo.{number}" for number in range(7)]


@pytest.mark.parametrize("address", ["coins", "sides", "labels", "concepts", "models", "coins/demo.0"])
def test_more_rows_cost_no_more_queries(
    client: Client,
    make_coin: MakeCoin,
    admin: User,
    address: str,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    def add(number: int) -> None:
        coin = make_coin(f"demo.{number}", obverse="Horse.", reverse="Eagle.")
        version = make_version(publisher=admin)
        for side in coin.sides.all():
            Prediction.objects.create(side=side, version=version, probabilities=[0.9, 0.8])

    add(0)
    with django_assert_max_num_queries(10) as first:
        get(client, address)
    for number in range(1, 6):
        add(number)
    with django_assert_num_queries(len(first.captured_queries)):
        get(client, address)


def test_sides_are_listed_by_coin_and_face(client: Client, make_coin: MakeCoin) -> None:
    make_coin("demo.1")
    make_coin("demo.2")
    found = get(client, "sides?coin=demo.2&face=obverse")["results"]
    assert [(side["coin"], side["face"]) for side in found] == [("demo.2", "obverse")]
    assert Side.objects.count() == 4
