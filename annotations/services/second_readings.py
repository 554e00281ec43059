"""What two persons said without knowing of each other is gold, and no longer once the second takes it back."""

from __future__ import annotations

from collections.abc import Sequence

from annotations.models import BlindAnswer, Decision, GoldQuestion
from annotations.services.gold import KNOWN, store_gold


def settle_readings(answers: Sequence[BlindAnswer]) -> None:
    """Bring gold in line with one person's blind answers. Runs inside their transaction."""
    read = [each for each in answers if each.purpose == BlindAnswer.Purpose.OVERLAP]
    if not read:
        return
    firsts = Decision.objects.filter(answered_by=None, answer__in=KNOWN).in_bulk([each.decision_id for each in read])
    agreed = [each for each in read if each.decision_id in firsts and firsts[each.decision_id].answer == each.answer]
    others = {each.decision_id for each in read} - {each.decision_id for each in agreed}
    GoldQuestion.objects.filter(decision__in=others, set_by=read[0].user_id).update(withdrawn=True)
    copied = ("side_id", "concept_id", "answer", "decision_id")
    store_gold(
        GoldQuestion(set_by_id=each.user_id, **{name: getattr(each, name) for name in copied}) for each in agreed
    )
