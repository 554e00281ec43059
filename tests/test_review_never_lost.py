"""Answers outlive reloads, lost networks, ended sessions, and servers that were gone before they could say yes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from pytest_django.live_server_helper import LiveServer

from annotations.models import Decision
from tests.conftest import MakeCoin
from tests.test_review_browser import answers_in_order, coin_asked, open_queue, press, sign_in, wait_for_saving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser: Any, live_server: LiveServer, expert: User, make_coin: MakeCoin) -> Iterator[Any]:
    yield from open_queue(browser, live_server, expert, make_coin)


def test_a_reload_loses_neither_answers_nor_the_place(page: Any) -> None:
    page.route("**/review/decide", lambda route: route.abort())
    press(page, "y", "n")
    wait_for_saving(page, "Waiting (2)")
    asked = coin_asked(page)
    page.reload()
    page.wait_for_selector("html.scripted")
    wait_for_saving(page, "Waiting (2)")
    assert coin_asked(page) == asked
    assert answers_in_order() == []
    page.unroute("**/review/decide")
    wait_for_saving(page, "Saved")
    assert answers_in_order() == ["yes", "no"]


def test_what_was_answered_offline_is_sent_once(page: Any) -> None:
    page.context.set_offline(True)
    press(page, "y", "y", "n")
    wait_for_saving(page, "Waiting (3)")
    page.wait_for_selector("#out-of-reach:not([hidden])")
    page.wait_for_timeout(3000)
    assert answers_in_order() == []
    page.context.set_offline(False)
    wait_for_saving(page, "Saved")
    assert answers_in_order() == ["yes", "yes", "no"]
    page.wait_for_selector("#review:not([hidden])")


def test_two_tabs_send_every_answer_once(page: Any) -> None:
    page.context.set_offline(True)
    press(page, "y", "n")
    other = page.context.new_page()
    page.context.set_offline(False)
    other.goto("/review/")
    wait_for_saving(page, "Saved")
    wait_for_saving(other, "Saved")
    assert answers_in_order() == ["yes", "no"]


def test_an_ended_session_keeps_the_answers_until_one_signs_in_again(page: Any, expert: User) -> None:
    Session.objects.all().delete()
    press(page, "y", "n")
    wait_for_saving(page, "Waiting (2)")
    assert "2 answers are kept" in page.inner_text("#signed-out")
    assert page.get_attribute("#signed-out a", "target") == "_blank"
    assert answers_in_order() == []
    sign_in(page.context, expert)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    wait_for_saving(page, "Saved")
    assert answers_in_order() == ["yes", "no"]
    assert page.is_hidden("#signed-out")


def test_answers_given_before_and_after_a_session_ended_are_all_saved_in_order(page: Any, expert: User) -> None:
    press(page, "y")
    wait_for_saving(page, "Saved")
    Session.objects.all().delete()
    press(page, "n")
    wait_for_saving(page, "Waiting (1)")
    press(page, "u")
    wait_for_saving(page, "Waiting (2)")
    other = page.context.new_page()
    other.goto("/account/login/")
    other.fill("[name=username]", "ada")
    other.fill("[name=password]", "denarius-42")
    other.click("main button[type=submit]")  # a new session, and a new token with it
    other.wait_for_load_state()
    other.close()
    page.bring_to_front()
    wait_for_saving(page, "Saved")
    assert answers_in_order() == ["yes", "no", "unsure"]
    assert page.is_hidden("#signed-out")


def test_an_answer_whose_acknowledgement_was_lost_is_one_row(page: Any) -> None:
    """The server stored it and was gone before it could say so; then a proxy spoke in its place."""
    calls: list[Any] = []

    def break_down(route: Any) -> None:
        calls.append(route.request.post_data_json["key"])
        if len(calls) == 1:
            route.fetch()
            route.abort("connectionreset")
        elif len(calls) == 2:
            route.fulfill(status=502, body="<h1>Bad gateway</h1>")
        else:
            route.continue_()

    page.route("**/review/decide", break_down)
    press(page, "y")
    wait_for_saving(page, "Waiting (1)")
    wait_for_saving(page, "Saved")
    assert len(calls) == 3
    assert set(calls) == {str(Decision.objects.get().key)}


def test_without_questions_in_hand_the_page_waits_for_the_server_and_goes_on(page: Any) -> None:
    page.route("**/review/next.json*", lambda route: route.fulfill(status=502, body="bad gateway"))
    press(page, "y", "y", "y")
    page.wait_for_selector("#out-of-reach:not([hidden])")
    assert page.is_hidden("#nothing")
    page.unroute("**/review/next.json*")
    page.wait_for_selector("#review:not([hidden])")
    wait_for_saving(page, "Saved")
    assert len(answers_in_order()) == 3
