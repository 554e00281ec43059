"""Concepts and their rules as data, brought into the database."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from annotations.models import Concept, Rule
from mlcore.text.rules import Rule as TextRule
from mlcore.text.rules import RuleSet, compile_rules
from mlcore.text.vocabulary import ConceptEntry, read_concepts


@transaction.atomic
def load_concepts(entries: Sequence[ConceptEntry] | None = None) -> int:
    """Add the concepts that the database does not know yet, with their rules; returns how many.

    What persons changed stays.
    """
    entries = read_concepts() if entries is None else entries
    known = set(Concept.objects.values_list("slug", flat=True))
    fresh = [entry for entry in entries if entry.slug not in known]
    concepts = {
        entry.slug: Concept.objects.create(
            slug=entry.slug,
            name=entry.names["en"],
            names=dict(entry.names),
            guideline=entry.guideline,
            link=entry.link,
        )
        for entry in fresh
    }
    for entry in fresh:
        concepts[entry.slug].implies.set(Concept.objects.filter(slug__in=entry.implies))
        Rule.objects.bulk_create(
            Rule(concept=concepts[entry.slug], language=rule.language, kind=rule.kind, pattern=rule.pattern)
            for rule in entry.rules
        )
    return len(fresh)


def implications() -> dict[str, tuple[str, ...]]:
    """Concept slug → slugs it implies directly."""
    return {
        concept.slug: tuple(implied.slug for implied in concept.implies.all())
        for concept in Concept.objects.in_use().prefetch_related("implies")
    }


def compiled_rules() -> RuleSet:
    """The present rules of all concepts in use."""
    rules = Rule.objects.in_use().select_related("concept")
    return compile_rules(
        [TextRule(rule.pk, rule.concept.slug, rule.language, rule.kind, rule.pattern, rule.version) for rule in rules],
        implications(),
    )
