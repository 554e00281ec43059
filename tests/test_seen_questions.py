"""Whoever was shown what others said of a question is not asked it blind."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import BlindAnswer, Decision, HiddenQuestion, Label, ReviewItem, Side
from annotations.services import hidden_draws
from annotations.services.decisions import undo_decision
from tests.conftest import MakeCoin
from tests.review_steps import OPEN, OVERLAP, decide_on_the_eagle, post, settle_two_of_five_eagles
from tests.test_contact_sheet import answers, next_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides(make_coin: MakeCoin, second_expert: User, admin: User, monkeypatch: pytest.MonkeyPatch) -> list[Side]:
    monkeypatch.setattr(hidden_draws, "FIRST", 0)
    return settle_two_of_five_eagles(make_coin, second_expert, admin)


@pytest.fixture
def page(client: Client, expert: User, sides: list[Side]) -> dict[str, Any]:
    client.force_login(expert)
    return next_page(client)


def test_what_a_checklist_showed_is_a_decision_when_it_is_answered_there(
    client: Client, expert: User, page: dict[str, Any], sides: list[Side]
) -> None:
    standing = Decision.objects.get(side=sides[OVERLAP])
    drawn = client.get(reverse("checklist_coin", args=["coin.3"]))
    [lines] = [each["lines"] for each in drawn.context["state"]["sides"] if each["id"] == sides[OVERLAP].pk]
    assert next(line["base"] for line in lines if line["concept"] == "eagle") == standing.pk
    sent = {
        "side": sides[OVERLAP].pk,
        "concept": "eagle",
        "answer": "no",
        "key": str(uuid.uuid4()),
        "base": standing.pk,
    }
    assert post(client, "review_page", page=str(uuid.uuid4()), answers=[sent]).status_code == 201
    assert not BlindAnswer.objects.exists()
    assert Label.objects.get(side=sides[OVERLAP], concept__slug="eagle").expert == "no"


@pytest.mark.parametrize("drawn_before", [True, False])
def test_who_looked_at_a_checklist_is_not_asked_blind_what_others_said_there(
    client: Client, expert: User, sides: list[Side], drawn_before: bool
) -> None:
    client.force_login(expert)
    page = next_page(client) if drawn_before else {}
    client.get(reverse("checklist_coin", args=["coin.3"]))
    assert sides[OVERLAP].pk not in {cell["side"] for cell in next_page(client)["cells"]}
    assert not BlindAnswer.objects.exists() and not Decision.objects.filter(user=expert).exists(), "nothing was said"
    assert HiddenQuestion.objects.get(side=sides[OVERLAP]).seen_at
    if drawn_before:
        refused = post(client, "review_page", **answers(page))
        assert refused.status_code == 409, "what was in hand is no longer blind"
        assert [each["side"] for each in refused.json()["theirs"]] == [sides[OVERLAP].pk]


def test_who_was_shown_anothers_answer_by_a_conflict_is_not_asked_it_blind(
    client: Client, expert: User, second_expert: User, page: dict[str, Any], sides: list[Side]
) -> None:
    theirs = decide_on_the_eagle(second_expert, sides[OPEN[0]], "no")
    assert post(client, "review_page", **answers(page)).status_code == 409
    assert HiddenQuestion.objects.get(side=theirs.side).seen_at
    ReviewItem.objects.filter(side=sides[OPEN[1]]).update(leased_until=None)
    assert theirs.side_id not in {cell["side"] for cell in next_page(client)["cells"]}


def test_who_opened_a_settled_question_by_its_address_is_not_asked_it_blind(
    client: Client, expert: User, sides: list[Side]
) -> None:
    client.force_login(expert)
    item = ReviewItem.objects.get(side=sides[OVERLAP], concept__slug="eagle")
    assert "bela" in client.get(reverse("review_item", args=[item.pk])).content.decode()
    assert sides[OVERLAP].pk not in {cell["side"] for cell in next_page(client)["cells"]}


def test_an_answer_given_before_the_look_stays_blind_and_is_not_changed_after_it(
    client: Client, expert: User, page: dict[str, Any], sides: list[Side]
) -> None:
    post(client, "review_page", **answers(page))
    client.get(reverse("checklist_coin", args=["coin.3"]))
    mine = BlindAnswer.objects.get(side=sides[OVERLAP])
    sent = {"side": mine.side_id, "concept": "eagle", "answer": "no", "key": str(uuid.uuid4()), "base": str(mine.key)}
    refused = post(client, "review_decide", **sent)
    assert (refused.status_code, refused.json()["theirs"]["who"]) == (409, "bela")
    assert BlindAnswer.objects.get(side=sides[OVERLAP]) == mine


def test_a_question_that_was_opened_again_in_the_meantime_is_a_conflict(
    client: Client, second_expert: User, page: dict[str, Any], sides: list[Side]
) -> None:
    undo_decision(user=second_expert, decision_id=Decision.objects.get(side=sides[OVERLAP]).pk, key=uuid.uuid4())
    refused = post(client, "review_page", **answers(page))
    assert refused.status_code == 409
    assert [(each["side"], each["theirs"]["answer"]) for each in refused.json()["theirs"]] == [
        (sides[OVERLAP].pk, "withdrawn")
    ]
    assert not BlindAnswer.objects.exists()
