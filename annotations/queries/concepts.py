"""Concepts with how often each origin says them, and sides to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from annotations.models import Concept, Label, Rule, Side
from annotations.models.evidence import Answer
from annotations.queries.hierarchy import Hierarchy
from mlcore.text.languages import fold

EXAMPLES = 10
_SAID = {
    "sides": Q(labels__answer=Answer.YES),
    "expert_yes": Q(labels__expert=Answer.YES),
    "expert_no": Q(labels__expert=Answer.NO),
    "text_yes": Q(labels__text_present=True),
    "model_yes": Q(labels__model_present=True),
}


@dataclass(frozen=True)
class Examples:
    words: str
    origin: str
    answer: str
    sides: Sequence[Side]


@dataclass(frozen=True)
class TreeLine:
    """One concept in the tree. `path`: the broader ones above it, the broadest first."""

    concept: Any
    depth: int
    implies: Sequence[Concept]
    path: Sequence[Concept]
    matches: bool
    """False for a broader concept that stands here only to show where the others belong."""


def concepts_with_counts() -> QuerySet[Concept]:
    """Concepts with the sides that show them now, and those on which each origin says so."""
    counts = {name: Count("labels", filter=condition) for name, condition in _SAID.items()}
    return Concept.objects.annotate(**counts).select_related("merged_into").order_by("name")


def read_tree(words: str = "") -> list[TreeLine]:
    """Concepts in use, narrower ones under broader ones: all, or those called so with what stands above them."""
    hierarchy = Hierarchy.read()
    counted = {concept.pk: concept for concept in concepts_with_counts().in_use()}  # type: ignore[attr-defined]
    wanted = {pk for pk, concept in counted.items() if is_called(concept, words)}
    above = {up.pk for pk in wanted for up in hierarchy.above(pk)}
    return [
        TreeLine(
            concept=counted[concept.pk],
            depth=depth,
            implies=[hierarchy.concepts[pk] for pk in hierarchy.implies(concept.pk)],
            path=hierarchy.above(concept.pk),
            matches=concept.pk in wanted,
        )
        for depth, concept in hierarchy.tree()
        if concept.pk in wanted or concept.pk in above
    ]


def is_called(concept: Concept, words: str) -> bool:
    """Whether any of its names, in any language, holds these words; case and accents aside."""
    return any(fold(words.strip()) in fold(name) for name in (concept.name, concept.slug, *concept.names.values()))


def retired_concepts(words: str = "") -> list[Concept]:
    """Those that are no longer asked for, the merged ones among them."""
    retired = Concept.objects.filter(retired=True).select_related("merged_into").order_by("name")
    return [concept for concept in retired if is_called(concept, words)]


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
    """Sides to learn the concept from: the newest that experts called so, near misses, and clear ones.

    A near miss is a side that a text or the model calls so while an expert does not.
    """
    labels = Label.objects.filter(concept=concept).exclude(side__crop="").select_related("side__coin")
    labels = labels.defer("side__coin__search", "side__text")
    said = Q(text_present=True) | Q(model_present=True)
    no = labels.filter(expert=Answer.NO)
    seen = labels.filter(expert="", text_present=False, model_present=True)
    clearest = F("model_score").desc(nulls_last=True)
    groups = (
        ("An expert says yes", "expert", "yes", labels.filter(expert=Answer.YES).order_by("-decision_id")),
        ("Near misses: text or model says yes, an expert no", "expert", "no", no.filter(said).order_by("-decision_id")),
        ("An expert says no", "expert", "no", no.exclude(said).order_by("-decision_id")),
        ("The text names it", "text", "", labels.filter(text_present=True, expert="").order_by(clearest, "id")),
        ("The model sees it", "model", "", seen.order_by(clearest, "id")),
    )
    found = [
        Examples(words, origin, answer, [label.side for label in some[:EXAMPLES]])
        for words, origin, answer, some in groups
    ]
    return [examples for examples in found if examples.sides]
