from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django.live_server_helper import LiveServer

from annotations.models import ModelVersion
from tests.conftest import MakeCoin
from tests.test_review_browser import sign_in
from tests.two_models import make_sides
from tests.two_rounds import make_two_rounds

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def two_rounds(admin: User, make_coin: MakeCoin) -> tuple[ModelVersion, ModelVersion]:
    return make_two_rounds(admin, make_sides(make_coin))


def test_the_curve_is_drawn_from_the_table_and_goes_by_answers_or_by_round(
    browser: Any, live_server: LiveServer, admin: User, two_rounds: tuple[ModelVersion, ModelVersion]
) -> None:
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 900})
    sign_in(context, admin)
    page = context.new_page()
    errors: list[Any] = []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto("/rounds/")
    page.wait_for_selector("#round-chart canvas")
    words = page.locator("#round-chart .u-legend th").first
    assert words.text_content() == "Answers of experts until then"
    assert not words.is_visible(), "it tells the point under the cursor, and there is none"
    page.hover("#round-chart canvas", force=True)
    assert words.is_visible()
    by_round = page.locator("[data-across=round]")
    by_round.focus()
    page.keyboard.press("Enter")
    assert by_round.get_attribute("aria-pressed") == "true"
    assert page.locator("[data-across=answers]").get_attribute("aria-pressed") == "false"
    assert page.locator("#round-chart .u-legend th").first.text_content() == "Round"
    assert page.locator("#round-chart canvas").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()
    assert errors == []
