"""A decision is never lost, never doubled and never overwritten."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection

from annotations.models import Coin, Decision, Label, Side
from annotations.services.decisions import Conflict, KeyReused, record_decision, undo_decision
from annotations.services.review import rank_questions

MakeCoin = Callable[..., Coin]


def decide(
    user: User, side: Side, answer: str = "yes", base: Decision | None = None, key: UUID | None = None
) -> Decision:
    return record_decision(
        user=user,
        side_id=side.pk,
        concept="eagle",
        answer=answer,
        key=key or uuid4(),
        base_id=base.pk if base else None,
    )


@pytest.fixture
def side(make_coin: MakeCoin) -> Side:
    return make_coin(reverse="Eagle standing right, wings open").sides.get(face="reverse")


def label(side: Side) -> Label:
    return Label.objects.get(side=side, concept__slug="eagle")


def test_an_experts_answer_stands_before_the_texts(expert: User, side: Side) -> None:
    assert (label(side).answer, label(side).origin) == ("yes", "text")
    decide(expert, side, "no")
    assert (label(side).answer, label(side).origin) == ("no", "expert")
    assert label(side).text_present, "the text still says what it says"


def test_the_same_key_twice_is_one_row(expert: User, side: Side) -> None:
    key = uuid4()
    assert decide(expert, side, key=key).pk == decide(expert, side, key=key).pk
    assert Decision.objects.count() == 1


def test_a_key_cannot_stand_for_another_persons_answer(expert: User, second_expert: User, side: Side) -> None:
    key = uuid4()
    decide(expert, side, key=key)
    with pytest.raises(KeyReused):
        decide(second_expert, side, key=key)


def test_a_stale_answer_is_a_conflict_that_shows_the_other(expert: User, second_expert: User, side: Side) -> None:
    first = decide(expert, side, "yes")
    with pytest.raises(Conflict) as refused:
        decide(second_expert, side, "no")
    assert refused.value.stale[0].current == first
    assert label(side).expert == "yes"


def test_a_second_expert_may_answer_what_the_first_said(expert: User, second_expert: User, side: Side) -> None:
    first = decide(expert, side, "yes")
    decide(second_expert, side, "no", base=first)
    assert label(side).expert == "no"
    assert Decision.objects.count() == 2


def test_a_base_of_another_side_is_refused(expert: User, side: Side, make_coin: MakeCoin) -> None:
    elsewhere = decide(expert, make_coin("demo.2").sides.get(face="reverse"))
    with pytest.raises(Conflict):
        decide(expert, side, base=elsewhere)


def test_undo_brings_back_what_stood_before(expert: User, side: Side) -> None:
    first = decide(expert, side, "no")
    second = decide(expert, side, "unsure", base=first)
    undo_decision(user=expert, decision_id=second.pk, key=uuid4())
    assert label(side).expert == "no"
    assert Decision.objects.count() == 3, "undo is a row of its own"


def test_undoing_the_only_answer_leaves_the_text(expert: User, side: Side) -> None:
    undo_decision(user=expert, decision_id=decide(expert, side, "no").pk, key=uuid4())
    assert (label(side).answer, label(side).origin, label(side).expert) == ("yes", "text", "")


def test_undoing_twice_is_one_reversal(expert: User, side: Side) -> None:
    decision = decide(expert, side, "no")
    first = undo_decision(user=expert, decision_id=decision.pk, key=uuid4())
    assert undo_decision(user=expert, decision_id=decision.pk, key=uuid4()) == first
    assert Decision.objects.count() == 2


def test_only_the_person_who_decided_can_undo(expert: User, second_expert: User, side: Side) -> None:
    with pytest.raises(PermissionDenied):
        undo_decision(user=second_expert, decision_id=decide(expert, side).pk, key=uuid4())


def test_an_answer_that_was_answered_cannot_be_undone(expert: User, second_expert: User, side: Side) -> None:
    first = decide(expert, side, "yes")
    decide(second_expert, side, "no", base=first)
    with pytest.raises(Conflict):
        undo_decision(user=expert, decision_id=first.pk, key=uuid4())


def test_a_decision_can_be_neither_changed_nor_deleted(expert: User, side: Side) -> None:
    decision = decide(expert, side)
    decision.answer = "no"
    with pytest.raises(TypeError):
        decision.save()
    with pytest.raises(TypeError):
        decision.delete()


@pytest.mark.parametrize("answer", ["", "maybe", "withdrawn"])
def test_an_unknown_answer_is_refused(expert: User, side: Side, answer: str) -> None:
    with pytest.raises(ValueError, match="yes, no or unsure"):
        decide(expert, side, answer)


def test_a_settled_question_leaves_the_queue_and_comes_back_on_undo(expert: User, side: Side) -> None:
    Side.objects.filter(pk=side.pk).update(crop="ab/crop.webp")
    rank_questions(round=0)
    item = side.review_items.get(concept__slug="eagle")
    decision = decide(expert, side)
    item.refresh_from_db()
    assert item.status == "answered"
    undo_decision(user=expert, decision_id=decision.pk, key=uuid4())
    item.refresh_from_db()
    assert item.status == "open"


def in_parallel(*actions: Callable[[], object]) -> list[object]:
    """Run in threads of their own and return what each returned or raised."""
    outcomes: list[object] = [None] * len(actions)

    def run(place: int, action: Callable[[], object]) -> None:
        try:
            outcomes[place] = action()
        except Exception as error:  # noqa: BLE001 - the outcome is the thing under test
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db
def test_the_short_patience_for_locks_ends_with_the_answer(expert: User, side: Side) -> None:
    record_decision(user=expert, side_id=side.pk, concept="eagle", answer="yes", key=uuid4(), base_id=None)
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",), "the rest of the transaction waits as long as it takes"


@pytest.mark.django_db(transaction=True)
def test_ten_posts_of_one_key_in_parallel_are_one_row(expert: User, side: Side) -> None:
    key = uuid4()
    outcomes = in_parallel(*[lambda: decide(expert, side, key=key)] * 10)
    assert {type(outcome) for outcome in outcomes} == {Decision}
    assert Decision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_writers_on_one_question_lose_nothing(expert: User, side: Side) -> None:
    """Each answers what it saw; of 200 tries every acknowledged one is stored, in one chain."""
    acknowledged: list[int] = []

    def write() -> None:
        for _ in range(25):
            newest = Decision.objects.filter(side=side, answered_by=None).order_by("-id").first()
            try:
                acknowledged.append(decide(expert, side, base=newest).pk)
            except Conflict:
                continue

    in_parallel(*[write] * 8)
    assert sorted(acknowledged) == list(Decision.objects.order_by("pk").values_list("pk", flat=True))
    chain = dict(Decision.objects.values_list("pk", "base"))
    assert len(set(chain.values())) == len(chain), "no two answers to the same base"
    assert label(side).decision_id == max(chain)
