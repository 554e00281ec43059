"""All open questions put in order anew: evidence out of the database, `mlcore rank` in a child, the order back."""

from __future__ import annotations

import time
from pathlib import Path
from typing import cast

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction

from annotations.models import Concept, ModelVersion, RankingRun
from annotations.queries.ranking import newest_round, read_policy
from annotations.services.children import run_child
from annotations.services.jobs import Pulse, write_fenced
from annotations.services.ranking_evidence import write_evidence
from annotations.services.ranking_order import read_order, store_order
from annotations.services.review import rank_questions
from mlcore.contract import LearningError
from mlcore.files import write_json

LIMITS = {"most": 200_000, "most_per_side": 4, "floor": 0.05}
"""Questions at once, however large the corpus, since persons answer some thousands until the next ranking; questions
about one side; and the suspicion below which there is no question, but for the random control."""
FILES = ("evidence.safetensors", "plan.json", "order.safetensors", "order.json")


@transaction.atomic
def queue_ranking(*, user: User | None, round: int) -> RankingRun:
    """The ranking that waits already, or a new one, with the shares that are set now."""
    with connection.cursor() as cursor:  # two clicks at once are one ranking
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('rankings'))")
    found = RankingRun.objects.filter(status=RankingRun.Status.QUEUED).select_for_update().first()
    run = cast(RankingRun, found) if found else RankingRun(created_by=user)
    run.round, run.shares = max(run.round, round), read_policy().shares
    run.save()
    return run


def open_questions() -> int:
    """What new texts say becomes questions at once; where a model or a ranking has judged the others, all are ranked.

    Returns how many questions are open.
    """
    with transaction.atomic():
        count = rank_questions(round=0)
        if (after := newest_round()) is not None:
            queue_ranking(user=None, round=after)
    return count


def ranking_folder(run: RankingRun) -> Path:
    return Path(settings.MODELS_ROOT) / "rankings" / str(run.pk)


def carry_out_ranking(run: RankingRun, pulse: Pulse) -> None:
    """Rank every label that no expert settled; the run's facts say what came of it and how long each part took."""
    folder = ranking_folder(run)
    folder.mkdir(parents=True, exist_ok=True)
    evidence, plan, order, _ = (folder / name for name in FILES)
    concepts = list(Concept.objects.in_use().order_by("pk"))
    version = ModelVersion.objects.published()
    clock = _Clock()
    sides = write_evidence(evidence, concepts, version, pulse)
    if not sides:
        raise LearningError("There is no side with a picture to ask about. Import coins with pictures first.")
    names = _distinct_names(concepts)
    write_json(plan, {"concepts": names, "shares": run.shares, "seed": run.pk} | LIMITS)
    clock.note("collecting")
    run_child(
        ["rank", str(evidence), str(plan), "--out", str(order)],
        log=folder / "log.txt",
        pulse=pulse,
        on_event=lambda event: None,
    )
    clock.note("ranking")
    ranked = read_order(order)
    stored = store_order(ranked, concepts, round=run.round, report=pulse)
    clock.note("storing")
    slugs = {name: concept.slug for name, concept in zip(names, concepts, strict=True)}
    facts = {
        "questions": len(ranked),
        "sides": sides,
        "model": version.pk if version else None,
        "counts": ranked.words["counts"],
        "silent": ranked.words["silent"],
        "concepts": {slugs[name]: figures for name, figures in ranked.words["concepts"].items()},
        "stored": stored,
        "seconds": clock.seconds,
    }
    write_fenced(run, facts=facts)
    for name in FILES:
        (folder / name).unlink()


def _distinct_names(concepts: list[Concept]) -> list[str]:
    """As experts know them; two concepts of one name are told apart by their slugs."""
    names = [concept.name for concept in concepts]
    return [each.name if names.count(each.name) == 1 else f"{each.name} ({each.slug})" for each in concepts]


class _Clock:
    """Seconds by part of the work."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def note(self, part: str) -> None:
        now = time.monotonic()
        self.seconds[part] = round(now - self._last, 2)
        self._last = now
