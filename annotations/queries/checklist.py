"""One side with every concept in use: what stands for each and who says so, in queries that do not grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from annotations.models import (
    BlindAnswer,
    Concept,
    Decision,
    Description,
    ModelVersion,
    Prediction,
    PseudoLabel,
    ReviewItem,
    Side,
)
from annotations.models.evidence import Answer
from annotations.queries.review import Pair, Passage, answers_to_undo, mark_words, other_face


@dataclass(frozen=True)
class Line:
    """One concept on the side."""

    concept: Concept
    current: Decision | None
    """The newest decision, also a withdrawal: the base of the next one."""
    readings: list[PseudoLabel]
    score: float | None
    """The published model's probability; None where it does not know the concept or has not looked."""
    model_present: bool
    item: ReviewItem | None
    """The open question about it."""

    @property
    def expert(self) -> Decision | None:
        withdrawn = self.current and self.current.answer == Decision.Answer.WITHDRAWN
        return None if withdrawn else self.current

    @property
    def stands(self) -> str:
        """The answer that counts now: the expert's, else yes where a machine says present."""
        if self.expert:
            return self.expert.answer
        return (Answer.YES if self.readings or self.model_present else Answer.NO).value

    @property
    def origin(self) -> str:
        """Who gives it; empty where nobody says that it is there."""
        if self.expert:
            return "expert"
        return "text" if self.readings else "model" if self.model_present else ""

    @property
    def suspicion(self) -> float:
        return self.item.score if self.item else -1.0

    @property
    def named(self) -> bool:
        """Whether anybody has said something of it, or it is asked about."""
        return bool(self.origin or self.item)


@dataclass(frozen=True)
class Checklist:
    side: Side
    other: Side | None
    passages: list[Passage]
    lines: list[Line]
    """What is said of the side or asked about, the most suspicious first; then all other concepts by name."""
    version: ModelVersion | None

    @property
    def named(self) -> list[Line]:
        return [line for line in self.lines if line.named]

    @property
    def unnamed(self) -> list[Line]:
        return [line for line in self.lines if not line.named]


@dataclass(frozen=True)
class _Evidence:
    """What is known of some sides, by side and concept."""

    current: dict[Pair, Decision]
    items: dict[Pair, ReviewItem]
    readings: dict[Pair, list[PseudoLabel]]
    scores: dict[tuple[int, str], tuple[float, bool]]

    def line(self, side: Side, concept: Concept) -> Line:
        pair = side.pk, concept.pk
        score, present = self.scores.get((side.pk, concept.slug), (None, False))
        return Line(
            concept=concept,
            current=self.current.get(pair),
            readings=self.readings.get(pair, []),
            score=score,
            model_present=present,
            item=self.items.get(pair),
        )


def draw_checklists(sides: Sequence[Side]) -> list[Checklist]:
    """Eight queries, however many sides. `sides` come with their coins."""
    coins = [side.coin_id for side in sides]
    concepts = list(Concept.objects.in_use())
    version = ModelVersion.objects.defer("metrics").published()
    known = _gather([side.pk for side in sides], version)
    others = {(side.coin_id, side.face): side for side in Side.objects.filter(coin__in=coins)}
    texts: dict[int, list[Description]] = defaultdict(list)
    for text in Description.objects.filter(coin__in=coins):
        texts[text.coin_id].append(text)
    drawn = []
    for side in sides:
        lines = [known.line(side, concept) for concept in concepts]
        marks = [reading for line in lines for reading in line.readings]
        drawn.append(
            Checklist(
                side=side,
                other=others.get((side.coin_id, other_face(side.face))),
                passages=[mark_words(text, side.face, marks) for text in texts[side.coin_id]],
                lines=sorted(lines, key=lambda line: (not line.named, -line.suspicion, line.concept.name)),
                version=version,
            )
        )
    return drawn


def _gather(sides: Sequence[int], version: ModelVersion | None) -> _Evidence:
    newest = Decision.objects.filter(side__in=sides, answered_by=None).select_related("user").order_by("id")
    readings: dict[Pair, list[PseudoLabel]] = defaultdict(list)
    for reading in PseudoLabel.objects.filter(side__in=sides).select_related("description", "rule", "implied_by"):
        readings[reading.side_id, reading.concept_id].append(reading)
    return _Evidence(
        current={(each.side_id, each.concept_id): each for each in newest},
        items={(each.side_id, each.concept_id): each for each in ReviewItem.objects.open().filter(side__in=sides)},
        readings=readings,
        scores=_scores(sides, version),
    )


def name_lines(checklist: Checklist) -> list[dict[str, Any]]:
    """What a browser needs in order to answer each line."""
    return [
        {
            "concept": line.concept.slug,
            "name": line.concept.name,
            "stands": line.stands,
            "expert": line.expert is not None,
            "base": line.current.pk if line.current else None,
        }
        for line in checklist.lines
    ]


def last_saved(user: User) -> list[Decision]:
    """The answers that this person saved last, where they are one page about one side and all of them still stand."""
    newest = next(iter(answers_to_undo(user, 1)), None)
    if newest is None or newest.page is None:
        return []
    page = list(Decision.objects.filter(page=newest.page).select_related("concept", "side__coin").order_by("id"))
    answered = Decision.objects.filter(base__in=page).exists()
    blind = BlindAnswer.objects.filter(page=newest.page).exists()  # it was a page of the contact sheet
    return [] if answered or blind or len({each.side_id for each in page}) > 1 else page


def sides_in_order(identifier: str) -> list[Side]:
    """The sides of a coin, the one with the most suspicious open question first."""
    sides = list(Side.objects.filter(coin__identifier=identifier).select_related("coin").defer("coin__search"))
    asked = ReviewItem.objects.open().filter(side__in=sides).values_list("side_id", "score")
    worst: dict[int, float] = defaultdict(lambda: -1.0)
    for side_id, score in asked:
        worst[side_id] = max(worst[side_id], score)
    return sorted(sides, key=lambda side: (-worst[side.pk], side.face))


def _scores(sides: Sequence[int], version: ModelVersion | None) -> dict[tuple[int, str], tuple[float, bool]]:
    """By side and concept the published model's probability, and whether it is enough to say present."""
    if version is None:
        return {}
    known = list(zip(version.concepts, version.thresholds, strict=True))
    return {
        (prediction.side_id, slug): (probability, probability >= threshold)
        for prediction in Prediction.objects.filter(version=version, side__in=sides)
        for (slug, threshold), probability in zip(known, prediction.probabilities, strict=True)
    }
