"""A coin with all that is known of it, in a number of queries that does not grow with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import FloatField, Value
from django.db.models.expressions import ExpressionWrapper
from pgvector.django import CosineDistance

from annotations.models import (
    Coin,
    Decision,
    Description,
    Embedding,
    Label,
    ModelVersion,
    Photograph,
    PseudoLabel,
    Side,
)
from annotations.queries.texts import ShownText, read_shown_texts


@dataclass(frozen=True)
class Piece:
    """Some words of a text, and what a rule took them for."""

    text: str
    readings: Sequence[PseudoLabel]


@dataclass(frozen=True)
class Passage:
    """What one description says of a side."""

    description: Description
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class SimilarSide:
    side: Side
    cosine: float


@dataclass(frozen=True)
class ShownSide:
    side: Side
    passages: Sequence[Passage]
    labels: Sequence[Label]
    similar: Sequence[SimilarSide]


@dataclass(frozen=True)
class ShownCoin:
    coin: Coin
    sides: Sequence[ShownSide]
    texts: Sequence[ShownText]
    """All texts as they came, with their parts and the names in them."""
    photographs: Sequence[Photograph]
    decisions: Sequence[Decision]
    version: ModelVersion | None
    """The published model, whose space `similar` is measured in."""


def find_coin(identifier: str) -> ShownCoin | None:
    coin = Coin.objects.filter(identifier=identifier).defer("search").first()
    if coin is None:
        return None
    sides = list(Side.objects.filter(coin=coin).with_labels().order_by("face"))
    readings = PseudoLabel.objects.filter(side__coin=coin).select_related("concept", "rule", "implied_by")
    texts = list(Description.objects.filter(coin=coin))
    version = ModelVersion.objects.published()
    return ShownCoin(
        coin=coin,
        sides=[
            ShownSide(side, read_passages(side, texts, readings), list(side.labels.all()), similar_sides(side, version))
            for side in sides
        ],
        texts=read_shown_texts(texts),
        photographs=list(Photograph.objects.filter(coin=coin)),
        decisions=list(
            Decision.objects.filter(side__coin=coin).select_related("side", "concept", "user").order_by("-id")
        ),
        version=version,
    )


def read_passages(side: Side, texts: Iterable[Description], readings: Iterable[PseudoLabel]) -> list[Passage]:
    """What the texts say of this side, cut where marked words begin and end."""
    marks: dict[int, list[PseudoLabel]] = defaultdict(list)
    for reading in readings:
        if reading.side_id == side.pk:
            marks[reading.description_id].append(reading)
    spans = ((text, text.span(side.face)) for text in texts)
    return [Passage(text, _cut(text.text, span, marks[text.pk])) for text, span in spans if span]


def _cut(text: str, span: tuple[int, int], marks: Sequence[PseudoLabel]) -> list[Piece]:
    start, end = span
    cuts = {start, end, *(cut for mark in marks for cut in (mark.start, mark.end) if start < cut < end)}
    return [
        Piece(text[left:right], [mark for mark in marks if mark.start <= left < mark.end])
        for left, right in pairwise(sorted(cuts))
    ]


def similar_sides(side: Side, version: ModelVersion | None, count: int = 6) -> list[SimilarSide]:
    """The nearest sides of other coins in the space of this version; none where the side has no place in it."""
    if version is None:
        return []
    own = Embedding.objects.filter(version=version, side=side).first()
    if own is None:
        return []
    distance = ExpressionWrapper(CosineDistance("vector", own.vector), output_field=FloatField())
    near = (
        Embedding.objects.filter(version=version, side__face=side.face)
        .exclude(side__coin_id=side.coin_id)
        .annotate(cosine=Value(1.0) - distance)
        .select_related("side__coin")
        .defer("vector", "side__coin__search")
        .order_by(distance, "side_id")[:count]
    )
    return [SimilarSide(embedding.side, embedding.cosine) for embedding in near]
