"""Boxes that persons draw: inserted, never changed; a stale one is a conflict, a repeated one is the same row."""

from __future__ import annotations

import math
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotations.models import Box, Concept, SaliencyView, Side
from annotations.services.decisions import KeyReused

LEAST_LENGTH = 0.005  # of the side's edge; a smaller figure shows nothing
Edges = tuple[float, float, float, float]


class BadBox(ValueError):
    """A box that cannot be drawn; says which and why."""


class BoxConflict(Exception):
    """Somebody moved or removed this box in the meantime."""

    def __init__(self, current: Box) -> None:
        super().__init__("Somebody moved or removed this box in the meantime.")
        self.current = current


def draw_box(
    *,
    user: User,
    side_id: int,
    concept: str | None,
    box: Edges,
    key: UUID,
    replaces_id: int | None,
    by_hand: bool = True,
) -> Box:
    """Store where a figure stands: left, top, right, bottom of the side, 0..1; None names no concept.

    `replaces_id`: the row that this one moves, names anew or brings back; None draws a new figure. `by_hand` False
    brings back what was a guess before. The same key again returns the stored row. Raises BadBox, BoxConflict,
    KeyReused, Side.DoesNotExist, Concept.DoesNotExist and Box.DoesNotExist.
    """
    side = Side.objects.get(pk=side_id)
    asked = Concept.objects.get(slug=concept) if concept else None
    replaced = Box.objects.select_related("concept").get(pk=replaces_id) if replaces_id else None
    _check_place(side, box)
    if replaced and replaced.side_id != side.pk:
        raise BadBox(f"Box {replaced.pk} stands on side {replaced.side_id}, not on side {side.pk}.")
    if asked and asked.retired and (replaced is None or replaced.concept != asked):
        raise BadBox(f"The concept {asked.name} is retired; choose one that is in use.")
    left, top, right, bottom = box
    row = Box(user=user, side=side, concept=asked, left=left, top=top, right=right, bottom=bottom, key=key)
    row.replaces, row.by_hand = replaced, by_hand
    row.source = replaced.source if replaced and not by_hand else ""
    return _insert(row)


def remove_box(*, user: User, box_id: int, key: UUID) -> Box:
    """Take a figure away: a new row that replaces it. Drawing in its place again brings it back."""
    gone = Box.objects.select_related("side", "concept").get(pk=box_id)
    row = _same_place(gone, user, key)
    row.removed, row.replaces, row.by_hand, row.source = True, gone, gone.by_hand, gone.source
    return _insert(row)


def copy_box(*, user: User, box_id: int, side_id: int, key: UUID) -> Box:
    """Put a figure in the same place on another side, as a guess that a person has yet to look at.

    Where the other side has that figure there already, it is returned and nothing is stored.
    """
    origin = Box.objects.select_related("side", "concept").get(pk=box_id)
    other = Side.objects.get(pk=side_id)
    if other.coin_id != origin.side.coin_id:
        raise BadBox(f"Side {side_id} is of another coin; boxes are copied between the two sides of one coin.")
    there = Box.objects.current().filter(side=other, concept=origin.concept)
    same = there.filter(left=origin.left, top=origin.top, right=origin.right, bottom=origin.bottom).first()
    if same:
        return same
    row = _same_place(origin, user, key)
    row.side, row.by_hand, row.source = other, False, f"copied from the {origin.side.face}"
    _check_place(other, (row.left, row.top, row.right, row.bottom))
    return _insert(row)


def newest_of(box: Box) -> Box:
    """The last row of a figure's history."""
    while following := Box.objects.select_related("user", "concept").filter(replaces=box).first():
        box = following
    return box


def _same_place(box: Box, user: User, key: UUID) -> Box:
    edges = {"left": box.left, "top": box.top, "right": box.right, "bottom": box.bottom}
    return Box(user=user, side=box.side, concept=box.concept, key=key, **edges)


def _check_place(side: Side, box: Edges) -> None:
    where = f"The box ({', '.join(f'{edge:.4g}' for edge in box)})"
    left, top, right, bottom = box
    if not side.crop:
        raise BadBox(f"Side {side.pk} has no picture, so nothing can be drawn on it. Crop its photograph first.")
    if not all(map(math.isfinite, box)) or min(left, top) < 0 or max(right, bottom) > 1:
        raise BadBox(f"{where} leaves the side; left, top, right and bottom are shares of it, from 0 to 1.")
    if min(right - left, bottom - top) < LEAST_LENGTH:
        raise BadBox(f"{where} is too small; draw at least {LEAST_LENGTH:.1%} of the side in both directions.")


def _insert(row: Box) -> Box:
    stored = _stored(row)
    if stored:
        return stored
    try:
        with transaction.atomic():
            _check_newest(row)
            row.after_saliency = _informed(row)
            row.save(force_insert=True)
    except (BoxConflict, IntegrityError):
        stored = _stored(row)  # the same key may have come twice at once
        if stored:
            return stored
        if row.replaces is None:
            raise
        raise BoxConflict(newest_of(row.replaces)) from None
    return row


def _stored(row: Box) -> Box | None:
    stored = Box.objects.select_related("user", "concept").filter(key=row.key).first()
    if stored and (stored.user_id, stored.side_id, stored.removed) != (row.user_id, row.side_id, row.removed):
        raise KeyReused(f"The key {row.key} already stands for another box; draw a new one.")
    return stored


def _check_newest(row: Box) -> None:
    if row.replaces is None:
        return
    newest = newest_of(row.replaces)
    if newest.pk != row.replaces.pk or (row.removed and newest.removed):
        raise BoxConflict(newest)


def _informed(row: Box) -> bool:
    """Whether this person has seen a map of this side, or moves what was drawn by one who had."""
    seen = SaliencyView.objects.filter(side=row.side, user=row.user).exists()
    return seen or bool(row.replaces and row.replaces.after_saliency)
