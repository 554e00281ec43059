"""How far persons agree, what a third one settles, and who may see whose accuracy."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.models import BlindAnswer, Decision, HiddenQuestion, ReviewItem, Side
from annotations.queries.agreement import read_gold, read_pace, read_readings
from annotations.services.agreement import measure_accuracy, measure_agreement
from annotations.services.decisions import record_decision, undo_decision
from annotations.services.gold import set_gold
from annotations.services.hidden_questions import record_blind
from annotations.services.review import rank_questions
from annotations.templatetags.figures import change, signed
from tests.conftest import MakeCoin
from tests.review_steps import page_of

pytestmark = pytest.mark.django_db
Decide = Callable[..., Decision]


def eagles(make_coin: MakeCoin) -> list[Side]:
    coins = [make_coin(f"demo.{number}", reverse="Eagle standing", crop="ab/picture.webp") for number in range(6)]
    rank_questions(round=0)
    return [coin.sides.get(face="reverse") for coin in coins]


@pytest.fixture
def sides(make_coin: MakeCoin) -> list[Side]:
    return eagles(make_coin)


def decide(user: User, side: Side, answer: str, base: Decision | None = None) -> Decision:
    return record_decision(
        user=user,
        side_id=side.pk,
        concept="eagle",
        answer=answer,
        key=uuid.uuid4(),
        base_id=base.pk if base else None,
    )


def read_again(user: User, first: Decision, answer: str, purpose: str = "overlap") -> BlindAnswer:
    HiddenQuestion.objects.create(user=user, side=first.side, concept=first.concept, purpose=purpose, decision=first)
    return record_blind(user=user, side_id=first.side_id, concept="eagle", answer=answer, key=uuid.uuid4())


def test_only_answers_given_without_seeing_anothers_count_as_readings(
    expert: User, second_expert: User, third: User, sides: list[Side]
) -> None:
    first = decide(expert, sides[0], "yes")
    read_again(second_expert, first, "no")
    decide(third, sides[0], "no", base=first)
    wrong = decide(expert, sides[1], "no")
    corrected = decide(expert, sides[1], "yes", base=wrong)
    read_again(second_expert, corrected, "yes")
    decide(expert, sides[2], "yes")
    said = {(reading.side_id, reading.user_id): reading.answer for reading in read_readings()}
    assert said == {
        (sides[0].pk, expert.pk): "yes",
        (sides[0].pk, second_expert.pk): "no",
        (sides[1].pk, expert.pk): "yes",
        (sides[1].pk, second_expert.pk): "yes",
    }


def test_kappa_is_measured_per_concept_for_all_and_for_each_pair(
    expert: User, second_expert: User, third: User, sides: list[Side]
) -> None:
    for side, (mine, other) in zip(sides, ["yy", "yy", "nn", "nn", "yn", "yu"], strict=True):
        words = {"y": "yes", "n": "no", "u": "unsure"}
        read_again(second_expert, decide(expert, side, words[mine]), words[other])
    measured = measure_agreement(read_readings())
    assert [(each.concept, each.people) for each in measured] == [
        ("", ()),
        ("", (expert.pk, second_expert.pk)),
        ("eagle", ()),
        ("eagle", (expert.pk, second_expert.pk)),
    ]
    cohen, fleiss = measured[3], measured[2]
    assert (cohen.figures.n, cohen.unsure) == (5, 1)
    assert cohen.figures.observed == pytest.approx(0.8)
    assert cohen.figures.kappa == pytest.approx((0.8 - 0.48) / 0.52)
    assert cohen.figures.pabak == pytest.approx(0.6)
    assert (fleiss.figures.n, fleiss.unsure) == (5, 1)
    assert fleiss.figures.kappa == pytest.approx(0.6)


def test_accuracy_on_gold_is_seen_by_that_person_and_administrators_alone(
    client: Client, expert: User, second_expert: User, third: User, admin: User, sides: list[Side]
) -> None:
    for side, answer in zip(sides, ["yes", "yes", "yes", "no", "unsure"], strict=False):
        known = decide(expert, side, "yes")
        set_gold(user=admin, decision=known)
        read_again(second_expert, known, answer, purpose="gold")
    [accuracy] = measure_accuracy(read_gold())
    assert accuracy.share is not None
    assert (accuracy.share.right, accuracy.share.of, accuracy.wrong_no, accuracy.unsure) == (3, 4, 1, 1)
    assert accuracy.share.low == pytest.approx(0.301, abs=0.001)
    assert accuracy.share.high == pytest.approx(0.954, abs=0.001)

    page, lists = reverse("agreement_person", args=[second_expert.pk]), reverse("agreement_json")
    seen = {}
    for user in (second_expert, admin, third, expert):
        client.force_login(user)
        people = [each["who"] for each in client.get(lists).json()["accuracy"]]
        table = page_of(client.get(reverse("agreement"))).select("[aria-labelledby=gold-title] tbody th")
        assert [each.get_text() for each in table] == people
        seen[user.username] = (client.get(page).status_code, people)
    assert seen == {"bela": (200, ["bela"]), "root": (200, ["bela"]), "cleo": (404, []), "ada": (404, [])}
    client.force_login(second_expert)
    assert len(page_of(client.get(page)).select(".case-card")) == 2, "the wrong one and the unsure one"


def test_an_expert_sees_only_pairs_of_their_own(
    client: Client, expert: User, second_expert: User, third: User, sides: list[Side]
) -> None:
    read_again(second_expert, decide(expert, sides[0], "yes"), "no")
    read_again(third, decide(expert, sides[1], "yes"), "yes")
    client.force_login(third)
    told = client.get(reverse("agreement_json")).json()["agreement"]
    assert {row["readers"] for row in told} == {"all readers", "ada and cleo"}
    table = list(csv.DictReader(io.StringIO(client.get(reverse("agreement_csv")).content.decode())))
    assert [(row["concept"], row["readers"], row["questions"]) for row in table] == [
        ("", "all readers", "2"),
        ("", "ada and cleo", "1"),
        ("eagle", "all readers", "2"),
        ("eagle", "ada and cleo", "1"),
    ]
    assert [float(row["kappa"]) if row["kappa"] else None for row in table] == [row["kappa"] for row in told]


def test_gaps_of_more_than_two_minutes_are_pauses(expert: User, second_expert: User, sides: list[Side]) -> None:
    begin = timezone.now() - timedelta(hours=3)
    for side, minutes in zip(sides, (0, 1, 2, 60, 61.5, 180), strict=True):
        decision = decide(expert, side, "yes")
        Decision.objects.filter(pk=decision.pk).update(created_at=begin + timedelta(minutes=minutes))
    [pace] = read_pace()
    assert (pace.answers, pace.timed, pace.seconds) == (6, 3, pytest.approx(210))
    assert pace.per_hour == pytest.approx(3 / 3.5 * 60)
    assert read_pace(second_expert.pk) == []


def test_taking_back_is_time_spent_and_no_answer_for_the_pace_as_for_the_hours_of_a_round(
    client: Client, expert: User, sides: list[Side]
) -> None:
    begin = timezone.now() - timedelta(hours=1)
    first = decide(expert, sides[0], "yes")
    given = [first, undo_decision(user=expert, decision_id=first.pk, key=uuid.uuid4()), decide(expert, sides[1], "no")]
    for decision, seconds in zip(given, (0, 100, 200), strict=True):
        Decision.objects.filter(pk=decision.pk).update(created_at=begin + timedelta(seconds=seconds))
    [pace] = read_pace(expert.pk)
    assert (pace.answers, pace.timed, pace.seconds) == (2, 1, 200)
    assert pace.per_hour == 18
    client.force_login(expert)
    assert client.get(reverse("agreement_json")).json()["pace"][0]["seconds"] == 200
    assert client.get(reverse("rounds_json")).json()["since"]["hours"]["all"] == pytest.approx(200 / 3600, abs=1e-4)
    [later] = read_pace(since=begin, until=begin + timedelta(seconds=150))
    assert (later.answers, later.seconds) == (0, 0), "what came before the span is not looked at"


def test_the_page_says_what_to_do_before_anything_was_read_twice(client: Client, expert: User) -> None:
    client.force_login(expert)
    page = page_of(client.get(reverse("agreement")))
    assert "one question in 20" in page.main.get_text()
    assert "You have not met a gold question yet." in page.main.get_text()
    assert not ReviewItem.objects.exists()


def test_figures_below_nought_stand_on_the_scale_and_few_questions_have_none(
    client: Client, admin: User, expert: User, second_expert: User, third: User, sides: list[Side]
) -> None:
    for place, side in enumerate(sides):
        first = decide(expert, side, "yes" if place % 2 else "no")
        read_again(second_expert, first, "no" if place % 2 else "yes")
        if place < 4:
            read_again(third, first, "yes")
    client.force_login(admin)
    page = page_of(client.get(reverse("agreement")))
    assert [each.get_text() for each in page.select(".kappa-scale text")] == ["−1", "−0.5", "0", "0.5", "1"]
    rows = {row.th.get_text(): row for row in page.select(".kappa tbody .pair-row")}
    cells = [" ".join(cell.get_text().split()) for cell in rows["ada and bela"].select("td.number")]
    assert cells == ["6", "0.00", "−1.00 −1.00 to 0.00", "−1.00", "0"]
    assert rows["ada and bela"].select_one(".middle")["cx"] == "2.0%"
    assert rows["ada and bela"].select_one(".zero")["x1"] == "50%"
    cells = [" ".join(cell.get_text().split()) for cell in rows["ada and cleo"].select("td.number")]
    assert cells == ["4", "0.50", "too few", "–", "0"]
    assert rows["ada and cleo"].select(".middle, .even, .span") == []
    assert "-" not in "".join(cell.get_text() for cell in page.select(".kappa td"))


@pytest.mark.parametrize(
    ("figure", "printed"), [(-0.724, "−0.72"), (-0.004, "0.00"), (0.0, "0.00"), (1, "1.00"), (None, "")]
)
def test_a_figure_is_printed_with_a_true_minus_sign(figure: float | None, printed: str) -> None:
    assert signed(figure) == printed


@pytest.mark.parametrize(
    ("figure", "printed"), [(-0.0724, "−0.072"), (-0.0004, "0.000"), (0.0412, "+0.041"), (None, "")]
)
def test_a_difference_is_printed_with_its_sign_and_nought_with_none(figure: float | None, printed: str) -> None:
    assert change(figure) == printed
