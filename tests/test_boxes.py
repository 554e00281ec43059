"""A box that a person drew is never lost, doubled or overwritten, and says whether it is an independent witness."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from annotations.models import Box, Concept, SaliencyView, Side
from annotations.services.boxes import BadBox, BoxConflict, copy_box, draw_box, remove_box
from annotations.services.decisions import KeyReused
from tests.conftest import MakeCoin

pytestmark = pytest.mark.django_db
PLACE = (0.25, 0.125, 0.75, 0.5)


@pytest.fixture
def side(make_coin: MakeCoin) -> Side:
    return make_coin("lot.1", reverse="Eagle standing left", crop="ab/picture.webp").sides.get(face="reverse")


def drawn(user: User, side: Side, **changes: Any) -> Box:
    asked: dict[str, Any] = {"concept": "eagle", "box": PLACE, "key": uuid.uuid4(), "replaces_id": None} | changes
    return draw_box(user=user, side_id=side.pk, **asked)


def removed(user: User, box: Box) -> Box:
    return remove_box(user=user, box_id=box.pk, key=uuid.uuid4())


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
