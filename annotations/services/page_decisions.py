"""A page of answers: single decisions that are stored in one transaction, all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, connection, transaction

from annotations.models import Concept, Decision, Side
from annotations.services.decisions import KeyReused, settle_questions
from annotations.services.labels import settle_decisions

TRIES = 20
# Shorter than the second after which PostgreSQL looks for a deadlock: the page steps back, never a job that renews
# labels or questions. All tries together end before a browser loses patience.
LOCK_PATIENCE = "400ms"
STEP_BACK = {"55P03", "40P01"}
"""SQLSTATE of a lock that was not to be had in time, and of a deadlock."""


@dataclass(frozen=True)
class PageAnswer:
    side: int
    concept: str
    answer: str
    key: UUID
    base: int | None
    """The decision that the person saw, None where nobody had answered."""


@dataclass(frozen=True)
class Stale:
    """An answer of the page to something that stands no more."""

    sent: Decision
    current: Decision | None


class PageConflict(Exception):
    """Somebody answered some of these questions in the meantime; nothing of the page was stored."""

    def __init__(self, stale: list[Stale]) -> None:
        super().__init__(f"{len(stale)} of these questions were answered in the meantime.")
        self.stale = stale


def record_page(*, user: User, page: UUID, answers: Sequence[PageAnswer]) -> list[Decision]:
    """Store these answers under one page, each to what its base said. The same keys again return the stored rows.

    Raises PageConflict where any of them is stale, KeyReused, and ValueError for what cannot be an answer.
    """
    concepts = Concept.objects.in_bulk({each.concept for each in answers}, field_name="slug")
    sides = set(Side.objects.filter(pk__in={each.side for each in answers}).values_list("pk", flat=True))
    _check(answers, sides, set(concepts))
    return _store(
        [
            Decision(
                user=user,
                side_id=each.side,
                concept=concepts[each.concept],
                answer=each.answer,
                key=each.key,
                base_id=each.base,
                page=page,
            )
            for each in answers
        ]
    )


def undo_page(*, user: User, page: UUID, keys: Mapping[UUID, UUID]) -> list[Decision]:
    """Take decisions back, each by a row of its own under `page`. `keys`: a decision's key to that of its reversal.

    What was taken back before stays so. Raises PageConflict where one was answered since, and ValueError.
    """
    undone = list(Decision.objects.filter(key__in=keys).select_related("base", "concept"))
    unknown = set(keys) - {each.key for each in undone}
    if unknown:
        raise ValueError(f"There is no decision {min(map(str, unknown))}.")
    if any(each.user_id != user.pk for each in undone):
        raise PermissionDenied("Only the person who decided can undo it.")
    earlier = list(Decision.objects.filter(undoes__in=undone).select_related("user", "concept"))
    reversed_before = {each.undoes_id for each in earlier}
    reversals = [
        Decision(
            user=user,
            side_id=each.side_id,
            concept=each.concept,
            answer=each.base.answer if each.base else Decision.Answer.WITHDRAWN,
            key=keys[each.key],
            base=each,
            undoes=each,
            page=page,
        )
        for each in undone
        if each.pk not in reversed_before
    ]
    try:
        return earlier + _store(reversals)
    except PageConflict:
        if Decision.objects.filter(undoes__in=undone).count() == len(earlier):
            raise
        return undo_page(user=user, page=page, keys=keys)  # taken back twice at once: this one came second


def _check(answers: Sequence[PageAnswer], sides: set[int], concepts: set[str]) -> None:
    for each in answers:
        if each.answer not in (Decision.Answer.YES, Decision.Answer.NO, Decision.Answer.UNSURE):
            raise ValueError(f"“{each.answer}” is no answer; say yes, no or unsure.")
        if each.side not in sides:
            raise ValueError(f"There is no side {each.side}.")
        if each.concept not in concepts:
            raise ValueError(f"There is no concept “{each.concept}”.")
    for what, named in (("question", {(each.side, each.concept) for each in answers}), ("key", {*map(_key, answers)})):
        if len(named) < len(answers):
            raise ValueError(f"The page says one {what} twice; send each once.")


def _key(answer: PageAnswer) -> UUID:
    return answer.key


def _store(rows: list[Decision]) -> list[Decision]:
    """Insert in one order, so that two pages meet at their first common question and not in a circle."""
    rows = sorted(rows, key=lambda row: (row.side_id, row.concept_id))
    for tries_left in reversed(range(TRIES)):
        stored = _stored(rows)
        if stored is not None:
            return stored
        try:
            return _insert(rows)
        except (PageConflict, IntegrityError):
            stored = _stored(rows)  # the same page may have come twice at once
            if stored is not None:
                return stored
            stale = _find_stale(rows)
            if not stale:
                raise
            raise PageConflict(stale) from None
        except OperationalError as error:
            if not tries_left or getattr(error.__cause__, "sqlstate", None) not in STEP_BACK:
                raise
    raise AssertionError("the last try returns or raises")


@transaction.atomic
def _insert(rows: list[Decision]) -> list[Decision]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_PATIENCE}'")
    stale = _find_stale(rows)
    if stale:
        raise PageConflict(stale)
    stored = Decision.objects.bulk_create([copy(row) for row in rows])  # a try that failed leaves the rows as they were
    ids = [each.pk for each in stored]
    settle_decisions(ids)
    settle_questions(ids)
    return stored


def _stored(rows: list[Decision]) -> list[Decision] | None:
    """The page as it stands already, None where nothing of it does."""
    found = Decision.objects.select_related("user", "concept").in_bulk([row.key for row in rows], field_name="key")
    if rows and not found:
        return None
    for row in rows:
        same = found.get(row.key)
        if same is None:
            raise KeyReused("Some keys of this page stand for answers already, others do not; draw new ones.")
        if (same.user_id, same.side_id, same.concept_id) != (row.user_id, row.side_id, row.concept_id):
            raise KeyReused(f"The key {row.key} already stands for another answer; draw a new one.")
    return [found[row.key] for row in rows]


def _find_stale(rows: list[Decision]) -> list[Stale]:
    newest = Decision.objects.filter(
        side_id__in={row.side_id for row in rows}, concept_id__in={row.concept_id for row in rows}, answered_by=None
    ).select_related("user", "concept")
    current = {(each.side_id, each.concept_id): each for each in newest.order_by("id")}
    asked = [(row, current.get((row.side_id, row.concept_id))) for row in rows]
    return [Stale(row, stands) for row, stands in asked if row.base_id != (stands.pk if stands else None)]
