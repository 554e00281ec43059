"""Mergings of many labels: what stays is not written again, and what is too much for a page comes together in a job."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import Concept, GoldQuestion, Label, LabellingRun, ReviewItem
from annotations.services import concept_merging, jobs
from annotations.services.concept_merging import bring_labels_together, merge_concepts, unmerge_concept
from annotations.services.concepts import create_concept
from annotations.services.gold import set_gold
from annotations.services.label_rebuilding import rebuild_labels
from annotations.services.labelling import carry_out_labelling, queue_labelling
from annotations.services.review import rank_questions
from mlcore.text.vocabulary import RuleEntry
from tests.concept_steps import Decide, all_labels, decider, label_of, side_of
from tests.conftest import MakeCoin


@pytest.fixture
def decide(expert: User) -> Decide:
    return decider(expert)


@pytest.fixture
def bird(admin: User, concepts: dict[str, Concept]) -> Concept:
    """A second concept for eagles, with a word of its own."""
    return create_concept(user=admin, name="Raptor", names={"en": "Raptor"}, rules=[RuleEntry("en", "word", "raptor")])


def test_rebuilding_writes_only_the_labels_that_differ(
    make_coin: MakeCoin, admin: User, bird: Concept, concepts: dict[str, Concept]
) -> None:
    """Each written row costs: a merging of 100,000 labels must not write those that stay as they are."""
    both = side_of(make_coin, "w.1", "An eagle, a raptor")
    alone = side_of(make_coin, "w.2", "A raptor")
    Label.objects.create(side=alone, concept=concepts["horse"], text_present=True, answer="yes", origin="text")
    before = {label.side_id: label.pk for label in Label.objects.filter(concept=concepts["eagle"])}
    moved = Label.objects.get(side=alone, concept=bird).pk
    assert merge_concepts(user=admin, concept=bird, into=concepts["eagle"]).labels == 2
    after = {label.side_id: label.pk for label in Label.objects.filter(concept=concepts["eagle"])}
    assert after == before | {alone.pk: moved}
    assert not Label.objects.filter(concept=bird).exists() and before.keys() == {both.pk}
    rebuild_labels([concepts["horse"].pk, concepts["eagle"].pk])
    assert not Label.objects.filter(concept=concepts["horse"]).exists(), "no text says it"
    assert {label.side_id: label.pk for label in Label.objects.filter(concept=concepts["eagle"])} == after


def test_many_labels_come_together_in_the_job_that_reads_the_texts(
    make_coin: MakeCoin,
    decide: Decide,
    admin: User,
    bird: Concept,
    concepts: dict[str, Concept],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(concept_merging, "AT_ONCE", 1)
    monkeypatch.setattr(jobs, "HEARTBEAT", 600)
    sides = [side_of(make_coin, f"j.{place}", "A raptor" if place < 2 else "An eagle") for place in range(4)]
    set_gold(user=admin, decision=decide(sides[0], "raptor", "no"))
    rank_questions(round=0)
    merged = merge_concepts(user=admin, concept=bird, into=concepts["eagle"])
    assert (merged.follow, merged.labels, merged.concept.retired) == (True, 4, True)
    assert Label.objects.filter(concept=bird).count() == 2, "nothing is moved while the page waits"
    late = decide(sides[2], "raptor", "no")
    assert label_of(sides[2], "eagle") == ("no", True, False, "no", "expert")
    told: list[dict[str, Any]] = []
    bring_labels_together(told.append)
    assert [(event["stage"], event["total"]) for event in told] == [("merging labels", 1)]
    assert not Label.objects.filter(concept=bird).exists()
    assert label_of(sides[0], "eagle") == ("no", True, False, "no", "expert")
    assert label_of(sides[1], "eagle") == ("", True, False, "yes", "text")
    assert Label.objects.get(side=sides[2], concept=concepts["eagle"]).decision == late
    assert GoldQuestion.objects.get(concept=concepts["eagle"]).side_id == sides[0].pk
    first = all_labels()
    run = queue_labelling(user=admin)
    jobs.work_on(LabellingRun, run.pk, carry_out_labelling)
    run.refresh_from_db()
    assert (run.status, all_labels()) == ("succeeded", first)
    assert not ReviewItem.objects.open().filter(side__in=[sides[0], sides[2]]).exists()


def test_a_merging_that_is_taken_back_before_its_labels_came_together_leaves_both_as_they_were(
    make_coin: MakeCoin, admin: User, bird: Concept, concepts: dict[str, Concept], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concept_merging, "AT_ONCE", 0)
    side_of(make_coin, "t.1", "A raptor")
    before = all_labels()
    merge_concepts(user=admin, concept=bird, into=concepts["eagle"])
    unmerge_concept(user=admin, concept=bird)
    bring_labels_together(lambda event: None)
    assert all_labels() == before


def test_the_page_says_that_the_labels_follow(
    client: Client, make_coin: MakeCoin, admin: User, bird: Concept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concept_merging, "AT_ONCE", 0)
    side_of(make_coin, "p.1", "A raptor")
    client.force_login(admin)
    page = client.post(reverse("concept_merge", args=["raptor"]), {"into": "eagle"}, follow=True)
    words = BeautifulSoup(page.content, "html.parser").get_text(" ", strip=True)
    assert "First its labels come over, which takes a while: the page of rules of Eagle shows how far." in words
    assert LabellingRun.objects.get().status == "queued"
