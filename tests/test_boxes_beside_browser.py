"""The numbers and the words beside the picture say what is drawn on it, and the way on stays in sight."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from annotations.models import Box, Side
from tests.conftest import MakeCoin
from tests.test_boxes_browser import drag, eagles, open_boxes, press, saved, standing, visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sides(make_coin: MakeCoin, expert: User) -> list[Side]:
    return eagles(make_coin, expert)


@pytest.fixture
def page(browser: Any, live_server: LiveServer, expert: User, sides: list[Side]) -> Iterator[Any]:
    yield from open_boxes(browser, live_server, expert, sides[0])


def caption(page: Any) -> str:
    return str(page.inner_text("#told"))


def test_the_caption_says_where_the_chosen_box_stands_however_it_was_moved(page: Any, sides: list[Side]) -> None:
    drag(page, (100, 80), (300, 240))
    assert caption(page) == "Box 1, Eagle: left 100, top 80, 200 × 160 pixels."
    drag(page, (200, 150), (210, 170))
    assert caption(page) == "Box 1, Eagle: left 110, top 100, 200 × 160 pixels."
    drag(page, (310, 260), (330, 250))
    assert caption(page) == "Box 1, Eagle: left 110, top 100, 220 × 150 pixels."
    page.locator(".figure-edges input").nth(3).fill("90")
    press(page, "Enter")
    assert caption(page) == "Box 1, Eagle: left 110, top 100, 220 × 90 pixels."
    press(page, "Escape", "z")
    assert caption(page) == "Box 1, Eagle: left 110, top 100, 220 × 150 pixels."
    press(page, "Delete")
    assert caption(page) == "No box is chosen."
    saved(page)


def test_a_place_beyond_the_picture_moves_the_box_to_its_edge_and_keeps_its_size(page: Any, sides: list[Side]) -> None:
    drag(page, (100, 80), (300, 240))
    fields = page.locator(".figure-edges input")
    for place, number in enumerate(("9999", "-20")):
        fields.nth(place).fill(number)
        press(page, "Enter")
    assert [each.input_value() for each in fields.all()] == ["200", "0", "200", "160"]
    fields.nth(0).fill("50")
    fields.nth(2).fill("9999")
    press(page, "Enter")
    saved(page)
    assert standing(sides[0]) == [("eagle", (50, 0, 400, 160))]


def test_edges_between_pixels_are_listed_and_spoken_alike_with_the_file_they_came_from(
    page: Any, sides: list[Side], expert: User
) -> None:
    edges = {"left": 0.2512, "top": 0.1, "right": 0.6631, "bottom": 0.5}
    Box.objects.create(side=sides[0], user=expert, key=uuid.uuid4(), source="museum.json", **edges)
    visit(page, sides[0])
    page.locator(".figure").first.focus()
    listed = [each.input_value() for each in page.locator(".figure-edges input").all()]
    assert listed == ["100", "40", "165", "160"]
    assert caption(page) == "Box 1, no name: left 100, top 40, 165 × 160 pixels."
    assert page.inner_text(".figure-entry [data-note]") == "from museum.json"


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (390, 844)])
def test_the_way_on_stays_in_sight_with_many_boxes(
    page: Any, sides: list[Side], expert: User, width: int, height: int
) -> None:
    for number in range(13):
        edges = {"left": 0.02 * number, "top": 0.1, "right": 0.3 + 0.02 * number, "bottom": 0.4}
        Box.objects.create(side=sides[0], user=expert, key=uuid.uuid4(), **edges)
    page.set_viewport_size({"width": width, "height": height})
    visit(page, sides[0])
    if width < 768:
        page.locator(".figures-list").scroll_into_view_if_needed()
    sent = page.locator("[data-action=accept]").bounding_box()
    assert sent["y"] >= 0 and sent["y"] + sent["height"] <= height
    field = page.locator(".figure-entry").nth(9).locator("input").first
    page.emulate_media(reduced_motion="reduce")  # else it is still gliding there
    field.focus()
    reached = page.evaluate(
        "(each) => ((at) => document.elementFromPoint(at.x + 9, at.y + 9) === each)(each.getBoundingClientRect())",
        field.element_handle(),
    )
    assert reached, "the bar hides nothing that the keyboard reaches"


def test_asking_whether_the_server_is_there_leaves_no_trace(page: Any, sides: list[Side]) -> None:
    asked: list[tuple[str, str]] = []
    page.on("request", lambda request: asked.append((request.method, request.url)))
    press(page, "s")
    page.wait_for_url(f"**{reverse('boxes', args=[sides[1].pk])}?concept=eagle")
    assert [method for method, _ in asked if method == "HEAD"] == []
    assert sum("/boxes/next" in address for _, address in asked) == 1
