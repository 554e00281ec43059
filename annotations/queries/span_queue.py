"""Texts whose names nobody has checked, the most doubtful first."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain

from django.db.models import Exists, OuterRef, QuerySet

from annotations.models import Description, EntityMention, SpanDecision
from annotations.queries.entities import LIST

CANDIDATES = 300
"""Texts of each sort that are weighed at a time; as they are answered, others follow."""
_NAME = re.compile(r"(?<![.!?:;] )(?<!^)\b[A-ZÀ-Þ][a-zà-ÿ]{2,}\b")
"""A capital in the middle of a sentence: a name, if the text is not German."""


@dataclass(frozen=True)
class Doubtful:
    description: Description
    disputed: int
    """Places at which list and models differ."""
    unknown: tuple[str, ...]
    """Words written like names that no machine took for one."""

    @property
    def score(self) -> int:
        return 2 * self.disputed + len(self.unknown)


def doubtful_texts() -> list[Doubtful]:
    """Unchecked texts by doubt, the older one first where two are equal."""
    unchecked = _unchecked()
    of_models = EntityMention.objects.filter(description=OuterRef("pk")).exclude(source=LIST)
    disputed = list(unchecked.filter(Exists(of_models))[:CANDIDATES])
    others = list(unchecked.exclude(Exists(of_models))[:CANDIDATES])
    weighed = [_weigh(text, list(text.entity_mentions.all())) for text in chain(disputed, others)]
    return sorted(weighed, key=lambda each: (-each.score, each.description.pk))


def next_text(description: Description, queue: list[Doubtful]) -> Doubtful | None:
    """The text that follows this one in the queue; the first where this one is answered or the last."""
    ids = [each.description.pk for each in queue]
    place = ids.index(description.pk) + 1 if description.pk in ids else 0
    others = [each for each in (*queue[place:], *queue[:place]) if each.description.pk != description.pk]
    return others[0] if others else None


def _unchecked() -> QuerySet[Description]:
    said = SpanDecision.objects.filter(description=OuterRef("pk"), undoes=None, undone_by=None)
    texts = Description.objects.filter(~Exists(said)).exclude(text="")
    return texts.select_related("coin").defer("coin__search").prefetch_related("entity_mentions").order_by("pk")


def _weigh(text: Description, mentions: Collection[EntityMention]) -> Doubtful:
    by_list = {(each.start, each.end, each.label) for each in mentions if each.source == LIST}
    by_models: dict[str, set[tuple[int, int, str]]] = {}
    for each in mentions:
        if each.source != LIST:
            by_models.setdefault(each.source, set()).add((each.start, each.end, each.label))
    disputed = {span[:2] for spans in by_models.values() for span in spans ^ by_list}
    found = [] if text.language == "de" else _NAME.finditer(text.text)
    covered = [(each.start, each.end) for each in mentions]
    unknown = (m[0] for m in found if not any(start < m.end() and m.start() < end for start, end in covered))
    return Doubtful(text, len(disputed), tuple(dict.fromkeys(unknown)))
