"""What the descriptions say of each side, as a stream: the corpus does not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from annotations.models import Description, Side
from mlcore.text.side_text import SideText

BATCH = 2000
_FIELDS = ("scope", "text", "language", "spans")


def side_texts(sides: QuerySet[Side] | None = None) -> Iterator[SideText]:
    """All texts of these sides, or of the corpus; those of a side stand together."""
    chosen = (Side.objects.all() if sides is None else sides).filter(coin__descriptions__isnull=False)
    rows = chosen.order_by("pk", "coin__descriptions__pk").values_list(
        "pk", "face", *(f"coin__descriptions__{field}" for field in _FIELDS)
    )
    for side, face, *told in rows.iterator(chunk_size=BATCH):
        description = Description(**dict(zip(_FIELDS, told, strict=True)))
        span = description.span(face)
        if span and (text := description.text[slice(*span)]).strip():
            yield SideText(side, face, description.language, text)
