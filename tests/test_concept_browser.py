"""The vocabulary by keyboard alone, on a phone and in the dark."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client

from annotations.models import Concept, ConceptChange, Side
from annotations.services.concept_changes import retire_concept
from annotations.services.decisions import record_decision
from tests.conftest import MakeCoin

pytestmark = pytest.mark.browser


@pytest.fixture
def page(transactional_db: None, browser: Any, live_server: Any, make_coin: MakeCoin, admin: User) -> Any:
    side = Side.objects.get(coin=make_coin("b.1", reverse="Eagle on altar"), face="reverse")
    for slug, answer in (("eagle", "yes"), ("horse", "no")):
        record_decision(user=admin, side_id=side.pk, concept=slug, answer=answer, key=uuid4(), base_id=None)
    Concept.objects.filter(slug="eagle").update(broader=Concept.objects.get(slug="captive"))
    retire_concept(user=admin, concept=Concept.objects.get(slug="patera"))
    client = Client()
    client.force_login(admin)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 800}, color_scheme="dark")
    context.add_cookies([cookie])
    yield context.new_page()
    context.close()


def reach(page: Any, words: str) -> None:
    """Go on with Tab until what has these words is in focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText || ''").strip().startswith(words):
            return
    raise AssertionError(f"Tab never came to “{words}”.")


def test_concepts_are_renamed_and_merged_by_keyboard_alone_on_pages_that_pass_axe(page: Any) -> None:
    for address in ("", "eagle", "patera", "eagle/edit", "eagle/merge?into=horse"):
        page.goto(f"/concepts/{address}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    page.goto("/concepts/eagle")
    reach(page, "Change")
    page.keyboard.press("Enter")
    page.get_by_label("Name in English").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Bird of prey")
    page.keyboard.press("Enter")
    page.get_by_text("Changed: name.").wait_for()
    reach(page, "Merge")
    page.keyboard.press("Enter")
    page.get_by_label("Concept that stays").focus()
    page.keyboard.type("Horse")
    reach(page, "Show what")
    page.keyboard.press("Enter")
    page.get_by_text("Bird of prey into Horse", exact=True).wait_for()
    reach(page, "Merge Bird of prey into Horse")
    page.keyboard.press("Enter")
    page.get_by_text("Said differently before the merging").wait_for()
    assert page.url.endswith("/concepts/horse")
    assert list(ConceptChange.objects.values_list("what", flat=True)) == ["merged", "merged", "name", "retired"]
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
