from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connections

from annotations.models import (
    Box,
    Concept,
    ConceptChange,
    Decision,
    Label,
    Prediction,
    PseudoLabel,
    ReviewItem,
    Rule,
    RuleChange,
)
from annotations.models.runs import Publication
from annotations.queries.boxes import wanted_labels
from annotations.queries.hierarchy import Hierarchy
from annotations.queries.merged_concepts import contradictions_of
from annotations.queries.text_rules import Draft, implications
from annotations.services.concept_changes import (
    retire_concept,
    revive_concept,
)
from annotations.services.concept_merging import merge_concepts, unmerge_concept
from annotations.services.concepts import ConceptRefused, create_concept
from annotations.services.decisions import undo_decision
from annotations.services.label_rebuilding import rebuild_labels
from annotations.services.labels import refresh_model_labels, refresh_text_labels
from annotations.services.review import rank_questions
from annotations.services.rules import save_rule
from annotations.services.snapshots import freeze_snapshot
from annotations.services.texts import read_texts
from mlcore.text.vocabulary import RuleEntry
from tests.concept_steps import Decide, all_labels, change, decider, label_of, side_of
from tests.conftest import MakeCoin
from tests.learning_rows import make_model


@pytest.fixture
def decide(expert: User) -> Decide:
    return decider(expert)


@pytest.fixture
def bird(admin: User, concepts: dict[str, Concept]) -> Concept:
    """A second concept for eagles, with a word of its own and one that the eagle has too."""
    rules = [RuleEntry("en", "word", "raptor"), RuleEntry("en", "word", "eagle")]
    return create_concept(user=admin, name="Raptor", names={"en": "Raptor"}, rules=rules)


def test_what_was_said_of_a_merged_concept_counts_for_the_other_whose_own_word_wins(
    make_coin: MakeCoin, decide: Decide, admin: User, bird: Concept, concepts: dict[str, Concept]
) -> None:
    first, second, third, fourth = (side_of(make_coin, f"m.{place}") for place in range(4))
    raptor = side_of(make_coin, "m.5", "A raptor on altar")
    decide(first, "raptor", "yes")
    decide(second, "raptor", "yes")
    own = decide(second, "eagle", "no")
    withdrawn = decide(third, "eagle", "no")
    undo_decision(user=withdrawn.user, decision_id=withdrawn.pk, key=uuid4())
    decide(third, "raptor", "no")
    kept = list(Decision.objects.order_by("pk").values_list("pk", "concept__slug", "answer"))
    merged = merge_concepts(user=admin, concept=bird, into=concepts["eagle"])
    assert (merged.labels, merged.contradictions, merged.concept.retired) == (4, 1, True)
    assert label_of(first, "eagle") == ("yes", False, False, "yes", "expert")
    assert label_of(second, "eagle") == ("no", False, False, "no", "expert")
    assert label_of(third, "eagle") == ("no", False, False, "no", "expert")
    assert label_of(fourth, "eagle") is None
    assert label_of(raptor, "eagle") == ("", True, False, "yes", "text")
    assert not Label.objects.filter(concept=bird).exists()
    assert list(Decision.objects.order_by("pk").values_list("pk", "concept__slug", "answer")) == kept
    item = ReviewItem.objects.open().get(side=second)
    assert (item.concept.slug, item.reason) == ("eagle", "Before they were merged: yes to Raptor, no to Eagle.")
    assert [each.side_id for each in contradictions_of(concepts["eagle"], Hierarchy.read())] == [second.pk]
    decide(second, "eagle", "yes", base=own)
    assert contradictions_of(concepts["eagle"], Hierarchy.read()) == []
    assert not ReviewItem.objects.open().filter(side=second).exists()
    assert "raptor" not in freeze_snapshot(user=admin).concepts


def test_labels_can_be_rebuilt_from_what_they_rest_on(
    make_coin: MakeCoin, decide: Decide, admin: User, bird: Concept, concepts: dict[str, Concept]
) -> None:
    sides = [side_of(make_coin, f"b.{place}", "Raptor" if place % 2 else "Horse") for place in range(6)]
    version = make_model(admin, concepts=["raptor", "horse"])
    Publication.objects.create(version=version, user=admin, served_at=version.created_at)
    scores = (0.9, 0.1, 0.6, 0.7, 0.2, 0.3)
    Prediction.objects.bulk_create(
        Prediction(version=version, side=side, probabilities=[p, 1 - p]) for side, p in zip(sides, scores, strict=True)
    )
    refresh_model_labels(version)
    decide(sides[2], "raptor", "no")
    decide(sides[4], "eagle", "unsure")
    merge_concepts(user=admin, concept=bird, into=concepts["eagle"])
    read_texts([side.coin_id for side in sides])
    first = all_labels()
    assert label_of(sides[0], "eagle") == ("", False, True, "yes", "model")
    assert label_of(sides[2], "eagle") == ("no", False, True, "no", "expert")
    rebuild_labels(list(Concept.objects.values_list("pk", flat=True)))
    assert all_labels() == first
    refresh_model_labels(version)
    refresh_text_labels([side.pk for side in sides])
    assert all_labels() == first


def test_an_answer_that_arrives_after_the_merging_counts_and_can_be_undone(
    make_coin: MakeCoin, decide: Decide, admin: User, expert: User, bird: Concept, concepts: dict[str, Concept]
) -> None:
    side = side_of(make_coin, "late.1", "Eagle")
    rank_questions(round=0)
    merge_concepts(user=admin, concept=bird, into=concepts["eagle"])
    late = decide(side, "raptor", "no")
    assert label_of(side, "eagle") == ("no", True, False, "no", "expert")
    assert not ReviewItem.objects.open().filter(side=side).exists()
    own = decide(side, "eagle", "yes")
    undo_decision(user=expert, decision_id=own.pk, key=uuid4())
    assert label_of(side, "eagle") == ("no", True, False, "no", "expert")
    undo_decision(user=expert, decision_id=late.pk, key=uuid4())
    assert label_of(side, "eagle") == ("", True, False, "yes", "text")
    assert [item.concept.slug for item in ReviewItem.objects.open().filter(side=side)] == ["eagle"]


def test_rules_go_along_with_their_versions_and_come_back(
    make_coin: MakeCoin, admin: User, bird: Concept, concepts: dict[str, Concept]
) -> None:
    eagle = concepts["eagle"]
    raptor = Rule.objects.get(concept=bird, pattern="raptor")
    save_rule(user=admin, concept=bird, draft=Draft("en", "stem", "raptor"), rule=raptor, base=1)
    side = side_of(make_coin, "v.1", "Raptor and eagle")
    before, readings = all_labels(), set(PseudoLabel.objects.values_list("side", "concept", "rule", "start"))
    merge_concepts(user=admin, concept=bird, into=eagle)
    assert set(bird.rules.values_list("pattern", flat=True)) == {"eagle"}
    raptor.refresh_from_db()
    assert (raptor.concept, raptor.version) == (eagle, 2)
    assert list(RuleChange.objects.filter(rule=raptor).values_list("version", "kind")) == [(2, "stem"), (1, "word")]
    read_texts([side.coin_id])
    assert set(PseudoLabel.objects.values_list("concept__slug", flat=True)) == {"eagle"}
    unmerge_concept(user=admin, concept=bird)
    read_texts([side.coin_id])
    raptor.refresh_from_db()
    assert raptor.concept == bird
    assert set(PseudoLabel.objects.values_list("side", "concept", "rule", "start")) == readings
    assert {row[:3] for row in all_labels()} == {row[:3] for row in before}
    said = [(row.concept.slug, row.what, row.before, row.after) for row in ConceptChange.objects.order_by("pk")]
    assert said == [
        ("raptor", "merged", str(raptor.pk), "Eagle"),
        ("eagle", "merged", "Raptor", ""),
        ("raptor", "revived", "Eagle", ""),
        ("eagle", "revived", "", "Raptor"),
    ]


def test_a_merging_is_not_taken_back_once_answers_spoke_of_both(
    make_coin: MakeCoin, decide: Decide, admin: User, bird: Concept, concepts: dict[str, Concept]
) -> None:
    side = side_of(make_coin, "t.1")
    merge_concepts(user=admin, concept=bird, into=concepts["eagle"])
    decide(side, "eagle", "yes")
    with pytest.raises(ConceptRefused, match="Since the merging one answer was given on Eagle"):
        unmerge_concept(user=admin, concept=bird)
    bird.refresh_from_db()
    assert bird.merged_into == concepts["eagle"] and bird.retired


def test_what_implies_a_merged_concept_implies_the_one_that_stays(
    make_coin: MakeCoin, admin: User, bird: Concept, concepts: dict[str, Concept]
) -> None:
    horse, eagle = concepts["horse"], concepts["eagle"]
    change(admin, horse, implies=(bird.pk,), broader=bird.pk)
    merge_concepts(user=admin, concept=bird, into=eagle)
    assert implications()["horse"] == ("eagle",)
    assert Hierarchy.read().parent(horse.pk) == eagle.pk
    side = side_of(make_coin, "i.1", "Horse")
    assert label_of(side, "eagle") == ("", True, False, "yes", "text")


def test_merging_is_refused_where_it_makes_no_sense(admin: User, bird: Concept, concepts: dict[str, Concept]) -> None:
    eagle, horse, altar = concepts["eagle"], concepts["horse"], concepts["altar"]
    with pytest.raises(ConceptRefused, match="Raptor cannot be merged into itself"):
        merge_concepts(user=admin, concept=bird, into=bird)
    retire_concept(user=admin, concept=altar)
    with pytest.raises(ConceptRefused, match="Altar is retired and cannot be taken for it"):
        merge_concepts(user=admin, concept=bird, into=altar)
    change(admin, horse, implies=(bird.pk,))
    change(admin, eagle, implies=(horse.pk,))
    with pytest.raises(ConceptRefused, match="circle: Eagle to Horse to Eagle"):
        merge_concepts(user=admin, concept=bird, into=eagle)
    with pytest.raises(ConceptRefused, match="is not merged"):
        unmerge_concept(user=admin, concept=bird)
    change(admin, eagle, implies=())
    merge_concepts(user=admin, concept=bird, into=eagle)
    with pytest.raises(ConceptRefused, match="was merged already"):
        merge_concepts(user=admin, concept=bird, into=horse)
    with pytest.raises(ConceptRefused, match="Take the merging back"):
        revive_concept(user=admin, concept=bird)
    with pytest.raises(ConceptRefused, match="It was merged into Eagle: add its words there"):
        create_concept(user=admin, name="Raptor", names={}, rules=[])


def test_a_chain_of_mergings_counts_for_its_end(
    make_coin: MakeCoin, decide: Decide, admin: User, bird: Concept, concepts: dict[str, Concept]
) -> None:
    side = side_of(make_coin, "c.1")
    decide(side, "raptor", "yes")
    merge_concepts(user=admin, concept=bird, into=concepts["eagle"])
    merge_concepts(user=admin, concept=concepts["eagle"], into=concepts["horse"])
    assert label_of(side, "horse") == ("yes", False, False, "yes", "expert")
    with pytest.raises(ConceptRefused, match="Eagle is itself retired or merged"):
        unmerge_concept(user=admin, concept=bird)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_merged_while_questions_are_ranked(admin: User, bird: Concept, concepts: dict[str, Concept]) -> None:
    other = connections.create_connection("default")
    try:
        with other.cursor() as ranking:
            ranking.execute("SELECT pg_advisory_lock(hashtext('questions'))")
            with pytest.raises(ConceptRefused, match="being ranked at this moment"):
                merge_concepts(user=admin, concept=bird, into=concepts["eagle"])
            ranking.execute("SELECT pg_advisory_unlock(hashtext('questions'))")
            merge_concepts(user=admin, concept=bird, into=concepts["eagle"])
    finally:
        other.close()
    bird.refresh_from_db()
    assert bird.merged_into == concepts["eagle"]


def test_what_was_drawn_for_a_merged_concept_is_not_asked_to_be_drawn_again(
    make_coin: MakeCoin, decide: Decide, admin: User, bird: Concept, concepts: dict[str, Concept]
) -> None:
    drawn, undrawn = side_of(make_coin, "d.1"), side_of(make_coin, "d.2")
    for side in (drawn, undrawn):
        decide(side, "raptor", "yes")
    corners = {"left": 0.1, "top": 0.1, "right": 0.9, "bottom": 0.9}
    Box.objects.create(side=drawn, concept=bird, user=admin, key=uuid4(), **corners)
    merge_concepts(user=admin, concept=bird, into=concepts["eagle"])
    assert [(label.side, label.concept.slug) for label in wanted_labels()] == [(undrawn, "eagle")]
