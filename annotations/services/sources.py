"""How far each source of labels can be trusted: estimated from where they agree, measured where experts answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from django.contrib.auth.models import User

from annotations.models import Concept, SourceRun
from annotations.queries.source_answers import Answers, expert_answers, read_ground, source_answers
from annotations.services.concepts import compiled_rules
from annotations.services.jobs import write_fenced
from mlcore.contract import Report
from mlcore.noise.dawid_skene import ABSTAINED, Settings, accuracy_intervals, fit_consensus
from mlcore.text.shares import Share, wilson

ENOUGH_SOURCES = 3
"""With two classes, fewer sources leave their errors open (Dawid and Skene, 1979): any split of blame fits as well.
Lists of entities read the words that rules read, so they do not count as further sources."""
DRAWS = 100
"""Of the sides, with replacement, for the intervals."""
ROUGHLY = Settings(tolerance=1e-4)
"""Far below the width of an interval, and several times as fast."""


def queue_sources(*, user: User | None) -> SourceRun:
    """The judging that waits already, or a new one."""
    waiting = SourceRun.objects.filter(status=SourceRun.Status.QUEUED).first()
    return cast(SourceRun, waiting) if waiting else SourceRun.objects.create(created_by=user)


def carry_out_sources(run: SourceRun, report: Report) -> None:
    ground = read_ground(compiled_rules())
    concepts = list(Concept.objects.in_use())
    found = {}
    for done, concept in enumerate(concepts):
        report({"event": "progress", "stage": "judging concepts", "done": done, "total": len(concepts)})
        said = {name: answers for name, answers in source_answers(ground, concept) if (answers == 1).any()}
        if said:
            found[concept.slug] = judge_sources(said, expert_answers(ground, concept))
    counts = {"sides": len(ground.ids), "concepts": len(found)}
    write_fenced(run, sources=found, counts=counts)


def judge_sources(said: Mapping[str, Answers], experts: Answers) -> dict[str, Any]:
    """What is known of each source. said, experts: (sides,) of 1, 0 and -1 for nothing."""
    answers = np.stack(list(said.values()), axis=1)
    answers, experts = answers[(answers != ABSTAINED).any(axis=1)], experts[(answers != ABSTAINED).any(axis=1)]
    judged: dict[str, Any] = {
        "sides": len(answers),
        "experts": int((experts != ABSTAINED).sum()),
        "identified": sum(not name.startswith("entities:") for name in said) >= ENOUGH_SOURCES,
        "present": None,
        "sources": [_describe(name, answers[:, place], experts) for place, name in enumerate(said)],
    }
    if len(said) > 1:
        _add_estimates(judged, answers)
    return judged


def _add_estimates(judged: dict[str, Any], answers: Answers) -> None:
    consensus, intervals = fit_consensus(answers), accuracy_intervals(answers, ROUGHLY, rounds=DRAWS)
    judged["present"] = round(float(consensus.posterior[:, 1].mean()), 4)
    for place, source in enumerate(judged["sources"]):
        source["estimated"] = {
            "accuracy": round(float(consensus.accuracy[place]), 4),
            "low": round(float(intervals[place, 0]), 4),
            "high": round(float(intervals[place, 1]), 4),
            "sensitivity": round(float(consensus.confusion[place, 1, 1]), 4),
            "specificity": round(float(consensus.confusion[place, 0, 0]), 4),
        }


def _describe(name: str, said: Answers, experts: Answers) -> dict[str, Any]:
    both = (said != ABSTAINED) & (experts != ABSTAINED)
    right = (said == experts) & both
    return {
        "source": name,
        "answered": int((said != ABSTAINED).sum()),
        "yes": int((said == 1).sum()),
        "estimated": None,
        "measured": {
            "accuracy": _share(right, both),
            "sensitivity": _share(right, both & (experts == 1)),
            "specificity": _share(right, both & (experts == 0)),
        },
    }


def _share(right: np.ndarray[Any, Any], of: np.ndarray[Any, Any]) -> dict[str, float] | None:
    share: Share | None = wilson(int((right & of).sum()), int(of.sum()))
    if share is None:
        return None
    low, high = round(share.low, 4), round(share.high, 4)
    return {"right": share.right, "of": share.of, "value": round(share.value, 4), "low": low, "high": high}
