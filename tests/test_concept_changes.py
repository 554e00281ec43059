from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from annotations.models import (
    Concept,
    ConceptChange,
    Label,
    ReviewItem,
)
from annotations.queries.hierarchy import Hierarchy
from annotations.services.concept_changes import (
    ConceptConflict,
    Wording,
    change_concept,
    retire_concept,
    revive_concept,
)
from annotations.services.concepts import ConceptRefused
from annotations.services.decisions import undo_decision
from annotations.services.review import lease_items, rank_questions
from annotations.services.snapshots import freeze_snapshot
from annotations.services.texts import read_texts
from tests.concept_steps import Decide, all_labels, change, decider, label_of, side_of
from tests.conftest import MakeCoin


@pytest.fixture
def decide(expert: User) -> Decide:
    return decider(expert)


def test_every_thing_that_differs_is_a_row_with_what_stood_before(admin: User, concepts: dict[str, Concept]) -> None:
    eagle, horse = concepts["eagle"], concepts["horse"]
    before = eagle.guideline
    rows = change(admin, eagle, name="Bird", guideline="Any bird.", broader=horse.pk, implies=(horse.pk,))
    assert [(row.what, row.user, row.after) for row in rows][1:] == [
        ("guideline", admin, "Any bird."),
        ("broader", admin, "Horse"),
        ("implies", admin, "Horse"),
    ]
    assert rows[0].after.startswith("Bird; de: Adler") and rows[1].before == before
    eagle.refresh_from_db()
    assert (eagle.slug, eagle.name, eagle.broader, list(eagle.implies.all())) == ("eagle", "Bird", horse, [horse])
    assert change(admin, eagle) == [] and ConceptChange.objects.count() == 4


def test_a_stale_change_is_a_conflict_and_a_name_of_another_concept_is_refused(
    admin: User, concepts: dict[str, Concept]
) -> None:
    eagle = concepts["eagle"]
    change(admin, eagle, name="Sea eagle", names={"de": "Seeadler"})
    with pytest.raises(ConceptConflict, match="Somebody changed Sea eagle"):
        change_concept(user=admin, concept=eagle, wording=replace(Wording.of(eagle), name="Golden eagle"), base=0)
    with pytest.raises(ConceptRefused, match="“Pferd” is a name of the concept Horse already"):
        change(admin, eagle, names={"de": "Pferd"})
    with pytest.raises(ConceptRefused, match="Give the concept a name"):
        change(admin, eagle, name=" ")
    eagle.refresh_from_db()
    assert (eagle.name, eagle.names) == ("Sea eagle", {"de": "Seeadler"})


def test_no_concept_comes_to_stand_above_itself_or_to_imply_itself(admin: User, concepts: dict[str, Concept]) -> None:
    eagle, horse, quadriga = (concepts[slug] for slug in ("eagle", "horse", "quadriga"))
    change(admin, eagle, broader=horse.pk)
    change(admin, horse, broader=quadriga.pk)
    with pytest.raises(ConceptRefused, match="Quadriga is under Eagle is under Horse is under Quadriga"):
        change(admin, quadriga, broader=eagle.pk)
    with pytest.raises(ConceptRefused, match="above itself"):
        change(admin, eagle, broader=eagle.pk)
    with pytest.raises(ConceptRefused, match="Horse implies Quadriga implies Horse"):
        change(admin, horse, implies=(quadriga.pk,))
    known = Hierarchy.read()
    assert [concept.slug for concept in known.above(eagle.pk)] == ["quadriga", "horse"]
    places = [(depth, concept.slug) for depth, concept in known.tree()]
    start = places.index((0, "quadriga"))
    assert places[start : start + 3] == [(0, "quadriga"), (1, "horse"), (2, "eagle")]


def test_a_retired_concept_is_asked_for_nowhere_and_comes_back_as_it_was(
    make_coin: MakeCoin, decide: Decide, admin: User, expert: User, concepts: dict[str, Concept]
) -> None:
    sides = [side_of(make_coin, f"r.{place}", "Eagle on altar") for place in range(3)]
    decide(sides[0], "eagle", "no")
    rank_questions(round=0)
    before = all_labels()
    retired = retire_concept(user=admin, concept=concepts["eagle"])
    assert retired.retired and not Label.objects.filter(concept=retired).exists()
    asked = {item.concept.slug for item in lease_items(user=expert, count=50)}
    assert asked == {"altar"}
    assert "eagle" not in freeze_snapshot(user=admin).concepts
    read_texts([sides[1].coin_id])
    assert label_of(sides[1], "eagle") is None
    retire_concept(user=admin, concept=retired)
    late = decide(sides[1], "eagle", "yes")
    assert label_of(sides[1], "eagle") is None and not ReviewItem.objects.open().filter(concept=retired).exists()
    undo_decision(user=expert, decision_id=late.pk, key=uuid4())
    revive_concept(user=admin, concept=retired)
    read_texts([sides[1].coin_id])
    assert label_of(sides[0], "eagle") == ("no", True, False, "no", "expert")
    assert {row[:3] for row in all_labels()} == {row[:3] for row in before}
    assert [row.what for row in ConceptChange.objects.all()] == ["revived", "retired"]
