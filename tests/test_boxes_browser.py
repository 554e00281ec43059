"""Figures drawn in a real browser: with mouse, keys and four points; rows are right to the pixel, and none is lost."""

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

from annotations.models import Box, SaliencyView, Side
from annotations.services import media
from annotations.services.boxes import draw_box
from annotations.services.decisions import record_decision
from tests.conftest import MakeCoin
from tests.test_review_browser import sign_in, wait_for_saving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZE = 400
Place = tuple[int, int, int, int]


def eagles(make_coin: MakeCoin, expert: User) -> list[Side]:
    """Two reverses with an eagle that an expert saw."""
    picture = io.BytesIO()
    Image.new("RGB", (SIZE, SIZE), "silver").save(picture, "WEBP")
    crop = media.store(picture.getvalue(), ".webp")
    found = []
    for number in range(2):
        coin = make_coin(f"coin.{number}", title=f"Denarius {number}", reverse="Eagle standing", crop=crop)
        side = coin.sides.get(face="reverse")
        record_decision(user=expert, side_id=side.pk, concept="eagle", answer="yes", key=uuid.uuid4(), base_id=None)
        found.append(side)
    return found


@pytest.fixture
def sides(make_coin: MakeCoin, expert: User) -> list[Side]:
    return eagles(make_coin, expert)


def open_boxes(browser: Any, live_server: LiveServer, expert: User, side: Side) -> Iterator[Any]:
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1400, "height": 900}, has_touch=True)
    sign_in(context, expert)
    page = context.new_page()
    errors: list[Any] = []
    page.on("pageerror", lambda error: errors.append(error))
    page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
    visit(page, side)
    yield page
    page.wait_for_load_state("networkidle")  # else a request meets the tables while they are emptied
    context.close()
    assert errors == []


@pytest.fixture
def page(browser: Any, live_server: LiveServer, expert: User, sides: list[Side]) -> Iterator[Any]:
    yield from open_boxes(browser, live_server, expert, sides[0])


def visit(page: Any, side: Side) -> None:
    page.goto(f"{reverse('boxes', args=[side.pk])}?concept=eagle")
    page.wait_for_selector("html.scripted")


def spot(page: Any, x: float, y: float) -> tuple[float, float]:
    """A place of the picture, in pixels of the screen."""
    shown = page.locator(".box-svg").bounding_box()
    edge = min(shown["width"], shown["height"])
    left, top = shown["x"] + (shown["width"] - edge) / 2, shown["y"] + (shown["height"] - edge) / 2
    return left + x * edge / SIZE, top + y * edge / SIZE


def drag(page: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*spot(page, *start))
    page.mouse.down()
    page.mouse.move(*spot(page, *end), steps=4)
    page.mouse.up()


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def in_pixels(box: Box) -> Place:
    edges = [SIZE * edge for edge in (box.left, box.top, box.right, box.bottom)]
    assert all(abs(edge - round(edge)) < 1e-6 for edge in edges), edges
    return (round(edges[0]), round(edges[1]), round(edges[2]), round(edges[3]))


def standing(side: Side) -> list[tuple[str, Place]]:
    boxes = Box.objects.current().filter(side=side).select_related("concept")
    return [(box.concept.slug if box.concept else "", in_pixels(box)) for box in boxes]


def saved(page: Any) -> None:
    page.wait_for_timeout(500)  # longer than a nudge by a key is held back
    wait_for_saving(page, "Saved")


def test_a_box_is_drawn_nudged_sized_named_and_undone_and_each_row_is_right_to_the_pixel(
    page: Any, sides: list[Side]
) -> None:
    side = sides[0]
    drag(page, (100, 80), (300, 240))
    saved(page)
    assert standing(side) == [("eagle", (100, 80, 300, 240))]
    press(page, "ArrowRight", "ArrowUp", "Shift+ArrowDown", "Control+ArrowLeft", "Alt+Shift+ArrowUp")
    saved(page)
    assert standing(side) == [("eagle", (101, 89, 300, 239))]
    drag(page, (300, 239), (340, 199))
    saved(page)
    assert standing(side) == [("eagle", (101, 89, 340, 199))]
    drag(page, (200, 150), (190, 400))
    saved(page)
    assert standing(side) == [("eagle", (91, 290, 330, 400))], "it keeps its size at the edge"
    press(page, "l")
    page.keyboard.type("Altar")
    press(page, "Enter")
    saved(page)
    assert standing(side) == [("altar", (91, 290, 330, 400))]
    press(page, "z", "z", "z")
    saved(page)
    assert standing(side) == [("eagle", (101, 89, 300, 239))]
    press(page, "Shift+Z")
    saved(page)
    assert standing(side) == [("eagle", (101, 89, 340, 199))]
    press(page, "Delete")
    saved(page)
    assert standing(side) == []
    press(page, "z")
    saved(page)
    assert standing(side) == [("eagle", (101, 89, 340, 199))]
    chain = list(Box.objects.filter(side=side))
    assert [box.replaces_id for box in chain] == [None, *(box.pk for box in chain[:-1])], "one history, nothing lost"


def test_several_figures_by_keys_and_four_points_and_tab_goes_through_them(page: Any, sides: list[Side]) -> None:
    press(page, "n", "e")
    for place in ((150, 20), (250, 60), (120, 70), (200, 110)):
        page.mouse.click(*spot(page, *place))
    press(page, "e", "0")
    saved(page)
    assert standing(sides[0]) == [("eagle", (100, 100, 300, 300)), ("", (120, 20, 250, 110))]
    page.locator(".figure").first.focus()
    press(page, "ArrowDown", "Tab", "Shift+ArrowLeft")
    saved(page)
    assert standing(sides[0]) == [("eagle", (100, 101, 300, 301)), ("", (110, 20, 240, 110))]
    drag(page, (210, 210), (260, 260))
    assert page.locator(".figure").count() == 3, "what is not chosen is no obstacle to drawing inside it"


def test_numbers_are_written_and_a_finger_draws(page: Any, sides: list[Side]) -> None:
    press(page, "n")
    fields = page.locator(".figure-edges input")
    for place, number in enumerate(("7", "11", "120", "90")):
        fields.nth(place).fill(number)
        press(page, "Enter")
    saved(page)
    assert standing(sides[0]) == [("eagle", (7, 11, 127, 101))]
    (left, top), (right, bottom) = spot(page, 200, 200), spot(page, 260, 280)
    touch = page.context.new_cdp_session(page)
    points = [(left, top), ((left + right) / 2, (top + bottom) / 2), (right, bottom)]
    for kind, (x, y) in zip(("touchStart", "touchMove", "touchMove"), points, strict=True):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    saved(page)
    assert standing(sides[0])[1:] == [("eagle", (200, 200, 260, 280))]


def test_what_is_drawn_offline_outlives_a_reload_and_is_sent_once(page: Any, sides: list[Side]) -> None:
    page.route("**/boxes/draw", lambda route: route.abort())
    press(page, "n", "ArrowRight")
    page.wait_for_timeout(500)
    wait_for_saving(page, "Waiting (2)")
    page.reload()
    page.wait_for_selector("html.scripted")
    assert page.locator(".figure-edges input").first.input_value() == "101"
    assert not Box.objects.exists()
    page.locator(".figure").first.focus()
    press(page, "ArrowDown")
    page.wait_for_timeout(500)
    page.unroute("**/boxes/draw")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    saved(page)
    assert standing(sides[0]) == [("eagle", (101, 101, 301, 301))]
    assert Box.objects.count() == 3
    page.reload()
    page.wait_for_selector("html.scripted")
    press(page, "z")
    saved(page)
    assert standing(sides[0]) == [("eagle", (101, 100, 301, 300))], "undo works after a reload"


def test_without_a_network_the_page_stays_and_says_where_the_boxes_are(page: Any, sides: list[Side]) -> None:
    page.context.set_offline(True)
    press(page, "x", "n", "Enter")
    page.wait_for_selector("#told:has-text('kept in this browser')")
    page.click(".box-small")
    assert page.locator(".figure").count() == 1
    page.context.set_offline(False)
    saved(page)
    assert standing(sides[0]) == [("eagle", (100, 100, 300, 300))]


@pytest.mark.parametrize("choice", ["theirs", "mine"])
def test_a_box_that_somebody_moved_meanwhile_shows_both_and_the_person_chooses(
    page: Any, sides: list[Side], second_expert: User, choice: str
) -> None:
    press(page, "n")
    saved(page)
    theirs = draw_box(
        user=second_expert,
        side_id=sides[0].pk,
        concept="eagle",
        box=(0, 0, 0.5, 0.5),
        key=uuid.uuid4(),
        replaces_id=Box.objects.get().pk,
    )
    press(page, "ArrowRight")
    panel = page.wait_for_selector(".conflict")
    assert "bela changed this box in the meantime" in panel.inner_text()
    assert "left 0, top 0, 200 × 200 pixels" in panel.inner_text()
    assert "left 101, top 100, 200 × 200 pixels" in panel.inner_text()
    assert page.locator(".their-box").count() == 1
    page.click(".conflict [data-keep]" if choice == "theirs" else ".conflict [data-again]")
    page.wait_for_selector(".conflict", state="detached")
    saved(page)
    expected = (0, 0, 200, 200) if choice == "theirs" else (101, 100, 301, 300)
    assert standing(sides[0]) == [("eagle", expected)]
    assert Box.objects.latest("id").replaces_id == (theirs.replaces_id if choice == "theirs" else theirs.pk)


def test_enter_confirms_copied_boxes_and_goes_to_the_next_side(page: Any, sides: list[Side]) -> None:
    other = sides[0].coin.sides.get(face="obverse")
    press(page, "n", "c", "c")
    saved(page)
    copy = Box.objects.get(side=other)
    assert (copy.by_hand, in_pixels(copy)) == (False, (100, 100, 300, 300))
    visit(page, other)
    assert page.inner_text("#accept-words") == "Confirm 1 guess, next"
    press(page, "Enter")
    page.wait_for_url(f"**{reverse('boxes', args=[sides[1].pk])}?concept=eagle")
    page.wait_for_selector("html.scripted")
    wait_for_saving(page, "Saved")
    assert Box.objects.current().get(side=other).by_hand
    press(page, "n", "Enter")
    page.wait_for_url(f"**{reverse('boxes_to_draw')}")
    assert standing(sides[1]) == [("eagle", (100, 100, 300, 300))]


def test_boxes_drawn_after_a_map_was_seen_are_marked(page: Any, sides: list[Side], expert: User) -> None:
    SaliencyView.objects.create(side=sides[0], user=expert)
    page.reload()
    page.wait_for_selector("html.scripted")
    assert "no independent witness" in page.inner_text(".box-seen")
    press(page, "n")
    saved(page)
    assert Box.objects.get().after_saliency
    assert "after a map was seen" in page.inner_text(".figure-entry [data-note]")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1400), ("dark", 820), ("light", 390)])
def test_the_page_is_accessible_and_fits(page: Any, sides: list[Side], expert: User, scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    guess = {"concept": "globe", "box": (0.1, 0.1, 0.3, 0.3), "replaces_id": None, "by_hand": False}
    draw_box(user=expert, side_id=sides[0].pk, key=uuid.uuid4(), **guess)  # type: ignore[arg-type]
    visit(page, sides[0])

    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    press(page, "n", "n", "?")
    listed = page.locator("#keys kbd").all_inner_texts()
    assert {"n", "e", "l", "c", "s", "p", "x", "g", "z", "?"} <= set(listed)
    press(page, "Escape")
    saved(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert [f"{each['id']}: {each['nodes'][0]['html']}" for each in found.response["violations"]] == []
