"""A page of answers: single answers that are stored in one transaction, all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from annotations.models import Concept, Decision, Side
from annotations.services.decisions import KINDS, Given, check_answer, store, take_back
from annotations.services.hidden_questions import blind_answer, find_hidden


@dataclass(frozen=True)
class PageAnswer:
    side: int
    concept: str
    answer: str
    key: UUID
    base: int | None
    """The answer that the person saw, None where nobody had answered."""


def record_page(*, user: User, page: UUID, answers: Sequence[PageAnswer]) -> list[Given]:
    """Store these answers under one page, each to what its base said. The same keys again return the stored rows.

    What is hidden from this person is answered blind, in the same transaction. Raises Conflict where any of them is
    stale, KeyReused, and ValueError for what cannot be an answer.
    """
    concepts = Concept.objects.in_bulk({each.concept for each in answers}, field_name="slug")
    sides = set(Side.objects.filter(pk__in={each.side for each in answers}).values_list("pk", flat=True))
    _check(answers, sides, set(concepts))
    asked = [(each.side, concepts[each.concept].pk, each.base) for each in answers]
    hidden = find_hidden(user=user, asked=asked)
    rows: list[Given] = []
    for each in answers:
        concept = concepts[each.concept]
        given: dict[str, Any] = {"user": user, "side_id": each.side, "concept": concept, "answer": each.answer}
        given |= {"key": each.key, "base_id": each.base, "page": page}
        question = hidden.get((each.side, concept.pk))
        rows.append(blind_answer(question, **given) if question else Decision(**given))
    return store(rows)


def undo_page(*, user: User, page: UUID, keys: Mapping[UUID, UUID]) -> list[Given]:
    """Take answers back, each by a row of its own under `page`. `keys`: an answer's key to that of its reversal.

    What was taken back before stays so. Raises Conflict where one was answered since, and ValueError.
    """
    found: dict[UUID, Given] = {}
    for kind in KINDS:
        found |= kind.objects.select_related("base", "concept").in_bulk(list(keys), field_name="key")
    unknown = set(keys) - set(found)
    if unknown:
        raise ValueError(f"There is no decision {min(map(str, unknown))}.")
    return take_back([found[key] for key in keys], user=user, keys=keys, page=page)


def is_page_stored(page: UUID) -> bool:
    return any(kind.objects.filter(page=page).exists() for kind in KINDS)


def _check(answers: Sequence[PageAnswer], sides: set[int], concepts: set[str]) -> None:
    for each in answers:
        check_answer(each.answer)
        if each.side not in sides:
            raise ValueError(f"There is no side {each.side}.")
        if each.concept not in concepts:
            raise ValueError(f"There is no concept “{each.concept}”.")
    for what, named in (("question", {(each.side, each.concept) for each in answers}), ("key", {*map(_key, answers)})):
        if len(named) < len(answers):
            raise ValueError(f"The page says one {what} twice; send each once.")


def _key(answer: PageAnswer) -> UUID:
    return answer.key
