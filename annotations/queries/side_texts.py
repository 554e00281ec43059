"""What the descriptions say of each side, as a stream: the corpus does not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from django.db.models import QuerySet

from annotations.models import Side
from mlcore.contract import Face
from mlcore.text.side_text import SideText

BATCH = 1000


def side_texts(sides: QuerySet[Side] | None = None) -> Iterator[SideText]:
    """All texts of these sides, or of the corpus; those of a side stand together."""
    chosen = (Side.objects.all() if sides is None else sides).order_by("pk").prefetch_related("coin__descriptions")
    for side in chosen.iterator(chunk_size=BATCH):
        for description in side.coin.descriptions.all():
            span = description.span(side.face)
            if span and description.text[slice(*span)].strip():
                text = description.text[slice(*span)]
                yield SideText(side.pk, cast(Face, side.face), description.language, text)
