"""Names that texts hold: what machines found, what persons said of it, and which of the two holds now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from annotations.models import Description, Entity, EntityMention, SpanDecision
from mlcore.contract import LabelledSpan
from mlcore.text.entity_corrections import MergedSpan, SpanCorrection, merge_spans

LIST = "list"
"""Source of what the lists found; others are model versions."""


@dataclass(frozen=True)
class Mention:
    """Words that name something, and who says so."""

    start: int
    end: int
    label: str
    entity: Entity | None
    source: str
    """“list”, a model version, or “expert”."""
    decision: SpanDecision | None = None
    score: float | None = None
    """How sure a model is of just these words, 0..1."""


def merged_mentions(descriptions: Iterable[Description]) -> dict[int, list[Mention]]:
    """By description: the names that hold now, by place. What a person said wins over every machine."""
    ids = [description.pk for description in descriptions]
    found: dict[int, list[EntityMention]] = defaultdict(list)
    for mention in EntityMention.objects.filter(description__in=ids).select_related("entity").order_by("start", "-end"):
        found[mention.description_id].append(mention)
    said: dict[int | None, list[SpanDecision]] = defaultdict(list)
    for decision in standing_decisions(ids):
        said[decision.description_id].append(decision)
    return {each: _merge(found[each], said[each]) for each in ids}


def standing_decisions(description_ids: Iterable[int]) -> list[SpanDecision]:
    """What persons said of these texts and did not take back, oldest first."""
    return list(
        SpanDecision.objects.filter(description__in=description_ids, undoes=None, undone_by=None)
        .select_related("entity", "user")
        .order_by("pk")
    )


def machine_spans(mentions: Iterable[EntityMention]) -> list[LabelledSpan]:
    """Spans of all machines together; the lists come first where several took the same words."""
    ordered = sorted(mentions, key=lambda mention: mention.source != LIST)
    return [LabelledSpan(mention.start, mention.end, mention.label) for mention in ordered]


def corrections(decisions: Iterable[SpanDecision]) -> list[SpanCorrection]:
    return [SpanCorrection(decision.start, decision.end, decision.label) for decision in decisions]


def _merge(mentions: Sequence[EntityMention], decisions: Sequence[SpanDecision]) -> list[Mention]:
    by_place = {(each.start, each.end, each.label): each for each in sorted(mentions, key=lambda m: m.source == LIST)}
    said = {(each.start, each.end): each for each in decisions}
    merged = merge_spans(machine_spans(mentions), corrections(decisions))
    return [_mention(span, by_place, said) for span in merged]


def _mention(
    span: MergedSpan,
    by_place: dict[tuple[int, int, str], EntityMention],
    said: dict[tuple[int, int], SpanDecision],
) -> Mention:
    if span.by_expert:
        decision = said[span.start, span.end]
        return Mention(span.start, span.end, span.label, decision.entity, "expert", decision)
    found = by_place[span.start, span.end, span.label]
    return Mention(span.start, span.end, span.label, found.entity, found.source, score=found.score)


def machine_mentions(description: Description) -> list[dict[str, Any]]:
    """What machines found in a text, as plain values; the lists come first where several took the same words."""
    mentions = EntityMention.objects.filter(description=description).select_related("entity")
    return [
        {
            "start": each.start,
            "end": each.end,
            "label": each.label,
            "source": each.source,
            "score": each.score,
            "name": each.entity.name if each.entity else "",
        }
        for each in sorted(mentions, key=lambda each: (each.start, -each.end, each.source != LIST))
    ]
