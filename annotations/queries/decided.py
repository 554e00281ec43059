"""What experts said of a concept elsewhere: look-alikes of a side, and examples for a guideline."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import FloatField, QuerySet, Value
from django.db.models.expressions import ExpressionWrapper
from pgvector.django import CosineDistance

from annotations.models import Concept, Embedding, Label, ModelVersion, Side
from annotations.models.coins import Face
from annotations.models.evidence import Answer

NEWEST = 500
"""How many of the newest answers of each kind are compared: so the time does not grow with the number of decisions."""
ALIKE = 6
EXAMPLES = 6


@dataclass(frozen=True)
class Lookalike:
    side: Side
    expert: str
    """What an expert says of it: yes or no."""
    cosine: float


@dataclass(frozen=True)
class Examples:
    shown: list[Label]
    """Sides on which experts saw the concept, the newest answer first."""
    missing: list[Label]
    """Sides on which they did not although a text or a model says so: the instructive ones first."""


def decided_labels(concept: Concept, answer: str) -> QuerySet[Label]:
    """Labels on which an expert's word stands, the newest first."""
    return Label.objects.filter(concept=concept, expert=answer).order_by("-decision_id")


def decided_lookalikes(side: Side, concept: Concept, version: ModelVersion | None) -> list[Lookalike]:
    """The nearest sides of other coins of which an expert has said whether they show the concept.

    Nothing where no model has given this side a place. Cosine in the space of `version`.
    """
    own = Embedding.objects.filter(version=version, side=side).first() if version else None
    if own is None:
        return []
    said: dict[int, str] = {}
    for answer in (Answer.YES.value, Answer.NO.value):
        said |= dict(decided_labels(concept, answer).values_list("side_id", "expert")[:NEWEST])
    distance = ExpressionWrapper(CosineDistance("vector", own.vector), output_field=FloatField())
    near = Embedding.objects.filter(version=version, side__in=list(said)).annotate(cosine=Value(1.0) - distance)
    nearest = near.order_by(distance, "side_id").values_list("side_id", "cosine")[: ALIKE + len(Face)]
    cosines = dict(nearest)  # with the sides of this coin, if they were judged
    sides = Side.objects.exclude(coin=side.coin_id).select_related("coin").defer("coin__search").in_bulk(list(cosines))
    found = [Lookalike(sides[pk], said[pk], cosine) for pk, cosine in cosines.items() if pk in sides]
    return found[:ALIKE]


def examples_of(concept: Concept) -> Examples:
    """Pictures that show where experts draw the line."""
    pictured = {
        answer: decided_labels(concept, answer).exclude(side__thumbnail="").select_related("side__coin")
        for answer in (Answer.YES, Answer.NO)
    }
    shown = list(pictured[Answer.YES].defer("side__coin__search")[:EXAMPLES])
    newest = pictured[Answer.NO].defer("side__coin__search")[: 10 * EXAMPLES]
    missing = sorted(newest, key=lambda label: not (label.text_present or label.model_present))
    return Examples(shown, missing[:EXAMPLES])
