"""Refused pictures that show no coin: left out by a person, kept with who and when, and brought back."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import Coin, Photograph, PictureVerdict, RecropRun
from annotations.queries.pictures import BY_HAND, DOUBTFUL, LEFT_OUT, is_left_out
from annotations.services import jobs
from annotations.services.crops import crop_by_hand
from annotations.services.pictures import leave_out
from annotations.services.recropping import carry_out_recropping, queue_recropping
from tests.coin_photographs import THREE, TWO, draw_discs, take_photograph
from tests.conftest import MakeCoin
from tests.review_steps import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def coin(make_coin: MakeCoin) -> Coin:
    return make_coin("lot.1")


@pytest.fixture
def blank(coin: Coin) -> Photograph:
    return Photograph.objects.create(
        coin=coin, scope="both", name="blank.jpg", refusal="no_coin", reason="It is blank."
    )


@pytest.fixture
def signed_in(client: Client, expert: User) -> Client:
    client.force_login(expert)
    return client


def tabs(client: Client) -> dict[str, str]:
    links = page_of(client.get(reverse("pictures"))).select(".reason")
    return {link.contents[0].strip(): link["href"] for link in links}


def leaving_form(page: Any) -> tuple[str, dict[str, str]]:
    """Where the first card's form goes, and what it sends."""
    form = page.select_one("form.leave-out")
    sent = {field["name"]: field["value"] for field in form.select("input, button")}
    return form["action"], sent


def test_a_blank_picture_is_left_out_once_and_brought_back(signed_in: Client, expert: User, blank: Photograph) -> None:
    address, sent = leaving_form(page_of(signed_in.get(reverse("pictures"), {"reason": "no_coin"})))
    for _ in range(2):
        answer = signed_in.post(address, sent)
    assert answer.url == reverse("pictures", query={"reason": "no_coin"})
    verdict = PictureVerdict.objects.get()
    assert (verdict.left_out, verdict.user, verdict.photograph) == (True, expert, blank)
    assert set(tabs(signed_in)) == {"All refused", "Left out"}
    shown = page_of(signed_in.get(tabs(signed_in)["Left out"]))
    assert "Left out by ada" in shown.select_one(".picture-card").get_text()
    address, sent = leaving_form(shown)
    assert sent["out"] == "0"
    signed_in.post(address, sent)
    assert set(tabs(signed_in)) == {"All refused", "No coin"}
    assert [verdict.left_out for verdict in PictureVerdict.objects.all()] == [False, True], "both stay in the history"


def test_the_json_says_who_left_a_picture_out(signed_in: Client, expert: User, blank: Photograph) -> None:
    leave_out(user=expert, photograph_id=blank.pk, left_out=True)
    assert signed_in.get(reverse("pictures_json")).json()["pictures"] == []
    (row,) = signed_in.get(reverse("pictures_json"), {"reason": "left_out"}).json()["pictures"]
    assert (row["id"], row["left_out"]["who"]) == (blank.pk, "ada")


def test_leaving_out_on_the_page_of_one_picture_leads_to_the_next(
    tmp_path: Path, signed_in: Client, coin: Coin, make_coin: MakeCoin
) -> None:
    first = take_photograph(tmp_path, coin, draw_discs(*THREE))
    second = take_photograph(tmp_path, make_coin("lot.2"), draw_discs(*THREE), name="other.jpg")
    address, sent = leaving_form(page_of(signed_in.get(reverse("picture", args=[first.pk]))))
    assert signed_in.post(address, sent).url == reverse("picture", args=[second.pk])
    address, sent = leaving_form(page_of(signed_in.get(reverse("picture", args=[second.pk]))))
    assert signed_in.post(address, sent).url == reverse("pictures")


def test_a_reason_that_no_column_can_hold_names_no_picture(signed_in: Client, blank: Photograph) -> None:
    page = page_of(signed_in.get(reverse("pictures"), {"reason": "a\0b"}))
    assert page.select_one(".empty-state h2").get_text() == "No picture is left here"
    answer = signed_in.post(reverse("picture_leave_out", args=[blank.pk]), {"reason": "a\0b", "onward": "yes"})
    assert answer.status_code == 302
    assert signed_in.get(reverse("picture", args=[blank.pk]), {"reason": "a\0b"}).status_code == 200


def test_a_picture_that_is_cropped_cannot_be_left_out(tmp_path: Path, signed_in: Client, coin: Coin) -> None:
    photograph = take_photograph(tmp_path, coin, draw_discs(*TWO))
    assert not page_of(signed_in.get(reverse("picture", args=[photograph.pk]))).select("form.leave-out")
    answer = signed_in.post(reverse("picture_leave_out", args=[photograph.pk]), {"out": "1"}, follow=True)
    assert "lot.jpg is cropped by now" in page_of(answer).select_one(".alert-danger").get_text()
    assert not PictureVerdict.objects.exists()
    assert signed_in.post(reverse("picture_leave_out", args=[photograph.pk + 1])).status_code == 404


def test_cropping_a_left_out_picture_by_hand_ends_it(
    tmp_path: Path, signed_in: Client, expert: User, second_expert: User, coin: Coin
) -> None:
    photograph = take_photograph(tmp_path, coin, draw_discs(*THREE))
    leave_out(user=expert, photograph_id=photograph.pk, left_out=True)
    crop = crop_by_hand(
        user=second_expert, photograph=photograph, boxes={"obverse": THREE[0]}, key=uuid4(), base_id=None
    )
    assert set(tabs(signed_in)) == {"All refused", "Cropped by hand"}
    said = list(PictureVerdict.objects.values_list("left_out", "user"))
    assert said == [(False, second_expert.pk), (True, expert.pk)]
    crop_by_hand(user=expert, photograph=photograph, boxes={"obverse": THREE[1]}, key=uuid4(), base_id=crop.pk)
    assert PictureVerdict.objects.count() == 2, "a picture that nobody left out is not brought back"


def test_a_picture_that_came_to_be_accepted_is_not_left_out_any_more(expert: User, blank: Photograph) -> None:
    leave_out(user=expert, photograph_id=blank.pk, left_out=True)
    assert Photograph.objects.filter(is_left_out()).get() == blank
    Photograph.objects.update(refusal="", reason="")
    assert Photograph.objects.filter(~is_left_out()).get() == blank


def test_another_file_under_the_same_name_is_looked_at_anew(
    tmp_path: Path, signed_in: Client, expert: User, coin: Coin
) -> None:
    photograph = take_photograph(tmp_path, coin, draw_discs(*THREE))
    leave_out(user=expert, photograph_id=photograph.pk, left_out=True)
    take_photograph(tmp_path, coin, draw_discs(*THREE, TWO[0]))
    photograph.refresh_from_db()
    assert photograph.refusal
    assert "Left out" not in tabs(signed_in)
    leave_out(user=expert, photograph_id=photograph.pk, left_out=True)
    assert PictureVerdict.objects.filter(left_out=True).count() == 2


def test_what_persons_left_out_is_not_cropped_again(
    tmp_path: Path, expert: User, coin: Coin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "HEARTBEAT", 600)  # its own connection cannot see into the transaction of a test
    take_photograph(tmp_path, coin, draw_discs(*THREE), name="waits.jpg")
    left = take_photograph(tmp_path, coin, draw_discs(*THREE), name="left.jpg")
    leave_out(user=expert, photograph_id=left.pk, left_out=True)
    run = queue_recropping(user=expert, refused_only=True)
    jobs.work_on(RecropRun, run.pk, carry_out_recropping)
    run.refresh_from_db()
    assert run.counts["photographs"] == 1


@pytest.mark.parametrize("name", ["pictures", "pictures_json"])
@pytest.mark.parametrize("tab", [DOUBTFUL, BY_HAND, LEFT_OUT])
def test_more_pictures_of_each_tab_cost_no_more_queries(
    signed_in: Client, expert: User, make_coin: MakeCoin, django_assert_num_queries: Any, name: str, tab: str
) -> None:
    def settle(number: int) -> None:
        coin = make_coin(f"settled.{number}")
        photograph = Photograph.objects.create(coin=coin, scope="both", name="lot.jpg", refusal="no_coin")
        photograph.verdicts.create(left_out=True, user=expert)
        coin.sides.update(photograph=photograph, crop_confidence=0.3)
        photograph.hand_crops.create(boxes={}, user=expert, key=uuid4())

    settle(0)
    with CaptureQueriesContext(connection) as alone:
        assert b"lot.jpg" in signed_in.get(reverse(name), {"reason": tab}).content
    for number in range(1, 6):
        settle(number)
    with django_assert_num_queries(len(alone)):
        assert signed_in.get(reverse(name), {"reason": tab}).content.count(b"settled.5") > 0
