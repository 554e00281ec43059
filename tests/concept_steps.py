"""Steps of tests that change concepts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User

from annotations.models import Concept, ConceptChange, Decision, Label, Side
from annotations.services.concept_changes import Wording, change_concept, last_change
from annotations.services.decisions import record_decision
from tests.conftest import MakeCoin

Decide = Callable[..., Decision]


def decider(expert: User) -> Decide:
    """How this expert answers: a side, a concept's slug, an answer, and the decision that it is said to."""

    def said(side: Side, concept: str, answer: str, base: Decision | None = None) -> Decision:
        base_id = base.pk if base else None
        asked = {"side_id": side.pk, "concept": concept, "answer": answer}
        return record_decision(user=expert, key=uuid4(), base_id=base_id, **asked)

    return said


def side_of(make_coin: MakeCoin, identifier: str, text: str = "") -> Side:
    return Side.objects.get(coin=make_coin(identifier, reverse=text, crop="ab/x.webp"), face="reverse")


def label_of(side: Side, concept: str) -> tuple[Any, ...] | None:
    label = Label.objects.filter(side=side, concept__slug=concept).first()
    return (label.expert, label.text_present, label.model_present, label.answer, label.origin) if label else None


def all_labels() -> set[tuple[Any, ...]]:
    fields = ("side", "concept", "expert", "decision", "text_present", "model_score", "model_present")
    return set(Label.objects.values_list(*fields, "model_version", "answer", "origin"))


def change(user: User, concept: Concept, **fields: Any) -> list[ConceptChange]:
    concept.refresh_from_db()
    wording = replace(Wording.of(concept), **fields)
    return change_concept(user=user, concept=concept, wording=wording, base=last_change(concept))
