"""Hidden gold and second readings: asked like any other question, kept apart from decisions."""

from __future__ import annotations

import random
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from annotations.models import BlindAnswer, Decision, GoldQuestion, HiddenQuestion, Label, ReviewItem, ReviewPolicy
from annotations.services import hidden_draws
from annotations.services.decisions import Conflict, KeyReused, record_decision, undo_decision
from annotations.services.gold import NotGold, set_gold, withdraw_gold
from annotations.services.hidden_draws import hide_questions, mix_hidden
from annotations.services.hidden_questions import answers_blind, record_blind, undo_blind
from annotations.services.review import rank_questions
from tests.conftest import MakeCoin
from tests.review_steps import page_of, post

pytestmark = pytest.mark.django_db
Purpose = BlindAnswer.Purpose


@pytest.fixture
def decided(second_expert: User, make_coin: MakeCoin) -> Decision:
    """Another expert has said yes to an eagle; the other coin's eagle is open."""
    for number in (1, 2):
        make_coin(f"demo.{number}", obverse="Head right", reverse="Eagle standing left", crop="ab/picture.webp")
    rank_questions(round=0)
    side = ReviewItem.objects.filter(concept__slug="eagle").order_by("id")[0].side
    return record_decision(
        user=second_expert, side_id=side.pk, concept="eagle", answer="yes", key=uuid.uuid4(), base_id=None
    )


def draw(user: User, purpose: Purpose = Purpose.OVERLAP) -> list[ReviewItem]:
    return hide_questions(user=user, wanted={purpose: 1}).get(purpose, [])


def answer_blind(user: User, about: Decision, answer: str = "yes", base: BlindAnswer | None = None) -> BlindAnswer:
    return record_blind(
        user=user,
        side_id=about.side_id,
        concept="eagle",
        answer=answer,
        key=uuid.uuid4(),
        base_id=base.pk if base else None,
    )


def test_a_second_reading_looks_like_an_open_question_and_becomes_a_blind_answer(
    client: Client, expert: User, decided: Decision, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hidden_draws, "FIRST", 0)
    ReviewPolicy.objects.create(gold_share=0, overlap_share=1)
    client.force_login(expert)
    questions = client.get(reverse("review_next"), {"concept": "eagle"}).json()["questions"]
    hidden = next(each for each in questions if each["side"] == decided.side_id)
    open_one = next(each for each in questions if each["side"] != decided.side_id)
    assert hidden.keys() == open_one.keys()
    assert (hidden["base"], hidden["decision"]) == (None, None)
    assert "Nobody has answered yet." in page_of(hidden["html"]).get_text()
    assert "bela" not in hidden["html"]

    sent: dict[str, Any] = {"side": hidden["side"], "concept": "eagle", "answer": "no", "base": "", "user": expert.pk}
    said = post(client, "review_decide", **sent, key=str(uuid.uuid4()))
    real = post(client, "review_decide", **sent | {"side": open_one["side"]}, key=str(uuid.uuid4()))
    assert (said.status_code, real.status_code) == (201, 201)
    assert said.json().keys() == real.json().keys()
    assert said.json()["id"] < real.json()["id"], "both kinds are numbered in one row"
    blind = BlindAnswer.objects.get()
    assert (blind.answer, blind.purpose, blind.decision) == ("no", "overlap", decided)
    assert Label.objects.get(side=decided.side_id, concept__slug="eagle").expert == "yes", "no label changes"


def test_a_blind_answer_is_one_row_however_often_it_is_sent_and_can_be_undone_like_any_other(
    client: Client, expert: User, decided: Decision
) -> None:
    assert draw(expert)
    client.force_login(expert)
    key = str(uuid.uuid4())
    sent = {"side": decided.side_id, "concept": "eagle", "answer": "no", "base": "", "key": key}
    assert [post(client, "review_decide", **sent).status_code for _ in range(3)] == [201, 200, 200]
    page = client.get(reverse("review"))
    assert page.context["last"].key == uuid.UUID(key), "it can be taken back after a reload"
    assert page.context["progress"]["answered"] == 1
    undo = {"of": key, "key": str(uuid.uuid4())}
    assert [post(client, "review_undo", **undo).status_code for _ in range(2)] == [201, 200]
    again = sent | {"answer": "yes", "base": undo["key"], "key": str(uuid.uuid4())}
    assert post(client, "review_decide", **again).status_code == 201
    assert list(BlindAnswer.objects.values_list("answer", flat=True)) == ["no", "withdrawn", "yes"]
    assert Decision.objects.get() == decided


def test_who_answers_a_decision_that_they_saw_is_not_taken_for_blind(
    client: Client, expert: User, decided: Decision
) -> None:
    assert draw(expert)
    client.force_login(expert)
    sent = {"side": decided.side_id, "concept": "eagle", "answer": "no", "key": str(uuid.uuid4())}
    assert post(client, "review_decide", **sent, base=decided.pk).status_code == 201
    assert not BlindAnswer.objects.exists()
    assert Decision.objects.latest("id").base == decided
    assert Label.objects.get(side=decided.side_id, concept__slug="eagle").expert == "no"


def test_the_page_of_a_hidden_question_shows_a_persons_own_answer_alone(
    client: Client, expert: User, second_expert: User, decided: Decision
) -> None:
    draw(expert)
    answer_blind(expert, decided, "no")
    item = ReviewItem.objects.get(side=decided.side_id, concept__slug="eagle")
    says = {}
    for user in (expert, second_expert):
        client.force_login(user)
        page = page_of(client.get(reverse("review_item", args=[item.pk])))
        says[user.username] = page.select_one(".sources dd").get_text(" ", strip=True)
    assert says["ada"].startswith("No, ada")
    assert says["bela"].startswith("Yes, bela")


def test_the_page_of_boxes_names_what_experts_saw_and_ends_the_blindness(
    client: Client, expert: User, decided: Decision
) -> None:
    assert draw(expert)
    client.force_login(expert)
    client.get(reverse("boxes", args=[decided.side_id]))
    assert not answers_blind(user=expert, side_id=decided.side_id, concept="eagle", base_id=None)
    assert not draw(expert)


def test_a_blind_answer_taken_back_after_seeing_the_others_is_given_again_as_a_decision(
    client: Client, expert: User, decided: Decision
) -> None:
    draw(expert)
    blind = answer_blind(expert, decided, "no")
    client.force_login(expert)
    client.get(reverse("checklist_coin", args=[decided.side.coin.identifier]))
    assert HiddenQuestion.objects.get(user=expert).seen_at, "the checklist shows what others said"
    undo_blind(user=expert, answer=blind, key=uuid.uuid4())
    item = ReviewItem.objects.get(side=decided.side_id, concept__slug="eagle")
    question = client.get(reverse("review_item", args=[item.pk])).context["state"]["questions"][0]
    assert question["base"] == decided.pk
    sent = {name: question[name] for name in ("side", "concept", "base")} | {"answer": "no", "key": str(uuid.uuid4())}
    assert post(client, "review_decide", **sent).status_code == 201
    assert Decision.objects.latest("id").base == decided


def test_nobody_is_asked_again_what_they_decided_or_answered(
    expert: User, second_expert: User, decided: Decision
) -> None:
    assert draw(second_expert) == []
    assert [item.side_id for item in draw(expert)] == [decided.side_id]
    assert [item.side_id for item in draw(expert)] == [decided.side_id], "one that was not answered comes again"
    answer_blind(expert, decided)
    assert draw(expert) == []
    assert HiddenQuestion.objects.count() == 1


def test_a_skipped_retired_or_reopened_question_is_not_drawn(
    expert: User, second_expert: User, decided: Decision
) -> None:
    item = ReviewItem.objects.get(side=decided.side_id, concept__slug="eagle")
    item.skipped_by.add(expert)
    assert draw(expert) == []
    item.skipped_by.clear()
    draw(expert)
    undo_decision(user=second_expert, decision_id=decided.pk, key=uuid.uuid4())
    assert draw(expert) == []
    assert not answers_blind(user=expert, side_id=decided.side_id, concept="eagle", base_id=None), "it is open again"


def test_what_two_persons_said_apart_becomes_gold_until_one_takes_it_back(expert: User, decided: Decision) -> None:
    draw(expert)
    same = answer_blind(expert, decided, "yes")
    gold = GoldQuestion.objects.get()
    assert (gold.answer, gold.decision, gold.withdrawn) == ("yes", decided, False)
    back = undo_blind(user=expert, answer=same, key=uuid.uuid4())
    assert GoldQuestion.objects.get().withdrawn
    answer_blind(expert, decided, "yes", base=back)
    assert not GoldQuestion.objects.get().withdrawn


def test_gold_is_asked_of_those_who_never_answered_it(
    expert: User, second_expert: User, admin: User, decided: Decision
) -> None:
    assert draw(expert, Purpose.GOLD) == []
    gold = set_gold(user=admin, decision=decided)
    assert draw(second_expert, Purpose.GOLD) == []
    assert [item.side_id for item in draw(expert, Purpose.GOLD)] == [decided.side_id]
    assert answer_blind(expert, decided, "no").purpose == "gold"
    withdraw_gold(gold_id=gold.pk)
    assert draw(admin, Purpose.GOLD) == []


def test_only_a_standing_yes_or_no_is_gold(admin: User, expert: User, decided: Decision) -> None:
    unsure = record_decision(
        user=expert, side_id=decided.side_id, concept="eagle", answer="unsure", key=uuid.uuid4(), base_id=decided.pk
    )
    with pytest.raises(NotGold, match="no known answer"):
        set_gold(user=admin, decision=unsure)
    with pytest.raises(NotGold, match="answered this question anew"):
        set_gold(user=admin, decision=decided)


def test_two_tabs_a_used_key_and_foreign_answers_are_refused(
    expert: User, second_expert: User, decided: Decision
) -> None:
    draw(expert)
    first = answer_blind(expert, decided)
    with pytest.raises(Conflict):
        answer_blind(expert, decided, "no")
    with pytest.raises(PermissionDenied):
        undo_blind(user=second_expert, answer=first, key=uuid.uuid4())
    with pytest.raises(HiddenQuestion.DoesNotExist):
        answer_blind(second_expert, decided)
    HiddenQuestion.objects.create(
        user=second_expert, side=first.side, concept=first.concept, purpose="overlap", decision=decided
    )
    with pytest.raises(KeyReused):
        record_blind(
            user=second_expert, side_id=first.side_id, concept="eagle", answer="yes", key=first.key, base_id=None
        )
    with pytest.raises(ValueError, match="yes, no or unsure"):
        answer_blind(expert, decided, "withdrawn", base=first)
    with pytest.raises(TypeError):
        first.delete()


def test_hidden_questions_come_in_their_shares_and_not_before_the_first_answers(
    expert: User, decided: Decision, monkeypatch: pytest.MonkeyPatch
) -> None:
    ReviewPolicy.objects.create(gold_share=0.2, overlap_share=0.25)
    drawn: list[str] = []

    def note(*, wanted: dict[str, int], **asked: Any) -> dict[str, list[ReviewItem]]:
        drawn.extend(purpose for purpose, count in wanted.items() for _ in range(count))
        return {purpose: [ReviewItem(pk=1)] * count for purpose, count in wanted.items()}

    monkeypatch.setattr(hidden_draws, "hide_questions", note)
    items = list(ReviewItem.objects.open()[:1]) * 4000
    assert mix_hidden(items, user=expert) == items, "nobody is tested before the first ten answers"
    monkeypatch.setattr(hidden_draws, "FIRST", 0)
    random.seed(5)
    mixed = mix_hidden(items, user=expert)
    assert drawn.count("gold") / len(mixed) == pytest.approx(0.2, abs=0.02)
    assert drawn.count("overlap") / len(items) == pytest.approx(0.25, abs=0.02)
    assert mix_hidden([], user=expert) == []
    drawn.clear()
    full = mix_hidden(items, user=expert, most=4000)
    assert len(full) == 4000
    assert drawn.count("gold") / len(full) == pytest.approx(0.2, abs=0.02)
    assert drawn.count("overlap") / drawn.count("gold") == pytest.approx(1, abs=0.15)
