"""How questions are chosen, and what stands in the queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from annotations.models import Concept, Job, ModelVersion, RankingRun, ReviewItem, ReviewPolicy
from mlcore.ranking.shares import DEFAULT_SHARES

STRATEGIES: dict[str, tuple[str, str]] = {
    "noise_rank": (
        "Probably wrong",
        "Labels that a model which never saw them thinks wrong (confident learning on out-of-fold predictions).",
    ),
    "disagreement": ("Disagreement", "Text, model, experts or the other side’s text contradict each other."),
    "uncertainty": ("Uncertainty", "The model is in doubt: its probability is near one half."),
    "rare_first": ("Rare concepts first", "Concepts of which there are few: each answer weighs more there."),
    "diversity": ("Diversity", "Sides unlike all that experts have seen (k-centre over embeddings)."),
    "random": ("Random", "Drawn at random: the control that says how good the others are."),
}
"""Name and sentence of each, as persons read them."""
FIRST = {"first": "First order", "": "Not ranked"}
UNRANKED = "What texts name and no ranking has judged yet, rare concepts first."


@dataclass(frozen=True)
class Bar:
    """One strategy's part of a concept's bar; `start` and `width` in per cent of the longest bar."""

    strategy: str
    name: str
    questions: int
    start: float
    width: float


@dataclass(frozen=True)
class Line:
    slug: str
    name: str
    questions: int
    bars: list[Bar]
    cells: list[tuple[str, int]]
    """Names of the strategies and how many of its questions are theirs, in the order of the columns."""


@dataclass(frozen=True)
class Share:
    strategy: str
    name: str
    sentence: str
    share: float | None
    """What is set; None for the first order, which is nobody's to set."""
    questions: int
    silent: str
    """Why it had none at the last ranking."""

    @property
    def percent(self) -> int:
        return round(100 * (self.share or 0))


@dataclass(frozen=True)
class Queue:
    strategies: list[tuple[str, str]]
    """Those that put a question into the queue, with their names."""
    totals: list[int]
    lines: list[Line]
    questions: int
    rounds: list[int]
    """The training runs after which the open questions were ranked, the last first; 0 is before any."""


def read_policy() -> ReviewPolicy:
    """What administrators set, or what holds until they do."""
    policy = ReviewPolicy.objects.order_by("pk").first() or ReviewPolicy()
    policy.shares = policy.shares or dict(DEFAULT_SHARES)
    return policy


def name_strategy(strategy: str) -> str:
    """An unknown one is shown by its own name: an older version of this program may have put it there."""
    return FIRST.get(strategy) or (STRATEGIES[strategy][0] if strategy in STRATEGIES else strategy)


def read_queue() -> Queue:
    """Open questions by concept and strategy, in one query."""
    rows = list(
        ReviewItem.objects.open()
        .order_by()
        .values("concept_id", "strategy", "round")
        .annotate(questions=Count("pk"))
        .values_list("concept_id", "strategy", "round", "questions")
    )
    used = {strategy for _, strategy, _, _ in rows}
    strategies = [name for name in STRATEGIES if name in used] + sorted(used - set(STRATEGIES))
    counts: dict[int, dict[str, int]] = {}
    for concept, strategy, _, questions in rows:
        of_concept = counts.setdefault(concept, dict.fromkeys(strategies, 0))
        of_concept[strategy] += questions
    longest = max((sum(each.values()) for each in counts.values()), default=1)
    concepts = Concept.objects.in_bulk(counts)
    lines = [_line(concepts[pk], each, longest) for pk, each in counts.items()]
    return Queue(
        strategies=[(each, name_strategy(each)) for each in strategies],
        totals=[sum(each[name] for each in counts.values()) for name in strategies],
        lines=sorted(lines, key=lambda line: (-line.questions, line.name)),
        questions=sum(line.questions for line in lines),
        rounds=sorted({round for _, _, round, _ in rows}, reverse=True),
    )


def read_shares(queue: Queue, last: RankingRun | None) -> list[Share]:
    """Every strategy with the share that is set, what it put into the queue, and why it put nothing."""
    found = dict(zip((name for name, _ in queue.strategies), queue.totals, strict=True))
    set_shares, silent = read_policy().shares, last.facts["silent"] if last else {}
    lines = [
        Share(name, words, sentence, set_shares.get(name, 0), found.pop(name, 0), silent.get(name, ""))
        for name, (words, sentence) in STRATEGIES.items()
    ]
    left = [Share(name, name_strategy(name), UNRANKED, None, questions, "") for name, questions in found.items()]
    return lines + left


def _line(concept: Concept, counts: dict[str, int], longest: int) -> Line:
    bars, start = [], 0.0
    for strategy, questions in counts.items():
        width = 100 * questions / longest
        if questions:
            bars.append(Bar(strategy, name_strategy(strategy), questions, start, width))
        start += width
    cells = [(name_strategy(strategy), questions) for strategy, questions in counts.items()]
    return Line(concept.slug, concept.name, sum(counts.values()), bars, cells)


def last_ranking() -> RankingRun | None:
    """The newest that came to its end."""
    return RankingRun.objects.filter(status=Job.Status.SUCCEEDED).first()  # type: ignore[return-value]


def strategies_asking() -> list[str]:
    """Names of the strategies that the last ranking mixed, the largest first; empty before any."""
    last = last_ranking()
    counts: dict[str, int] = last.facts.get("counts", {}) if last else {}
    return [name_strategy(name) for name in sorted(counts, key=lambda name: -counts[name]) if counts[name]]


def newest_round() -> int | None:
    """The run after which a ranking of now ranks: of the last ranking or the model that answers; None before both."""
    last, version = last_ranking(), ModelVersion.objects.published()
    return max(([last.round] if last else []) + ([version.run_id] if version else []), default=None)


def describe_policy(policy: ReviewPolicy) -> dict[str, Any]:
    return {
        "shares": policy.shares,
        "gold_share": policy.gold_share,
        "overlap_share": policy.overlap_share,
        "retrain": policy.retrain,
        "retrain_after": policy.retrain_after,
        "retrain_pause": policy.retrain_pause,
        "changed_at": policy.changed_at,
    }


def describe_ranking(run: RankingRun) -> dict[str, Any]:
    return {
        "id": run.pk,
        "status": run.status,
        "round": run.round,
        "shares": run.shares,
        "facts": run.facts,
        "created_at": run.created_at,
        "finished_at": run.finished_at,
        "reason": run.reason,
    }


def describe_queue(queue: Queue) -> dict[str, Any]:
    names = [strategy for strategy, _ in queue.strategies]
    return {
        "questions": queue.questions,
        "rounds": queue.rounds,
        "strategies": dict(zip(names, queue.totals, strict=True)),
        "concepts": {
            line.slug: {name: count for name, (_, count) in zip(names, line.cells, strict=True)} for line in queue.lines
        },
    }
