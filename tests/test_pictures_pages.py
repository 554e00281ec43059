"""Refused pictures by reason, and the page on which a person draws the boxes: as forms, and in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from annotations.models import Coin, HandCrop, Photograph, RecropRun, Side
from annotations.queries import pictures as queries
from annotations.services.crops import crop_by_hand
from tests.coin_photographs import THREE, TWO, draw_discs, take_photograph
from tests.conftest import MakeCoin
from tests.review_steps import page_of
from tests.test_review_browser import sign_in

pytestmark = pytest.mark.django_db
LEFT, RIGHT = (10, 60, 200, 250), (430, 60, 620, 250)


@pytest.fixture
def coin(make_coin: MakeCoin) -> Coin:
    return make_coin("lot.1")


@pytest.fixture
def refused(tmp_path: Path, coin: Coin) -> Photograph:
    return take_photograph(tmp_path, coin, draw_discs(*THREE))


@pytest.fixture
def signed_in(client: Client, expert: User) -> Client:
    client.force_login(expert)
    return client


def refuse(coin: Coin, code: str, number: int = 1) -> list[Photograph]:
    rows = [
        Photograph(coin=coin, scope="both", name=f"{code}.{each}.jpg", refusal=code, reason=f"It is {code}.")
        for each in range(number)
    ]
    return Photograph.objects.bulk_create(rows)


def posted(**changes: Any) -> dict[str, Any]:
    edges = ("left", "top", "right", "bottom")
    obverse = {f"obverse_{edge}": value for edge, value in zip(edges, LEFT, strict=True)}
    reverse_ = {f"reverse_{edge}": value for edge, value in zip(edges, RIGHT, strict=True)}
    return {"key": str(uuid4()), "base": "", **obverse, **reverse_} | changes


def test_refused_pictures_stand_in_tabs_with_their_counts(signed_in: Client, coin: Coin) -> None:
    refuse(coin, "no_coin", 2)
    refuse(coin, "many_objects", 3)
    page = page_of(signed_in.get(reverse("pictures")))
    tabs = [" ".join(tab.get_text().split()) for tab in page.select(".reason")]
    assert tabs == ["All refused 5", "Many objects 3", "No coin 2"]
    assert len(page.select(".picture-card")) == 5
    chosen = page_of(signed_in.get(page.select(".reason")[2]["href"]))
    assert [each.get_text() for each in chosen.select(".picture-card .refusal")] == ["It is no_coin."] * 2
    assert chosen.select_one(".reason[aria-current]").get_text(strip=True) == "No coin2"


def test_pages_go_on_after_the_last_picture(signed_in: Client, coin: Coin, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(coin, "no_coin", 5)
    monkeypatch.setattr(queries, "PAGE", 2)
    seen, address = [], reverse("pictures_json", query={"reason": "no_coin"})
    while address:
        answer = signed_in.get(address).json()
        seen.append([row["name"] for row in answer["pictures"]])
        address = answer["next"]
    assert [len(page) for page in seen] == [2, 2, 1]
    assert len({name for page in seen for name in page}) == 5


def test_a_page_that_is_no_number_is_refused(signed_in: Client) -> None:
    assert signed_in.get(reverse("pictures"), {"after": "x"}).status_code == 400


def test_an_empty_list_says_what_to_do(signed_in: Client) -> None:
    page = page_of(signed_in.get(reverse("pictures")))
    assert page.select_one(".empty-state h2").get_text() == "No picture is refused"
    page = page_of(signed_in.get(reverse("pictures"), {"reason": "no_coin"}))
    assert page.select_one(".empty-state a")["href"] == reverse("pictures")


def test_more_pictures_cost_no_more_queries(
    signed_in: Client, coin: Coin, make_coin: MakeCoin, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        refuse(make_coin(f"other.{number}"), "no_coin")
    with django_assert_max_num_queries(12):
        signed_in.get(reverse("pictures"))


def test_boxes_sent_as_a_form_become_a_crop_and_lead_to_the_next(
    tmp_path: Path, signed_in: Client, coin: Coin, refused: Photograph, make_coin: MakeCoin
) -> None:
    following = take_photograph(tmp_path, make_coin("lot.2"), draw_discs(*THREE), name="other.jpg")
    address = reverse("picture", args=[refused.pk], query={"reason": "many_objects"})
    answer = signed_in.post(address, posted())
    assert answer.url == reverse("picture", args=[following.pk], query={"reason": "many_objects"})
    assert HandCrop.objects.get().boxes == {"obverse": [*LEFT], "reverse": [*RIGHT]}
    assert Side.objects.pictured().filter(coin=coin).count() == 2
    last = signed_in.post(answer.url, posted())
    assert last.url == reverse("pictures")
    page = page_of(signed_in.get(last.url))
    assert "no other picture is left" in page.select_one(".alert").get_text()


def test_the_page_begins_with_halves_and_shows_the_reason(signed_in: Client, refused: Photograph) -> None:
    page = page_of(signed_in.get(reverse("picture", args=[refused.pk])))
    assert "3 objects" in page.select_one(".refusal").get_text()
    values = [int(field["value"]) for field in page.select(".numbers input")]
    assert values == [13, 13, 307, 307, 333, 13, 627, 307]
    assert page.select_one("#crop input[name=base]")["value"] == ""


def test_one_side_is_sent_by_leaving_the_other_empty(signed_in: Client, coin: Coin, refused: Photograph) -> None:
    none = {f"reverse_{edge}": "" for edge in ("left", "top", "right", "bottom")}
    signed_in.post(reverse("picture", args=[refused.pk]), posted(**none))
    assert HandCrop.objects.get().boxes == {"obverse": [*LEFT]}
    assert not coin.sides.get(face="reverse").crop


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"obverse_left": ""}, "all four edges of the obverse"),
        ({"obverse_left": "x"}, "Left edge of the obverse: Enter a whole number."),
        ({"obverse_right": 641}, "leaves the photograph"),
        ({"key": "none"}, "key"),
    ],
)
def test_a_crop_that_cannot_be_taken_says_why(
    signed_in: Client, refused: Photograph, changes: dict[str, Any], words: str
) -> None:
    answer = signed_in.post(reverse("picture", args=[refused.pk]), posted(**changes))
    assert answer.status_code == 400
    assert words in page_of(answer).select_one("[role=alert]").get_text()
    assert not HandCrop.objects.exists()


def test_a_stale_crop_shows_both_and_overwrites_nothing(
    signed_in: Client, second_expert: User, coin: Coin, refused: Photograph
) -> None:
    theirs = crop_by_hand(user=second_expert, photograph=refused, boxes={"obverse": RIGHT}, key=uuid4(), base_id=None)
    answer = signed_in.post(reverse("picture", args=[refused.pk]), posted())
    page = page_of(answer)
    assert answer.status_code == 409
    assert "bela cropped this picture in the meantime" in page.select_one("[role=alert]").get_text()
    assert "430, 60, 620, 250" in page.select_one("[role=alert]").get_text()
    assert page.select_one("[name=obverse_left]")["value"] == "10", "what was sent is still there"
    assert HandCrop.objects.get() == theirs
    again = posted(base=page.select_one("#crop input[name=base]")["value"])
    assert signed_in.post(reverse("picture", args=[refused.pk]), again).status_code == 302
    assert coin.sides.get(face="obverse").crop_box == [*LEFT]


def test_another_persons_crop_is_not_taken(signed_in: Client, second_expert: User, refused: Photograph) -> None:
    assert signed_in.post(reverse("picture", args=[refused.pk]), posted(user=second_expert.pk)).status_code == 403


def test_an_accepted_crop_is_corrected_from_its_coin(tmp_path: Path, signed_in: Client, coin: Coin) -> None:
    photograph = take_photograph(tmp_path, coin, draw_discs(*TWO))
    link = page_of(signed_in.get(coin.get_absolute_url())).select_one(".photographs a.btn")
    assert link.get_text(strip=True) == "Correct the crop"
    page = page_of(signed_in.get(link["href"]))
    box = coin.sides.get(face="obverse").crop_box
    assert [int(field["value"]) for field in page.select(".numbers input")[:4]] == box
    assert signed_in.post(link["href"], posted()).url == coin.get_absolute_url()
    assert photograph.hand_crops.count() == 1


def test_strangers_find_no_way_to_crop_on_the_coins_page(tmp_path: Path, client: Client, coin: Coin) -> None:
    take_photograph(tmp_path, coin, draw_discs(*TWO))
    assert not page_of(client.get(coin.get_absolute_url())).select(".photographs a.btn")


def test_the_history_offers_earlier_boxes(signed_in: Client, expert: User, refused: Photograph) -> None:
    first = crop_by_hand(user=expert, photograph=refused, boxes={"obverse": LEFT}, key=uuid4(), base_id=None)
    crop_by_hand(user=expert, photograph=refused, boxes={"obverse": RIGHT}, key=uuid4(), base_id=first.pk)
    address = reverse("picture", args=[refused.pk])
    page = page_of(signed_in.get(address))
    assert page.select_one(".history li strong").get_text() == "holds"
    assert page.select_one("[name=obverse_left]")["value"] == "430"
    earlier = page_of(signed_in.get(address + page.select_one(".history a")["href"]))
    assert earlier.select_one("[name=obverse_left]")["value"] == "10"
    told = signed_in.get(reverse("picture_json", args=[refused.pk])).json()
    assert [crop["answers"] for crop in told["hand_crops"]] == [first.pk, None]


def test_a_file_that_was_never_read_has_nothing_to_draw_on(signed_in: Client, coin: Coin) -> None:
    (photograph,) = refuse(coin, "damaged")
    page = page_of(signed_in.get(reverse("picture", args=[photograph.pk])))
    assert page.select_one("#crop") is None
    assert "Mend the file" in page.select_one(".empty-state").get_text()


def test_an_administrator_has_all_cropped_again_and_can_stop_it(client: Client, admin: User) -> None:
    client.force_login(admin)
    for _ in range(2):
        client.post(reverse("recrop"), {"extent": "all"})
    run = RecropRun.objects.get()
    assert (run.refused_only, run.status) == (False, "queued")
    page = page_of(client.get(reverse("pictures")))
    assert page.select_one("#live[hx-get]")
    fragment = client.get(reverse("pictures"), headers={"hx-request": "true", "hx-target": "live"})
    assert fragment.status_code == 200
    assert "HX-Refresh" not in fragment
    client.post(reverse("recrop_cancel", args=[run.pk]))
    run.refresh_from_db()
    assert run.status == "cancelled"


@pytest.fixture
def page(browser: Any, live_server: LiveServer, expert: User, refused: Photograph) -> Iterator[Any]:
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1400, "height": 900})
    sign_in(context, expert)
    page = context.new_page()
    errors: list[Any] = []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(reverse("picture", args=[refused.pk]))
    page.wait_for_selector("html.scripted")
    yield page
    page.wait_for_load_state("networkidle")  # else a request meets the tables while they are emptied
    context.close()
    assert errors == []


def numbers(page: Any) -> list[str]:
    fields = page.locator(".numbers input")
    return [fields.nth(place).input_value() for place in range(8)]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_boxes_are_moved_sized_swapped_undone_and_accepted_by_keyboard(page: Any, coin: Coin) -> None:
    start = ["13", "13", "307", "307", "333", "13", "627", "307"]
    assert numbers(page) == start
    for key in ("ArrowRight", "Shift+ArrowDown", "Alt+ArrowLeft", "Alt+Shift+ArrowUp"):
        page.keyboard.press(key)
    assert numbers(page)[:4] == ["14", "23", "307", "307"], "1 px, 10 px down as far as it goes, smaller by 1 and 10"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    assert numbers(page)[4:] == ["332", "13", "626", "307"]
    page.keyboard.press("x")
    assert numbers(page)[:4] == ["332", "13", "626", "307"]
    page.keyboard.press("Delete")
    assert numbers(page)[4:] == [""] * 4
    for _ in range(7):
        page.keyboard.press("z")
    assert numbers(page) == start
    for _ in range(6):
        page.keyboard.press("Shift+Z")
    moved = numbers(page)
    assert moved[:4] == ["332", "13", "626", "307"]
    page.keyboard.press("Enter")
    page.wait_for_url("**/pictures/")
    assert HandCrop.objects.get().boxes["obverse"] == [332, 13, 626, 307]
    assert coin.sides.get(face="obverse").crop


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_box_is_dragged_and_stretched_by_pointer(page: Any) -> None:
    area = page.locator(".face-obverse .box-area").bounding_box()
    unit = area["width"] / 294
    corner = area["x"] + area["width"], area["y"] + area["height"]
    page.mouse.move(*corner)
    page.mouse.down()
    page.mouse.move(corner[0] - 100 * unit, corner[1] - 50 * unit, steps=4)
    page.mouse.up()
    assert numbers(page)[:2] == ["13", "13"]
    assert abs(int(numbers(page)[2]) - 207) <= 1
    page.mouse.move(area["x"] + 80 * unit, area["y"] + 80 * unit)
    page.mouse.down()
    page.mouse.move(area["x"] - 900, area["y"] + 90 * unit, steps=4)
    page.mouse.up()
    left, top, right, _ = map(int, numbers(page)[:4])
    assert (left, abs(right - 194) <= 1, abs(top - 23) <= 1) == (0, True, True), "it keeps its size at the edge"
    page.keyboard.press("z")
    assert abs(int(numbers(page)[2]) - 207) <= 1, "a drag is one step"
