from __future__ import annotations

from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import Description, Entity, EntityMention, Prediction, Publication, Side, SourceRun
from annotations.services import jobs
from annotations.services.decisions import record_decision
from annotations.services.labels import refresh_model_labels
from annotations.services.sources import carry_out_sources, judge_sources, queue_sources
from annotations.services.texts import read_texts
from tests.conftest import MakeCoin
from tests.learning_rows import make_model


@pytest.fixture(autouse=True)
def _no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """The heartbeat's own connection cannot see into the transaction of a test."""
    monkeypatch.setattr(jobs, "HEARTBEAT", 600)


def judge() -> SourceRun:
    run = queue_sources(user=None)
    jobs.work_on(SourceRun, run.pk, carry_out_sources)
    run.refresh_from_db()
    assert (run.status, run.reason) == ("succeeded", "")
    return run


def sources_of(run: SourceRun, concept: str) -> dict[str, dict[str, Any]]:
    return {source["source"]: source for source in run.sources[concept]["sources"]}


def publish(user: User, said: dict[int, float]) -> None:
    """A published model that says these probabilities of an eagle."""
    version = make_model(user)
    rows = (Prediction(side_id=side, version=version, probabilities=[p, 0.1]) for side, p in said.items())
    Prediction.objects.bulk_create(rows)
    Publication.objects.create(version=version, user=user)
    refresh_model_labels(version)


def test_sources_that_err_by_known_shares_are_judged_close_to_them() -> None:
    random = np.random.default_rng(4)
    truth = (random.random(4000) < 0.3).astype(np.int8)
    flips = {"a": 0.05, "b": 0.1, "c": 0.25}
    wrong = {name: random.random(4000) < share for name, share in flips.items()}
    said = {name: np.where(wrong[name], 1 - truth, truth).astype(np.int8) for name in flips}
    judged = judge_sources(said, np.where(np.arange(4000) < 100, truth, -1).astype(np.int8))
    assert judged["identified"] and judged["experts"] == 100
    assert judged["present"] == pytest.approx(0.3, abs=0.03)
    for source in judged["sources"]:
        wanted = 1 - flips[source["source"]]
        assert source["estimated"]["accuracy"] == pytest.approx(wanted, abs=0.03)
        assert source["estimated"]["low"] <= source["estimated"]["accuracy"] <= source["estimated"]["high"]
        assert source["measured"]["accuracy"]["of"] == 100


def test_one_source_is_measured_against_experts_and_not_estimated(make_coin: MakeCoin, expert: User) -> None:
    for place, (text, answer) in enumerate([("Eagle", "yes"), ("Eagle", "no"), ("Lion", "yes"), ("Lion", "no")]):
        side = Side.objects.get(coin=make_coin(f"s.{place}", reverse=text), face="reverse")
        record_decision(user=expert, side_id=side.pk, concept="eagle", answer=answer, key=uuid4(), base_id=None)
    eagle = sources_of(judge(), "eagle")["text:en"]
    assert (eagle["answered"], eagle["yes"], eagle["estimated"]) == (4, 2, None)
    shares = {name: (share["right"], share["of"]) for name, share in eagle["measured"].items()}
    assert shares == {"accuracy": (2, 4), "sensitivity": (1, 2), "specificity": (1, 2)}


def test_texts_by_language_entities_and_the_published_model_speak_each_for_itself(
    make_coin: MakeCoin, admin: User
) -> None:
    said = {}
    eagle = Entity.objects.create(identifier="animal/1", label="animal", name="eagle")
    for place in range(12):
        there = place % 3 == 0
        coin = make_coin(f"l.{place}", "Bust", "Eagle standing" if there else "Lion standing")
        if place < 6:
            text = "Adler nach links" if there else "Löwe nach links"
            Description.objects.create(coin=coin, scope="reverse", text=text, language="de")
            read_texts([coin.pk])
        side = Side.objects.get(coin=coin, face="reverse")
        said[side.pk] = 0.9 if there else 0.2
        if there:
            mentioned = coin.descriptions.get(scope="reverse", language="en")
            EntityMention.objects.create(
                description=mentioned, start=0, end=5, label="animal", entity=eagle, source="list"
            )
    publish(admin, said)
    run = judge()
    sources = sources_of(run, "eagle")
    version = Publication.objects.get().version_id
    assert {name: (s["answered"], s["yes"]) for name, s in sources.items()} == {
        "text:de": (6, 2),
        "text:en": (24, 4),
        "entities:list": (24, 4),
        f"model:{version}": (12, 4),
    }
    assert run.sources["eagle"]["identified"]
    assert all(source["estimated"]["accuracy"] > 0.8 for source in sources.values())


def test_the_page_draws_estimate_and_measure_and_says_when_two_sources_do_not_suffice(
    client: Client, make_coin: MakeCoin, expert: User, admin: User
) -> None:
    said = {}
    for place in range(10):
        side = Side.objects.get(coin=make_coin(f"p.{place}", "Bust", "Eagle" if place < 4 else "Lion"), face="reverse")
        said[side.pk] = 0.8 if place < 5 else 0.1
        answer = "yes" if place < 5 else "no"
        record_decision(user=expert, side_id=side.pk, concept="eagle", answer=answer, key=uuid4(), base_id=None)
    publish(admin, said)
    judge()
    client.force_login(expert)
    page = BeautifulSoup(client.get(reverse("sources")).content, "html.parser")
    panel = page.select_one("section[aria-labelledby=judged-eagle]")
    text = " ".join(panel.get_text(" ").split())
    assert "Fewer than three independent sources do not suffice." in text and "Go by what is measured" in text
    assert "Experts answered on 10 of 20 sides" in text
    assert "Most to be trusted seems" in text and "Experts agree with it on" in text
    rows = panel.select("tbody tr")
    assert len(rows) == 2
    assert all(len(row.select("circle.middle")) == len(row.select("circle.measured")) == 1 for row in rows)
    assert "measured 90 % (9 of 10)" in " ".join(rows[0].get_text(" ").split())
    assert client.get(reverse("sources_json")).json()["concepts"]["eagle"]["experts"] == 10


def test_an_administrator_starts_one_comparison_and_may_cancel_it(client: Client, expert: User, admin: User) -> None:
    client.force_login(expert)
    assert "An administrator starts the comparison" in client.get(reverse("sources")).content.decode()
    assert client.post(reverse("sources_start")).status_code == 403
    client.force_login(admin)
    client.post(reverse("sources_start"))
    client.post(reverse("sources_start"))
    run = SourceRun.objects.get()
    client.post(reverse("sources_cancel", args=[run.pk]))
    run.refresh_from_db()
    assert run.status == "cancelled"


@pytest.mark.django_db
def test_a_corpus_without_sides_ends_well_and_says_so(client: Client, expert: User) -> None:
    assert judge().sources == {}
    client.force_login(expert)
    assert "No source says anything" in client.get(reverse("sources")).content.decode()
