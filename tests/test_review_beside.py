"""What stands beside a question: look-alikes that experts judged, examples, and what another expert said before."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from annotations.models import Concept, Embedding, Label, ModelVersion, Publication, ReviewItem, Side
from annotations.queries.decided import decided_labels, decided_lookalikes
from annotations.services.decisions import record_decision
from annotations.services.review import rank_questions
from tests.conftest import MakeCoin
from tests.learning_rows import make_model
from tests.review_steps import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides(make_coin: MakeCoin) -> list[Side]:
    """Reverses with an eagle in their text."""
    coins = [make_coin(f"coin.{number}", reverse="Eagle standing", crop="ab/picture.webp") for number in range(5)]
    rank_questions(round=0)
    return [coin.sides.get(face="reverse") for coin in coins]


@pytest.fixture
def version(admin: User, sides: list[Side]) -> ModelVersion:
    """A published model that puts each side a little further from the first."""
    version = make_model(admin)
    Publication.objects.create(version=version, user=admin)
    for number, side in enumerate(sides):
        place = [1.0, number / 10, 0.0]
        length = sum(each * each for each in place) ** 0.5
        Embedding.objects.create(version=version, side=side, vector=[each / length for each in place])
    return version


def decide(user: User, side: Side, answer: str) -> None:
    record_decision(user=user, side_id=side.pk, concept="eagle", answer=answer, key=uuid.uuid4(), base_id=None)


def test_look_alikes_are_the_nearest_of_other_coins_that_an_expert_judged(
    expert: User, sides: list[Side], version: ModelVersion, concepts: dict[str, Concept]
) -> None:
    decide(expert, sides[0], "yes")
    decide(expert, sides[4], "yes")
    decide(expert, sides[2], "no")
    decide(expert, sides[1], "unsure")
    found = decided_lookalikes(sides[0], concepts["eagle"], version)
    assert [(each.side, each.expert) for each in found] == [(sides[2], "no"), (sides[4], "yes")]
    assert found[0].cosine == pytest.approx(1 / 1.04**0.5, abs=1e-4)
    assert decided_lookalikes(sides[0], concepts["altar"], version) == []


def test_without_a_model_or_without_judged_sides_a_sentence_says_so(
    client: Client, expert: User, sides: list[Side]
) -> None:
    client.force_login(expert)
    address = reverse("review_similar", args=[sides[0].pk, "eagle"])
    assert "No model is published" in client.get(address).content.decode()
    Publication.objects.create(version=make_model(expert), user=expert)
    assert "can be compared with this one yet" in client.get(address).content.decode()


def test_look_alikes_are_shown_with_the_expert_s_answer(
    client: Client, expert: User, sides: list[Side], version: ModelVersion
) -> None:
    decide(expert, sides[1], "no")
    client.force_login(expert)
    shown = page_of(client.get(reverse("review_similar", args=[sides[0].pk, "eagle"]))).select(".decided li")
    assert [each.select_one(".decided-answer").get_text(strip=True) for each in shown] == ["No"]
    assert shown[0].a["href"] == sides[1].coin.get_absolute_url()
    assert client.get(reverse("review_similar", args=[sides[0].pk, "unicorn"])).status_code == 404
    assert client.get(reverse("review_similar", args=[10**9, "eagle"])).status_code == 404


def test_the_newest_judged_sides_are_found_by_an_index(concepts: dict[str, Concept]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    plan = decided_labels(concepts["eagle"], "yes")[:10].explain()
    assert "label_decided" in plan


def test_examples_show_first_what_a_machine_had_wrong(client: Client, expert: User, sides: list[Side]) -> None:
    decide(expert, sides[0], "yes")
    decide(expert, sides[1], "no")
    decide(expert, sides[2].coin.sides.get(face="obverse"), "no")
    client.force_login(expert)
    page = page_of(client.get(reverse("review_examples", args=["eagle"])))
    assert [each.get_text(strip=True) for each in page.select("h3")] == ["Experts said yes", "Experts said no"]
    yes, no = page.select(".decided")
    assert [each["data-side"] for each in yes.select("li")] == [str(sides[0].pk)]
    assert no.select("li")[0]["data-side"] == str(sides[1].pk)
    assert "though its text names it" in no.select("li")[0].get_text()
    assert len(no.select("li")) == 2


def test_without_answers_there_are_no_examples_and_a_sentence_says_so(
    client: Client, expert: User, sides: list[Side]
) -> None:
    client.force_login(expert)
    assert "no examples" in client.get(reverse("review_examples", args=["eagle"])).content.decode()
    Concept.objects.filter(slug="eagle").update(retired=True)
    assert client.get(reverse("review_examples", args=["eagle"])).status_code == 404


def test_where_the_model_looks_is_offered_only_for_a_concept_that_it_knows(
    client: Client, expert: User, make_coin: MakeCoin
) -> None:
    make_coin(reverse="Eagle on altar", crop="ab/picture.webp")
    rank_questions(round=0)
    Publication.objects.create(version=make_model(expert), user=expert)
    client.force_login(expert)
    offered = {}
    for slug in ("eagle", "altar"):
        item = ReviewItem.objects.get(concept__slug=slug)
        page = page_of(client.get(reverse("review_item", args=[item.pk])))
        offered[slug] = bool(page.select("[data-looking]"))
        assert not page.select("#asked .saliency-grey")
    assert offered == {"eagle": True, "altar": False}


def test_the_coin_s_page_keeps_both_answers_of_two_experts(
    client: Client, expert: User, second_expert: User, sides: list[Side]
) -> None:
    decide(second_expert, sides[0], "no")
    theirs = Label.objects.get(side=sides[0], concept__slug="eagle").decision
    assert theirs is not None
    record_decision(
        user=expert, side_id=sides[0].pk, concept="eagle", answer="yes", key=uuid.uuid4(), base_id=theirs.pk
    )
    client.force_login(expert)
    page = page_of(client.get(sides[0].coin.get_absolute_url()))
    history = [each.get_text(" ", strip=True) for each in page.select(".history li")]
    assert ["ada" in history[0], "bela" in history[1]] == [True, True]
    assert ["yes" in history[0], "no" in history[1]] == [True, True]
