"""Questions with all that an expert needs in order to answer them, in a number of queries that does not grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeVar

from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from annotations.models import (
    BlindAnswer,
    Concept,
    Decision,
    Description,
    Label,
    ModelVersion,
    PseudoLabel,
    ReviewItem,
    Side,
)
from annotations.models.coins import Face

Row = TypeVar("Row", PseudoLabel, Label, Decision)
MOST_COUNTED = 5000
"""Open questions counted between answers; where there are more a browser counts down from what the page said."""
Pair = tuple[int, int]
"""Ids of a side and a concept."""


@dataclass(frozen=True)
class Piece:
    """Some words of a text: `marked` led to the question, `own` speaks of the side, `other` of the other or of both."""

    text: str
    kind: Literal["marked", "own", "other"]


@dataclass(frozen=True)
class Passage:
    description: Description
    own: list[Piece]
    """What it says of the asked side."""
    whole: list[Piece]


@dataclass(frozen=True)
class Question:
    item: ReviewItem
    other: Side | None
    passages: list[Passage]
    readings: list[PseudoLabel]
    """What rules read in the texts."""
    label: Label | None
    current: Decision | BlindAnswer | None
    """The newest decision: the base of the next one."""
    version: ModelVersion | None = None
    """The published model, where it knows the concept and can say where it looks."""

    @property
    def expert(self) -> Decision | BlindAnswer | None:
        """What an expert says now; a withdrawn answer says nothing."""
        withdrawn = self.current and self.current.answer == Decision.Answer.WITHDRAWN
        return None if withdrawn else self.current

    @property
    def silent(self) -> list[Passage]:
        """Texts that say nothing of this side, or do not tell the sides apart."""
        return [passage for passage in self.passages if not passage.own]


def draw_questions(items: Sequence[ReviewItem]) -> list[Question]:
    """Eight queries, however many items."""
    pairs = of_pairs(items)
    readings = _by_pair(PseudoLabel.objects.filter(pairs).select_related("rule", "implied_by", "description"))
    labels = _by_pair(Label.objects.filter(pairs).select_related("model_version"))
    decisions = _by_pair(Decision.objects.filter(pairs, answered_by=None).select_related("user").order_by("-id"))
    coins = {item.side.coin_id for item in items}
    sides = {(side.coin_id, side.face): side for side in Side.objects.filter(coin__in=coins)}
    texts: dict[int, list[Description]] = defaultdict(list)
    for text in Description.objects.filter(coin__in=coins):
        texts[text.coin_id].append(text)
    version = ModelVersion.objects.defer("metrics").published()
    return [
        Question(
            item=item,
            other=sides.get((item.side.coin_id, other_face(item.side.face))),
            passages=[mark_words(text, item.side.face, readings[_pair(item)]) for text in texts[item.side.coin_id]],
            readings=readings[_pair(item)],
            label=next(iter(labels[_pair(item)]), None),
            current=next(iter(decisions[_pair(item)]), None),
            version=version if version and item.concept.slug in version.concepts else None,
        )
        for item in items
    ]


def other_face(face: str) -> str:
    return Face.OBVERSE.value if face == Face.REVERSE else Face.REVERSE.value


def mark_words(description: Description, face: str, readings: Iterable[PseudoLabel]) -> Passage:
    """Cut a text where it begins to speak of the side, and around the words that a rule took for the concept."""
    start, end = description.span(face) or (0, 0)
    marks = [(each.start, each.end) for each in readings if each.description_id == description.pk]
    cuts = sorted({0, start, end, len(description.text), *(cut for mark in marks for cut in mark)})
    whole: list[Piece] = []
    own: list[Piece] = []
    for left, right in pairwise(cuts):
        inside = start <= left < end
        marked = any(first <= left < last for first, last in marks)
        piece = Piece(description.text[left:right], "marked" if marked else "own" if inside else "other")
        whole.append(piece)
        if inside:
            own.append(piece)
    return Passage(description, own, whole)


def answers_to_undo(user: User, count: int) -> QuerySet[Decision]:
    """The newest answers of this person that still stand, the last first."""
    mine = Decision.objects.filter(user=user, answered_by=None, undoes=None)
    return mine.exclude(answer=Decision.Answer.WITHDRAWN).order_by("-id")[:count]


def questions_of(decisions: Sequence[Decision | BlindAnswer]) -> list[ReviewItem]:
    """The questions that these decisions settled, in the order of the decisions."""
    found = ReviewItem.objects.filter(of_pairs(decisions)).select_related("side__coin", "concept")
    by_pair = {_pair(item): item for item in found}
    return [by_pair[_pair(decision)] for decision in decisions if _pair(decision) in by_pair]


def count_answered(user: User) -> int:
    """How many answers this person gave since midnight and did not take back, whoever answered after them."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    today = {"user": user, "created_at__gte": midnight, "undoes": None, "undone_by": None}
    given = [model.objects.filter(**today).exclude(answer="withdrawn") for model in (Decision, BlindAnswer)]
    return sum(answers.count() for answers in given)


def count_progress(user: User, concept: str, most: int | None = None) -> dict[str, int | None]:
    """How many answers this person gave since midnight, and how many questions are open (of that concept).

    Where more than `most` are open None stands for them: half a million take longer to count than one to answer.
    """
    items = ReviewItem.objects.open().order_by()
    if concept:
        items = items.filter(concept=Concept.objects.filter(slug=concept).values_list("pk", flat=True).first())
    waiting = items.count() if most is None else items[: most + 1].count()
    return {"answered": count_answered(user), "open": None if most is not None and waiting > most else waiting}


def concepts_with_open() -> QuerySet[Concept]:
    """Concepts in use with the number of their open questions."""
    waiting = Count("review_items", filter=Q(review_items__status=ReviewItem.Status.OPEN))
    return Concept.objects.in_use().annotate(waiting=waiting)


def _pair(row: ReviewItem | Decision | BlindAnswer | PseudoLabel | Label) -> Pair:
    return row.side_id, row.concept_id


def of_pairs(rows: Iterable[ReviewItem | Decision | BlindAnswer]) -> Q:
    condition = Q(pk__in=[])
    for row in rows:
        condition |= Q(side_id=row.side_id, concept_id=row.concept_id)
    return condition


def _by_pair(rows: Iterable[Row]) -> dict[Pair, list[Row]]:
    found: dict[Pair, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.side_id, row.concept_id].append(row)
    return found
