"""Rounds: the runs that made a model of pictures, with what was answered, spent and estimated around each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from annotations.models import Decision, Job, ModelVersion, RankingRun, TrainingRun
from mlcore.ranking.shares import FEWEST_LEFT
from mlcore.registry import kinds

SHOWN = 20
"""Rounds on a page, the newest."""


@dataclass(frozen=True)
class Round:
    """A run that made a model."""

    number: int
    run: TrainingRun
    version: ModelVersion
    answers: int
    """Given and not taken back until its snapshot was frozen."""

    @property
    def frozen_at(self) -> datetime:
        return self.version.snapshot.created_at


@dataclass(frozen=True)
class Estimate:
    """Of the labels that no expert settled: how many the texts give, and which share of them is estimated wrong."""

    present: int
    wrong_present: float | None
    absent: int
    wrong_absent: float | None

    @property
    def wrong(self) -> float | None:
        """Share of all labels of which there are enough, 0..1; None where it could not be estimated."""
        parts = [(self.present, self.wrong_present), (self.absent, self.wrong_absent)]
        enough = [(count, share) for count, share in parts if count >= FEWEST_LEFT]
        if not enough or any(share is None for _, share in enough):
            return None
        return sum(count * (share or 0.0) for count, share in enough) / sum(count for count, _ in enough)


def picture_runs() -> QuerySet[TrainingRun]:
    """Runs that learn from sides, the newest first; those of kinds that are gone are counted among them."""
    of_texts = [name for name, info in kinds().items() if info.learns_from == "texts"]
    runs: QuerySet[TrainingRun] = TrainingRun.objects.exclude(kind__in=of_texts)  # type: ignore[assignment]
    return runs.select_related("snapshot", "created_by").defer("epochs", "libraries")


def unheard_version(ranking: RankingRun | None) -> ModelVersion | None:
    """The newest model of pictures, where nobody has published it and the questions were ranked without it."""
    run = picture_runs().filter(status=Job.Status.SUCCEEDED, version__isnull=False).select_related("version").first()
    if run is None or run.version.publications.exists() or (ranking and ranking.facts["model"] == run.version.pk):
        return None
    version: ModelVersion = run.version
    return version


def list_rounds() -> list[Round]:
    """The newest SHOWN, the first of them first; numbered from the very first."""
    made = picture_runs().filter(status=Job.Status.SUCCEEDED, version__isnull=False)
    count = made.count()
    runs = list(made.select_related("snapshot", "created_by", "version").defer("version__metrics")[:SHOWN])[::-1]
    answers = _answers_until([run.version.snapshot.created_at for run in runs])
    first = count - len(runs) + 1
    return [
        Round(first + place, run, run.version, given)
        for place, (run, given) in enumerate(zip(runs, answers, strict=True))
    ]


def _answers_until(moments: Sequence[datetime]) -> list[int]:
    if not moments:
        return []
    stands = Decision.objects.filter(undoes=None, undone_by=None)
    counts = {str(place): Count("pk", Q(created_at__lte=moment)) for place, moment in enumerate(moments)}
    found = stands.aggregate(**{f"until_{place}": count for place, count in counts.items()})
    return [found[f"until_{place}"] for place in range(len(moments))]


def last_ranking_of(run: TrainingRun) -> RankingRun | None:
    """The newest ranking of questions after this run and before the next."""
    rankings = RankingRun.objects.filter(status=Job.Status.SUCCEEDED, round=run.pk)
    return rankings.first()  # type: ignore[return-value]


def read_estimates(ranking: RankingRun | None) -> dict[str, Estimate]:
    """What a ranking estimated, by slug; empty where there is none."""
    concepts: Mapping[str, Mapping[str, Any]] = ranking.facts.get("concepts", {}) if ranking else {}
    return {
        slug: Estimate(row["present"], _of_enough(row, "present"), row["absent"], _of_enough(row, "absent"))
        for slug, row in concepts.items()
    }


def _of_enough(row: Mapping[str, Any], said: str) -> float | None:
    """Rankings of an earlier version gave a share of a handful of labels, too."""
    share: float | None = row[f"wrong_{said}"]
    return share if row[said] >= FEWEST_LEFT else None


def sum_estimates(estimates: Mapping[str, Estimate], others: Mapping[str, Estimate]) -> Estimate:
    """The concepts together that have a share here and in the other ranking: present and absent each for themselves."""
    both = [(row, others[slug]) for slug, row in estimates.items() if slug in others]
    present = [
        (row.present, row.wrong_present)
        for row, other in both
        if row.wrong_present is not None and other.wrong_present is not None
    ]
    absent = [
        (row.absent, row.wrong_absent)
        for row, other in both
        if row.wrong_absent is not None and other.wrong_absent is not None
    ]
    return Estimate(*_together(present), *_together(absent))


def _together(parts: Sequence[tuple[int, float]]) -> tuple[int, float | None]:
    labels = sum(count for count, _ in parts)
    return labels, sum(count * share for count, share in parts) / labels if labels else None
