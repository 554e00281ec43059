"""The checklist in a real browser: by keyboard, through reloads and lost networks, with two experts on one side."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from PIL import Image
from pytest_django.live_server_helper import LiveServer

from annotations.models import Concept, Decision, ReviewItem, Side
from annotations.services import media
from annotations.services.decisions import record_decision
from annotations.services.review import rank_questions
from tests.conftest import MakeCoin
from tests.test_review_browser import press, sign_in, wait_for_saving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
USED = ("eagle", "altar", "globe", "horse", "shield")
COINS = 4


@pytest.fixture
def page(browser: Any, live_server: LiveServer, expert: User, make_coin: MakeCoin) -> Iterator[Any]:
    """The first of some sides whose text names an eagle and an altar; five concepts in all."""
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "silver").save(picture, "WEBP")
    crop = media.store(picture.getvalue(), ".webp")
    Concept.objects.exclude(slug__in=USED).update(retired=True)
    for number in range(COINS):
        make_coin(f"coin.{number}", title=f"Denarius {number}", reverse="Eagle standing on altar", crop=crop)
    rank_questions(round=0)
    for number in range(COINS):
        items = ReviewItem.objects.filter(side__coin__identifier=f"coin.{number}")
        items.filter(concept__slug="eagle").update(score=0.9 - number / 10)
        items.filter(concept__slug="altar").update(score=0.1)
    context = browser.new_context(base_url=live_server.url)
    sign_in(context, expert)
    page = context.new_page()
    errors: list[Any] = []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto("/review/checklist")
    page.wait_for_selector("html.scripted")
    yield page
    page.wait_for_load_state("networkidle")  # else a request meets the tables while they are emptied
    context.close()
    assert errors == []


def shown(page: Any) -> str:
    return str(page.inner_text(".asked a"))


def wait_for(page: Any, title: str) -> None:
    page.wait_for_function("title => document.querySelector('.asked a')?.innerText === title", arg=title, timeout=5_000)


def stored() -> list[tuple[str, str, str]]:
    rows = Decision.objects.order_by("id").values_list("side__coin__title", "concept__slug", "answer")
    return [(str(title), str(concept), str(answer)) for title, concept, answer in rows]


def test_only_what_was_answered_by_keys_becomes_a_decision_and_all_of_it_at_once(page: Any) -> None:
    order = page.eval_on_selector_all("[data-line]", "all => all.map((each) => each.dataset.line)")
    assert order == ["eagle", "altar", "globe", "horse", "shield"]
    assert page.is_disabled("[name=save]")
    press(page, "Enter")
    assert not Decision.objects.exists()
    press(page, "n", "ArrowDown", "Space", "5", "5")
    assert page.inner_text("[data-save-words]") == "Save 3 answers and go on"
    press(page, "Enter")
    wait_for(page, "Denarius 1")
    wait_for_saving(page, "Saved")
    assert sorted(stored()) == [
        ("Denarius 0", "eagle", "no"),
        ("Denarius 0", "globe", "yes"),
        ("Denarius 0", "shield", "no"),
    ]
    assert len(set(Decision.objects.values_list("page", flat=True))) == 1


def test_the_rest_is_confirmed_by_a_key_of_its_own_as_it_stands(page: Any) -> None:
    press(page, "n", "r", "Enter")
    wait_for(page, "Denarius 1")
    wait_for_saving(page, "Saved")
    assert {concept: answer for _, concept, answer in stored()} == {
        "eagle": "no",
        "altar": "yes",
        "globe": "no",
        "horse": "no",
        "shield": "no",
    }


def test_undo_takes_back_answers_one_by_one_and_then_the_saved_side(page: Any) -> None:
    press(page, "n", "y", "z")
    assert page.inner_text("[data-save-words]") == "Save 1 answer and go on"
    press(page, "Enter")
    wait_for(page, "Denarius 1")
    press(page, "z")
    wait_for(page, "Denarius 0")
    wait_for_saving(page, "Saved")
    assert [answer for *_, answer in stored()] == ["no", "withdrawn"]
    press(page, "y", "Enter")
    wait_for_saving(page, "Saved")
    assert [answer for *_, answer in stored()] == ["no", "withdrawn", "yes"]
    assert Decision.objects.latest("id").base == Decision.objects.get(answer="withdrawn")


def test_undo_works_after_a_reload(page: Any) -> None:
    press(page, "n", "y", "Enter")
    wait_for(page, "Denarius 1")
    wait_for_saving(page, "Saved")
    page.reload()
    page.wait_for_selector("html.scripted")
    press(page, "z")
    wait_for(page, "Denarius 0")
    assert (page.is_checked("#no-eagle"), page.is_checked("#yes-altar")) == (True, True)
    wait_for_saving(page, "Saved")
    assert sorted(answer for *_, answer in stored()) == ["no", "withdrawn", "withdrawn", "yes"]


def test_what_was_saved_offline_outlives_a_reload_and_is_sent_once(page: Any) -> None:
    page.route("**/review/page", lambda route: route.abort())
    press(page, "n", "Enter", "y", "Enter")
    wait_for_saving(page, "Waiting (2)")
    wait_for(page, "Denarius 2")
    page.reload()
    page.wait_for_selector("html.scripted")
    wait_for(page, "Denarius 2")
    assert stored() == []
    page.unroute("**/review/page")
    wait_for_saving(page, "Saved")
    assert stored() == [("Denarius 0", "eagle", "no"), ("Denarius 1", "eagle", "yes")]


@pytest.mark.parametrize(
    ("choose", "kept"),
    [
        ("[data-choice=keep]", ["eagle no bela", "altar yes ada"]),
        ("[data-choice=mine]", ["eagle yes ada", "altar yes ada"]),
    ],
    ids=["theirs", "mine"],
)
def test_a_second_expert_is_not_overwritten_and_the_person_chooses(
    page: Any, second_expert: User, choose: str, kept: list[str]
) -> None:
    side = Side.objects.get(coin__title="Denarius 0", face="reverse")
    record_decision(user=second_expert, side_id=side.pk, concept="eagle", answer="no", key=uuid.uuid4(), base_id=None)
    press(page, "y", "y", "Enter")
    panel = page.wait_for_selector(".conflict")
    assert "Eagle: No, bela" in panel.inner_text()
    assert "You: Eagle: Yes" in panel.inner_text()
    assert Decision.objects.count() == 1
    page.reload()
    page.click(f".conflict {choose}")
    page.wait_for_selector(".conflict", state="detached")
    wait_for_saving(page, "Saved")
    standing = Decision.objects.filter(answered_by=None).select_related("concept", "user")
    assert {f"{each.concept.slug} {each.answer} {each.user}" for each in standing} == set(kept)
    assert Decision.objects.filter(user=second_expert, answer="no").exists()


def test_a_skipped_side_is_left_to_others(page: Any, expert: User) -> None:
    press(page, "s")
    wait_for(page, "Denarius 1")
    wait_for_saving(page, "Saved")
    assert ReviewItem.objects.filter(skipped_by=expert, side__coin__title="Denarius 0").count() == 2
    page.reload()
    wait_for(page, "Denarius 1")


def test_typing_filters_the_concepts_and_enter_goes_to_the_first_of_them(page: Any) -> None:
    press(page, "/")
    page.keyboard.type("ea")
    assert page.locator("[data-line]:visible").count() == 1
    press(page, "Enter", "u")
    assert page.is_checked("#unsure-eagle")
    press(page, "/")
    page.keyboard.type("xyz")
    assert page.is_visible("[data-none]")
    press(page, "Escape")
    assert page.locator("[data-line]:visible").count() == len(USED)


def test_a_finger_answers_and_takes_its_answer_back_on_a_tablet(page: Any) -> None:
    page.set_viewport_size({"width": 820, "height": 1180})
    page.click("label[for=no-eagle]")
    assert page.is_checked("#no-eagle")
    page.click("label[for=no-eagle]")
    assert not page.is_checked("#no-eagle")
    assert page.is_disabled("[name=save]")
    heights = page.eval_on_selector_all(".check-answer", "all => all.map((each) => each.offsetHeight)")
    assert min(heights) >= 40
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_coin_has_two_sides_and_then_an_end(page: Any) -> None:
    page.goto("/review/coin/coin.3")
    page.wait_for_selector("html.scripted")
    assert page.inner_text(".asked-concept").lower() == "reverse"
    press(page, "y", "Enter")
    page.wait_for_function("() => document.querySelector('.asked-concept').innerText.toLowerCase() === 'obverse'")
    press(page, "r", "Enter")
    page.wait_for_selector("#nothing:not([hidden])")
    wait_for_saving(page, "Saved")
    assert len(stored()) == 1 + len(USED)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(page: Any, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    press(page, "n")
    found = Axe().run(page)
    assert [f"{each['id']}: {each['nodes'][0]['html']}" for each in found.response["violations"]] == []
