"""A page of answers is stored as a whole, once, and equals as many single decisions."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from annotations.models import Coin, Concept, Decision, Label, ReviewItem, Side
from annotations.services.decisions import Conflict, KeyReused, record_decision, undo_decision
from annotations.services.page_decisions import PageAnswer, record_page, undo_page
from annotations.services.review import rank_questions
from tests.conftest import MakeCoin
from tests.test_decisions import in_parallel

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides(make_coin: MakeCoin) -> list[Side]:
    """Three that are said to show an eagle, one that is not, all pictured and asked about where a text speaks."""
    texts = ["Eagle standing", "Eagle left", "Horse", "Eagle on altar"]
    coins = [make_coin(f"coin.{number}", reverse=text, crop="ab/picture.webp") for number, text in enumerate(texts)]
    rank_questions(round=0)
    return [coin.sides.get(face="reverse") for coin in coins]


def page_of(sides: list[Side], answers: str = "yes no unsure no", bases: list[int | None] | None = None) -> Any:
    asked = zip(sides, answers.split(), bases or [None] * len(sides), strict=True)
    return [PageAnswer(side.pk, "eagle", answer, uuid4(), base) for side, answer, base in asked]


def standing(sides: list[Side]) -> dict[str, Any]:
    """All that decisions change, without the ids of rows."""
    labels = Label.objects.filter(side__in=sides).order_by("side_id", "concept_id")
    items = ReviewItem.objects.filter(side__in=sides).order_by("side_id", "concept_id")
    columns = ("side_id", "concept_id", "expert", "answer", "origin", "text_present", "decision__answer")
    return {
        "decisions": list(Decision.objects.order_by("side_id", "id").values_list("side_id", "answer", "base__answer")),
        "labels": list(labels.values_list(*columns)),
        "items": list(items.values_list("side_id", "concept_id", "status", "leased_to")),
    }


def test_a_page_and_its_undo_leave_what_single_decisions_leave(expert: User, sides: list[Side]) -> None:
    sent = page_of(sides)
    with transaction.atomic():
        singles = [
            record_decision(
                user=expert, side_id=each.side, concept="eagle", answer=each.answer, key=each.key, base_id=each.base
            )
            for each in sent
        ]
        answered = standing(sides)
        for single in singles:
            undo_decision(user=expert, decision_id=single.pk, key=uuid4())
        undone = standing(sides)
        transaction.set_rollback(True)
    page = uuid4()
    stored = record_page(user=expert, page=page, answers=sent)
    assert standing(sides) == answered
    assert {each.page for each in stored} == {page}
    assert ReviewItem.objects.open().filter(concept__slug="eagle").count() == 0
    undo_page(user=expert, page=uuid4(), keys={each.key: uuid4() for each in sent})
    assert standing(sides) == undone
    assert ReviewItem.objects.open().filter(concept__slug="eagle").count() == 3


def test_the_same_page_twice_is_one_set_of_rows(expert: User, sides: list[Side]) -> None:
    sent, page = page_of(sides), uuid4()
    first = record_page(user=expert, page=page, answers=sent)
    assert record_page(user=expert, page=page, answers=sent) == first
    assert Decision.objects.count() == 4


def test_one_stale_answer_refuses_the_whole_page_and_is_named(
    expert: User, second_expert: User, sides: list[Side]
) -> None:
    theirs = record_decision(
        user=second_expert, side_id=sides[1].pk, concept="eagle", answer="yes", key=uuid4(), base_id=None
    )
    with pytest.raises(Conflict) as refused:
        record_page(user=expert, page=uuid4(), answers=page_of(sides))
    assert [(each.sent.side_id, each.sent.answer, each.current) for each in refused.value.stale] == [
        (sides[1].pk, "no", theirs)
    ]
    assert Decision.objects.get() == theirs
    assert not Label.objects.filter(decision__user=expert).exists()
    again = page_of(sides, bases=[None, theirs.pk, None, None])
    assert len(record_page(user=expert, page=uuid4(), answers=again)) == 4


def test_a_key_of_another_answer_refuses_the_page(expert: User, second_expert: User, sides: list[Side]) -> None:
    theirs = page_of(sides[:1], "yes")
    record_page(user=second_expert, page=uuid4(), answers=theirs)
    with pytest.raises(KeyReused):
        record_page(user=expert, page=uuid4(), answers=[*page_of(sides[1:], "yes no no"), *theirs])
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"answer": "withdrawn"}, "“withdrawn” is no answer"),
        ({"side": 10**9}, "no side 1000000000"),
        ({"concept": "unicorn"}, "no concept “unicorn”"),
    ],
)
def test_what_cannot_be_an_answer_refuses_the_page(
    expert: User, sides: list[Side], change: dict[str, Any], named: str
) -> None:
    sent = page_of(sides)
    broken = PageAnswer(**{**vars(sent[2]), **change})
    with pytest.raises(ValueError, match=named):
        record_page(user=expert, page=uuid4(), answers=[*sent[:2], broken])
    assert not Decision.objects.exists()


def test_one_question_or_one_key_twice_is_refused(expert: User, sides: list[Side]) -> None:
    first, second, *_ = page_of(sides)
    with pytest.raises(ValueError, match="one question twice"):
        record_page(user=expert, page=uuid4(), answers=[first, PageAnswer(**{**vars(first), "key": uuid4()})])
    with pytest.raises(ValueError, match="one key twice"):
        record_page(user=expert, page=uuid4(), answers=[first, PageAnswer(**{**vars(second), "key": first.key})])


def test_undoing_twice_is_one_reversal_and_only_ones_own(expert: User, second_expert: User, sides: list[Side]) -> None:
    sent = page_of(sides)
    record_page(user=expert, page=uuid4(), answers=sent)
    keys = {each.key: uuid4() for each in sent}
    with pytest.raises(PermissionDenied):
        undo_page(user=second_expert, page=uuid4(), keys=keys)
    first = undo_page(user=expert, page=uuid4(), keys=keys)
    other_keys: dict[UUID, UUID] = {each.key: uuid4() for each in sent}
    assert {each.pk for each in undo_page(user=expert, page=uuid4(), keys=other_keys)} == {each.pk for each in first}
    assert Decision.objects.count() == 8
    with pytest.raises(ValueError, match="There is no decision"):
        undo_page(user=expert, page=uuid4(), keys={uuid4(): uuid4()})


def test_a_page_of_which_one_was_answered_since_is_not_taken_back(
    expert: User, second_expert: User, sides: list[Side]
) -> None:
    sent = page_of(sides)
    first = record_page(user=expert, page=uuid4(), answers=sent)[0]
    theirs = record_decision(
        user=second_expert, side_id=first.side_id, concept="eagle", answer="no", key=uuid4(), base_id=first.pk
    )
    with pytest.raises(Conflict) as refused:
        undo_page(user=expert, page=uuid4(), keys={each.key: uuid4() for each in sent})
    assert [each.current for each in refused.value.stale] == [theirs]
    assert not Decision.objects.exclude(undoes=None).exists()


def test_a_longer_page_asks_the_database_no_more_often(expert: User, concepts: dict[str, Concept]) -> None:
    counts = []
    for count in (2, 60):
        coins = [Coin.objects.create(identifier=f"many.{count}.{number}") for number in range(count)]
        sides = Side.objects.bulk_create(Side(coin=coin, face="reverse") for coin in coins)
        sent = page_of(sides, "yes " * count)
        with CaptureQueriesContext(connection) as queries:
            record_page(user=expert, page=uuid4(), answers=sent)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Decision.objects.count() == 62


@pytest.mark.django_db(transaction=True)
def test_ten_posts_of_one_page_in_parallel_are_one_set_of_rows(expert: User, sides: list[Side]) -> None:
    sent, page = page_of(sides), uuid4()
    outcomes = in_parallel(*[lambda: record_page(user=expert, page=page, answers=sent)] * 10)
    assert {str(outcome) for outcome in outcomes} == {str(outcomes[0])}
    assert Decision.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_pages_that_cross_are_stored_whole_or_not_at_all(expert: User, second_expert: User, sides: list[Side]) -> None:
    """One answers in one order, the other in the other: nobody waits in a circle, one of the two wins whole."""
    Concept.objects.exclude(slug="eagle").update(retired=True)

    for _ in range(3):
        before = Decision.objects.count()
        newest = {each.side_id: each.pk for each in Decision.objects.filter(answered_by=None).order_by("id")}
        sent = [page_of(order, bases=[newest.get(side.pk) for side in order]) for order in (sides, sides[::-1])]
        users = (expert, second_expert)
        outcomes = in_parallel(
            *[
                partial(record_page, user=user, page=uuid4(), answers=each)
                for user, each in zip(users, sent, strict=True)
            ]
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "list"]
        assert Decision.objects.count() == before + 4
