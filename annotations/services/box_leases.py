"""Who draws boxes on which side: nobody else is given it meanwhile, and it comes back by itself."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from annotations.models import ReviewItem
from annotations.queries.boxes import leased_to_others, next_wanted, wanted_labels
from annotations.services.gold import answered_item
from annotations.services.review import LEASE


@transaction.atomic
def lease_next(*, user: User, concept: str, after: int | None, back: bool = False) -> int | None:
    """The next side with something to draw (before this one if `back`); None where there is none, or others have it."""
    _wait_for_others()
    side_id = next_wanted(user, concept, after, back=back)
    if side_id:
        _lease(user, side_id)
    return side_id


@transaction.atomic
def lease_side(*, user: User, side_id: int) -> User | None:
    """Keep this side to this person, who leaves the one before. Returns who is looking at it already, if anybody."""
    _wait_for_others()
    held = leased_to_others(user).filter(side=side_id).select_related("leased_to").first()
    if held:
        return held.leased_to
    _lease(user, side_id)
    return None


def renew_lease(*, user: User, side_id: int) -> None:
    """Whoever has just drawn here is still at it."""
    held = ReviewItem.objects.filter(side=side_id, leased_to=user, status=ReviewItem.Status.ANSWERED)
    held.update(leased_until=timezone.now() + LEASE)


def _lease(user: User, side_id: int) -> None:
    """The lease stands on the answered questions that wait for a box here."""
    left = ReviewItem.objects.filter(leased_to=user, status=ReviewItem.Status.ANSWERED).exclude(side=side_id)
    left.update(leased_to=None, leased_until=None)
    labels = wanted_labels().filter(side=side_id).order_by("concept")
    items = [answered_item(side_id, label.concept_id, named=label.text_present) for label in labels]
    for item in items:
        item.leased_to, item.leased_until = user, timezone.now() + LEASE
    ReviewItem.objects.bulk_create(
        items, update_conflicts=True, unique_fields=["side", "concept"], update_fields=["leased_to", "leased_until"]
    )


def _wait_for_others() -> None:
    """Two who ask at once would be given the same side."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('boxes'))")
