"""Which sides of one concept stand on a person's contact sheet."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from annotations.models import ReviewItem
from annotations.queries.sheets import questions_said
from annotations.services.hidden_draws import mix_hidden
from annotations.services.review import LEASE


@transaction.atomic
def lease_sheet(*, user: User, concept: str, said: str, count: int, exclude: Collection[int] = ()) -> list[ReviewItem]:
    """The first open questions of a concept to which the machines say `said`, in their order; nobody else gets them.

    Hidden ones stand where their own place in the order puts them.
    """
    now = timezone.now()
    free = questions_said(ReviewItem.objects.free_for(user.pk, now), concept, said).exclude(pk__in=exclude)
    chosen = list(free.select_for_update(skip_locked=True, of=("self",)).order_by("-score", "id")[:count])
    mixed = mix_hidden(chosen, user=user, concept=concept, said=said, exclude=exclude, most=count)
    ids = [item.pk for item in mixed]
    ReviewItem.objects.open().filter(pk__in=ids).update(leased_to=user, leased_until=now + LEASE)
    leased = ReviewItem.objects.select_related("side__coin", "concept").in_bulk(ids)
    return sorted(leased.values(), key=lambda item: (-item.score, item.pk))


@transaction.atomic
def renew_leases(*, user: User, item_ids: Collection[int]) -> list[int]:
    """Keep questions before the person who still looks at them. Returns those that are now leased to that person.

    One that was opened again by an undo is taken as well, unless another person has it by now.
    """
    now = timezone.now()
    free = Q(leased_to=None) | Q(leased_to=user) | Q(leased_until__lt=now)
    held = ReviewItem.objects.open().filter(free, pk__in=item_ids)
    ids = list(held.select_for_update(skip_locked=True).values_list("pk", flat=True))
    ReviewItem.objects.filter(pk__in=ids).update(leased_to=user, leased_until=now + LEASE)
    return ids


@transaction.atomic
def skip_items(*, user: User, item_ids: Collection[int]) -> None:
    """Leave questions to others; those that are gone meanwhile are nobody's."""
    left = list(ReviewItem.objects.filter(pk__in=item_ids).select_for_update().order_by("pk"))
    user.skipped_items.add(*left)
    mine = Q(leased_to=user, pk__in=[item.pk for item in left])
    ReviewItem.objects.filter(mine).update(leased_to=None, leased_until=None)
