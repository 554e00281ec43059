"""The contact sheet in a real browser: by keyboard, mouse and finger, through lost networks and conflicts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from PIL import Image
from pytest_django.live_server_helper import LiveServer

from annotations.models import Coin, Concept, Decision, Label, ReviewItem, Side
from annotations.services import media
from tests.test_review_browser import sign_in, wait_for_saving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIDES = 30
A_LOOK = 450  # ms: longer than what the page takes for the second half of a double click
ADDRESS = "/review/sheet?concept=eagle&show=24"


@pytest.fixture
def page(browser: Any, live_server: LiveServer, expert: User, concepts: dict[str, Concept]) -> Iterator[Any]:
    yield from open_eagles(browser, live_server, expert, concepts["eagle"])


def open_eagles(browser: Any, live_server: LiveServer, expert: User, eagle: Concept) -> Iterator[Any]:
    """A page of an expert's, signed in, with 30 sides that a text says show an eagle."""
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "silver").save(picture, "WEBP")
    crop = media.store(picture.getvalue(), ".webp")
    coins = Coin.objects.bulk_create(Coin(identifier=f"coin.{n}", title=f"Denarius {n}") for n in range(SIDES))
    sides = Side.objects.bulk_create(Side(coin=coin, face="reverse", crop=crop, thumbnail=crop) for coin in coins)
    Label.objects.bulk_create(
        Label(side=side, concept=eagle, text_present=True, answer="yes", origin="text") for side in sides
    )
    ReviewItem.objects.bulk_create(
        ReviewItem(side=side, concept=eagle, score=1 - n / SIDES, reason="The text names it; the model says 3 %.")
        for n, side in enumerate(sides)
    )
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1400, "height": 900})
    sign_in(context, expert)
    page = context.new_page()
    errors: list[Any] = []
    page.on("pageerror", lambda error: errors.append(error))
    open_sheet(page)
    yield page
    page.wait_for_load_state("networkidle")  # else a request meets the tables while they are emptied
    context.close()
    assert errors == []


def open_sheet(page: Any) -> None:
    page.goto(ADDRESS)
    page.wait_for_selector("html.scripted")
    page.wait_for_load_state("networkidle")


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def confirm(page: Any) -> None:
    page.wait_for_timeout(A_LOOK)
    page.keyboard.press("Enter")


def wait_for_first(page: Any, title: str) -> None:
    says = "title => document.querySelector('.cell img')?.alt === title"
    page.wait_for_function(says, arg=f"Reverse of {title}", timeout=10_000)


def answers() -> dict[str, str]:
    """What stands, by coin."""
    standing = Decision.objects.filter(answered_by=None)
    return dict(standing.values_list("side__coin__title", "answer"))


def test_two_marked_by_keys_one_confirmed_offline_and_taken_back(page: Any) -> None:
    page.context.set_offline(True)
    press(
        page, "Home", "ArrowRight", " ", "ArrowRight", "ArrowRight", "ArrowDown", "n", "ArrowUp", "u", "ArrowLeft", "s"
    )
    assert page.inner_text("#sums") == "20 yes, 2 no, 1 unsure, 1 left out"
    press(page, "y", "ArrowRight", "u")  # the same answer once more takes it away
    assert page.inner_text("#sums") == "22 yes, 2 no"
    confirm(page)
    wait_for_first(page, "Denarius 24")
    wait_for_saving(page, "Waiting (24)")
    assert not Decision.objects.exists()
    page.context.set_offline(False)
    open_sheet(page)
    wait_for_saving(page, "Saved")
    page.wait_for_timeout(500)
    assert Decision.objects.count() == 24
    assert [coin for coin, answer in answers().items() if answer == "no"] == ["Denarius 1", "Denarius 11"]
    assert len(set(Decision.objects.values_list("page", flat=True))) == 1
    page.wait_for_timeout(A_LOOK)
    press(page, "z")
    wait_for_first(page, "Denarius 0")
    assert page.inner_text("#sums") == "22 yes, 2 no"
    wait_for_saving(page, "Saved")
    assert Decision.objects.count() == 48
    assert set(answers().values()) == {"withdrawn"}
    confirm(page)
    wait_for_first(page, "Denarius 24")
    wait_for_saving(page, "Saved")
    assert sorted(answers().values()) == ["no"] * 2 + ["yes"] * 22


def test_sides_on_their_way_are_never_shown_again(page: Any) -> None:
    held: list[Any] = []
    page.route("**/review/page", lambda route: held.append(route))
    confirm(page)
    wait_for_first(page, "Denarius 24")
    confirm(page)
    page.wait_for_selector("#nothing", state="visible")  # though the server has stored nothing yet
    page.wait_for_timeout(500)
    assert page.is_hidden("#sheet") and not Decision.objects.exists()
    page.unroute("**/review/page")  # lets go what was held
    wait_for_saving(page, "Saved")
    assert Decision.objects.count() == SIDES and page.is_hidden("#sheet")


def test_mouse_marks_by_a_click_and_rests_to_see_more_beside_the_side(page: Any) -> None:
    cell = page.locator(".cell").nth(1)
    cell.click()
    assert cell.get_attribute("data-answer") == "no"
    page.click("[data-tool=unsure]")
    page.locator(".cell").nth(4).click()
    assert page.inner_text("#sums") == "22 yes, 1 no, 1 unsure"
    page.click("[data-tool=mark]")
    page.mouse.move(5, 5)
    cell.hover()
    page.wait_for_selector("#zoom:not([hidden])")
    zoom, box = page.locator("#zoom").bounding_box(), cell.bounding_box()
    assert zoom["x"] > box["x"] + box["width"], "nothing comes under the cursor"
    assert page.locator("#zoom img").count() == 1, "the other side has no picture"
    cell.click()
    assert cell.get_attribute("data-answer") == "yes"
    page.mouse.move(5, 5)
    page.wait_for_selector("#zoom", state="hidden")
    press(page, "x", "ArrowRight")
    assert "Denarius 2" in page.inner_text("#zoom")
    press(page, "Escape")
    assert page.is_hidden("#zoom")


def test_the_next_page_is_here_already_and_moves_nothing(page: Any) -> None:
    page.route("**/review/page", lambda route: None)
    before = page.locator(".cell").nth(3).bounding_box()
    assert page.evaluate("document.querySelector('#grid').getAttribute('role')") == "grid"
    assert page.locator("[role=row]").count() == 3
    page.wait_for_timeout(A_LOOK)
    took = page.evaluate(
        """async () => {
             const first = () => document.querySelector('.cell img').alt;
             const before = first(), started = performance.now();
             document.querySelector('[name=confirm]').click();
             while (first() === before) await new Promise(requestAnimationFrame);
             return performance.now() - started;
           }"""
    )
    assert took < 500
    assert page.locator(".cell").nth(3).bounding_box() == before
    page.unroute("**/review/page")
    page.reload()
    wait_for_saving(page, "Saved", timeout=40_000)
    assert len(answers()) == 24


def test_a_finger_marks_by_a_tap_and_sees_more_by_a_long_press(
    page: Any, browser: Any, live_server: LiveServer, expert: User
) -> None:
    tablet = browser.new_context(base_url=live_server.url, viewport={"width": 820, "height": 1180}, has_touch=True)
    sign_in(tablet, expert)
    touched = tablet.new_page()
    open_sheet(touched)
    cell = touched.locator(".cell").first
    assert min(cell.bounding_box()["width"], cell.bounding_box()["height"]) >= 44
    cell.tap()
    assert cell.get_attribute("data-answer") == "no"
    box = cell.bounding_box()
    finger = tablet.new_cdp_session(touched)
    point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    touched.wait_for_selector("#zoom:not([hidden])")
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert cell.get_attribute("data-answer") == "no", "a long press marks nothing"
    touched.locator(".cell").nth(1).tap()
    assert touched.is_hidden("#zoom")
    assert touched.locator(".cell").nth(1).get_attribute("data-answer") == "yes", "the tap only closed the picture"
    tablet.close()


def test_an_open_page_renews_its_questions(page: Any, expert: User) -> None:
    page.clock.install()
    page.reload()
    page.wait_for_selector("html.scripted")
    ReviewItem.objects.update(leased_until=None)
    with page.expect_response("**/review/renew") as renewed:
        page.clock.run_for(121_000)
    assert renewed.value.status == 204
    assert ReviewItem.objects.filter(leased_to=expert).exclude(leased_until=None).count() == SIDES


def test_the_sheet_is_accessible(page: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    press(page, " ", "ArrowRight", "u", "ArrowRight", "s", "ArrowRight", "x")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page)
        assert [f"{each['id']}: {each['nodes'][0]['html']}" for each in found.response["violations"]] == []


def test_every_key_is_listed(page: Any) -> None:
    press(page, "?")
    listed = page.locator("#keys kbd").all_inner_texts()
    assert [key for key in listed if len(key) == 1 and key.isascii()] == list("ynuszxfgoc?")
    press(page, "y", "Escape")
    page.wait_for_selector("#keys", state="hidden")
    press(page, "g")
    page.wait_for_selector("#guideline p")
    with page.context.expect_page() as opened:
        press(page, "o")
    assert opened.value.url.endswith("/coins/coin.0")
    assert not Decision.objects.exists()
