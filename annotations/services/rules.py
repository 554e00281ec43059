"""Rules as persons change them: every saving is a version of its own, and none is ever lost."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from annotations.models import Concept, LabellingRun, Rule, RuleChange
from annotations.queries.text_rules import Draft
from annotations.services.labelling import queue_labelling


class RuleRefused(ValueError):
    """A sentence that says what is wrong with the rule, and what to do."""


class RuleConflict(Exception):
    """Somebody saved the rule in the meantime."""

    def __init__(self, current: Rule) -> None:
        super().__init__("Somebody saved this rule in the meantime.")
        self.current = current


def check_draft(concept: Concept, draft: Draft, rule: Rule | None = None) -> Draft:
    """The draft with its spaces in order. Raises RuleRefused; `rule` is the one that it would change."""
    draft = Draft(draft.language.strip(), draft.kind, " ".join(draft.pattern.split()), draft.retired, draft.face)
    try:
        draft.as_text_rule(concept.slug)
    except ValueError as error:
        raise RuleRefused(str(error)) from error
    if rule and draft == Draft.of(rule):
        raise RuleRefused(f"Nothing differs from version {rule.version}. Change something, or leave it as it is.")
    same = Rule.objects.filter(concept=concept, language=draft.language, kind=draft.kind, pattern=draft.pattern)
    other = (same.exclude(pk=rule.pk) if rule else same).first()
    if other:
        what = "It is retired: open it under “Retired” and bring it back." if other.retired else "It reads already."
        raise RuleRefused(f"{concept.name} has the rule {other}. {what}")
    return draft


@transaction.atomic
def save_rule(*, user: User, concept: Concept, draft: Draft, rule: Rule | None = None, base: int = 0) -> Rule:
    """Add a rule, or make the draft the next version of `rule`; `base` is the version that the person saw.

    Raises RuleRefused, and RuleConflict where another version stands by now.
    """
    Concept.objects.select_for_update().get(pk=concept.pk)  # two savings of one concept stand one behind the other
    if rule is None:
        draft = check_draft(concept, draft)
        saved = Rule.objects.create(concept=concept, **_fields(draft))
    else:
        saved = Rule.objects.get(pk=rule.pk)
        if saved.version != base:
            raise RuleConflict(saved)
        draft = check_draft(concept, draft, saved)
        _remember(saved, user=None)
        for name, value in _fields(draft).items():
            setattr(saved, name, value)
        saved.version += 1
        saved.save()
    _remember(saved, user=user)
    return saved


def save_and_relabel(
    *, user: User, concept: Concept, draft: Draft, rule: Rule | None = None, base: int = 0
) -> tuple[Rule, LabellingRun]:
    """Save a rule and queue the reading of all texts with it; the caller sends the run. Raises as `save_rule`."""
    with transaction.atomic():
        saved = save_rule(user=user, concept=concept, draft=draft, rule=rule, base=base)
        return saved, queue_labelling(user=user)


def _remember(rule: Rule, *, user: User | None) -> None:
    """Write the rule's version down; one that came with the concepts was not written down and has no author."""
    RuleChange.objects.get_or_create(
        rule=rule, version=rule.version, defaults={**_fields(Draft.of(rule)), "user": user}
    )


def _fields(draft: Draft) -> dict[str, Any]:
    return {
        "language": draft.language,
        "kind": draft.kind,
        "pattern": draft.pattern,
        "retired": draft.retired,
        "face": draft.face,
    }
