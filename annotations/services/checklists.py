"""Which side comes next on the checklist, and to whom."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotations.models import ReviewItem, Side
from annotations.services.review import LEASE


@transaction.atomic
def lease_sides(*, user: User, count: int, exclude: Collection[int] = ()) -> list[Side]:
    """The sides with the most suspicious open questions; nobody else is asked about them for five minutes."""
    chosen: list[int] = []
    while len(chosen) < count:
        side = _lease_side(user, [*exclude, *chosen])
        if side is None:
            break
        chosen.append(side)
    sides = Side.objects.select_related("coin").defer("coin__search").in_bulk(chosen)
    return [sides[pk] for pk in chosen]


def _lease_side(user: User, exclude: Collection[int]) -> int | None:
    now = timezone.now()
    free = ReviewItem.objects.free_for(user.pk, now).exclude(side__in=exclude)
    first = free.select_for_update(skip_locked=True, of=("self",)).order_by("-score", "id").first()
    if first is None:
        return None
    together = ReviewItem.objects.free_for(user.pk, now).filter(side=first.side_id)
    ids = list(together.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
    ReviewItem.objects.filter(pk__in=ids).update(leased_to=user, leased_until=now + LEASE)
    return first.side_id
