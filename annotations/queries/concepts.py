"""Concepts with how often each origin says them, and sides to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from annotations.models import Concept, Label, Rule, Side
from annotations.models.evidence import Answer

EXAMPLES = 12


@dataclass(frozen=True)
class Examples:
    words: str
    origin: str
    answer: str
    sides: Sequence[Side]


def concepts_with_counts() -> QuerySet[Concept]:
    """Concepts in use with the sides that show them now, and those on which each origin says so."""
    said = {
        "sides": Q(labels__answer=Answer.YES),
        "expert_yes": Q(labels__expert=Answer.YES),
        "expert_no": Q(labels__expert=Answer.NO),
        "text_yes": Q(labels__text_present=True),
        "model_yes": Q(labels__model_present=True),
    }
    counts = {name: Count("labels", filter=condition) for name, condition in said.items()}
    return Concept.objects.in_use().annotate(**counts).prefetch_related("implies").order_by("name")


@dataclass(frozen=True)
class Words:
    """What the texts of one language are read by."""

    language: str
    meant: Sequence[Rule]
    not_meant: Sequence[Rule]


def words_of(concept: Concept) -> list[Words]:
    rules = list(concept.rules.filter(retired=False).order_by("language", "pattern"))
    languages = dict.fromkeys(rule.language for rule in rules)
    return [
        Words(
            language,
            [rule for rule in rules if rule.language == language and rule.kind != Rule.Kind.EXCLUSION],
            [rule for rule in rules if rule.language == language and rule.kind == Rule.Kind.EXCLUSION],
        )
        for language in languages
    ]


def examples_of(concept: Concept) -> list[Examples]:
    """Sides to learn the concept from: what experts call it and do not, and what texts call it."""
    labels = Label.objects.filter(concept=concept).exclude(side__crop="")
    groups = (
        ("An expert says yes", "expert", "yes", labels.filter(expert=Answer.YES)),
        ("An expert says no", "expert", "no", labels.filter(expert=Answer.NO)),
        ("The text names it", "text", "", labels.filter(text_present=True, expert="")),
    )
    found = [
        Examples(
            words, origin, answer, [label.side for label in some.select_related("side__coin").order_by("id")[:EXAMPLES]]
        )
        for words, origin, answer, some in groups
    ]
    return [examples for examples in found if examples.sides]
