"""The search as a person with a mouse, a keyboard or a phone meets it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.conftest import MakeCoin

pytestmark = pytest.mark.browser


@pytest.fixture
def coins(transactional_db: None, make_coin: MakeCoin) -> None:
    make_coin("b.1", "Bust right", "Eagle standing", mint="Rome", material="Silver", weight=3.1)
    make_coin("b.2", "Bust left", "Altar", mint="Rome", material="Gold", weight=7.3)
    make_coin("b.3", "Bust left", "Eagle", mint="Siscia", material="Gold", weight=4.5)


@pytest.fixture
def said() -> list[str]:
    """What the browser complained of."""
    return []


@pytest.fixture
def page(browser: Any, live_server: Any, coins: None, said: list[str]) -> Iterator[Any]:
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1200, "height": 900})
    page = context.new_page()
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if "Content Security" in message.text else None)
    yield page
    context.close()


def titles(page: Any) -> list[str]:
    return [title.strip() for title in page.locator(".coin-title").all_inner_texts()]


def test_a_tick_finds_counts_and_keeps_its_address_through_back_and_reload(page: Any, said: list[str]) -> None:
    page.goto("/coins/")
    page.get_by_label("Rome").check()
    page.wait_for_url("**/coins/?mint=Rome")
    page.get_by_role("heading", name="2 coins", exact=True).wait_for()
    page.get_by_label("Gold").check()
    page.wait_for_url("**/coins/?mint=Rome&material=Gold")
    assert titles(page) == ["Coin b.2"]
    page.reload()
    assert titles(page) == ["Coin b.2"] and page.get_by_label("Rome").is_checked()
    page.go_back()
    page.get_by_role("heading", name="2 coins", exact=True).wait_for()
    assert not page.get_by_label("Gold").is_checked()
    assert said == []


def test_a_year_that_is_none_is_said_in_place_and_the_search_goes_on(page: Any) -> None:
    page.goto("/coins/?sort=-weight")
    page.get_by_label("From", exact=True).fill("soon")
    page.get_by_label("From", exact=True).press("Enter")
    page.get_by_text("“soon” is no year").wait_for()
    page.get_by_label("From", exact=True).fill("")
    page.locator("#q").press("Enter")
    page.get_by_role("heading", name="3 coins", exact=True).wait_for()
    assert titles(page) == ["Coin b.2", "Coin b.3", "Coin b.1"]


def test_a_phone_opens_the_filters_and_keeps_them_open_while_choosing(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/coins/")
    assert not page.get_by_label("Siscia").is_visible()
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Siscia").check()
    page.wait_for_url("**mint=Siscia")
    page.get_by_role("button", name="Show the coins").click()
    page.get_by_role("heading", name="1 coin", exact=True).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_chosen_theme_outlives_the_page(page: Any) -> None:
    page.goto("/coins/")
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Dark").click()
    page.goto("/concepts/")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_for_the_public_pass_axe(page: Any, theme: str) -> None:
    page.emulate_media(color_scheme=theme)
    for address in (
        "/coins/?concept=eagle",
        "/coins/b.1",
        "/concepts/",
        "/concepts/eagle",
        "/account/login/",
        "/coins/?page=1",
    ):
        page.goto(address)
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], address
