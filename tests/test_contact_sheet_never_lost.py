"""Pages of the contact sheet outlive reloads, ended sessions and other answers, of others and in another tab."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from pytest_django.live_server_helper import LiveServer

from annotations.models import Concept, Decision, Side
from annotations.services.decisions import record_decision
from tests.test_contact_sheet_browser import SIDES, answers, confirm, open_eagles, open_sheet, press, wait_for_first
from tests.test_review_browser import sign_in, wait_for_saving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser: Any, live_server: LiveServer, expert: User, concepts: dict[str, Concept]) -> Iterator[Any]:
    yield from open_eagles(browser, live_server, expert, concepts["eagle"])


def test_undo_works_after_a_reload_with_the_marks_as_they_were(page: Any) -> None:
    press(page, "Home", "ArrowRight", " ")
    confirm(page)
    wait_for_first(page, "Denarius 24")
    wait_for_saving(page, "Saved")
    open_sheet(page)
    wait_for_first(page, "Denarius 24")
    press(page, "z")
    wait_for_first(page, "Denarius 0")
    assert page.get_attribute(".cell >> nth=1", "data-answer") == "no"
    wait_for_saving(page, "Saved")
    assert set(answers().values()) == {"withdrawn"}


def test_a_conflict_keeps_theirs_and_saves_the_rest(page: Any, second_expert: User) -> None:
    for title in ("Denarius 2", "Denarius 3"):
        side = Side.objects.get(coin__title=title)
        record_decision(
            user=second_expert, side_id=side.pk, concept="eagle", answer="no", key=uuid.uuid4(), base_id=None
        )
    confirm(page)
    panel = page.wait_for_selector(".conflict")
    assert "2 of 24 sides were answered in the meantime" in panel.inner_text()
    assert "Denarius 2: bela said No, you Yes." in panel.inner_text()
    assert Decision.objects.count() == 2
    page.reload()
    page.wait_for_selector(".conflict")
    page.check(".conflict li:nth-child(2) input")
    page.click("[data-choice=save]")
    page.wait_for_selector(".conflict", state="detached")
    wait_for_saving(page, "Saved")
    assert Decision.objects.count() == 2 + 23
    assert (answers()["Denarius 2"], answers()["Denarius 3"]) == ("no", "yes")


def test_two_tabs_that_say_the_same_need_nobody_and_where_they_differ_the_person_chooses(page: Any) -> None:
    other = page.context.new_page()
    open_sheet(other)
    confirm(other)
    wait_for_first(other, "Denarius 24")
    wait_for_saving(other, "Saved")
    other.close()
    confirm(page)
    wait_for_first(page, "Denarius 24")
    wait_for_saving(page, "Saved")
    page.wait_for_timeout(500)
    assert page.locator(".conflict").count() == 0 and Decision.objects.count() == 24
    other = page.context.new_page()
    open_sheet(other)
    confirm(other)
    wait_for_saving(other, "Saved")
    other.close()
    press(page, "Home", " ")
    confirm(page)
    panel = page.wait_for_selector(".conflict")
    wait_for_saving(page, "Needs you")
    assert "Denarius 24: you, in another tab, said Yes, here No." in panel.inner_text()
    press(page, "c", "Enter")
    wait_for_saving(page, "Saved")
    assert set(answers().values()) == {"yes"} and Decision.objects.count() == SIDES


def test_a_page_taken_back_before_it_was_refused_leaves_nothing_wrong_behind(page: Any, second_expert: User) -> None:
    page.context.set_offline(True)
    press(page, " ")
    confirm(page)
    wait_for_first(page, "Denarius 24")
    press(page, "z")
    wait_for_first(page, "Denarius 0")
    side = Side.objects.get(coin__title="Denarius 5")
    record_decision(user=second_expert, side_id=side.pk, concept="eagle", answer="no", key=uuid.uuid4(), base_id=None)
    page.context.set_offline(False)
    wait_for_saving(page, "Saved")
    assert Decision.objects.count() == 1
    confirm(page)
    wait_for_first(page, "Denarius 24")
    wait_for_saving(page, "Saved")
    assert len(answers()) == 24
    assert answers()["Denarius 5"] == "yes", "the page was confirmed anew, after what the other had said"


def test_an_ended_session_keeps_the_page_until_one_signs_in_again(page: Any, expert: User) -> None:
    Session.objects.all().delete()
    confirm(page)
    wait_for_saving(page, "Waiting (24)")
    assert "24 answers are kept" in page.inner_text("#signed-out")
    sign_in(page.context, expert)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    wait_for_saving(page, "Saved")
    assert len(answers()) == 24
    assert page.is_hidden("#signed-out")
