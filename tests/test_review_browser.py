"""The queue in a real browser: by keyboard, through reloads, lost networks and ended sessions."""

from __future__ import annotations

import io
import re
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image
from pytest_django.live_server_helper import LiveServer

from annotations.models import Concept, Decision, ReviewItem
from annotations.services import media
from annotations.services.decisions import record_decision
from annotations.services.review import rank_questions
from tests.conftest import MakeCoin

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
COINS = 7
A_LOOK = 300  # ms: longer than what the page takes for the second half of a double click


@pytest.fixture
def page(browser: Any, live_server: LiveServer, expert: User, make_coin: MakeCoin) -> Iterator[Any]:
    yield from open_queue(browser, live_server, expert, make_coin)


def open_queue(browser: Any, live_server: LiveServer, expert: User, make_coin: MakeCoin) -> Iterator[Any]:
    """A page of an expert's, signed in, with one question about an eagle per coin."""
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "silver").save(picture, "WEBP")
    crop = media.store(picture.getvalue(), ".webp")
    for number in range(COINS):
        make_coin(f"coin.{number}", title=f"Denarius {number}", reverse="Eagle standing", crop=crop)
    Concept.objects.exclude(slug="eagle").update(retired=True)
    rank_questions(round=0)
    context = browser.new_context(base_url=live_server.url)
    sign_in(context, expert)
    page = context.new_page()
    errors: list[Any] = []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto("/review/")
    page.wait_for_selector("html.scripted")
    yield page
    page.wait_for_load_state("networkidle")  # else a request meets the tables while they are emptied
    context.close()
    assert errors == []


def sign_in(context: Any, user: User) -> None:
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "domain": "localhost", "path": "/"}])


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.wait_for_timeout(A_LOOK)
        page.keyboard.press(key)


def coin_asked(page: Any) -> str:
    return str(page.inner_text(".beside .fw-semibold"))


def wait_for_saving(page: Any, words: str, timeout: int = 20_000) -> None:
    page.wait_for_function(
        "words => document.querySelector('#saving').innerText.trim() === words", arg=words, timeout=timeout
    )


def wait_for_coin(page: Any, title: str) -> None:
    says = "title => document.querySelector('.beside .fw-semibold').innerText === title"
    page.wait_for_function(says, arg=title, timeout=5_000)


def answers_in_order() -> list[str]:
    return list(Decision.objects.values_list("answer", flat=True))


def test_five_questions_are_answered_by_keyboard_alone(page: Any) -> None:
    asked = []
    for key in "ynuyn":
        page.wait_for_timeout(A_LOOK)
        asked.append(coin_asked(page))
        press(page, key)
    wait_for_saving(page, "Saved")
    assert answers_in_order() == ["yes", "no", "unsure", "yes", "no"]
    assert list(Decision.objects.values_list("side__coin__title", flat=True)) == asked
    assert len(set(asked)) == 5
    assert page.inner_text("#answered") == "5"
    assert page.inner_text("#open") == str(COINS - 5)


def test_the_next_question_is_there_without_waiting_for_the_server(page: Any) -> None:
    page.route("**/review/decide", lambda route: (time.sleep(1), route.continue_()))
    before = coin_asked(page)
    page.wait_for_timeout(A_LOOK)
    took = page.evaluate(
        """async () => {
             const words = () => document.querySelector('.beside .fw-semibold').innerText;
             const before = words(), started = performance.now();
             document.querySelector('[name=answer][value=yes]').click();
             while (words() === before) await new Promise(requestAnimationFrame);
             return performance.now() - started;
           }"""
    )
    assert coin_asked(page) != before
    assert took < 500
    wait_for_saving(page, "Saved")
    assert answers_in_order() == ["yes"]


def test_a_double_click_is_one_answer(page: Any) -> None:
    page.wait_for_timeout(A_LOOK)
    page.dblclick("[name=answer][value=yes]")
    wait_for_saving(page, "Saved")
    assert answers_in_order() == ["yes"]
    assert page.inner_text("#answered") == "1"


def test_undo_comes_back_to_the_question_and_the_new_answer_follows_it(page: Any) -> None:
    first = coin_asked(page)
    press(page, "y", "y", "z", "z")
    wait_for_coin(page, first)
    assert page.inner_text("#answered") == "0"
    press(page, "n")
    wait_for_saving(page, "Saved")
    assert answers_in_order() == ["yes", "yes", "withdrawn", "withdrawn", "no"]
    last = Decision.objects.latest("id")
    assert last.side.coin.title == first
    assert last.base is not None and last.base.undoes is not None


def test_undo_works_after_a_reload(page: Any) -> None:
    first = coin_asked(page)
    press(page, "y")
    wait_for_saving(page, "Saved")
    page.reload()
    page.wait_for_selector("html.scripted")
    press(page, "z")
    wait_for_coin(page, first)
    wait_for_saving(page, "Saved")
    assert answers_in_order() == ["yes", "withdrawn"]


def test_a_skipped_question_is_not_asked_again(page: Any, expert: User) -> None:
    skipped = coin_asked(page)
    press(page, "s")
    wait_for_saving(page, "Saved")
    assert ReviewItem.objects.get(skipped_by=expert).side.coin.title == skipped
    page.reload()
    assert page.locator("h1").is_visible()
    assert coin_asked(page) != skipped


@pytest.mark.parametrize(
    ("choose", "stored"),
    [("[data-choice=keep]", ["no"]), ("[data-choice=yes]", ["no", "yes"])],
    ids=["theirs", "again"],
)
def test_a_conflict_shows_both_answers_and_the_person_chooses(
    page: Any, second_expert: User, choose: str, stored: list[str]
) -> None:
    title = coin_asked(page)
    side = ReviewItem.objects.get(side__coin__title=title).side
    theirs = record_decision(
        user=second_expert, side_id=side.pk, concept="eagle", answer="no", key=uuid.uuid4(), base_id=None
    )
    press(page, "y")
    panel = page.wait_for_selector(".conflict")
    words = panel.inner_text()
    assert title in words
    assert re.search(r"bela answered in the meantime, .*: No\.", words)
    assert "You: Yes." in words
    page.reload()
    page.click(f".conflict {choose}")
    page.wait_for_selector(".conflict", state="detached")
    wait_for_saving(page, "Saved")
    assert answers_in_order() == stored
    assert Decision.objects.latest("id").base_id == (theirs.pk if len(stored) == 2 else None)


def test_every_key_is_listed_and_does_what_it_says(page: Any) -> None:
    press(page, "?")
    listed = page.locator("#keys kbd").all_inner_texts()
    assert [key for key in listed if len(key) == 1] == list("ynuszgx←→molbc?")
    press(page, "y")
    assert not Decision.objects.exists()
    press(page, "Escape", "g")
    assert page.is_visible(".guideline p")
    press(page, "x")
    assert page.locator(".asked-side").bounding_box()["width"] == page.viewport_size["width"]
    press(page, "Escape")
    for key, action in {"o": "open", "l": "list", "b": "boxes"}.items():
        with page.context.expect_page() as opened:
            press(page, key)
        assert opened.value.url.endswith(page.get_attribute(f"[data-action={action}]", "href"))
        opened.value.close()


def test_an_arrow_turns_the_coin_over_and_the_next_question_shows_the_asked_side_again(page: Any) -> None:
    asked, other = ".asked-side .coin-picture.face-asked", ".asked-side .coin-picture.face-other"
    press(page, "ArrowRight")
    assert (page.is_visible(asked), page.is_visible(other)) == (False, True)
    assert "not the one asked about" in page.inner_text(".asked-side figcaption")
    press(page, "ArrowLeft")
    assert (page.is_visible(asked), page.is_visible(other)) == (True, False)
    press(page, "ArrowLeft", "y")
    wait_for_saving(page, "Saved")
    assert (page.is_visible(asked), page.is_visible(other)) == (True, False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(page: Any, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = Axe().run(page)
    assert [f"{each['id']}: {each['nodes'][0]['html']}" for each in found.response["violations"]] == []


def test_the_end_of_the_queue_says_what_to_do(page: Any) -> None:
    for _ in range(COINS):
        press(page, "n")
    page.wait_for_selector("#nothing:not([hidden])")
    wait_for_saving(page, "Saved")
    assert page.inner_text("#open") == "0"
    press(page, "y")
    assert len(answers_in_order()) == COINS
