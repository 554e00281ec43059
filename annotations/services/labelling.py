"""All texts of the corpus read again with the present rules, once the labels of merged concepts are together."""

from __future__ import annotations

from collections import Counter
from typing import cast

from django.contrib.auth.models import User

from annotations.models import Coin, LabellingRun
from annotations.services.concept_merging import bring_labels_together
from annotations.services.concepts import compiled_rules
from annotations.services.entities import entity_matcher
from annotations.services.jobs import write_fenced
from annotations.services.ranking import open_questions
from annotations.services.texts import read_texts
from mlcore.contract import Report

BATCH = 500


def queue_labelling(*, user: User | None) -> LabellingRun:
    """The labelling that waits already, or a new one."""
    waiting = LabellingRun.objects.filter(status=LabellingRun.Status.QUEUED).first()
    return cast(LabellingRun, waiting) if waiting else LabellingRun.objects.create(created_by=user)


def carry_out_labelling(run: LabellingRun, report: Report) -> None:
    bring_labels_together(report)
    rules, matcher = compiled_rules(), entity_matcher()
    counts: Counter[str] = Counter()
    coins = Coin.objects.order_by("pk")
    total, last = coins.count(), 0
    while batch := list(coins.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        counts.update(read_texts(batch, rules, matcher))
        counts["coins"] += len(batch)
        last = batch[-1]
        report({"event": "progress", "stage": "reading texts", "done": counts["coins"], "total": total})
    counts["questions"] = open_questions()
    write_fenced(run, counts=dict(counts))
