"""What is known of a concept is asked on under the one that it was merged into."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import User

from annotations.models import BlindAnswer, Concept, Decision, GoldQuestion, Label, ReviewItem, Side
from annotations.queries.agreement import read_gold
from annotations.services.concept_merging import merge_concepts, unmerge_concept
from annotations.services.concepts import create_concept
from annotations.services.decisions import store
from annotations.services.gold import NotGold, set_gold, withdraw_gold
from annotations.services.hidden_draws import hide_questions
from annotations.services.hidden_questions import blind_answer, find_hidden
from mlcore.text.vocabulary import RuleEntry
from tests.concept_steps import Decide, decider, side_of
from tests.conftest import MakeCoin

pytestmark = pytest.mark.django_db


@pytest.fixture
def decide(expert: User) -> Decide:
    return decider(expert)


@pytest.fixture
def bird(admin: User, concepts: dict[str, Concept]) -> Concept:
    return create_concept(user=admin, name="Raptor", names={"en": "Raptor"}, rules=[RuleEntry("en", "word", "raptor")])


@pytest.fixture
def side(make_coin: MakeCoin, bird: Concept) -> Side:
    return side_of(make_coin, "m.1", "A raptor")


def asked(user: User, concept: str = "eagle") -> list[tuple[int, str]]:
    found = hide_questions(user=user, wanted={BlindAnswer.Purpose.GOLD: 5}, concept=concept)
    return [(item.side_id, item.concept.slug) for items in found.values() for item in items]


def answer_hidden(user: User, side: Side, concept: Concept, answer: str) -> None:
    [question] = find_hidden(user=user, asked=[(side.pk, concept.pk, None)]).values()
    given = {"user": user, "side": side, "concept": concept, "answer": answer, "key": uuid.uuid4()}
    store([blind_answer(question, **given)])


def test_gold_goes_along_with_its_concept_and_comes_back(
    admin: User, second_expert: User, decide: Decide, bird: Concept, side: Side, concepts: dict[str, Concept]
) -> None:
    eagle = concepts["eagle"]
    set_gold(user=admin, decision=decide(side, "raptor", "yes"))
    assert asked(second_expert, "raptor") == [(side.pk, "raptor")]
    answer_hidden(second_expert, side, bird, "no")
    merge_concepts(user=admin, concept=bird, into=eagle)
    assert [(each.concept, each.is_right) for each in read_gold()] == [("eagle", False)]
    assert asked(second_expert, "raptor") == []
    assert asked(admin) == [(side.pk, "eagle")]
    assert ReviewItem.objects.get(side=side, concept=eagle).reason == "The text names it."
    answer_hidden(admin, side, eagle, "yes")
    assert [(each.who, each.concept, each.is_right) for each in read_gold()] == [
        ("bela", "eagle", False),
        ("root", "eagle", True),
    ]
    unmerge_concept(user=admin, concept=bird)
    assert list(GoldQuestion.objects.values_list("concept__slug", "withdrawn")) == [("raptor", False)]
    assert [(each.who, each.concept) for each in read_gold()] == [("bela", "raptor")]


def test_who_gave_the_known_answer_is_not_asked_for_it_under_another_name(
    admin: User, expert: User, decide: Decide, bird: Concept, side: Side, concepts: dict[str, Concept]
) -> None:
    set_gold(user=admin, decision=decide(side, "raptor", "yes"))
    merge_concepts(user=admin, concept=bird, into=concepts["eagle"])
    assert asked(expert) == []


def test_gold_that_the_other_concepts_own_answer_outdoes_is_asked_of_nobody(
    admin: User,
    second_expert: User,
    decide: Decide,
    bird: Concept,
    side: Side,
    concepts: dict[str, Concept],
    make_coin: MakeCoin,
) -> None:
    other = side_of(make_coin, "m.2", "A raptor")
    decide(side, "eagle", "no")
    for place in (side, other):
        set_gold(user=admin, decision=decide(place, "raptor", "yes"))
    merge_concepts(user=admin, concept=bird, into=concepts["eagle"])
    assert asked(second_expert) == [(other.pk, "eagle")]
    decide(other, "eagle", "no")
    assert asked(admin) == []
    assert list(GoldQuestion.objects.filter(concept__slug="eagle").values_list("side", flat=True)) == [other.pk]


def test_an_answer_on_a_merged_concept_can_be_made_gold_while_it_stands(
    admin: User, second_expert: User, decide: Decide, bird: Concept, side: Side, concepts: dict[str, Concept]
) -> None:
    decide(side, "raptor", "yes")
    merge_concepts(user=admin, concept=bird, into=concepts["eagle"])
    said = Decision.objects.get()
    gold = set_gold(user=admin, decision=said)
    assert (gold.concept.slug, gold.decision) == ("eagle", said)
    assert asked(second_expert) == [(side.pk, "eagle")]
    withdraw_gold(gold_id=gold.pk)
    unmerge_concept(user=admin, concept=bird)
    assert asked(second_expert, "raptor") == [], "what was withdrawn does not come back by parting the two"
    merge_concepts(user=admin, concept=bird, into=concepts["eagle"])
    decide(side, "eagle", "no")
    with pytest.raises(NotGold, match="not the one that stands for Eagle"):
        set_gold(user=admin, decision=said)
    assert not Label.objects.filter(decision=said).exists()
