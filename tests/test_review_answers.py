"""Answers, undo and skip: as JSON, as a plain form, and what is refused."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import Decision, ReviewItem, Side
from annotations.services.decisions import record_decision
from tests.conftest import MakeCoin
from tests.review_steps import answer, ask_about_an_eagle, page_of, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def reverse_side(make_coin: MakeCoin) -> Side:
    return ask_about_an_eagle(make_coin)


def test_an_answer_becomes_one_row_however_often_it_is_sent(client: Client, expert: User, reverse_side: Side) -> None:
    client.force_login(expert)
    sent = answer(reverse_side)
    first, again = post(client, "review_decide", **sent), post(client, "review_decide", **sent)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Decision.objects.get().answer == "yes"


def test_a_stale_answer_is_a_conflict_that_shows_both(
    client: Client, expert: User, second_expert: User, reverse_side: Side
) -> None:
    theirs = record_decision(
        user=second_expert, side_id=reverse_side.pk, concept="eagle", answer="no", key=uuid.uuid4(), base_id=None
    )
    client.force_login(expert)
    stale = post(client, "review_decide", **answer(reverse_side))
    assert stale.status_code == 409
    assert stale.json()["yours"] == "yes"
    assert stale.json()["theirs"]["id"] == theirs.pk
    assert stale.json()["theirs"]["who"] == "bela"
    assert Decision.objects.get() == theirs
    assert post(client, "review_decide", **answer(reverse_side, base=theirs.pk)).status_code == 201


def test_undo_is_a_new_row_and_opens_the_question_again(client: Client, expert: User, reverse_side: Side) -> None:
    client.force_login(expert)
    sent = answer(reverse_side)
    post(client, "review_decide", **sent)
    undo = {"of": sent["key"], "key": str(uuid.uuid4())}
    assert post(client, "review_undo", **undo).status_code == 201
    assert post(client, "review_undo", **undo).status_code == 200
    assert list(Decision.objects.values_list("answer", flat=True)) == ["yes", "withdrawn"]
    assert ReviewItem.objects.get(side=reverse_side, concept__slug="eagle").status == "open"
    # The browser knows the undo by its key, not yet by its id.
    assert post(client, "review_decide", **answer(reverse_side, answer="no", base=undo["key"])).status_code == 201


def test_an_undo_by_the_key_of_an_answer_is_refused_with_a_sentence(
    client: Client, expert: User, reverse_side: Side
) -> None:
    client.force_login(expert)
    sent = answer(reverse_side)
    post(client, "review_decide", **sent)
    refused = post(client, "review_undo", of=sent["key"], key=sent["key"])
    assert refused.status_code == 400
    assert "already stands" in refused.json()["detail"]
    assert Decision.objects.count() == 1


def test_nobody_undoes_what_another_decided(
    client: Client, expert: User, second_expert: User, reverse_side: Side
) -> None:
    theirs = record_decision(
        user=second_expert, side_id=reverse_side.pk, concept="eagle", answer="no", key=uuid.uuid4(), base_id=None
    )
    client.force_login(expert)
    assert post(client, "review_undo", of=str(theirs.key), key=str(uuid.uuid4())).status_code == 403
    assert Decision.objects.get() == theirs


def test_a_skipped_question_is_left_to_others(
    client: Client, expert: User, second_expert: User, reverse_side: Side
) -> None:
    item = ReviewItem.objects.get(side=reverse_side, concept__slug="eagle")
    client.force_login(expert)
    assert post(client, "review_skip", item=item.pk, key=str(uuid.uuid4())).json() == {"skipped": item.pk}
    assert client.get(reverse("review_next"), {"concept": "eagle"}).json()["questions"] == []
    client.force_login(second_expert)
    assert [each["id"] for each in client.get(reverse("review_next"), {"concept": "eagle"}).json()["questions"]] == [
        item.pk
    ]


def test_without_a_script_the_form_answers_undoes_and_comes_back(
    client: Client, expert: User, reverse_side: Side
) -> None:
    client.force_login(expert)
    address = reverse("review") + "?concept=eagle"
    fields = {
        each["name"]: each["value"] for each in page_of(client.get(address)).select("#answers input[type=hidden]")
    }
    answered = client.post(reverse("review_decide"), fields | {"answer": "no"})
    assert answered.url == address
    assert client.post(reverse("review_decide"), fields | {"answer": "no"}).url == address
    assert Decision.objects.get().answer == "no"
    page = page_of(client.get(address))
    assert page.select_one("#nothing h2").get_text() == "No question is open for this concept"
    fields = {each["name"]: each["value"] for each in page.select("#answers input[type=hidden]")}
    undone = client.post(reverse("review_undo"), fields)
    assert undone.url == reverse("review_item", args=[ReviewItem.objects.get(concept__slug="eagle").pk])
    assert Decision.objects.latest("id").answer == "withdrawn"


def test_without_a_script_a_conflict_is_a_page_with_both_answers(
    client: Client, expert: User, second_expert: User, reverse_side: Side
) -> None:
    theirs = record_decision(
        user=second_expert, side_id=reverse_side.pk, concept="eagle", answer="unsure", key=uuid.uuid4(), base_id=None
    )
    client.force_login(expert)
    response = client.post(reverse("review_decide"), answer(reverse_side, base=""))
    assert response.status_code == 409
    page = page_of(response)
    assert [each.get_text(strip=True) for each in page.select(".sources dt")] == ["You", "bela"]
    fields = {each["name"]: each["value"] for each in page.select(".conflict-choices input[type=hidden]")}
    assert fields["base"] == str(theirs.pk)
    assert client.post(reverse("review_decide"), fields | {"answer": "yes"}).url == reverse("review")
    assert Decision.objects.latest("id").base == theirs


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"answer": "perhaps"}, "answer"),
        ({"answer": "withdrawn"}, "answer"),
        ({"concept": "unicorn"}, "There is no such concept."),
        ({"concept": "ea\0gle"}, "concept"),
        ({"side": 10**12}, "There is no side 1000000000000."),
        ({"side": 10**40}, "side"),
        ({"side": [1]}, "side"),
        ({"key": "1"}, "key"),
        ({"base": "x"}, "base"),
        ({"base": str(uuid.UUID(int=1))}, "base"),
    ],
)
def test_what_cannot_be_an_answer_is_refused_with_a_sentence(
    client: Client, expert: User, reverse_side: Side, change: dict[str, Any], named: str
) -> None:
    client.force_login(expert)
    refused = post(client, "review_decide", **answer(reverse_side, **change))
    assert refused.status_code == 400
    assert named in refused.json()["detail"]
    assert not Decision.objects.exists()


@pytest.mark.parametrize("body", [b"{", b"[]", b'"yes"', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(client: Client, expert: User, body: bytes) -> None:
    client.force_login(expert)
    refused = client.post(reverse("review_decide"), body, content_type="application/json")
    assert refused.status_code == 400
    assert "JSON" in refused.json()["detail"]


def test_a_key_that_stands_for_another_answer_is_refused(
    client: Client, expert: User, second_expert: User, reverse_side: Side
) -> None:
    theirs = record_decision(
        user=second_expert, side_id=reverse_side.pk, concept="eagle", answer="no", key=uuid.uuid4(), base_id=None
    )
    client.force_login(expert)
    assert post(client, "review_decide", **answer(reverse_side, key=str(theirs.key))).status_code == 400


def test_answers_made_under_another_account_are_not_taken(
    client: Client, expert: User, second_expert: User, reverse_side: Side
) -> None:
    client.force_login(expert)
    assert post(client, "review_decide", **answer(reverse_side, user=second_expert.pk)).status_code == 403
    assert not Decision.objects.exists()


def test_an_expert_only_is_let_in(client: Client, visitor: User, reverse_side: Side) -> None:
    item = ReviewItem.objects.first()
    pages = [reverse("review"), reverse("review_next"), reverse("review_item", args=[item.pk])]
    for address in pages:
        assert client.get(address).url == f"{reverse('login')}?next={address}"
    assert post(client, "review_decide", **answer(reverse_side)).status_code == 401
    client.force_login(visitor)
    assert [client.get(address).status_code for address in pages] == [403, 403, 403]
    for name in ("review_decide", "review_undo", "review_skip"):
        assert post(client, name, **answer(reverse_side)).status_code == 403
        assert client.get(reverse(name)).status_code == 405
    assert not Decision.objects.exists()


def test_a_foreign_origin_and_a_missing_token_are_refused(expert: User, reverse_side: Side) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(expert)
    strict.get(reverse("review"))
    token = strict.cookies["csrftoken"].value
    body = json.dumps(answer(reverse_side))
    send = {"path": reverse("review_decide"), "data": body, "content_type": "application/json"}
    assert strict.post(**send).status_code == 403
    assert strict.post(**send, headers={"x-csrftoken": token, "origin": "https://elsewhere.example"}).status_code == 403
    assert not Decision.objects.exists()
    assert strict.post(**send, headers={"x-csrftoken": token}).status_code == 201
