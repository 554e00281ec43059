"""Which question comes next, and to whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from annotations.models import Concept, ReviewItem
from annotations.services.hidden_draws import mix_hidden

LEASE = timedelta(minutes=5)

# The first order, before a model says anything: rare concepts first, since each answer weighs more there. The hash
# spreads equal scores over coins. Questions that a ranking has judged since stay where it put them.
_OPEN = """
WITH rarity AS (
  SELECT concept_id, 1.0 / sqrt(count(*)) AS rare FROM annotations_label WHERE text_present GROUP BY concept_id
)
INSERT INTO annotations_reviewitem (side_id, concept_id, score, reason, round, strategy, status)
SELECT label.side_id, label.concept_id, 0.3 * rare + 0.1 * abs(hashint8(label.id)) / 2147483648.0,
  'The text names it; no model has looked yet.', %(round)s, 'first', 'open'
FROM annotations_label label
JOIN annotations_side side ON side.id = label.side_id AND side.crop <> ''
JOIN annotations_concept concept ON concept.id = label.concept_id AND NOT concept.retired
JOIN rarity ON rarity.concept_id = label.concept_id
WHERE label.expert = '' AND label.text_present AND label.model_score IS NULL
ON CONFLICT (side_id, concept_id) DO UPDATE SET score = EXCLUDED.score
WHERE annotations_reviewitem.status = 'open' AND annotations_reviewitem.strategy = 'first'
"""
_FIND_ENDED = """
SELECT id FROM annotations_reviewitem item WHERE status = 'open' AND strategy = 'first' AND NOT EXISTS (
  SELECT 1 FROM annotations_label label WHERE label.side_id = item.side_id AND label.concept_id = item.concept_id
  AND label.expert = '' AND label.text_present) FOR UPDATE
"""


@transaction.atomic
def rank_questions(*, round: int) -> int:
    """Put before the experts what texts name and no model has looked at. Returns how many questions are open."""
    with connection.cursor() as cursor:
        # Two rankings at once would lock each other out.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('questions'))")
        cursor.execute(_FIND_ENDED)
        withdraw_questions([row[0] for row in cursor.fetchall()])
        cursor.execute(_OPEN, {"round": round})
    return ReviewItem.objects.open().count()


def withdraw_questions(item_ids: Sequence[int]) -> int:
    """Take open questions off the queue, with who skipped them. Returns how many were there."""
    ids = {"ids": list(item_ids)}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM annotations_reviewitem_skipped_by WHERE reviewitem_id = ANY(%(ids)s)", ids)
        cursor.execute("DELETE FROM annotations_reviewitem WHERE id = ANY(%(ids)s)", ids)
        withdrawn: int = cursor.rowcount
    return withdrawn


@transaction.atomic
def lease_items(*, user: User, count: int = 2, concept: str = "", exclude: Collection[int] = ()) -> list[ReviewItem]:
    """The next questions for this person; nobody else is shown them for five minutes."""
    now = timezone.now()
    items = ReviewItem.objects.free_for(user.pk, now).exclude(pk__in=exclude)
    if concept:  # by its id, so that the index of its open questions gives them in order
        items = items.filter(concept=Concept.objects.filter(slug=concept).values_list("pk", flat=True).first())
    chosen = list(items.select_for_update(skip_locked=True, of=("self",)).order_by("-score", "id")[:count])
    ReviewItem.objects.filter(pk__in=[item.pk for item in chosen]).update(leased_to=user, leased_until=now + LEASE)
    leased = ReviewItem.objects.select_related("side__coin", "concept").in_bulk([item.pk for item in chosen])
    return mix_hidden([leased[item.pk] for item in chosen], user=user, concept=concept, exclude=exclude)


@transaction.atomic
def skip_item(*, user: User, item_id: int) -> None:
    """Leave a question to others."""
    item = ReviewItem.objects.select_for_update().get(pk=item_id)
    item.skipped_by.add(user)
    if item.leased_to_id in (user.pk, None):
        ReviewItem.objects.filter(pk=item.pk).update(leased_to=None, leased_until=None)
