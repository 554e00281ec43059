"""The page of questions, and the next ones as JSON."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import Concept, ReviewItem, Side
from annotations.queries.review import count_answered
from annotations.services.decisions import record_decision, undo_decision
from annotations.services.review import rank_questions
from tests.conftest import MakeCoin
from tests.review_steps import ask_about_an_eagle, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def reverse_side(make_coin: MakeCoin) -> Side:
    return ask_about_an_eagle(make_coin)


def test_the_page_asks_about_one_side_and_marks_the_words_that_led_to_the_question(
    client: Client, expert: User, reverse_side: Side
) -> None:
    client.force_login(expert)
    page = page_of(client.get(reverse("review"), {"concept": "eagle"}))
    assert page.h1.get_text(" ", strip=True) == "Eagle on the reverse?"
    assert {mark.get_text() for mark in page.select("#asked mark")} == {"Eagle"}
    assert "Head right" not in page.select_one(".passage").get_text()
    assert page.select_one("#open").get_text() == "1"
    assert all(picture["width"] and picture["height"] for picture in page.select("#asked img"))


def test_the_page_says_for_every_source_what_it_says(
    client: Client, expert: User, second_expert: User, reverse_side: Side
) -> None:
    record_decision(
        user=second_expert, side_id=reverse_side.pk, concept="eagle", answer="no", key=uuid.uuid4(), base_id=None
    )
    item = ReviewItem.objects.get(side=reverse_side, concept__slug="eagle")
    client.force_login(expert)
    page = page_of(client.get(reverse("review_item", args=[item.pk])))
    expert_says, text_says, model_says = (each.get_text(" ", strip=True) for each in page.select(".sources dd"))
    assert expert_says.startswith("No, bela")
    assert "“Eagle”" in text_says
    assert model_says == "No published model has looked at this side."


def test_the_next_questions_come_with_all_that_is_needed_to_draw_them(
    client: Client, expert: User, reverse_side: Side
) -> None:
    client.force_login(expert)
    first = client.get(reverse("review_next")).json()
    assert [question["concept"] for question in first["questions"]].count("eagle") == 1
    question = first["questions"][0]
    assert question["picture"].endswith("ab/picture.webp")
    assert page_of(question["html"]).h1 is not None
    assert question["base"] is None
    held = ",".join(str(each["id"]) for each in first["questions"])
    rest = client.get(reverse("review_next"), {"exclude": held}).json()
    assert not {each["id"] for each in rest["questions"]} & {each["id"] for each in first["questions"]}


def test_two_experts_are_asked_different_questions(
    client: Client, expert: User, second_expert: User, reverse_side: Side
) -> None:
    client.force_login(expert)
    mine = {each["id"] for each in client.get(reverse("review_next")).json()["questions"]}
    client.force_login(second_expert)
    theirs = {each["id"] for each in client.get(reverse("review_next")).json()["questions"]}
    assert mine
    assert not mine & theirs


def test_drawing_more_questions_asks_the_database_no_more_often(
    client: Client, expert: User, make_coin: MakeCoin
) -> None:

    client.force_login(expert)
    counts = []
    for number in range(2):
        make_coin(f"coin.{number}", reverse="Eagle, altar and globe" if number else "Eagle", crop="ab/picture.webp")
        rank_questions(round=0)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("review")).status_code == 200
        counts.append(len(queries))
    assert counts[1] <= counts[0]


@pytest.mark.parametrize("concept", ["unicorn", "ea\0gle", "' OR 1=1"])
def test_an_unknown_concept_is_not_found(
    client: Client, expert: User, concepts: dict[str, Concept], concept: str
) -> None:
    client.force_login(expert)
    assert client.get(reverse("review"), {"concept": concept}).status_code == 404
    assert client.get(reverse("review_next"), {"concept": concept}).status_code == 404


@pytest.mark.parametrize("exclude", ["x", "1;2", "-1", "1" * 30])
def test_what_is_no_list_of_questions_is_refused(client: Client, expert: User, exclude: str) -> None:
    client.force_login(expert)
    assert client.get(reverse("review_next"), {"exclude": exclude}).status_code == 400


def test_text_from_outside_is_never_run_as_html(client: Client, expert: User, make_coin: MakeCoin) -> None:
    evil = "<script>alert(1)</script>"
    make_coin(title=evil, reverse=f"Eagle {evil}", crop="ab/picture.webp")
    rank_questions(round=0)
    client.force_login(expert)
    response = client.get(reverse("review"))
    assert evil not in response.content.decode()
    assert evil not in client.get(reverse("review_next")).json()["questions"][0]["html"]


def test_an_empty_queue_says_what_to_do(client: Client, expert: User) -> None:
    client.force_login(expert)
    page = page_of(client.get(reverse("review")))
    assert page.select_one("#nothing h2").get_text() == "No question is open"
    assert page.select_one("#nothing a")["href"] == reverse("search")
    assert page.select_one("#review").has_attr("hidden")


def test_what_a_person_answered_today_does_not_fall_when_another_settles_it(
    client: Client, expert: User, second_expert: User, reverse_side: Side
) -> None:
    said = {"side_id": reverse_side.pk, "concept": "eagle"}
    mine = record_decision(user=expert, answer="yes", key=uuid.uuid4(), base_id=None, **said)
    other = record_decision(user=second_expert, answer="no", key=uuid.uuid4(), base_id=mine.pk, **said)
    assert (count_answered(expert), count_answered(second_expert)) == (1, 1)
    undo_decision(user=second_expert, decision_id=other.pk, key=uuid.uuid4())
    assert (count_answered(expert), count_answered(second_expert)) == (1, 0)
