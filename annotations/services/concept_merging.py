"""Two concepts that are one: what was said of either counts for the one that stays, and each keeps its history."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from annotations.models import Concept, ConceptChange, Decision, Label, Rule
from annotations.queries.hierarchy import Hierarchy
from annotations.queries.merged_concepts import Contradiction, contradictions_between
from annotations.services.concept_changes import hold_concepts, hold_questions, settle_open, withdraw_open
from annotations.services.concepts import ConceptRefused
from annotations.services.gold import carry_gold
from annotations.services.label_rebuilding import rebuild_labels
from mlcore.contract import Report

What = ConceptChange.What
STRATEGY = "merge"
AT_ONCE = 20_000
"""Labels of both concepts up to which they come together while the page waits; more follow in a job."""
_ASK_AGAIN = """
INSERT INTO annotations_reviewitem (side_id, concept_id, score, reason, round, strategy, status)
SELECT side_id, %(into)s, 1.0, reason, 0, %(strategy)s, 'open'
FROM unnest(%(sides)s::bigint[], %(reasons)s::text[]) AS given (side_id, reason)
ON CONFLICT (side_id, concept_id) DO UPDATE
SET status = 'open', score = 1.0, suspicion = NULL, reason = EXCLUDED.reason, strategy = EXCLUDED.strategy
"""
# Where only the one that goes has a label it becomes the other's, which costs half of a new one.
_MOVE_LABELS = """
UPDATE annotations_label label SET concept_id = %(into)s WHERE concept_id = %(merged)s AND NOT EXISTS (
  SELECT 1 FROM annotations_label beside WHERE beside.side_id = label.side_id AND beside.concept_id = %(into)s)
"""


@dataclass(frozen=True)
class Merged:
    concept: Concept
    into: Concept
    labels: int
    """Sides of which something is known of the concept that stays, as yet."""
    follow: bool
    """Whether the labels come together only in the job that reads the texts."""
    contradictions: int
    """Sides on which experts said yes to one and no to the other: they are asked again."""


def check_merging(concept: Concept, into: Concept) -> None:
    """Raises ConceptRefused with a sentence where these two cannot be merged."""
    if concept.pk == into.pk:
        raise ConceptRefused(f"{concept.name} cannot be merged into itself. Choose another concept.")
    if concept.merged_into_id:
        raise ConceptRefused(f"{concept.name} was merged already. Take that back first.")
    for each, what in ((concept, "merged"), (into, "taken for it")):
        if each.retired:
            raise ConceptRefused(f"{each.name} is retired and cannot be {what}. Bring it back first.")
    circle = Hierarchy.read().circle_of_merging(concept.pk, into.pk)
    if circle:
        way = " to ".join(circle)
        raise ConceptRefused(f"Merged, the concepts would go round in a circle: {way}. Change what stands above them.")


@transaction.atomic
def merge_concepts(*, user: User, concept: Concept, into: Concept) -> Merged:
    """Let all that was and will be said of `concept` count for `into`; where both were answered, `into`'s answer wins.

    Decisions and readings stay as they are: labels look through the merging. Raises ConceptRefused.
    """
    hold_questions()
    held = hold_concepts(concept.pk, into.pk)
    concept, into = held[concept.pk], held[into.pk]
    check_merging(concept, into)
    contradictions = contradictions_between(concept, into)
    rules = _move_rules(concept, into)
    Concept.objects.filter(pk=concept.pk).update(retired=True, merged_into=into)
    withdraw_open([concept.pk])
    labels = Label.objects.filter(concept__in=[concept, into]).count()
    follow = labels > AT_ONCE
    if not follow:
        labels = _bring_together(concept, into)
    _ask_again(contradictions, concept, into)
    moved = " ".join(map(str, rules))
    ConceptChange.objects.bulk_create(
        [
            ConceptChange(concept=concept, what=What.MERGED, before=moved, after=into.name, user=user),
            ConceptChange(concept=into, what=What.MERGED, before=concept.name, after="", user=user),
        ]
    )
    concept.refresh_from_db()
    return Merged(concept, into, labels, follow, len(contradictions))


def bring_labels_together(report: Report) -> None:
    """What mergings of many labels left to do: concepts that are merged and still have labels of their own."""
    left = Concept.objects.filter(Exists(Label.objects.filter(concept=OuterRef("pk")))).exclude(merged_into=None)
    waiting = list(left)
    for done, concept in enumerate(waiting):
        report({"event": "progress", "stage": "merging labels", "done": done, "total": len(waiting)})
        with transaction.atomic():
            hold_questions(wait=True)
            root = Hierarchy.read().root(concept.pk)
            held = hold_concepts(concept.pk, root)
            if held[concept.pk].merged_into_id:  # else it was taken back meanwhile
                _bring_together(concept, held[root])


def _bring_together(concept: Concept, into: Concept) -> int:
    """Runs inside a transaction that holds both concepts and the questions. Returns how many labels there are."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_LABELS, {"merged": concept.pk, "into": into.pk})
    labels = rebuild_labels([concept.pk, into.pk])
    settle_open([into.pk])
    carry_gold(of=concept, to=into)
    return labels


@transaction.atomic
def unmerge_concept(*, user: User, concept: Concept) -> Concept:
    """Take a merging back, with the rules that went along: the next reading of the texts tells their words apart.

    Raises ConceptRefused where it cannot be taken apart.
    """
    hold_questions()
    into_id = Concept.objects.values_list("merged_into_id", flat=True).get(pk=concept.pk)
    held = hold_concepts(concept.pk, *filter(None, [into_id]))
    concept = held[concept.pk]
    if concept.merged_into_id is None or concept.merged_into_id != into_id:
        raise ConceptRefused(f"{concept.name} is not merged into another concept.")
    into = held[concept.merged_into_id]
    if reason := why_together(concept):
        raise ConceptRefused(reason)
    merging = _merging_of(concept)
    moved = [int(number) for number in re.findall(r"\d+", merging.before)]
    Rule.objects.filter(pk__in=moved, concept=into).update(concept=concept)
    Concept.objects.filter(pk=concept.pk).update(retired=False, merged_into=None)
    rebuild_labels([concept.pk, into.pk])
    settle_open([concept.pk, into.pk])
    for gold in carry_gold(of=into, to=concept):
        gold.delete()
    ConceptChange.objects.bulk_create(
        [
            ConceptChange(concept=concept, what=What.REVIVED, before=into.name, after="", user=user),
            ConceptChange(concept=into, what=What.REVIVED, before="", after=concept.name, user=user),
        ]
    )
    concept.refresh_from_db()
    return concept


def why_together(concept: Concept) -> str:
    """Why a merged concept cannot be taken apart again, as a sentence; empty where it can."""
    into = concept.merged_into
    assert into is not None  # noqa: S101
    if into.retired:
        return f"{into.name} is itself retired or merged. Take that back first."
    since = Decision.objects.filter(concept=into, created_at__gt=_merging_of(concept).created_at).count()
    if not since:
        return ""
    answers = "one answer was" if since == 1 else f"{since:,} answers were"
    return (
        f"Since the merging {answers} given on {into.name}, and nobody can tell whether {concept.name} was meant. "
        "Make a new concept instead, and decide on it."
    )


def _merging_of(concept: Concept) -> ConceptChange:
    return concept.changes.filter(what=What.MERGED).latest("pk")


def _move_rules(concept: Concept, into: Concept) -> list[int]:
    """Give the rules to the concept that stays, with their versions; those that it has already stay behind."""
    known = set(into.rules.values_list("language", "kind", "pattern"))
    rules = [rule.pk for rule in concept.rules.all() if (rule.language, rule.kind, rule.pattern) not in known]
    Rule.objects.filter(pk__in=rules).update(concept=into)
    return rules


def _ask_again(contradictions: list[Contradiction], concept: Concept, into: Concept) -> None:
    reasons = [
        f"Before they were merged: {each.merged_answer} to {concept.name[:60]}, {each.answer} to {into.name[:60]}."
        for each in contradictions
    ]
    sides = [each.side_id for each in contradictions]
    with connection.cursor() as cursor:
        cursor.execute(_ASK_AGAIN, {"into": into.pk, "sides": sides, "reasons": reasons, "strategy": STRATEGY})
