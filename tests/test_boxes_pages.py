"""The pages of boxes: what they ask for, what they send and read, and where they lead."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import Box, SaliencyView, Side
from annotations.queries import boxes as queries
from annotations.services.decisions import record_decision, undo_decision
from tests.conftest import MakeCoin
from tests.review_steps import page_of, post
from tests.test_boxes import PLACE, drawn

pytestmark = pytest.mark.django_db


@pytest.fixture
def side(make_coin: MakeCoin) -> Side:
    return make_coin("lot.1", reverse="Eagle standing left", crop="ab/picture.webp").sides.get(face="reverse")


@pytest.fixture
def signed_in(client: Client, expert: User) -> Client:
    client.force_login(expert)
    return client


def say_yes(user: User, side: Side, concept: str = "eagle") -> Any:
    return record_decision(user=user, side_id=side.pk, concept=concept, answer="yes", key=uuid.uuid4(), base_id=None)


def sent(side: Side, /, **changes: Any) -> dict[str, Any]:
    edges = dict(zip(("left", "top", "right", "bottom"), PLACE, strict=True))
    return {"side": side.pk, "concept": "eagle", **edges, "replaces": "", "key": str(uuid.uuid4())} | changes


def test_the_page_sends_and_reads_boxes_as_json(signed_in: Client, expert: User, side: Side) -> None:
    body = sent(side)
    stored = post(signed_in, "box_draw", **body)
    assert (stored.status_code, post(signed_in, "box_draw", **body).status_code) == (201, 200)
    moved = post(signed_in, "box_draw", **sent(side, left=0.5, replaces=body["key"], concept=""))
    assert (moved.json()["left"], moved.json()["concept"]) == (0.5, "")
    stale = post(signed_in, "box_draw", **sent(side, replaces=body["key"]))
    assert (stale.status_code, stale.json()["theirs"]["key"]) == (409, moved.json()["key"])
    read = signed_in.get(reverse("boxes_json", args=[side.pk])).json()
    assert [each["id"] for each in read["boxes"]] == [moved.json()["id"]]
    gone = post(signed_in, "box_remove", of=moved.json()["key"], key=str(uuid.uuid4()))
    assert (gone.status_code, gone.json()["removed"]) == (201, True)
    assert signed_in.get(reverse("boxes_json", args=[side.pk])).json()["boxes"] == []
    other = side.coin.sides.get(face="obverse")
    copied = post(signed_in, "box_copy", of=body["key"], side=other.pk, key=str(uuid.uuid4()))
    assert (copied.status_code, copied.json()["by_hand"]) == (201, False)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"left": "1e999"}, "left"),
        ({"left": "wide"}, "left"),
        ({"left": 0.9}, "too small"),
        ({"side": 10**9}, "There is no side"),
        ({"concept": "unicorn"}, "There is no concept “unicorn”"),
        ({"replaces": str(uuid.UUID(int=7))}, "There is no box"),
        ({"key": "1"}, "key"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_a_sentence(
    signed_in: Client, side: Side, changes: dict[str, Any], words: str
) -> None:
    response = post(signed_in, "box_draw", **sent(side, **changes))
    assert response.status_code == 400
    assert words in response.json()["detail"]
    assert not Box.objects.exists()


def test_boxes_kept_under_another_account_are_not_taken(signed_in: Client, second_expert: User, side: Side) -> None:
    assert post(signed_in, "box_draw", **sent(side, user=second_expert.pk)).status_code == 403
    assert not Box.objects.exists()


def test_the_page_says_what_is_asked_what_stands_and_where_to_go_on(
    signed_in: Client, expert: User, side: Side, make_coin: MakeCoin
) -> None:
    following = make_coin("lot.2", crop="ab/picture.webp").sides.get(face="obverse")
    say_yes(expert, side)
    say_yes(expert, following)
    page = page_of(signed_in.get(reverse("boxes", args=[side.pk], query={"concept": "eagle"})))
    assert "EAGLE" in page.h1.text.upper() and "reverse" in page.h1.text
    assert page.select_one("[data-concept]")["data-concept"] == "eagle"
    assert page.select_one(".box-seen") is None
    onward = json.loads(page.select_one("#state").text)["ways"]["next"]
    assert signed_in.get(onward).headers["Location"] == f"/sides/{following.pk}/boxes?concept=eagle"
    SaliencyView.objects.create(side=side, user=expert)
    seen = page_of(signed_in.get(reverse("boxes", args=[side.pk])))
    assert "no independent witness" in seen.select_one(".box-seen").text


def test_a_side_without_a_picture_says_what_to_do(signed_in: Client, make_coin: MakeCoin) -> None:
    bare = make_coin("lot.2").sides.get(face="obverse")
    page = page_of(signed_in.get(reverse("boxes", args=[bare.pk])))
    assert page.select_one(".empty-state a")["href"] == reverse("pictures")
    assert page.select_one("#boxes") is None
    assert signed_in.get(reverse("boxes", args=[bare.pk], query={"concept": "unicorn"})).status_code == 404


def test_sides_wait_for_a_box_until_a_person_draws_what_an_expert_saw(
    signed_in: Client, expert: User, side: Side
) -> None:
    address = reverse("boxes_to_draw")
    assert "No side waits for a box" in signed_in.get(address).content.decode()
    decision = say_yes(expert, side)
    say_yes(expert, side, "altar")
    assert queries.next_wanted(expert, "eagle") == side.pk
    guess = drawn(expert, side, by_hand=False)
    assert queries.next_wanted(expert, "eagle") == side.pk, "a guess is to be confirmed"
    drawn(expert, side, replaces_id=guess.pk)
    assert queries.next_wanted(expert, "eagle") is None
    rows = {row["concept"]: row for row in signed_in.get(reverse("boxes_to_draw_json")).json()["concepts"]}
    assert [(rows[slug]["seen"], rows[slug]["drawn"], rows[slug]["open"]) for slug in ("eagle", "altar")] == [
        (1, 1, 0),
        (1, 0, 1),
    ]
    table = signed_in.get(reverse("boxes_to_draw_csv")).content.decode().splitlines()
    assert table == ["concept,name,seen,drawn,open", "altar,Altar,1,0,1", "eagle,Eagle,1,1,0"]
    page = page_of(signed_in.get(address))
    [drawing] = page.select("tbody a[href^='/boxes/next']")
    assert signed_in.get(drawing["href"]).headers["Location"] == f"/sides/{side.pk}/boxes?concept=altar"
    undo_decision(user=expert, decision_id=decision.pk, key=uuid.uuid4())
    assert "eagle" not in {row["concept"] for row in signed_in.get(reverse("boxes_to_draw_json")).json()["concepts"]}


def test_the_queue_goes_round_in_both_directions(expert: User, make_coin: MakeCoin) -> None:
    sides = [make_coin(f"lot.{each}", crop="ab/c.webp").sides.get(face="obverse") for each in range(3)]
    for side in sides:
        say_yes(expert, side)
    first, second, third = (side.pk for side in sides)
    assert [queries.next_wanted(expert, "eagle", each) for each in (first, second, third)] == [second, third, first]
    assert [queries.next_wanted(expert, "", each, back=True) for each in (first, second, third)] == [
        third,
        first,
        second,
    ]


def test_number_keys_name_what_is_asked_then_what_is_there_then_what_one_drew_last(expert: User, side: Side) -> None:
    say_yes(expert, side, "altar")
    drawn(expert, side, concept="seated")
    numbered = [concept.slug for concept in queries.numbered_concepts(expert, side, "shield")]
    assert numbered == ["shield", "altar", "eagle", "standing", "seated"]


def test_more_boxes_cost_no_more_queries(
    signed_in: Client, expert: User, side: Side, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        moved = drawn(expert, side, replaces_id=drawn(expert, side).pk)
    assert moved.replaces_id
    with django_assert_max_num_queries(33):
        assert signed_in.get(reverse("boxes", args=[side.pk])).status_code == 200


def test_more_concepts_and_sides_cost_the_page_of_what_waits_no_more_queries(
    signed_in: Client, expert: User, side: Side, make_coin: MakeCoin, django_assert_num_queries: Any
) -> None:
    say_yes(expert, side)
    with CaptureQueriesContext(connection) as before:
        signed_in.get(reverse("boxes_to_draw"))
    for number, concept in enumerate(("altar", "globe", "shield", "spear", "wreath"), start=2):
        say_yes(expert, make_coin(f"lot.{number}", crop="ab/c.webp").sides.get(face="obverse"), concept)
    with django_assert_num_queries(len(before)):
        page = page_of(signed_in.get(reverse("boxes_to_draw")))
    assert len(page.select("tbody a[href^='/boxes/next']")) == 6
