"""Coins of the database as the records that exporters take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from django.db.models import QuerySet

from annotations.models import Coin
from annotations.models.coins import TERM_FIELDS
from annotations.records import (
    CoinRecord,
    NoteRecord,
    PersonRecord,
    PictureFace,
    PictureRecord,
    Term,
    TextFace,
    TextRecord,
)
from annotations.services.corpus import PLAIN_FIELDS

BATCH = 500
LINKED = (*TERM_FIELDS, "collection", "licence", "picture_licence")


def records_of(coins: QuerySet[Coin]) -> Iterator[CoinRecord]:
    """Each coin as it was imported; memory does not grow with their number."""
    related = coins.defer("search").prefetch_related("sides", "descriptions", "photographs")
    for row, coin in enumerate(related.iterator(chunk_size=BATCH), start=1):
        yield _record(coin, row)


def _record(coin: Coin, row: int) -> CoinRecord:
    sides = {side.face: side for side in coin.sides.all()}
    plain: dict[str, Any] = {name: getattr(coin, name) for name in PLAIN_FIELDS}
    plain |= {name: Term(getattr(coin, name), coin.links.get(name, "")) for name in LINKED}
    plain |= {
        f"{face}_{field}": getattr(sides[face], field) if face in sides else ""
        for face in ("obverse", "reverse")
        for field in ("legend", "symbol")
    }
    return CoinRecord(
        identifier=coin.identifier,
        row=row,
        **plain,
        references=tuple(_term(entry) for entry in coin.references),
        persons=tuple(PersonRecord(entry["face"], entry["role"], _term(entry)) for entry in coin.persons),
        notes=tuple(NoteRecord(entry["kind"], _term(entry)) for entry in coin.notes),
        texts=tuple(
            TextRecord(cast(TextFace, text.scope), text.text, text.language) for text in coin.descriptions.all()
        ),
        pictures=tuple(
            PictureRecord(cast(PictureFace, picture.scope), Path(picture.name), picture.source_uri)
            for picture in coin.photographs.all()
        ),
    )


def _term(entry: dict[str, Any]) -> Term:
    return Term(entry["name"], entry["uri"])
