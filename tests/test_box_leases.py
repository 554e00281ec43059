"""Two experts who draw boxes are never sent to one side, and a side that somebody left comes back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.models import Concept, ReviewItem, Side
from annotations.services.box_leases import lease_next, lease_side
from annotations.services.review import LEASE
from tests.conftest import MakeCoin
from tests.review_steps import page_of, post
from tests.test_boxes_pages import say_yes, sent

pytestmark = pytest.mark.django_db
EAGLES = {"concept": "eagle"}


@pytest.fixture
def sides(expert: User, make_coin: MakeCoin) -> list[int]:
    """Two that show an eagle and an altar; nobody was ever asked about either."""
    found = [make_coin(f"lot.{number}", crop="ab/c.webp").sides.get(face="obverse") for number in range(2)]
    for side in found:
        say_yes(expert, side)
        say_yes(expert, side, "altar")
    return [side.pk for side in found]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def goes_to(client: Client, **query: str) -> str:
    return str(client.get(reverse("box_next", query=query)).headers["Location"])


def concept_of(slug: str) -> int:
    return Concept.objects.get(slug=slug).pk


def end_leases() -> None:
    ReviewItem.objects.exclude(leased_until=None).update(leased_until=timezone.now() - timedelta(seconds=1))


def test_two_experts_are_sent_to_different_sides(expert: User, second_expert: User, sides: list[int]) -> None:
    ada, bela = signed_in(expert), signed_in(second_expert)
    assert goes_to(ada, concept="eagle") == f"/sides/{sides[0]}/boxes?concept=eagle"
    assert goes_to(bela, concept="altar") == f"/sides/{sides[1]}/boxes?concept=altar", (
        "the side is taken, not a concept"
    )
    assert goes_to(ada, concept="eagle") == f"/sides/{sides[0]}/boxes?concept=eagle", "it stays with the one who has it"


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_are_given_different_sides(expert: User, second_expert: User, sides: list[int]) -> None:
    def ask(user: User) -> int | None:
        try:
            return lease_next(user=user, concept="eagle", after=None)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(filter(None, pool.map(ask, (expert, second_expert)))) == sides


def test_who_finds_every_side_taken_is_told_so_until_the_lease_ends(
    expert: User, second_expert: User, sides: list[int]
) -> None:
    bela = signed_in(second_expert)
    ReviewItem.objects.all().delete()
    lease_side(user=expert, side_id=sides[0])
    assert goes_to(bela, after=str(sides[0])) == f"/sides/{sides[1]}/boxes"
    assert goes_to(bela, after=str(sides[1])) == reverse("boxes_to_draw")
    assert "nobody else is drawing on" in page_of(bela.get(reverse("boxes_to_draw"))).select_one(".alert").text
    end_leases()
    assert goes_to(bela, after=str(sides[1])) == f"/sides/{sides[0]}/boxes"


def test_whoever_goes_on_leaves_the_side_before_to_others(expert: User, second_expert: User, sides: list[int]) -> None:
    first, second = sides
    assert lease_next(user=expert, concept="eagle", after=None) == first
    assert lease_next(user=expert, concept="eagle", after=first) == second
    assert lease_next(user=second_expert, concept="eagle", after=None) == first
    assert lease_next(user=expert, concept="eagle", after=second) is None
    assert lease_next(user=expert, concept="eagle", after=None, back=True) == second


def test_a_page_opened_by_its_address_says_who_is_there_and_takes_nothing_away(
    expert: User, second_expert: User, sides: list[int]
) -> None:
    signed_in(expert).get(reverse("boxes", args=[sides[0]]))
    shown = page_of(signed_in(second_expert).get(reverse("boxes", args=[sides[0]], query=EAGLES)))
    note = shown.select_one(".box-held")
    assert "ada is looking at this side now" in note.text
    assert note.a["href"] == reverse("box_next", query={"after": sides[0], "concept": "eagle"})
    assert set(ReviewItem.objects.values_list("leased_to__username", flat=True)) == {"ada"}
    own = page_of(signed_in(expert).get(reverse("boxes", args=[sides[0]])))
    assert own.select_one(".box-held") is None


def test_drawing_keeps_the_side_to_the_person(expert: User, sides: list[int]) -> None:
    ada = signed_in(expert)
    lease_side(user=expert, side_id=sides[0])
    soon = timezone.now() + timedelta(seconds=5)
    ReviewItem.objects.update(leased_until=soon)
    side = Side.objects.get(pk=sides[0])
    assert post(ada, "box_draw", **sent(side)).status_code == 201
    kept = ReviewItem.objects.get(side=side, concept__slug="altar").leased_until
    assert kept is not None
    assert soon < kept <= timezone.now() + LEASE
    other = Side.objects.get(pk=sides[1])
    assert post(ada, "box_draw", **sent(other)).status_code == 201
    assert not ReviewItem.objects.filter(side=other).exists(), "what comes late from a side that was left takes nothing"


def test_a_question_that_somebody_answers_is_not_drawn_on_by_another_meanwhile(
    expert: User, second_expert: User, sides: list[int], make_coin: MakeCoin
) -> None:
    held = {"leased_to": second_expert, "leased_until": timezone.now() + LEASE}
    ReviewItem.objects.create(side_id=sides[0], concept_id=concept_of("globe"), score=1, reason="?", **held)
    assert lease_next(user=expert, concept="eagle", after=None) == sides[1]


def test_leases_change_no_question(expert: User, second_expert: User, sides: list[int]) -> None:
    stored = ReviewItem.objects.create(
        side_id=sides[0], concept_id=concept_of("eagle"), score=0.9, reason="Rare.", status="answered", strategy="rare"
    )
    lease_side(user=expert, side_id=sides[0])
    stored.refresh_from_db()
    assert (stored.score, stored.reason, stored.status, stored.strategy) == (0.9, "Rare.", "answered", "rare")
    made = ReviewItem.objects.get(side=sides[0], concept__slug="altar")
    assert (made.status, made.reason) == ("answered", "The text does not name it.")
    assert ReviewItem.objects.open().count() == 0
