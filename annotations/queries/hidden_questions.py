"""What a person may see of questions that are hidden from them: their own blind answers, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.contrib.auth.models import User
from django.db.models import QuerySet

from annotations.models import BlindAnswer, Decision, HiddenQuestion, ReviewItem
from annotations.queries.review import Question, of_pairs


def veil(questions: Sequence[Question], user: User) -> list[Question]:
    """Where a question is hidden from this person, their own answer stands in the place of the one on record.

    So it does where they were shown what others said after they had answered, until they take their answer back: a
    new one is given with what they know.
    """
    settled = [each for each in questions if each.item.status == ReviewItem.Status.ANSWERED]
    if not settled:
        return list(questions)
    pairs = of_pairs(each.item for each in settled)
    mine = {(each.side_id, each.concept_id): each for each in standing_blind(user).filter(pairs)}
    unseen = HiddenQuestion.objects.filter(pairs, user=user, seen_at=None)
    hidden = set(unseen.values_list("side_id", "concept_id"))
    hidden |= {pair for pair, answer in mine.items() if answer.answer != Decision.Answer.WITHDRAWN}
    hidden -= set(Decision.objects.filter(pairs, user=user).values_list("side_id", "concept_id")) if hidden else set()
    shown = []
    for question in questions:
        pair = question.item.side_id, question.item.concept_id
        is_hidden = pair in hidden and question in settled
        shown.append(replace(question, current=mine.get(pair)) if is_hidden else question)
    return shown


def with_blind(decisions: Iterable[Decision], user: User, count: int) -> list[Decision | BlindAnswer]:
    """The newest answers that a person can take back, with blind ones among them, the last first."""
    blind = standing_blind(user).filter(undoes=None).exclude(answer=Decision.Answer.WITHDRAWN).order_by("-id")[:count]
    both: list[Decision | BlindAnswer] = [*decisions, *blind]
    return sorted(both, key=lambda answer: answer.created_at, reverse=True)[:count]


def standing_blind(user: User) -> QuerySet[BlindAnswer]:
    return BlindAnswer.objects.filter(user=user, answered_by=None).select_related("user")
