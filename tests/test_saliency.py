from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import ModelVersion, Prediction, Publication, SaliencyMap, Side
from tests.learning_rows import make_model

HTMX = {"HX-Request": "true"}


@pytest.fixture
def side(make_coin: Any) -> Side:
    return make_coin(crop="ab/x.webp").sides.get(face="reverse")


@pytest.fixture
def version(admin: User) -> ModelVersion:
    version = make_model(admin)
    Publication.objects.create(version=version, user=admin)
    return version


def ask(client: Client, side: Side, concept: str = "eagle") -> Any:
    return client.post(reverse("saliency", args=[side.pk]), {"concept": concept}, headers=HTMX)


def soup(content: bytes) -> BeautifulSoup:
    return BeautifulSoup(content, "html.parser")


@pytest.mark.parametrize("role", ["expert", "admin"])
def test_experts_and_admins_ask_for_a_map(
    client: Client, side: Side, version: ModelVersion, role: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(role))
    waiting = soup(ask(client, side).content)
    row = SaliencyMap.objects.get()
    assert (row.side, row.version, row.concept.slug, row.status) == (side, version, "eagle", "queued")
    assert waiting.select_one(f"#map-{row.pk}")["hx-get"] == reverse("saliency_map", args=[row.pk])


def test_others_ask_for_none(client: Client, side: Side, version: ModelVersion, visitor: User) -> None:
    assert ask(client, side).status_code == 302
    client.force_login(visitor)
    assert ask(client, side).status_code == 403
    assert not SaliencyMap.objects.exists()


def test_a_double_click_is_one_map(client: Client, side: Side, version: ModelVersion, expert: User) -> None:
    client.force_login(expert)
    assert ask(client, side).content == ask(client, side).content
    assert SaliencyMap.objects.count() == 1


@pytest.mark.parametrize("concept", ["", "unicorn", "patera", "x" * 500])
def test_a_concept_that_the_model_does_not_know_is_refused(
    client: Client, side: Side, version: ModelVersion, expert: User, concept: str
) -> None:
    client.force_login(expert)
    assert ask(client, side, concept).status_code == 404
    assert not SaliencyMap.objects.exists()


def test_without_a_published_model_there_is_nothing_to_ask(client: Client, side: Side, expert: User) -> None:
    make_model()
    client.force_login(expert)
    assert ask(client, side).status_code == 404
    assert "No model is published" in client.get(reverse("saliency", args=[side.pk])).content.decode()


def test_a_side_without_a_picture_offers_nothing(
    client: Client, make_coin: Any, version: ModelVersion, expert: User
) -> None:
    bare = make_coin("bare").sides.get(face="obverse")
    client.force_login(expert)
    assert ask(client, bare).status_code == 404
    assert "no picture" in client.get(reverse("saliency", args=[bare.pk])).content.decode()


def test_the_likeliest_concept_stands_first(client: Client, side: Side, version: ModelVersion, expert: User) -> None:
    Prediction.objects.create(side=side, version=version, probabilities=[0.2, 0.9])
    client.force_login(expert)
    options = soup(client.get(reverse("saliency", args=[side.pk]), headers=HTMX).content).select("option")
    assert [option.get_text() for option in options] == ["Horse · 0.90, present", "Eagle · 0.20"]


def test_everybody_sees_the_maps_that_exist(
    client: Client, side: Side, version: ModelVersion, concepts: dict[str, Any]
) -> None:
    facts = {"method": "HiPe", "forwards": 121, "probability": 0.87}
    row = SaliencyMap.objects.create(
        side=side, version=version, concept=concepts["eagle"], status="succeeded", file="cd/map.png", facts=facts
    )
    offered = soup(client.get(reverse("saliency", args=[side.pk]), headers=HTMX).content)
    assert [link["hx-get"] for link in offered.select("a")] == [reverse("saliency_map", args=[row.pk])]
    assert offered.select_one("form") is None
    shown = soup(client.get(reverse("saliency_map", args=[row.pk]), headers=HTMX).content)
    assert shown.select_one("figure")["data-saliency"].endswith("cd/map.png")
    assert "HiPe, 121 passes" in shown.get_text(" ", strip=True)
    assert client.get(reverse("saliency_map_json", args=[row.pk])).json()["facts"] == facts


def test_a_map_that_failed_gives_its_reason_and_can_be_asked_for_again(
    client: Client, side: Side, version: ModelVersion, concepts: dict[str, Any], expert: User
) -> None:
    row = SaliencyMap.objects.create(
        side=side, version=version, concept=concepts["eagle"], status="failed", reason="The weights are damaged."
    )
    shown = client.get(reverse("saliency_map", args=[row.pk]), headers=HTMX)
    assert "The weights are damaged." in shown.content.decode()
    client.force_login(expert)
    ask(client, side)
    assert SaliencyMap.objects.get().status == "queued"


def test_a_side_or_a_map_that_is_not_there_is_not_found(client: Client, db: None) -> None:
    assert client.get("/sides/99999/saliency").status_code == 404
    assert client.get("/saliency/99999").status_code == 404
