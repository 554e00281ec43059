"""What persons say: inserted, never changed; a stale answer is a conflict, a repeated one is the same row.

Answers come alone or by the page, as decisions or, where the question was hidden, as blind answers. All of them are
stored and taken back here: those that come together in one transaction, all or none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import QuerySet

from annotations.models import BlindAnswer, Concept, Decision, Side
from annotations.services.labels import ROOTS, settle_decisions
from annotations.services.second_readings import settle_readings

Given = Decision | BlindAnswer
AnyGiven = TypeVar("AnyGiven", bound=Given)
KINDS: tuple[type[Decision], type[BlindAnswer]] = (Decision, BlindAnswer)
TRIES = 20
# Shorter than the second after which PostgreSQL looks for a deadlock: the answer steps back, never a job that renews
# labels or questions. All tries together end before a browser loses patience.
LOCK_PATIENCE = "'400ms'"
STEP_BACK = {"55P03", "40P01"}
"""SQLSTATE of a lock that was not to be had in time, and of a deadlock."""
_SETTLE_QUESTIONS = f"""
WITH RECURSIVE {ROOTS}
UPDATE annotations_reviewitem item SET
  status = CASE label.expert WHEN '' THEN 'open' ELSE 'answered' END,
  leased_to_id = NULL, leased_until = NULL
FROM annotations_decision decision
JOIN merged ON merged.concept_id = decision.concept_id
JOIN annotations_label label ON label.side_id = decision.side_id AND label.concept_id = merged.root_id
WHERE decision.id = ANY(%s) AND item.side_id = label.side_id AND item.concept_id = label.concept_id
"""  # noqa: S608 - a part of our own


@dataclass(frozen=True)
class Stale:
    """An answer to something that stands no more."""

    sent: Given
    current: Given | None


class Conflict(Exception):
    """Somebody answered some of these questions in the meantime; nothing was stored."""

    def __init__(self, stale: Sequence[Stale]) -> None:
        super().__init__(f"{len(stale)} of these questions were answered in the meantime.")
        self.stale = stale


class KeyReused(Exception):
    """A key that already stands for another answer."""


def record_decision(*, user: User, side_id: int, concept: str, answer: str, key: UUID, base_id: int | None) -> Decision:
    """Store an answer to what `base_id` said (None: nobody yet). The same key again returns the stored row.

    Raises Conflict where another decision stands by now, KeyReused, Side.DoesNotExist, Concept.DoesNotExist, and
    ValueError for an answer that is none.
    """
    check_answer(answer)
    side, asked = Side.objects.get(pk=side_id), Concept.objects.get(slug=concept)
    return store([Decision(user=user, side=side, concept=asked, answer=answer, key=key, base_id=base_id)])[0]


def undo_decision(*, user: User, decision_id: int, key: UUID) -> Decision:
    """Take a decision back: a new row with the answer that stood before it. Undoing twice is one reversal."""
    undone = Decision.objects.select_related("base", "side", "concept").get(pk=decision_id)
    return take_back([undone], user=user, keys={undone.key: key})[0]


def current_decision(*, side_id: int, concept_id: int) -> Decision | None:
    return (
        Decision.objects.filter(side_id=side_id, concept_id=concept_id, answered_by=None)
        .select_related("user", "concept")
        .order_by("-id")
        .first()
    )


def is_stored(key: UUID) -> bool:
    """Whether an answer of either kind has this key."""
    return any(kind.objects.filter(key=key).exists() for kind in KINDS)


def check_answer(answer: str) -> None:
    if answer not in (Decision.Answer.YES, Decision.Answer.NO, Decision.Answer.UNSURE):
        raise ValueError(f"“{answer}” is no answer; say yes, no or unsure.")


def take_back(
    answers: Sequence[AnyGiven], *, user: User, keys: Mapping[UUID, UUID], page: UUID | None = None
) -> list[AnyGiven]:
    """Reverse answers, each by a row of its own. `keys`: an answer's key to that of its reversal.

    What was taken back before stays so. Raises Conflict where one was answered since.
    """
    if any(each.user_id != user.pk for each in answers):
        raise PermissionDenied("Only the person who decided can undo it.")
    earlier = _reversals_of(answers)
    waiting = [each for each in answers if each.key not in earlier]
    try:
        made = store([_reversal(each, keys[each.key], page) for each in waiting])
    except Conflict:
        if len(_reversals_of(answers)) == len(earlier):
            raise
        return take_back(answers, user=user, keys=keys, page=page)  # taken back twice at once: this one came second
    found = earlier | {each.key: reversal for each, reversal in zip(waiting, made, strict=True)}
    return [found[each.key] for each in answers]


def _reversals_of(answers: Sequence[AnyGiven]) -> dict[UUID, AnyGiven]:
    """By the key of what each took back."""
    found: dict[UUID, Any] = {}
    for kind, mine in _by_kind(answers):
        rows: QuerySet[Any] = kind.objects.filter(undoes__in=[each.pk for each in mine])
        found |= {each.undoes.key: each for each in rows.select_related("user", "concept", "undoes")}
    return found


def _reversal(answer: AnyGiven, key: UUID, page: UUID | None) -> AnyGiven:
    before = answer.base.answer if answer.base else Decision.Answer.WITHDRAWN
    reversal = copy(answer)
    reversal.pk, reversal.answer, reversal.key, reversal.page = None, before, key, page  # type: ignore[assignment]
    reversal.base = reversal.undoes = answer  # type: ignore[assignment]
    return reversal


def store(rows: Sequence[AnyGiven]) -> list[AnyGiven]:
    """Insert one person's answers, all or none; the same keys again return the stored rows.

    Raises Conflict where any of them is stale, and KeyReused.
    """
    for tries_left in reversed(range(TRIES)):
        stored = _stored(rows)
        if stored is not None:
            return stored
        try:
            return _insert(rows)
        except (Conflict, IntegrityError):
            stored = _stored(rows)  # the same keys may have come twice at once
            if stored is not None:
                return stored
            stale = _find_stale(rows)
            if not stale:
                raise
            raise Conflict(stale) from None
        except OperationalError as error:
            if not tries_left or getattr(error.__cause__, "sqlstate", None) not in STEP_BACK:
                raise
    raise AssertionError("the last try returns or raises")


@transaction.atomic
def _insert(rows: Sequence[AnyGiven]) -> list[AnyGiven]:
    _set_patience(LOCK_PATIENCE)
    stale = _find_stale(rows)
    if stale:
        raise Conflict(stale)
    made = [copy(row) for row in rows]  # a try that failed leaves the rows as they were
    # In one order, so that two pages meet at their first common question and not in a circle.
    in_order = sorted(made, key=lambda row: (row.side_id, row.concept_id))
    _number(in_order)
    for kind, mine in _by_kind(in_order):
        kind.objects.bulk_create(mine)  # type: ignore[arg-type]
    decided = [row.pk for row in in_order if isinstance(row, Decision)]
    if decided:
        settle_decisions(decided)
        settle_questions(decided)
    settle_readings([row for row in in_order if isinstance(row, BlindAnswer)])
    _set_patience("DEFAULT")  # what else the caller's transaction writes is not tried again
    return made


def _set_patience(time: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout TO {time}")


def _number(rows: Sequence[Given]) -> None:
    """Both kinds take their numbers from one row, in which nobody can see which is which."""
    if len(_by_kind(rows)) < 2:
        return  # the database numbers them
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('annotations_decision_id_seq') FROM generate_series(1, %s)", [len(rows)])
        for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = number


def _stored(rows: Sequence[AnyGiven]) -> list[AnyGiven] | None:
    """These answers as they stand already, None where none of them does."""
    found: dict[UUID, Any] = {}
    for kind in KINDS:
        known: QuerySet[Any] = kind.objects.select_related("user", "concept")
        found |= known.in_bulk([row.key for row in rows], field_name="key")
    if rows and not found:
        return None
    for row in rows:
        same = found.get(row.key)
        if same is None:
            raise KeyReused("Some of these keys stand for answers already, others do not; draw new ones.")
        if _question(same) != _question(row):
            raise KeyReused(f"The key {row.key} already stands for another answer; draw a new one.")
    return [found[row.key] for row in rows]


def _question(row: Given) -> tuple[int, int, int, int | None]:
    """What a key stands for."""
    return row.user_id, row.side_id, row.concept_id, row.undoes_id


def _find_stale(rows: Sequence[Given]) -> list[Stale]:
    """A decision follows the newest on its question, a blind answer the newest of the same person's."""
    current: dict[tuple[type[Given], int, int], Given] = {}
    for kind, mine in _by_kind(rows):
        asked = {"side_id__in": {row.side_id for row in mine}, "concept_id__in": {row.concept_id for row in mine}}
        newest: QuerySet[Any] = kind.objects.filter(**asked, answered_by=None).select_related("user", "concept")
        if kind is BlindAnswer:
            newest = newest.filter(user=mine[0].user_id)
        current |= {(kind, each.side_id, each.concept_id): each for each in newest.order_by("id")}
    stands = [current.get((type(row), row.side_id, row.concept_id)) for row in rows]
    return [Stale(row, now) for row, now in zip(rows, stands, strict=True) if row.base_id != (now.pk if now else None)]


def _by_kind(rows: Sequence[AnyGiven]) -> list[tuple[type[AnyGiven], list[AnyGiven]]]:
    kinds: Any = [(kind, [row for row in rows if isinstance(row, kind)]) for kind in KINDS]
    return [(kind, mine) for kind, mine in kinds if mine]


def settle_questions(decision_ids: Sequence[int]) -> None:
    """Close the questions that these decisions answer, and open those whose answer they take back."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE_QUESTIONS, [list(decision_ids)])
