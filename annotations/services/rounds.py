"""What lies between two rounds: labels changed, hours spent, labels still wrong, and what the model gained by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from annotations.models import Concept, RankingRun
from annotations.queries.agreement import Pace, read_pace
from annotations.queries.corrections import Corrections, count_corrections
from annotations.queries.rounds import (
    Estimate,
    Round,
    last_ranking_of,
    read_estimates,
    sum_estimates,
)
from annotations.services.retraining import Trigger, read_trigger
from annotations.services.round_scores import Curve, Worth, compare_models


@dataclass(frozen=True)
class Supply:
    """Sides that show a concept, as the data sets of both rounds had them; None where it did not know the concept."""

    name: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Noise:
    """How many labels of a concept are estimated wrong, in the ranking after each of both rounds."""

    name: str
    before: Estimate | None
    after: Estimate | None

    @property
    def is_known(self) -> bool:
        shares = [(each.wrong_present, each.wrong_absent) for each in (self.before, self.after) if each]
        return any(share is not None for pair in shares for share in pair)


@dataclass(frozen=True)
class Gain:
    before: Round
    after: Round
    worth: Worth
    corrections: Corrections
    spent: list[Pace]
    supply: list[Supply]
    noise: list[Noise]
    noise_of_all: Noise | None
    """Over the concepts that both rankings could judge; None where there are none."""
    rankings: tuple[RankingRun | None, RankingRun | None]

    @property
    def seconds(self) -> float:
        return sum(each.seconds for each in self.spent)

    @property
    def answers(self) -> int:
        return sum(each.answers for each in self.spent)

    @property
    def judged(self) -> list[Noise]:
        return [line for line in self.noise if line.is_known]

    @property
    def unjudged(self) -> list[Noise]:
        """Concepts of which neither ranking had enough to go by."""
        return [line for line in self.noise if not line.is_known]

    @property
    def same_kind(self) -> bool:
        """Whether both were trained alike: else the gain is not that of the corrections alone."""
        first, second = self.before.run, self.after.run
        return (first.kind, first.config) == (second.kind, second.config)


def read_gain(before: Round, after: Round) -> Gain:
    rankings = last_ranking_of(before.run), last_ranking_of(after.run)
    noise, together = _noise(*rankings)
    return Gain(
        before,
        after,
        compare_models(after.version, before.version),
        count_corrections(before.frozen_at, after.frozen_at),
        read_pace(since=before.frozen_at, until=after.frozen_at),
        _supply(before, after),
        noise,
        together,
        rankings,
    )


def corrections_since(frozen_at: datetime | None, trigger: Trigger) -> Corrections:
    """What was answered since the last round; it is counted already where no run came after it."""
    if trigger.corrections and trigger.since == frozen_at:
        return trigger.corrections
    return count_corrections(frozen_at)


def _supply(before: Round, after: Round) -> list[Supply]:
    names = dict(Concept.objects.values_list("slug", "name"))
    first, second = before.version.snapshot.counts, after.version.snapshot.counts
    return [
        Supply(names.get(slug, slug), first.get(f"positives/{slug}"), second.get(f"positives/{slug}"))
        for slug in sorted({*before.version.concepts, *after.version.concepts})
    ]


def _noise(first: RankingRun | None, second: RankingRun | None) -> tuple[list[Noise], Noise | None]:
    before, after = read_estimates(first), read_estimates(second)
    names = dict(Concept.objects.values_list("slug", "name"))
    lines = [Noise(names.get(slug, slug), before.get(slug), after.get(slug)) for slug in sorted({*before, *after})]
    together = Noise("Known in both, together", sum_estimates(before, after), sum_estimates(after, before))
    return lines, together if together.is_known else None


def describe_rounds(rounds: Sequence[Round], curve: Curve | None, *, see_all: bool) -> dict[str, Any]:
    """For programs: the rounds on one test set, and what was answered since the last. Names only where `see_all`."""
    trigger = read_trigger()
    frozen_at = rounds[-1].frozen_at if rounds else None
    points = curve.points if curve else {}
    return {
        "since": _described(corrections_since(frozen_at, trigger))
        | {"hours": _hours(read_pace(since=frozen_at), see_all)},
        "next": {
            "by_itself": trigger.policy.retrain,
            "after_answers": trigger.policy.retrain_after,
            "pause_minutes": trigger.policy.retrain_pause,
            "answers": trigger.answered,
            "active": trigger.active.pk if trigger.active else None,
        },
        "test_set": curve.test_set.pk if curve else None,
        "sides": curve.sides if curve else None,
        "answers": curve.answers if curve else None,
        "concepts": curve.concepts if curve else [],
        "rounds": [
            {"round": each.number, "run": each.run.pk, "model": each.version.pk, "cause": each.run.cause}
            | {"frozen_at": each.frozen_at, "answers_so_far": each.answers}
            | {"mean_ap": asdict(points[each.version.pk]) if each.version.pk in points else None}
            for each in rounds
        ],
    }


def describe_gain(gain: Gain, *, see_all: bool) -> dict[str, Any]:
    part = gain.worth.part
    return {
        "before": gain.before.number,
        "after": gain.after.number,
        "same_settings": gain.same_kind,
        "test_set": gain.worth.test_set.pk if gain.worth.test_set else None,
        "problem": gain.worth.sentence or None,
        "sides": part.sides if part else None,
        "mean": _row(part.mean) if part and part.mean else None,
        "concepts": [_row(row) for row in part.rows if row.concept not in part.thin] if part else [],
        "corrections": _described(gain.corrections),
        "hours": _hours(gain.spent, see_all),
        "noise": [asdict(line) for line in gain.noise],
        "rankings": [ranking.pk if ranking else None for ranking in gain.rankings],
    }


def _row(row: Any) -> dict[str, Any]:
    return {
        "concept": row.concept,
        "answers": row.n,
        "present": row.positives,
        "before": row.published_ap,
        "after": row.candidate_ap,
        "difference": row.difference,
        "interval": None if row.low is None else [row.low, row.high],
    }


def _described(found: Corrections) -> dict[str, Any]:
    return {
        "answered": found.total.answered,
        "changed": found.total.changed,
        "kinds": found.total.kinds,
        "concepts": {row.slug: row.kinds for row in found.concepts},
    }


def _hours(spent: Sequence[Pace], see_all: bool) -> dict[str, Any]:
    people = {"people": {each.who: round(each.hours, 4) for each in spent}} if see_all else {}
    return {"all": round(sum(each.hours for each in spent), 4)} | people
