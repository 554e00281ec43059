"""The contact sheet as a page, its pages as JSON and as a plain form, and what is refused."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import Concept, Decision, Label, ReviewItem, Side
from annotations.services.decisions import record_decision
from annotations.services.sheets import lease_sheet, renew_leases
from tests.conftest import MakeCoin
from tests.review_steps import page_of, post

pytestmark = pytest.mark.django_db
SHEET = {"concept": "eagle", "said": "yes", "show": 24}


@pytest.fixture
def sides(make_coin: MakeCoin) -> list[Side]:
    """Three that a text says show an eagle, and one of which only a question says that it might."""
    texts = ["Eagle standing", "Eagle left", "Eagle on altar", "Horse"]
    found = [
        make_coin(f"coin.{number}", reverse=text, crop="ab/picture.webp").sides.get(face="reverse")
        for number, text in enumerate(texts)
    ]
    eagle = Concept.objects.get(slug="eagle")
    ReviewItem.objects.bulk_create(
        ReviewItem(side=side, concept=eagle, score=score, reason="The text names it; the model says 3 %.")
        for side, score in zip(found, (0.2, 0.9, 0.5, 0.7), strict=True)
    )
    return found


def answers(page: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What the page's script sends when nothing is marked."""
    said = [
        {"side": cell["side"], "concept": cell["concept"], "answer": "yes", "key": str(uuid.uuid4()), "base": ""}
        for cell in page["cells"]
    ]
    return {"page": str(uuid.uuid4()), "answers": said, "left_out": ""} | changes


def next_page(client: Client, **changes: Any) -> dict[str, Any]:
    page: dict[str, Any] = post(client, "review_sheet_next", **SHEET | changes).json()["page"]
    return page


def test_a_sheet_shows_what_machines_call_present_the_most_suspicious_first(
    client: Client, expert: User, sides: list[Side]
) -> None:
    client.force_login(expert)
    page = page_of(client.get(reverse("review_sheet"), {"concept": "eagle"}))
    assert page.h1.get_text(" ", strip=True) == "Eagle : mark those that do not show it"
    assert [each["alt"] for each in page.select(".cell > label img")] == [
        "Reverse of Coin coin.1",
        "Reverse of Coin coin.2",
        "Reverse of Coin coin.0",
    ]
    assert page.select_one("#open").get_text() == "3"
    hidden = page_of(page.select_one(".cell template").decode_contents())
    assert [mark.get_text() for mark in hidden.select(".passage mark")] == ["Eagle"]
    assert [each["alt"] for each in hidden.select("img")] == ["Reverse of Coin coin.1", "Obverse of Coin coin.1"]
    absent = page_of(client.get(reverse("review_sheet"), {"concept": "eagle", "said": "no"}))
    assert [each["alt"] for each in absent.select(".cell > label img")] == ["Reverse of Coin coin.3"]
    assert "mark those that show it" in absent.h1.get_text()


def test_without_a_concept_the_one_with_most_questions_is_shown(
    client: Client, expert: User, sides: list[Side]
) -> None:
    client.force_login(expert)
    assert page_of(client.get(reverse("review_sheet"))).select_one("[name=concept] [selected]")["value"] == "eagle"


def test_a_page_is_stored_as_a_whole_and_once(client: Client, expert: User, sides: list[Side]) -> None:
    client.force_login(expert)
    page = next_page(client)
    sent = answers(page)
    sent["answers"][0]["answer"] = "no"
    first, again = post(client, "review_page", **sent), post(client, "review_page", **sent)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert sorted(Decision.objects.values_list("answer", flat=True)) == ["no", "yes", "yes"]
    assert {str(each.page) for each in Decision.objects.all()} == {sent["page"]}
    assert next_page(client)["cells"] == []


def test_undo_takes_the_page_back_and_the_next_answer_follows_it(
    client: Client, expert: User, sides: list[Side]
) -> None:
    client.force_login(expert)
    page = next_page(client)
    sent = answers(page)
    post(client, "review_page", **sent)
    undone = [{"of": each["key"], "key": str(uuid.uuid4())} for each in sent["answers"]]
    undo = {"page": str(uuid.uuid4()), "undone": undone}
    assert [post(client, "review_page_undo", **undo).status_code for _ in range(2)] == [201, 200]
    assert Decision.objects.filter(answer="withdrawn").count() == 3
    assert len(next_page(client)["cells"]) == 3
    again = answers(page)
    for answer, each in zip(again["answers"], undone, strict=True):
        answer["base"] = each["key"]  # the browser knows the undo by its key
    assert post(client, "review_page", **again).status_code == 201
    assert set(Label.objects.filter(concept__slug="eagle").values_list("expert", flat=True)) == {"yes"}


def test_a_stale_page_names_every_conflict_and_stores_nothing(
    client: Client, expert: User, second_expert: User, sides: list[Side]
) -> None:
    client.force_login(expert)
    sent = answers(next_page(client))
    theirs = record_decision(
        user=second_expert, side_id=sides[2].pk, concept="eagle", answer="no", key=uuid.uuid4(), base_id=None
    )
    refused = post(client, "review_page", **sent)
    assert refused.status_code == 409
    (named,) = refused.json()["theirs"]
    assert (named["side"], named["yours"], named["theirs"]["id"]) == (sides[2].pk, "yes", theirs.pk)
    assert named["theirs"]["who"] == "bela"
    assert Decision.objects.get() == theirs


def test_what_is_left_out_is_asked_of_others(
    client: Client, expert: User, second_expert: User, sides: list[Side]
) -> None:
    client.force_login(expert)
    page = next_page(client)
    left = page["cells"].pop(0)
    assert post(client, "review_page", **answers(page, left_out=str(left["id"]))).status_code == 201
    assert next_page(client)["cells"] == []
    client.force_login(second_expert)
    assert [each["id"] for each in next_page(client)["cells"]] == [left["id"]]


def test_two_experts_get_different_sheets_and_an_open_page_keeps_its_own(
    expert: User, second_expert: User, sides: list[Side]
) -> None:
    mine = lease_sheet(user=expert, concept="eagle", said="yes", count=2)
    theirs = lease_sheet(user=second_expert, concept="eagle", said="yes", count=24)
    assert [item.side_id for item in mine] == [sides[1].pk, sides[2].pk]
    assert [item.side_id for item in theirs] == [sides[0].pk]
    ids = [item.pk for item in mine]
    ReviewItem.objects.filter(pk__in=ids).update(leased_until="2020-01-01T00:00Z")
    assert renew_leases(user=expert, item_ids=[*ids, theirs[0].pk]) == ids
    assert not lease_sheet(user=second_expert, concept="eagle", said="yes", count=24, exclude=[theirs[0].pk])
    ReviewItem.objects.filter(pk__in=ids).update(leased_until="2020-01-01T00:00Z")
    assert len(lease_sheet(user=second_expert, concept="eagle", said="yes", count=24)) == 3


def test_the_browser_renews_its_questions_by_their_ids(client: Client, expert: User, sides: list[Side]) -> None:
    client.force_login(expert)
    ids = [each["id"] for each in next_page(client)["cells"]]
    ReviewItem.objects.update(leased_until=None)
    assert post(client, "review_renew", items=",".join(map(str, ids))).status_code == 204
    leased = ReviewItem.objects.filter(leased_to=expert).exclude(leased_until=None)
    assert sorted(leased.values_list("pk", flat=True)) == sorted(ids)
    assert post(client, "review_renew", items="1;2").status_code == 400


def test_without_a_script_the_form_confirms_and_takes_back(client: Client, expert: User, sides: list[Side]) -> None:
    client.force_login(expert)
    address = reverse("review_sheet", query=SHEET)
    form = page_of(client.get(address)).select_one("#answers")
    fields = fields_of(form)
    marked = form.select(".cell-mark")[1]["value"]
    confirmed = client.post(reverse("review_page"), fields | {"marked": [marked]})
    assert page_of(client.get(confirmed.url)).select_one("#nothing h2").get_text() == "No side is left on this sheet"
    assert dict(Decision.objects.values_list("side_id", "answer")) == {
        sides[0].pk: "yes",
        sides[1].pk: "yes",
        sides[2].pk: "no",
    }
    client.post(reverse("review_page_undo"), fields_of(page_of(client.get(address)).select_one("#answers")))
    assert Decision.objects.filter(answer="withdrawn").count() == 3


def test_without_a_script_a_conflict_is_a_page_that_saves_the_rest(
    client: Client, expert: User, second_expert: User, sides: list[Side]
) -> None:
    client.force_login(expert)
    fields = fields_of(page_of(client.get(reverse("review_sheet"), SHEET)).select_one("#answers"))
    record_decision(
        user=second_expert, side_id=sides[1].pk, concept="eagle", answer="no", key=uuid.uuid4(), base_id=None
    )
    refused = client.post(reverse("review_page"), fields | {"marked": [str(sides[0].pk), str(sides[1].pk)]})
    assert refused.status_code == 409
    page = page_of(refused)
    assert [each.get_text(" ", strip=True) for each in page.select("tbody td")][:2] == ["Reverse of Coin coin.1", "No"]
    client.post(reverse("review_page"), fields_of(page.select_one(".conflict-choices")))
    assert dict(Decision.objects.filter(user=expert).values_list("side_id", "answer")) == {
        sides[0].pk: "no",
        sides[2].pk: "yes",
    }


def fields_of(form: Any) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for each in form.select("input[type=hidden]"):
        fields.setdefault(each["name"], []).append(each["value"])
    return fields


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"answer": "withdrawn"}, "answer"),
        ({"concept": "unicorn"}, "no concept “unicorn”"),
        ({"side": 10**12}, "There is no side 1000000000000."),
        ({"side": "x"}, "side"),
        ({"key": "1"}, "key"),
        ({"base": "------------------------------------"}, "base"),
        ({"base": str(uuid.UUID(int=1))}, "There is no decision"),
    ],
)
def test_one_answer_that_is_none_refuses_the_page_with_a_sentence(
    client: Client, expert: User, sides: list[Side], change: dict[str, Any], named: str
) -> None:
    client.force_login(expert)
    sent = answers(next_page(client))
    sent["answers"][1] |= change
    refused = post(client, "review_page", **sent)
    assert refused.status_code == 400
    assert named in refused.json()["detail"]
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "change", [{"page": "x"}, {"answers": "all"}, {"answers": [1]}, {"answers": [{}] * 201}, {"left_out": "1;2"}]
)
def test_what_is_no_page_is_refused(client: Client, expert: User, sides: list[Side], change: dict[str, Any]) -> None:
    client.force_login(expert)
    assert post(client, "review_page", **answers(next_page(client)) | change).status_code == 400
    assert not Decision.objects.exists()


def test_a_body_without_json_and_another_persons_page_are_refused(
    client: Client, expert: User, second_expert: User, sides: list[Side]
) -> None:
    client.force_login(expert)
    for name in ("review_page", "review_page_undo", "review_sheet_next", "review_renew"):
        for body in (b"{", b"[]", b"\xff"):
            assert client.post(reverse(name), body, content_type="application/json").status_code == 400
    assert post(client, "review_page", **answers(next_page(client), user=second_expert.pk)).status_code == 403
    assert not Decision.objects.exists()


@pytest.mark.parametrize("asked", [{"concept": "unicorn"}, {"said": "maybe"}, {"show": "25"}, {"show": "x"}])
def test_an_unknown_choice_is_not_found(
    client: Client, expert: User, concepts: dict[str, Concept], asked: dict[str, str]
) -> None:
    client.force_login(expert)
    assert client.get(reverse("review_sheet"), asked).status_code == 404
    assert post(client, "review_sheet_next", **SHEET | asked).status_code == 400


def test_a_fuller_sheet_asks_the_database_no_more_often(client: Client, expert: User, sides: list[Side]) -> None:
    client.force_login(expert)
    counts = []
    for show in (1, 3):
        ReviewItem.objects.filter(concept__slug="eagle").update(status="answered")
        ReviewItem.objects.filter(side__in=sides[:show]).update(status="open")
        with CaptureQueriesContext(connection) as queries:
            page = page_of(client.get(reverse("review_sheet"), SHEET))
        assert len(page.select(".cell")) == show
        counts.append(len(queries))
    assert counts[0] == counts[1]
