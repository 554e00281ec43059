"""A reload at any moment asks nothing twice and loses no mark."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from annotations.models import Concept, Decision
from annotations.services.concept_changes import retire_concept
from annotations.views import answers as answers_views
from annotations.views import review as review_views
from tests.conftest import MakeCoin
from tests.test_checklist_browser import page as checklist  # noqa: F401
from tests.test_contact_sheet_browser import open_eagles, open_sheet
from tests.test_contact_sheet_browser import press as press_at_once
from tests.test_review_browser import answers_in_order, coin_asked, open_queue, press, wait_for_saving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONGEST = 5  # s


@pytest.fixture
def page(browser: Any, live_server: LiveServer, expert: User, make_coin: MakeCoin) -> Iterator[Any]:
    yield from open_queue(browser, live_server, expert, make_coin)


@pytest.fixture
def sheet(browser: Any, live_server: LiveServer, expert: User, concepts: dict[str, Concept]) -> Iterator[Any]:
    yield from open_eagles(browser, live_server, expert, concepts["eagle"])


def test_a_page_that_was_drawn_before_the_answer_was_stored_is_asked_for_again(
    page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, stored = threading.Event(), threading.Event()
    draw, look = review_views.render, answers_views.is_stored

    def draw_and_wait(*given: Any, **more: Any) -> Any:
        response = draw(*given, **more)
        if not drawn.is_set():
            drawn.set()
            stored.wait(LONGEST)
            time.sleep(0.5)  # the page before hears that its answer is stored
        return response

    def wait_and_look(*given: Any) -> bool:
        drawn.wait(LONGEST)
        threading.Timer(0.3, stored.set).start()
        return bool(look(*given))

    monkeypatch.setattr(review_views, "render", draw_and_wait)
    monkeypatch.setattr(answers_views, "is_stored", wait_and_look)
    answered = coin_asked(page)
    press(page, "n")
    page.reload()
    page.wait_for_function("coin => document.querySelector('.beside .fw-semibold')?.innerText !== coin", arg=answered)
    wait_for_saving(page, "Saved")
    assert drawn.is_set() and answers_in_order() == ["no"]
    assert coin_asked(page) != answered


def test_marks_on_a_sheet_outlive_a_reload_and_end_with_the_page(sheet: Any) -> None:
    press_at_once(sheet, "Home", "ArrowRight", " ", "ArrowRight", "u")
    open_sheet(sheet)
    assert sheet.inner_text("#sums") == "22 yes, 1 no, 1 unsure"
    sheet.wait_for_timeout(500)
    sheet.keyboard.press("Enter")
    wait_for_saving(sheet, "Saved")
    assert sheet.evaluate("Object.values(sessionStorage).filter(each => each.includes('answer')).length") == 0
    said = list(Decision.objects.values_list("answer", flat=True))
    assert [said.count(answer) for answer in ("yes", "no", "unsure")] == [22, 1, 1]


def test_answers_of_a_checklist_outlive_a_reload(checklist: Any) -> None:  # noqa: F811
    press(checklist, "n", "y")
    before = checklist.inner_text("[data-save-words]")
    checklist.reload()
    checklist.wait_for_selector("html.scripted")
    assert checklist.inner_text("[data-save-words]") == before == "Save 2 answers and go on"
    press(checklist, "Enter")
    wait_for_saving(checklist, "Saved")
    assert sorted(answers_in_order()) == ["no", "yes"]


def test_a_concept_that_is_retired_while_it_is_asked_about_ends_the_queue_in_words(page: Any, admin: User) -> None:
    page.goto("/review/?concept=eagle")
    page.wait_for_selector("html.scripted")
    retire_concept(user=admin, concept=Concept.objects.get(slug="eagle"))
    for _ in range(3):
        press(page, "y")
    page.wait_for_selector("#nothing", state="visible", timeout=10_000)
    assert page.is_hidden("#out-of-reach")
    wait_for_saving(page, "Saved")
    assert answers_in_order() == ["yes"] * 3, "what was in hand is kept like any other answer"


def test_the_address_of_a_merged_or_retired_concept_still_opens(
    client: Client, expert: User, concepts: dict[str, Concept]
) -> None:
    concepts["quadriga"].merged_into = concepts["horse"]
    concepts["quadriga"].retired = True
    concepts["quadriga"].save()
    Concept.objects.filter(slug="spear").update(retired=True)
    client.force_login(expert)
    for name in ("review", "review_sheet"):
        asked = {slug: client.get(reverse(name), {"concept": slug}) for slug in ("quadriga", "spear", "unicorn")}
        assert asked["quadriga"].context["state"]["concept"] == "horse"
        assert (asked["spear"].status_code, asked["unicorn"].status_code) == (200, 404)
