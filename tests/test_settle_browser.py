"""Disagreements settled one by one in a real browser: nothing is taken for a question that nobody looked at."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from PIL import Image
from pytest_django.live_server_helper import LiveServer

from annotations.models import Decision, GoldQuestion, HiddenQuestion, Side
from annotations.services import media
from annotations.services.decisions import record_decision
from annotations.services.hidden_questions import record_blind
from tests.conftest import MakeCoin
from tests.test_review_browser import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKED = 500  # ms, longer than nothing is taken


@pytest.fixture
def sides(make_coin: MakeCoin, expert: User, second_expert: User) -> list[Side]:
    """Three on which two persons disagree, in the order in which they are listed."""
    picture = io.BytesIO()
    Image.new("RGB", (200, 200), "silver").save(picture, "WEBP")
    crop = media.store(picture.getvalue(), ".webp")
    found = []
    for number in range(3):
        side = make_coin(f"coin.{number}", reverse="Eagle standing", crop=crop).sides.get(face="reverse")
        asked: dict[str, Any] = {"side_id": side.pk, "concept": "eagle"}
        first = record_decision(user=expert, answer="yes", key=uuid.uuid4(), base_id=None, **asked)
        hidden = {"side": side, "concept": first.concept, "purpose": "overlap", "decision": first}
        HiddenQuestion.objects.create(user=second_expert, **hidden)
        record_blind(user=second_expert, answer="no", key=uuid.uuid4(), **asked)
        found.insert(0, side)
    return found


@pytest.fixture
def page(browser: Any, live_server: LiveServer, third: User, sides: list[Side]) -> Iterator[Any]:
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1400, "height": 900})
    sign_in(context, third)
    page = context.new_page()
    errors: list[Any] = []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(reverse("disagreements"))
    page.click("text=Settle them one by one")
    shown(page, sides[0])
    yield page
    page.wait_for_load_state("networkidle")
    context.close()
    assert errors == []


AT_ONCE = """addEventListener("pageshow", () => {
  for (const moment of [0, 100]) setTimeout(() => document.querySelector("[name=answer][value=yes]")?.click(), moment);
})"""


def shown(page: Any, side: Side) -> None:
    page.wait_for_url(f"**{reverse('disagreement', args=[side.pk, 'eagle'])}*")
    page.wait_for_selector("html.scripted")
    page.wait_for_load_state("load")


def settled(third: User) -> list[tuple[int, str]]:
    mine = Decision.objects.filter(user=third, undoes=None, undone_by=None)
    return [(decision.side_id, decision.answer) for decision in mine]


def test_a_second_press_within_moments_settles_nothing(page: Any, third: User, sides: list[Side]) -> None:
    page.wait_for_timeout(LOOKED)
    page.add_init_script(AT_ONCE)
    page.keyboard.press("y")
    shown(page, sides[1])
    page.wait_for_timeout(LOOKED)
    shown(page, sides[1])
    assert settled(third) == [(sides[0].pk, "yes")]
    page.keyboard.press("n")
    shown(page, sides[2])
    assert settled(third) == [(sides[0].pk, "yes"), (sides[1].pk, "no")]
    assert not GoldQuestion.objects.exists()


def test_one_is_left_the_next_settled_and_taken_back_by_keys(page: Any, third: User, sides: list[Side]) -> None:
    page.keyboard.press("s")
    shown(page, sides[1])
    page.wait_for_timeout(LOOKED)
    page.keyboard.press("u")
    shown(page, sides[2])
    assert "Settled: unsure" in page.inner_text(".last-settled")
    page.wait_for_timeout(LOOKED)
    page.keyboard.press("z")
    shown(page, sides[1])
    assert settled(third) == []
    page.wait_for_timeout(LOOKED)
    page.keyboard.press("n")
    shown(page, sides[2])
    page.wait_for_timeout(LOOKED)
    page.keyboard.press("y")
    page.wait_for_selector("h1:text-is('Disagreements')")
    assert page.locator(".case-card").count() == 1, "the one that was left"
    page.wait_for_timeout(LOOKED)
    page.keyboard.press("z")
    shown(page, sides[2])
    assert settled(third) == [(sides[1].pk, "no")]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1400), ("dark", 390)])
def test_what_was_settled_last_is_accessible_and_fits(page: Any, sides: list[Side], scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_timeout(LOOKED)
    page.keyboard.press("y")
    shown(page, sides[1])
    assert page.locator(".last-settled").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert [f"{each['id']}: {each['nodes'][0]['html']}" for each in found.response["violations"]] == []
