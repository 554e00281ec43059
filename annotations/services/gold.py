"""Questions whose answer is known: asked again, unseen among the others, to know how often a person is right."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from annotations.models import Decision, GoldQuestion, Label, ReviewItem

KNOWN = (Decision.Answer.YES, Decision.Answer.NO)


class NotGold(Exception):
    """A decision that cannot be asked again as known; says why."""


@transaction.atomic
def set_gold(*, user: User, decision: Decision) -> GoldQuestion:
    """Take a standing decision for the truth. Doing so twice is one row; one that was withdrawn counts again."""
    if decision.answer not in KNOWN:
        raise NotGold(f"“{decision.get_answer_display()}” is no known answer; gold is a yes or a no.")
    if Decision.objects.filter(base=decision).exists():
        raise NotGold("Somebody has answered this question anew; take the answer that stands now.")
    item = answered_item(decision.side_id, decision.concept_id, named=_named_in_text(decision))
    ReviewItem.objects.bulk_create([item], ignore_conflicts=True)
    gold, _ = GoldQuestion.objects.update_or_create(
        side_id=decision.side_id,
        concept_id=decision.concept_id,
        defaults={"answer": decision.answer, "decision": decision, "set_by": user, "withdrawn": False},
    )
    return gold


def answered_item(side_id: int, concept_id: int, *, named: bool) -> ReviewItem:
    """A question that was answered without standing in the queue, with words that do not betray the answer."""
    reason = "The text names it." if named else "The text does not name it."
    status = ReviewItem.Status.ANSWERED
    return ReviewItem(side_id=side_id, concept_id=concept_id, score=0.5, reason=reason, status=status)


def withdraw_gold(*, gold_id: int) -> GoldQuestion:
    """Ask it no more as known; answers given so far no longer count. It can be set again."""
    gold = GoldQuestion.objects.get(pk=gold_id)
    gold.withdrawn = True
    gold.save(update_fields=["withdrawn"])
    return gold


def _named_in_text(decision: Decision) -> bool:
    labels = Label.objects.filter(side_id=decision.side_id, concept_id=decision.concept_id)
    return labels.filter(text_present=True).exists()
