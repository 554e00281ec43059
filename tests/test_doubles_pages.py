"""The same picture on several coins: found, kept as one group, and shown side by side."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import Coin, DoubleGroup, DoublesRun
from annotations.services import jobs
from annotations.services.doubles import carry_out_doubles, queue_doubles
from tests.coin_photographs import TWO, draw_discs, take_photograph
from tests.conftest import MakeCoin
from tests.review_steps import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """The heartbeat's own connection cannot see into the transaction of a test."""
    monkeypatch.setattr(jobs, "HEARTBEAT", 600)


@pytest.fixture
def twins(tmp_path: Path, make_coin: MakeCoin) -> list[Coin]:
    """Two coins with one picture, and a third with another."""
    coins = [make_coin(f"lot.{number}") for number in range(3)]
    for number, coin in enumerate(coins):
        boxes = TWO if number < 2 else ((40, 60, 240, 260), (400, 60, 600, 260))
        take_photograph(tmp_path, coin, draw_discs(*boxes), name=f"{number}.jpg")
    return coins


def search() -> DoublesRun:
    run = queue_doubles(user=None)
    jobs.work_on(DoublesRun, run.pk, carry_out_doubles)
    run.refresh_from_db()
    assert (run.status, run.reason) == ("succeeded", "")
    return run


def test_coins_with_the_same_picture_become_one_group(twins: list[Coin]) -> None:
    assert search().counts == {"groups": 1, "coins": 2, "unreadable": 0}
    group = DoubleGroup.objects.get()
    assert (group.kind, group.score, group.reason) == ("exact", 1.0, "same file")
    assert [coin.identifier for coin in group.coins.all()] == ["lot.0", "lot.1"]


def test_searching_again_keeps_no_group_twice(twins: list[Coin]) -> None:
    search()
    search()
    assert DoubleGroup.objects.count() == 1
    assert Coin.objects.exclude(doubles=None).count() == 2


def test_two_pictures_of_one_coin_are_no_doubles(tmp_path: Path, make_coin: MakeCoin) -> None:
    coin = make_coin()
    for name in ("a.jpg", "b.jpg"):
        take_photograph(tmp_path, coin, draw_discs(*TWO), name=name)
    assert search().counts["groups"] == 0


def test_the_page_shows_a_group_with_its_reason_and_score(client: Client, expert: User, twins: list[Coin]) -> None:
    search()
    client.force_login(expert)
    page = page_of(client.get(reverse("doubles")))
    assert len(page.select(".panel .coin-card")) == 2
    assert "same file, likeness at least 1.00" in page.select_one(".panel h2").get_text()
    assert not page.select(".page-head form"), "only administrators start a search"
    told = client.get(reverse("doubles_json")).json()
    assert [group["coins"] for group in told["groups"]] == [["lot.0", "lot.1"]]


def test_an_administrator_starts_one_search_and_stops_it(client: Client, admin: User) -> None:
    client.force_login(admin)
    assert "not compared yet" in page_of(client.get(reverse("doubles"))).select_one(".empty-state").get_text()
    for _ in range(2):
        client.post(reverse("doubles_search"))
    run = DoublesRun.objects.get()
    assert page_of(client.get(reverse("doubles"))).select_one("#live[hx-get]")
    client.post(reverse("doubles_cancel", args=[run.pk]))
    run.refresh_from_db()
    assert run.status == "cancelled"
