"""Concepts as persons change them: every change is a row of its own, and nothing that was said is lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from django.contrib.auth.models import User
from django.db import connection, transaction

from annotations.models import Concept, ConceptChange, ReviewItem
from annotations.queries.hierarchy import Hierarchy
from annotations.services.concepts import ConceptRefused, refuse_known
from annotations.services.label_rebuilding import rebuild_labels
from annotations.services.review import withdraw_questions

What = ConceptChange.What
_ANSWER = """
UPDATE annotations_reviewitem item SET status = 'answered', leased_to_id = NULL, leased_until = NULL
FROM annotations_label label WHERE item.concept_id = ANY(%(concepts)s) AND item.status = 'open'
AND label.side_id = item.side_id AND label.concept_id = item.concept_id AND label.expert <> ''
"""
_REOPEN = """
UPDATE annotations_reviewitem item SET status = 'open' FROM annotations_concept concept
WHERE item.concept_id = ANY(%(concepts)s) AND item.status = 'answered'
AND concept.id = item.concept_id AND NOT concept.retired AND NOT EXISTS (
  SELECT 1 FROM annotations_label label
  WHERE label.side_id = item.side_id AND label.concept_id = item.concept_id AND label.expert <> '')
"""


class ConceptConflict(Exception):
    """Somebody changed the concept in the meantime."""


@dataclass(frozen=True)
class Wording:
    """What a person can change on a concept. Its slug stays: addresses, snapshots and models name it so."""

    name: str
    names: Mapping[str, str]
    """Language code → name."""
    guideline: str
    link: str
    broader: int | None
    implies: tuple[int, ...]

    @classmethod
    def of(cls, concept: Concept) -> Wording:
        implied = tuple(sorted(other.pk for other in concept.implies.all()))
        return cls(concept.name, concept.names, concept.guideline.strip(), concept.link, concept.broader_id, implied)


def last_change(concept: Concept) -> int:
    """The number of its newest change, 0 where there was none: a form that was filled in before it is stale."""
    return ConceptChange.objects.filter(concept=concept).values_list("pk", flat=True).first() or 0


@transaction.atomic
def change_concept(*, user: User, concept: Concept, wording: Wording, base: int) -> list[ConceptChange]:
    """Make the concept say this; returns a row for each thing that differs, none where nothing does.

    `base` is the newest change that the person saw. Raises ConceptConflict where another was made since, and
    ConceptRefused.
    """
    concept = hold_concepts(concept.pk)[concept.pk]
    if last_change(concept) != base:
        raise ConceptConflict(f"Somebody changed {concept.name} in the meantime.")
    if concept.merged_into_id:
        raise ConceptRefused(f"{concept.name} was merged into another concept; change that one.")
    wording = replace(wording, implies=tuple(sorted(wording.implies)))
    known = Hierarchy.read()
    _check(concept, wording, known)
    before, after = _written(Wording.of(concept), known), _written(wording, known)
    for field in ("name", "names", "guideline", "link"):
        setattr(concept, field, getattr(wording, field))
    concept.broader_id = wording.broader
    concept.save()
    concept.implies.set(wording.implies)
    return [_note(user, concept, what, before[what], after[what]) for what in before if before[what] != after[what]]


@transaction.atomic
def retire_concept(*, user: User, concept: Concept) -> Concept:
    """Ask for it no more: its open questions and its labels go; what persons said of it stays, and brings them back.

    Raises ConceptRefused where questions are being ranked.
    """
    hold_questions()
    concept = hold_concepts(concept.pk)[concept.pk]
    if concept.retired:
        return concept
    Concept.objects.filter(pk=concept.pk).update(retired=True)
    withdraw_open([concept.pk])
    rebuild_labels([concept.pk])
    _note(user, concept, What.RETIRED, "", "")
    concept.refresh_from_db()
    return concept


@transaction.atomic
def revive_concept(*, user: User, concept: Concept) -> Concept:
    """Ask for a retired concept again. Raises ConceptRefused for a merged one, and where questions are being ranked."""
    hold_questions()
    concept = hold_concepts(concept.pk)[concept.pk]
    if concept.merged_into_id:
        raise ConceptRefused(f"{concept.name} was merged into another concept. Take the merging back instead.")
    if not concept.retired:
        return concept
    Concept.objects.filter(pk=concept.pk).update(retired=False)
    rebuild_labels([concept.pk])
    settle_open([concept.pk])
    _note(user, concept, What.REVIVED, "", "")
    concept.refresh_from_db()
    return concept


def hold_concepts(*pks: int) -> dict[int, Concept]:
    """Lock these rows, in one order: until the transaction ends nobody decides on them and no text is read for them."""
    found = Concept.objects.select_for_update().filter(pk__in=pks).order_by("pk")
    return {concept.pk: concept for concept in found}


def hold_questions(*, wait: bool = False) -> None:
    """Keep rankings out until the transaction ends. One that runs now may take a minute: only a job waits for it.

    Raises ConceptRefused.
    """
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('questions'))")
            return
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('questions'))")
        if not cursor.fetchone()[0]:
            raise ConceptRefused("The questions are being ranked at this moment. Try again in a minute.")


def withdraw_open(concept_ids: Collection[int]) -> int:
    """Take their open questions off the queue; returns how many."""
    return withdraw_questions(
        list(ReviewItem.objects.open().filter(concept__in=concept_ids).values_list("pk", flat=True))
    )


def settle_open(concept_ids: Collection[int]) -> None:
    """Close the questions that an expert's word answers by now, and open those that none answers any more."""
    with connection.cursor() as cursor:
        for statement in (_ANSWER, _REOPEN):
            cursor.execute(statement, {"concepts": list(concept_ids)})


def _check(concept: Concept, wording: Wording, known: Hierarchy) -> None:
    if not wording.name.strip():
        raise ConceptRefused("Give the concept a name in English.")
    fresh = {wording.name, *wording.names.values()} - {concept.name, *concept.names.values()}
    refuse_known("", fresh, wording.link if wording.link != concept.link else "", but=concept)
    for other in {*wording.implies, wording.broader} - {None}:
        if other not in known.concepts or known.concepts[other].retired:  # type: ignore[index]
            raise ConceptRefused("One of the chosen concepts is no longer asked for. Load the page again.")
    circle = known.circle_of_broader(concept.pk, wording.broader)
    if circle:
        raise ConceptRefused(
            f"That would put {concept.name} above itself: {' is under '.join(circle)}. Choose another."
        )
    circle = known.circle_of_implied(concept.pk, wording.implies)
    if circle:
        raise ConceptRefused(f"That would go round in a circle: {' implies '.join(circle)}. Take one of them away.")


def _written(wording: Wording, known: Hierarchy) -> dict[ConceptChange.What, str]:
    """As the history shows it."""
    english = {**wording.names, "en": wording.name}
    others = [f"{code}: {name}" for code, name in sorted(english.items()) if code != "en"]
    implied = sorted(known.concepts[pk].name for pk in wording.implies)
    return {
        What.NAME: "; ".join([wording.name, *others]),
        What.GUIDELINE: wording.guideline,
        What.LINK: wording.link,
        What.BROADER: known.concepts[wording.broader].name if wording.broader else "",
        What.IMPLIES: ", ".join(implied),
    }


def _note(user: User, concept: Concept, what: ConceptChange.What, before: str, after: str) -> ConceptChange:
    return ConceptChange.objects.create(concept=concept, what=what, before=before, after=after, user=user)
