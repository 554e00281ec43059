"""A box that a person drew is never lost, doubled or overwritten, and says whether it is an independent witness."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from annotations.models import Box, Concept, SaliencyView, Side
from annotations.queries import boxes as queries
from annotations.services.boxes import BadBox, BoxConflict, copy_box, draw_box, remove_box
from annotations.services.decisions import KeyReused, record_decision, undo_decision
from tests.conftest import MakeCoin
from tests.review_steps import page_of, post

pytestmark = pytest.mark.django_db
PLACE = (0.25, 0.125, 0.75, 0.5)


@pytest.fixture
def side(make_coin: MakeCoin) -> Side:
    return make_coin("lot.1", reverse="Eagle standing left", crop="ab/picture.webp").sides.get(face="reverse")


@pytest.fixture
def signed_in(client: Client, expert: User) -> Client:
    client.force_login(expert)
    return client


def drawn(user: User, side: Side, **changes: Any) -> Box:
    asked: dict[str, Any] = {"concept": "eagle", "box": PLACE, "key": uuid.uuid4(), "replaces_id": None} | changes
    return draw_box(user=user, side_id=side.pk, **asked)


def removed(user: User, box: Box) -> Box:
    return remove_box(user=user, box_id=box.pk, key=uuid.uuid4())


def say_yes(user: User, side: Side, concept: str = "eagle") -> Any:
    return record_decision(user=user, side_id=side.pk, concept=concept, answer="yes", key=uuid.uuid4(), base_id=None)


def sent(side: Side, /, **changes: Any) -> dict[str, Any]:
    edges = dict(zip(("left", "top", "right", "bottom"), PLACE, strict=True))
    return {"side": side.pk, "concept": "eagle", **edges, "replaces": "", "key": str(uuid.uuid4())} | changes


def edges(box: Box) -> tuple[float, ...]:
    return box.left, box.top, box.right, box.bottom


def test_a_box_moved_named_anew_removed_and_brought_back_is_four_more_rows(expert: User, side: Side) -> None:
    first = drawn(expert, side)
    moved = drawn(expert, side, box=(0, 0, 0.5, 0.5), replaces_id=first.pk)
    named = drawn(expert, side, box=(0, 0, 0.5, 0.5), concept=None, replaces_id=moved.pk)
    gone = removed(expert, named)
    assert not Box.objects.current().exists()
    back = drawn(expert, side, replaces_id=gone.pk)
    assert list(Box.objects.current()) == [back]
    assert [box.replaces_id for box in Box.objects.all()] == [None, first.pk, moved.pk, named.pk, gone.pk]
    first.refresh_from_db()
    assert (edges(first), first.concept_id, first.removed) == (PLACE, back.concept_id, False)


def test_several_figures_stand_on_one_side(expert: User, side: Side) -> None:
    drawn(expert, side)
    drawn(expert, side, concept="altar", box=(0.3, 0.3, 0.4, 0.4))
    drawn(expert, side)
    assert Box.objects.current().filter(side=side).count() == 3


def test_the_same_key_twice_is_one_row_and_no_other_persons(expert: User, second_expert: User, side: Side) -> None:
    key = uuid.uuid4()
    assert drawn(expert, side, key=key) == drawn(expert, side, key=key)
    with pytest.raises(KeyReused):
        drawn(second_expert, side, key=key)
    box = Box.objects.get()
    with pytest.raises(KeyReused):
        remove_box(user=expert, box_id=box.pk, key=key)
    assert Box.objects.count() == 1


def test_whoever_moves_what_was_moved_meanwhile_is_told_where_it_stands(
    expert: User, second_expert: User, side: Side
) -> None:
    first = drawn(expert, side)
    theirs = drawn(second_expert, side, box=(0, 0, 1, 1), replaces_id=first.pk)
    for attempt in (lambda: drawn(expert, side, replaces_id=first.pk), lambda: removed(expert, first)):
        with pytest.raises(BoxConflict) as conflict:
            attempt()
        assert conflict.value.current == theirs
    assert list(Box.objects.current()) == [theirs]


def test_removing_twice_is_one_removal_and_a_conflict(expert: User, side: Side) -> None:
    gone = removed(expert, drawn(expert, side))
    with pytest.raises(BoxConflict) as conflict:
        removed(expert, gone)
    assert conflict.value.current == gone
    assert Box.objects.filter(removed=True).count() == 1


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ((-0.1, 0, 1, 1), "leaves the side"),
        ((0, 0, 1.01, 1), "leaves the side"),
        ((float("nan"), 0, 1, 1), "leaves the side"),
        ((0.5, 0, 0.5, 1), "too small"),
        ((0.5, 0.9, 0.6, 0.1), "too small"),
        ((0.5, 0.5, 0.504, 0.6), "at least 0.5%"),
    ],
)
def test_a_box_outside_the_side_or_without_area_is_refused(
    expert: User, side: Side, box: tuple[float, ...], words: str
) -> None:
    with pytest.raises(BadBox, match=words):
        drawn(expert, side, box=box)
    assert not Box.objects.exists()


def test_nothing_is_drawn_without_a_picture_on_another_side_or_with_a_retired_name(
    expert: User, side: Side, make_coin: MakeCoin
) -> None:
    first = drawn(expert, side)
    bare = make_coin("lot.2").sides.get(face="obverse")
    with pytest.raises(BadBox, match="has no picture"):
        drawn(expert, bare)
    with pytest.raises(BadBox, match=f"stands on side {side.pk}"):
        drawn(expert, side.coin.sides.get(face="obverse"), replaces_id=first.pk)
    Concept.objects.filter(slug="eagle").update(retired=True)
    with pytest.raises(BadBox, match="is retired"):
        drawn(expert, side)
    assert drawn(expert, side, box=(0, 0, 1, 1), replaces_id=first.pk), "what has the name already can be moved"


def test_a_box_is_no_witness_once_its_drawer_or_the_one_before_saw_a_map(
    expert: User, second_expert: User, side: Side
) -> None:
    blind = drawn(expert, side)
    SaliencyView.objects.create(side=side, user=expert)
    after = drawn(expert, side, replaces_id=blind.pk, box=(0, 0, 1, 1))
    by_another = drawn(second_expert, side, replaces_id=after.pk)
    fresh = drawn(second_expert, side)
    assert [box.after_saliency for box in (blind, after, by_another, fresh)] == [False, True, True, False]
    assert drawn(expert, side.coin.sides.get(face="obverse")).after_saliency is False


def test_a_copy_on_the_other_side_is_a_guess_until_a_person_draws_it(expert: User, side: Side) -> None:
    origin = drawn(expert, side)
    other = side.coin.sides.get(face="obverse")
    copy = copy_box(user=expert, box_id=origin.pk, side_id=other.pk, key=uuid.uuid4())
    assert (copy.side, edges(copy), copy.concept) == (other, PLACE, origin.concept)
    assert (copy.by_hand, copy.source) == (False, "copied from the reverse")
    assert copy_box(user=expert, box_id=origin.pk, side_id=other.pk, key=uuid.uuid4()) == copy, "not twice"
    confirmed = drawn(expert, other, replaces_id=copy.pk)
    assert (confirmed.by_hand, confirmed.source) == (True, "")
    undone = drawn(expert, other, replaces_id=confirmed.pk, by_hand=False)
    assert undone.by_hand is False


def test_a_box_is_not_copied_to_another_coin(expert: User, side: Side, make_coin: MakeCoin) -> None:
    far = make_coin("lot.2", crop="ab/picture.webp").sides.get(face="obverse")
    with pytest.raises(BadBox, match="another coin"):
        copy_box(user=expert, box_id=drawn(expert, side).pk, side_id=far.pk, key=uuid.uuid4())


@pytest.mark.django_db(transaction=True)
def test_ten_parallel_posts_of_one_key_and_ten_of_one_base_are_a_row_each(expert: User, side: Side) -> None:
    first, key = drawn(expert, side), uuid.uuid4()

    def attempt(changes: dict[str, Any]) -> int:
        try:
            return drawn(expert, side, **changes).pk
        except BoxConflict as conflict:
            return -conflict.current.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        same = set(pool.map(attempt, [{"key": key}] * 10))
        moves = list(pool.map(attempt, [{"replaces_id": first.pk} for _ in range(10)]))
    assert same == {Box.objects.get(key=key).pk}
    won = [pk for pk in moves if pk > 0]
    assert len(won) == 1
    assert {-pk for pk in moves if pk < 0} == set(won), "the nine others are shown the one that stands"


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
    assert f'/sides/{following.pk}/boxes?concept=eagle"' in page.select_one("#state").text
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
    address = reverse("box_supply")
    assert "No side waits for a box" in signed_in.get(address).content.decode()
    decision = say_yes(expert, side)
    say_yes(expert, side, "altar")
    assert queries.next_wanted("eagle") == side.pk
    guess = drawn(expert, side, by_hand=False)
    assert queries.next_wanted("eagle") == side.pk, "a guess is to be confirmed"
    drawn(expert, side, replaces_id=guess.pk)
    assert queries.next_wanted("eagle") is None
    rows = {row["concept"]: row for row in signed_in.get(reverse("box_supply_json")).json()["concepts"]}
    assert [(rows[slug]["seen"], rows[slug]["drawn"], rows[slug]["open"]) for slug in ("eagle", "altar")] == [
        (1, 1, 0),
        (1, 0, 1),
    ]
    page = page_of(signed_in.get(address))
    assert page.select_one(f'a[href="{reverse("boxes", args=[side.pk])}?concept=altar"]')
    undo_decision(user=expert, decision_id=decision.pk, key=uuid.uuid4())
    assert "eagle" not in {row["concept"] for row in signed_in.get(reverse("box_supply_json")).json()["concepts"]}


def test_the_queue_goes_round_in_both_directions(expert: User, make_coin: MakeCoin) -> None:
    sides = [make_coin(f"lot.{each}", crop="ab/c.webp").sides.get(face="obverse") for each in range(3)]
    for side in sides:
        say_yes(expert, side)
    first, second, third = (side.pk for side in sides)
    assert [queries.next_wanted("eagle", each) for each in (first, second, third)] == [second, third, first]
    assert [queries.next_wanted("", each, back=True) for each in (first, second, third)] == [third, first, second]


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
    with django_assert_max_num_queries(26):
        assert signed_in.get(reverse("boxes", args=[side.pk])).status_code == 200
