"""What persons say of words in a text: inserted, never changed; a stale answer is a conflict."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction

from annotations.models import Description, Entity, SpanDecision
from annotations.models.entities import EntityClass
from annotations.services.decisions import KeyReused
from mlcore.text.languages import fold


class SpanConflict(Exception):
    """Somebody said something else of these words in the meantime."""

    def __init__(self, current: SpanDecision | None) -> None:
        super().__init__("Somebody answered for these words in the meantime.")
        self.current = current


class SpanRefused(ValueError):
    """Says what is wrong with the place or the class."""


@transaction.atomic
def record_span(
    *, user: User, description_id: int, start: int, end: int, label: str, key: UUID, base_id: int | None
) -> SpanDecision:
    """Store what these words name ("" for nothing), in answer to the newest word on any of them (`base_id`).

    The same key again returns the stored row. Raises SpanConflict, KeyReused, SpanRefused, Description.DoesNotExist.
    """
    description = Description.objects.select_for_update().get(pk=description_id)
    stored = SpanDecision.objects.filter(key=key).first()
    if stored:
        return _same(stored, user, description_id, (start, end))
    _check(description, start, end, label)
    current = newest_on(description_id, start, end)
    if (current.pk if current else None) != base_id:
        raise SpanConflict(current)
    words = description.text[start:end]
    return SpanDecision.objects.create(
        coin_id=description.coin_id,
        description=description,
        start=start,
        end=end,
        label=label,
        entity=_entity(description, start, end, label),
        text=words[:300],
        user=user,
        key=key,
        base=current,
    )


@transaction.atomic
def undo_span(*, user: User, decision_id: int, key: UUID) -> SpanDecision:
    """Take an answer back: a new row, after which the words stand as they did before. Twice is one reversal."""
    undone = SpanDecision.objects.select_related("description").get(pk=decision_id)
    if undone.user_id != user.pk:
        raise PermissionDenied("Only the person who said it can take it back.")
    if undone.description is None:
        raise SpanRefused("The text of this answer was replaced by an import; it no longer counts.")
    Description.objects.select_for_update().get(pk=undone.description.pk)
    reversal = SpanDecision.objects.filter(undoes=undone).first()
    if reversal:
        return reversal
    if undone.undoes_id:
        raise SpanRefused("A reversal is not taken back: say it anew.")
    current = newest_on(undone.description.pk, undone.start, undone.end)
    if current is None or current.pk != undone.pk:
        raise SpanConflict(current)
    return SpanDecision.objects.create(
        coin_id=undone.coin_id,
        description=undone.description,
        start=undone.start,
        end=undone.end,
        label=undone.label,
        text=undone.text,
        user=user,
        key=key,
        base=undone,
        undoes=undone,
    )


def newest_on(description_id: int, start: int, end: int) -> SpanDecision | None:
    """The newest row that touches these words."""
    touching = SpanDecision.objects.filter(description=description_id, start__lt=end, end__gt=start)
    return touching.select_related("user").order_by("-pk").first()


def _check(description: Description, start: int, end: int, label: str) -> None:
    if not 0 <= start < end <= len(description.text) or not description.text[start:end].strip():
        raise SpanRefused(
            f"The place {start}–{end} holds no words; the text has {len(description.text)} characters. Mark words."
        )
    if label and label not in EntityClass.values:
        raise SpanRefused(f"“{label[:40]}” is no class. Choose {', '.join(EntityClass.values)}, or none.")


def _entity(description: Description, start: int, end: int, label: str) -> Entity | None:
    """What the machine took exactly these words for, or the entity of exactly this name."""
    if not label:
        return None
    named = description.entity_mentions.filter(start=start, end=end, label=label).exclude(entity=None).first()
    if named:
        return named.entity
    words = fold(description.text[start:end])
    return next((each for each in Entity.objects.filter(label=label) if fold(each.name) == words), None)


def _same(stored: SpanDecision, user: User, description_id: int, span: tuple[int, int]) -> SpanDecision:
    if (stored.user_id, stored.description_id, stored.start, stored.end) != (user.pk, description_id, *span):
        raise KeyReused(f"The key {stored.key} already stands for another answer; draw a new one.")
    return stored
