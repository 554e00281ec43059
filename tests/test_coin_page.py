from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup, Tag
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import (
    Coin,
    Concept,
    Embedding,
    Label,
    ModelVersion,
    Photograph,
    Publication,
    Side,
    Snapshot,
    TrainingRun,
)
from annotations.services.decisions import record_decision
from tests.conftest import MakeCoin


def open_page(client: Client, coin: Coin) -> BeautifulSoup:
    answer = client.get(coin.get_absolute_url())
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def words(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text(" ").split())


@pytest.fixture
def version(admin: User) -> ModelVersion:
    snapshot = Snapshot.objects.create(file="s", sha256="0" * 64, concepts=["eagle"], counts={})
    run = TrainingRun.objects.create(snapshot=snapshot, kind="concept_vit", config={}, seed=1)
    version = ModelVersion.objects.create(
        run=run, kind="concept_vit", concepts=["eagle"], thresholds=[0.5], metrics={}, folder="m"
    )
    Publication.objects.create(version=version, user=admin)
    return version


def label(coin: Coin, face: str, concept: str, **fields: Any) -> None:
    side = Side.objects.get(coin=coin, face=face)
    Label.objects.update_or_create(side=side, concept=Concept.objects.get(slug=concept), defaults=fields)


def test_what_is_said_of_a_side_stands_on_that_side_alone(client: Client, make_coin: MakeCoin) -> None:
    coin = make_coin(obverse="Eagle on globe", reverse="Emperor standing left")
    page = open_page(client, coin)
    obverse, reverse_side = page.select(".coin-side")
    assert [name.get_text() for name in obverse.select(".label-name")] == ["Eagle", "Globe"]
    assert [name.get_text() for name in reverse_side.select(".label-name")] == ["Standing"]
    assert "Eagle" not in words(reverse_side)


def test_the_words_that_a_rule_read_are_marked_with_their_concept(client: Client, make_coin: MakeCoin) -> None:
    page = open_page(client, make_coin(reverse="Emperor in quadriga right"))
    mark = page.select_one(".coin-side mark")
    assert mark is not None and mark.get_text() == "quadriga"
    assert "Quadriga (rule “" in mark["title"] and "Horse (implied by Quadriga)" in mark["title"]


def test_person_text_and_model_are_told_apart_with_score_and_version(
    client: Client, make_coin: MakeCoin, version: ModelVersion, expert: User
) -> None:
    coin = make_coin(reverse="Eagle standing")
    label(coin, "reverse", "eagle", model_score=0.934, model_present=True, model_version=version)
    side = Side.objects.get(coin=coin, face="reverse")
    record_decision(user=expert, side_id=side.pk, concept="eagle", answer="no", key=uuid4(), base_id=None)
    row = open_page(client, coin).select(".labels li")[0]
    said = {badge["class"][1]: words(badge) for badge in row.select(".origin")}
    assert said["origin-model"] == f"Model {version.pk}: 0.93"
    assert said["origin-text"].startswith("Text")
    assert said["origin-expert"].startswith("Expert: no")
    assert "label-no" in row.select_one(".label-name")["class"]


def test_names_of_experts_are_shown_to_those_who_work_here_alone(
    client: Client, make_coin: MakeCoin, expert: User, visitor: User
) -> None:
    coin = make_coin(reverse="Eagle")
    side = Side.objects.get(coin=coin, face="reverse")
    record_decision(user=expert, side_id=side.pk, concept="eagle", answer="yes", key=uuid4(), base_id=None)
    address = reverse("coin_json", args=[coin.identifier])
    for user in (None, visitor):
        if user:
            client.force_login(user)
        assert "ada" not in words(open_page(client, coin).main)
        assert client.get(address).json()["decisions"][0]["by"] == "expert"
    client.force_login(expert)
    assert "ada: Eagle on the reverse, yes" in words(open_page(client, coin).select_one(".history"))
    assert client.get(address).json()["decisions"][0]["by"] == "ada"


def test_measures_carry_units_and_names_link_to_their_authority(client: Client, make_coin: MakeCoin) -> None:
    links = {"mint": "http://nomisma.org/id/rome", "material": "javascript:alert(1)"}
    references = [{"name": "RIC I 12", "uri": "http://numismatics.org/ocre/id/ric.1.12"}]
    coin = make_coin(
        mint="Rome",
        material="Gold",
        weight=7.25,
        diameter=19,
        axis=6,
        date_from=-27,
        date_to=14,
        links=links,
        references=references,
    )
    page = open_page(client, coin)
    facts = dict(
        zip(map(words, page.select("#facts + .facts dt")), map(words, page.select("#facts + .facts dd")), strict=True)
    )
    assert facts["Weight"] == "7.25 g" and facts["Diameter"] == "19 mm" and facts["Die axis"] == "6 h"
    assert facts["Date"] == "27 BC–AD 14" and facts["References"] == "RIC I 12"
    assert page.select_one('a[href="http://nomisma.org/id/rome"]') is not None
    assert page.select_one('a[href^="javascript:"]') is None


def test_a_refused_photograph_is_kept_with_its_reason(client: Client, make_coin: MakeCoin) -> None:
    coin = make_coin()
    Photograph.objects.create(coin=coin, scope="both", name="a.jpg", refusal="too_many", reason="Five coins lie on it.")
    page = open_page(client, coin)
    assert "Not used: Five coins lie on it." in words(page.select_one(".photographs"))
    assert len(page.select(".coin-missing")) == 2


def test_a_synthetic_coin_says_so_plainly_and_a_real_one_does_not(client: Client, make_coin: MakeCoin) -> None:
    assert "drawn by a program" in words(open_page(client, make_coin("s.1", synthetic=True)).main)
    assert "drawn by a program" not in words(open_page(client, make_coin("r.1")).main)


def test_the_citation_carries_the_stable_address(client: Client, make_coin: MakeCoin) -> None:
    coin = make_coin("1944.100.1/a", collection="American Numismatic Society", title="As of Nero. 1944.100.1/a")
    page = open_page(client, coin)
    assert words(page.h1) == "As of Nero"
    address = "http://testserver/coins/1944.100.1/a"
    assert f"American Numismatic Society, 1944.100.1/a: As of Nero. {address} (seen" in words(
        page.select_one("#citation")
    )
    assert page.select_one("link[rel=canonical]")["href"] == address
    assert client.get(page.select_one("link[rel=alternate]")["href"]).json()["address"] == address


def test_the_nearest_sides_of_the_published_model_are_shown_nearest_first(
    client: Client, make_coin: MakeCoin, version: ModelVersion
) -> None:
    coins = [make_coin(f"c.{place}") for place in range(9)]
    for place, coin in enumerate(coins):
        side = Side.objects.get(coin=coin, face="obverse")
        Embedding.objects.create(side=side, version=version, vector=[1.0, place / 10])
    similar = open_page(client, coins[0]).select(".side-row li")
    assert [item.a["href"] for item in similar] == [f"/coins/c.{place}" for place in range(1, 7)]
    assert words(similar[5].select_one(".figures")) == "0.86"
    near = client.get(reverse("coin_json", args=["c.0"])).json()["sides"][0]["similar"]
    assert near[0] == {"coin": "c.1", "face": "obverse", "cosine": 0.995}


def test_the_json_holds_what_the_page_shows(client: Client, make_coin: MakeCoin, version: ModelVersion) -> None:
    coin = make_coin(reverse="Quadriga right", mint="Rome", weight=3.1)
    label(coin, "reverse", "eagle", model_score=0.2, model_present=False, model_version=version)
    whole = client.get(reverse("coin_json", args=[coin.identifier])).json()
    side = whole["sides"][1]
    assert (whole["mint"], whole["weight_g"], side["face"], side["text"]) == ("Rome", 3.1, "reverse", "Quadriga right")
    labels = {entry["concept"]: entry for entry in side["labels"]}
    assert labels["horse"]["origin"] == "text" and labels["horse"]["model"] is None
    assert labels["eagle"]["model"] == {"score": 0.2, "present": False, "version": version.pk}
    assert labels["eagle"]["text"] == {"present": False} and labels["eagle"]["answer"] is None
    mentions = {(entry["concept"], entry["words"], entry["implied_by"]) for entry in side["mentions"]}
    assert mentions == {("quadriga", "Quadriga", None), ("horse", "Quadriga", "quadriga")}


@pytest.mark.parametrize("identifier", ["nix", "a%00b", "..%2f..%2fetc", "x" * 300])
def test_an_unknown_coin_is_not_found_in_either_format(client: Client, db: None, identifier: str) -> None:
    assert client.get(f"/coins/{identifier}").status_code == 404
    problem = client.get(f"/coins/{identifier}.json")
    assert problem.status_code == 404


def test_more_labels_and_decisions_cost_no_more_queries(client: Client, make_coin: MakeCoin, expert: User) -> None:
    small, large = (
        make_coin("q.1", reverse="Eagle"),
        make_coin("q.2", "Victory, wreath, globe", "Eagle, altar, horse, spear"),
    )
    for coin in (small, large):
        for said in Label.objects.filter(side__coin=coin).select_related("concept"):
            record_decision(
                user=expert, side_id=said.side_id, concept=said.concept.slug, answer="yes", key=uuid4(), base_id=None
            )
    counts = []
    for coin in (small, large):
        with CaptureQueriesContext(connection) as queries:
            open_page(client, coin)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10
