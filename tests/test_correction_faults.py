"""What experts say survives long silences and double reversals."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from annotations.models import Decision, ReviewItem
from annotations.services.decisions import record_decision, undo_decision
from annotations.services.page_decisions import PageAnswer, record_page, undo_page
from annotations.views import review
from tests.conftest import MakeCoin
from tests.review_steps import ask_about_an_eagle
from tests.test_decisions import in_parallel
from tests.test_review_browser import answers_in_order, open_queue, press, wait_for_saving


@pytest.mark.django_db(transaction=True)
def test_ten_reversals_at_once_are_one(expert: User, make_coin: MakeCoin) -> None:
    side = ask_about_an_eagle(make_coin)
    given = record_decision(user=expert, side_id=side.pk, concept="eagle", answer="no", key=uuid4(), base_id=None)
    outcomes = in_parallel(*[lambda: undo_decision(user=expert, decision_id=given.pk, key=uuid4())] * 10)
    assert outcomes == [Decision.objects.get(undoes=given)] * 10
    assert answers_in_order() == ["no", "withdrawn"]


@pytest.mark.django_db(transaction=True)
def test_a_page_that_two_tabs_take_back_at_once_is_taken_back_once(expert: User, make_coin: MakeCoin) -> None:
    sides = [make_coin(f"coin.{n}", reverse="Eagle standing").sides.get(face="reverse") for n in range(4)]
    page = [PageAnswer(side.pk, "eagle", "no", uuid4(), None) for side in sides]
    record_page(user=expert, page=uuid4(), answers=page)

    def take_back() -> set[int]:
        return {each.pk for each in undo_page(user=expert, page=uuid4(), keys={each.key: uuid4() for each in page})}

    outcomes = in_parallel(*[take_back] * 6)
    assert outcomes == [set(Decision.objects.filter(answer="withdrawn").values_list("pk", flat=True))] * 6
    assert answers_in_order() == ["no"] * 4 + ["withdrawn"] * 4


@pytest.mark.django_db
def test_more_open_questions_than_can_be_counted_between_answers_are_counted_by_the_page_alone(
    client: Client, expert: User, make_coin: MakeCoin, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_about_an_eagle(make_coin)
    waiting = ReviewItem.objects.open().count()
    assert waiting > 1
    client.force_login(expert)

    def said() -> Any:
        return client.get(reverse("review_next")).json()["progress"]["open"]

    monkeypatch.setattr(review, "MOST_COUNTED", waiting)
    assert said() == waiting
    monkeypatch.setattr(review, "MOST_COUNTED", waiting - 1)
    assert said() is None
    assert client.get(reverse("review")).context["progress"]["open"] == waiting


@pytest.fixture
def page(browser: Any, live_server: LiveServer, expert: User, make_coin: MakeCoin) -> Iterator[Any]:
    yield from open_queue(browser, live_server, expert, make_coin)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_page_counts_down_by_itself_where_the_server_does_not_count(
    page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "MOST_COUNTED", 1)
    waiting = int(page.inner_text("#open"))
    with page.expect_response("**/review/next.json*") as response:
        press(page, "y")
    assert response.value.json()["progress"]["open"] is None
    press(page, "n")
    wait_for_saving(page, "Saved")
    assert int(page.inner_text("#open")) == waiting - 2 == ReviewItem.objects.open().count()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seconds", [5, pytest.param(60, marks=pytest.mark.slow)])
def test_twelve_acts_without_a_network_are_twelve_rows_in_their_order(page: Any, seconds: int) -> None:
    gone = time.monotonic()
    page.context.set_offline(True)
    press(page, *"yznzuzyznzyu")
    wait_for_saving(page, "Waiting (12)")
    page.wait_for_timeout(1000 * (seconds - (time.monotonic() - gone)))
    assert answers_in_order() == []
    page.context.set_offline(False)
    wait_for_saving(page, "Saved")
    first = ["yes", "withdrawn", "no", "withdrawn", "unsure", "withdrawn", "yes", "withdrawn", "no", "withdrawn", "yes"]
    assert answers_in_order() == [*first, "unsure"]
    assert Decision.objects.filter(answered_by=None).count() == 2, "one chain for each of two questions"
