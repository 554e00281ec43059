"""Concepts and their rules as data, brought into the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from annotations.models import Concept, Rule, RuleChange
from annotations.queries.text_rules import implications, text_rules
from mlcore.text.languages import fold
from mlcore.text.rules import Rule as TextRule
from mlcore.text.rules import RuleSet, compile_rules
from mlcore.text.vocabulary import ConceptEntry, RuleEntry, read_concepts


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


class ConceptRefused(Exception):
    """The concept cannot be made; the message says why and what to do."""


@transaction.atomic
def create_concept(
    *, user: User, name: str, names: Mapping[str, str], rules: Iterable[RuleEntry], guideline: str = "", link: str = ""
) -> Concept:
    """Make a concept with the first versions of its rules. Raises ConceptRefused, also for one that exists."""
    slug = slugify(fold(name))[:50]
    if not slug:
        raise ConceptRefused(f"“{name}” has no Latin letters to make an address of. Give a name in English.")
    refuse_known(slug, {name, *names.values()}, link)
    try:
        for rule in (rules := list(dict.fromkeys(rules))):
            TextRule(0, slug, rule.language, rule.kind, rule.pattern, 1)
    except ValueError as error:
        raise ConceptRefused(str(error)) from error
    try:
        with transaction.atomic():
            concept = Concept.objects.create(slug=slug, name=name, names=dict(names), guideline=guideline, link=link)
    except IntegrityError as error:
        raise ConceptRefused(f"Somebody made the concept “{name}” at this moment. Open it instead.") from error
    made = Rule.objects.bulk_create(
        Rule(concept=concept, language=rule.language, kind=rule.kind, pattern=rule.pattern) for rule in rules
    )
    RuleChange.objects.bulk_create(
        RuleChange(rule=rule, version=1, language=rule.language, kind=rule.kind, pattern=rule.pattern, user=user)
        for rule in made
    )
    return concept


def refuse_known(slug: str, names: Collection[str], link: str, but: Concept | None = None) -> None:
    """Refuse what another concept (than `but`) is called already, in any language, or links to."""
    wanted = {fold(name): name for name in names}
    for concept in Concept.objects.select_related("merged_into"):
        if but and concept.pk == but.pk:
            continue
        shared = [fold(name) for name in (concept.name, *concept.names.values()) if fold(name) in wanted]
        if shared or (slug and concept.slug == slug):
            called = wanted[shared[0]] if shared else slug
            raise ConceptRefused(f"“{called}” is a name of the concept {concept.name} already. {_way_out(concept)}")
        if link and concept.link == link:
            raise ConceptRefused(f"The concept {concept.name} links to {link} already. {_way_out(concept)}")


def _way_out(concept: Concept) -> str:
    if concept.merged_into:
        return f"It was merged into {concept.merged_into.name}: add its words there."
    after = " It is no longer asked for; an administrator brings it back on its page." if concept.retired else ""
    return f"Add its words there.{after}"


def compiled_rules() -> RuleSet:
    """The present rules of all concepts in use."""
    return compile_rules(text_rules(), implications())
