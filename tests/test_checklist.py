"""All concepts of one side at once: what stands and who says so, what is saved, and in which order sides come."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import Coin, Concept, Decision, ModelVersion, Prediction, Publication, ReviewItem, Side
from annotations.queries.checklist import Line, draw_checklists, last_saved, sides_in_order
from annotations.services.checklists import lease_sides
from annotations.services.decisions import record_decision
from annotations.services.review import rank_questions
from tests.conftest import MakeCoin
from tests.learning_rows import make_model
from tests.review_steps import page_of

pytestmark = pytest.mark.django_db
ADDRESS = "/review/checklist/save"


@pytest.fixture
def side(make_coin: MakeCoin) -> Side:
    coin = make_coin(obverse="Head right", reverse="Eagle standing left on altar", crop="ab/picture.webp")
    rank_questions(round=0)
    return Side.objects.select_related("coin").get(coin=coin, face="reverse")


@pytest.fixture
def published(admin: User, side: Side) -> ModelVersion:
    """A model that knows eagle and horse; it sees both on the side."""
    version = make_model(admin)
    Publication.objects.create(version=version, user=admin)
    Prediction.objects.create(version=version, side=side, probabilities=[0.9, 0.8])
    return version


def decide(user: User, side: Side, concept: str, answer: str) -> Decision:
    return record_decision(user=user, side_id=side.pk, concept=concept, answer=answer, key=uuid.uuid4(), base_id=None)


def lines_of(side: Side) -> dict[str, Line]:
    (drawn,) = draw_checklists([side])
    return {line.concept.slug: line for line in drawn.lines}


def fields_of(page: Any) -> dict[str, Any]:
    """What the plain form would send, untouched: the browser sends no radio button that is not chosen."""
    hidden = page.select("#checklist input[type=hidden]")
    fields: dict[str, Any] = {each["name"]: each.get("value", "") for each in hidden if each["name"] != "concept"}
    return fields | {"concept": [each["value"] for each in hidden if each["name"] == "concept"]}


def test_every_concept_stands_on_the_list_with_who_says_what(expert: User, side: Side, published: ModelVersion) -> None:
    decide(expert, side, "altar", "no")
    lines = lines_of(side)
    assert set(lines) == set(Concept.objects.in_use().values_list("slug", flat=True))
    assert (lines["eagle"].stands, lines["eagle"].origin, lines["eagle"].score) == ("yes", "text", 0.9)
    assert (lines["horse"].stands, lines["horse"].origin, lines["horse"].score) == ("yes", "model", 0.8)
    assert (lines["altar"].stands, lines["altar"].origin) == ("no", "expert")
    assert (lines["shield"].stands, lines["shield"].origin, lines["shield"].score) == ("no", "", None)


def test_what_is_said_or_asked_about_comes_before_what_nobody_names(side: Side) -> None:
    (drawn,) = draw_checklists([side])
    assert {line.concept.slug for line in drawn.named} >= {"eagle", "altar"}
    assert [line.concept.name for line in drawn.unnamed] == sorted(line.concept.name for line in drawn.unnamed)
    scores = [line.suspicion for line in drawn.named]
    assert scores == sorted(scores, reverse=True)


def test_the_page_checks_no_answer_for_the_person(client: Client, expert: User, side: Side) -> None:
    client.force_login(expert)
    page = page_of(client.get(reverse("checklist_coin", args=["demo.1"])))
    assert page.h1.get_text(" ", strip=True) == "What is on the reverse ?"
    eagle = page.select_one("[data-line=eagle]")
    assert eagle.select_one(".stands").get_text(strip=True) == "Yes"
    assert [badge.get_text(strip=True) for badge in eagle.select(".origin")] == ["Text: Eagle"]
    assert not page.select("#checklist input[checked]")
    assert {mark.get_text() for mark in page.select("#checklist mark")} == {"Eagle", "standing", "altar"}


def test_without_a_script_only_what_was_answered_becomes_a_decision(client: Client, expert: User, side: Side) -> None:
    client.force_login(expert)
    fields = fields_of(page_of(client.get(reverse("checklist_coin", args=["demo.1"]))))
    for _ in range(2):  # a double click is one page
        saved = client.post(ADDRESS, fields | {"answer-eagle": "no", "answer-globe": "yes"})
        assert saved.url == reverse("checklist_coin", args=["demo.1"]) + "?side=obverse"
    rows = Decision.objects.order_by("concept__slug").values_list("concept__slug", "answer", "page")
    assert list(rows) == [("eagle", "no", uuid.UUID(fields["page"])), ("globe", "yes", uuid.UUID(fields["page"]))]
    assert ReviewItem.objects.get(side=side, concept__slug="eagle").status == "answered"
    assert ReviewItem.objects.get(side=side, concept__slug="altar").status == "open"


def test_without_a_script_a_conflict_saves_nothing_and_shows_both(
    client: Client, expert: User, second_expert: User, side: Side
) -> None:
    client.force_login(expert)
    fields = fields_of(page_of(client.get(reverse("checklist_coin", args=["demo.1"]))))
    theirs = decide(second_expert, side, "eagle", "no")
    refused = client.post(ADDRESS, fields | {"answer-eagle": "yes", "answer-altar": "yes"})
    assert refused.status_code == 409
    assert [each.get_text(" ", strip=True) for each in page_of(refused).select("tbody td, tbody th")][:2] == [
        "Eagle",
        "Yes",
    ]
    assert "bela" in refused.content.decode()
    assert Decision.objects.get() == theirs


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"side": "x"}, "not as it was drawn"),
        ({"side": str(10**15)}, "There is no side"),
        ({"answer-eagle": "perhaps"}, "answer"),
        ({"answer-eagle": "withdrawn"}, "answer"),
        ({"answer-eagle": "yes", "base-eagle": "x"}, "base"),
        ({"concept": ["unicorn"], "answer-unicorn": "yes"}, "unicorn"),
    ],
)
def test_what_cannot_be_an_answer_is_refused_with_a_sentence(
    client: Client, expert: User, side: Side, change: dict[str, Any], named: str
) -> None:
    client.force_login(expert)
    fields = fields_of(page_of(client.get(reverse("checklist_coin", args=["demo.1"]))))
    refused = client.post(ADDRESS, fields | change)
    assert refused.status_code == 400
    assert named in refused.content.decode()
    assert not Decision.objects.exists()


def test_sides_come_by_their_most_suspicious_question_and_to_one_person_at_a_time(
    expert: User, second_expert: User, make_coin: MakeCoin
) -> None:
    for number, score in enumerate((0.2, 0.9, 0.5)):
        coin = make_coin(f"coin.{number}", reverse="Eagle on altar", crop="ab/picture.webp")
        rank_questions(round=0)
        ReviewItem.objects.filter(side__coin=coin).update(score=0.1, strategy="noise_rank")
        ReviewItem.objects.filter(side__coin=coin, concept__slug="altar").update(score=score)
    first = lease_sides(user=expert, count=1)
    assert [side.coin.identifier for side in first] == ["coin.1"]
    assert not ReviewItem.objects.filter(side=first[0]).exclude(leased_to=expert).exists()
    others = lease_sides(user=second_expert, count=5)
    assert [side.coin.identifier for side in others] == ["coin.2", "coin.0"]
    assert lease_sides(user=expert, count=5, exclude=[first[0].pk]) == []


def test_of_a_coin_the_more_suspicious_side_comes_first(make_coin: MakeCoin) -> None:
    coin = make_coin(obverse="Eagle", reverse="Altar", crop="ab/picture.webp")
    rank_questions(round=0)
    ReviewItem.objects.filter(side__coin=coin).update(score=0.1)
    ReviewItem.objects.filter(side__coin=coin, side__face="reverse").update(score=0.8)
    assert [side.face for side in sides_in_order("demo.1")] == ["reverse", "obverse"]


def test_the_next_sides_leave_out_those_in_hand(client: Client, expert: User, side: Side) -> None:
    client.force_login(expert)
    said = client.get(reverse("checklist_next")).json()
    assert [each["id"] for each in said["sides"]] == [side.pk]
    assert page_of(said["sides"][0]["html"]).h1 is not None
    assert {"concept": "eagle", "name": "Eagle", "stands": "yes", "expert": False, "base": None} in said["sides"][0][
        "lines"
    ]
    assert client.get(reverse("checklist_next"), {"exclude": side.pk}).json()["sides"] == []
    assert client.get(reverse("checklist_next"), {"exclude": "x"}).status_code == 400


def test_the_side_saved_last_can_be_taken_back_while_all_of_it_stands(
    client: Client, expert: User, second_expert: User, side: Side
) -> None:
    assert last_saved(expert) == []
    client.force_login(expert)
    fields = fields_of(page_of(client.get(reverse("checklist_coin", args=["demo.1"]))))
    client.post(ADDRESS, fields | {"answer-eagle": "no", "answer-globe": "yes"})
    saved = last_saved(expert)
    assert {each.concept.slug: each.answer for each in saved} == {"eagle": "no", "globe": "yes"}
    record_decision(
        user=second_expert,
        side_id=side.pk,
        concept="eagle",
        answer="yes",
        key=uuid.uuid4(),
        base_id=next(each.pk for each in saved if each.concept.slug == "eagle"),
    )
    assert last_saved(expert) == []


def test_more_sides_ask_the_database_no_more_often(make_coin: MakeCoin) -> None:
    counts = []
    for number in range(3):
        make_coin(f"coin.{number}", reverse="Eagle, altar and globe", crop="ab/picture.webp")
        sides = list(Side.objects.select_related("coin"))
        with CaptureQueriesContext(connection) as queries:
            draw_checklists(sides)
        counts.append(len(queries))
    assert counts[0] == counts[2] <= 9


def test_an_empty_queue_says_what_to_do_and_an_unknown_coin_is_not_found(
    client: Client, expert: User, concepts: dict[str, Concept]
) -> None:
    client.force_login(expert)
    page = page_of(client.get(reverse("checklist")))
    assert page.select_one("#nothing h2").get_text() == "No side is left to check"
    assert page.select_one("#checklist").has_attr("hidden")
    for unknown in ("no.coin", "a\0b"):
        assert client.get(reverse("checklist_coin", args=[unknown])).status_code == 404


def test_text_from_outside_is_never_run_as_html(client: Client, expert: User, make_coin: MakeCoin) -> None:
    evil = "<script>alert(1)</script>"
    make_coin(title=evil, reverse=f"Eagle {evil}", crop="ab/picture.webp")
    client.force_login(expert)
    assert evil not in client.get(reverse("checklist_coin", args=["demo.1"])).content.decode()


def test_only_experts_are_led_from_a_coin_to_its_checklist(client: Client, expert: User, side: Side) -> None:
    address = reverse("checklist_coin", args=["demo.1"])
    coin = Coin.objects.get().get_absolute_url()
    assert not page_of(client.get(coin)).select(f'a[href="{address}"]')
    client.force_login(expert)
    assert page_of(client.get(coin)).select(f'a[href="{address}"]')
