"""Questions whose answer is known: asked again, unseen among the others, to know how often a person is right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, Subquery

from annotations.models import Concept, Decision, GoldQuestion, Label, ReviewItem

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
    concept = decision.concept
    while concept.merged_into:
        concept = concept.merged_into
    label = Label.objects.filter(side=decision.side_id, concept=concept, decision=decision).first()
    if label is None:
        raise NotGold(f"This answer is not the one that stands for {concept.name}, or nobody is asked about it now.")
    ReviewItem.objects.bulk_create(
        [answered_item(decision.side_id, concept.pk, named=label.text_present)], ignore_conflicts=True
    )
    gold, _ = GoldQuestion.objects.update_or_create(
        side_id=decision.side_id,
        concept=concept,
        defaults={"answer": decision.answer, "decision": decision, "set_by": user, "withdrawn": False},
    )
    return gold


def carry_gold(*, of: Concept, to: Concept) -> Sequence[GoldQuestion]:
    """Ask under `to` what is known of `of`, where the same answer is the expert's word on both. Returns whence.

    Runs inside the transaction that merged the two or parted them, once their labels are made anew.
    """
    words = Label.objects.filter(concept=to, decision=OuterRef("decision")).values("text_present")
    known = GoldQuestion.objects.filter(concept=of, withdrawn=False).annotate(named=Subquery(words))
    found = list(known.exclude(named=None))
    ReviewItem.objects.bulk_create(
        [answered_item(gold.side_id, to.pk, named=gold.named) for gold in found], ignore_conflicts=True
    )
    copied = ("side_id", "answer", "decision_id", "set_by_id")
    store_gold([GoldQuestion(concept=to, **{name: getattr(gold, name) for name in copied}) for gold in found])
    return found


def store_gold(rows: Iterable[GoldQuestion]) -> None:
    """One row per question: the newest answer counts, also where the one before was withdrawn."""
    GoldQuestion.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["side", "concept"],
        update_fields=["answer", "decision", "set_by", "withdrawn"],
    )


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
