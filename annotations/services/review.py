"""Which question comes next, and to whom."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from annotations.models import ReviewItem
from annotations.services.hidden_questions import mix_hidden

LEASE = timedelta(minutes=5)

# Suspicion, 0..1: a model that contradicts the text is the strongest sign that a label is wrong; then a model in doubt;
# where only the model speaks, a score near one half says nothing (models are trained on balanced weights);
# without a model, rare concepts first, since each answer weighs more there. The hash spreads equal scores over coins.
_RANK = """
WITH rarity AS (
  SELECT concept_id, 1.0 / sqrt(count(*)) AS rare FROM annotations_label WHERE text_present GROUP BY concept_id
), candidates AS (
  SELECT label.side_id, label.concept_id, label.model_score AS p, label.text_present, label.model_present,
         coalesce(rarity.rare, 1) AS rare, abs(hashint8(label.id)) / 2147483648.0 AS spread
  FROM annotations_label label
  JOIN annotations_side side ON side.id = label.side_id AND side.crop <> ''
  JOIN annotations_concept concept ON concept.id = label.concept_id AND NOT concept.retired
  LEFT JOIN rarity ON rarity.concept_id = label.concept_id
  WHERE label.expert = '' AND (label.text_present OR label.model_present)
)
INSERT INTO annotations_reviewitem (side_id, concept_id, score, reason, round, strategy, status)
SELECT side_id, concept_id,
  CASE WHEN p IS NULL THEN 0.3 * rare + 0.1 * spread
       WHEN text_present THEN greatest(1 - p, 0.05 * spread)
       ELSE greatest(2 * p - 1, 0.05 * spread) END,
  CASE WHEN p IS NULL THEN 'The text names it; no model has looked yet.'
       WHEN text_present THEN format('The text names it; the model says %%s %%%%.', round(100 * p))
       ELSE format('The text does not name it; the model says %%s %%%%.', round(100 * p)) END,
  %(round)s, 'suspicion', 'open'
FROM candidates
ON CONFLICT (side_id, concept_id) DO UPDATE SET score = EXCLUDED.score, reason = EXCLUDED.reason, round = EXCLUDED.round
WHERE annotations_reviewitem.status = 'open'
"""
_WITHDRAW = """
DELETE FROM annotations_reviewitem item WHERE status = 'open' AND NOT EXISTS (
  SELECT 1 FROM annotations_label label WHERE label.side_id = item.side_id AND label.concept_id = item.concept_id
  AND label.expert = '' AND (label.text_present OR label.model_present))
"""


@transaction.atomic
def rank_questions(*, round: int) -> int:
    """Put every unsettled label before the experts, the most suspicious first. Returns how many questions are open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('questions'))"
        )  # two rankings at once lock each other out
        cursor.execute(_WITHDRAW)
        cursor.execute(_RANK, {"round": round})
    return ReviewItem.objects.open().count()


@transaction.atomic
def lease_items(*, user: User, count: int = 2, concept: str = "", exclude: Collection[int] = ()) -> list[ReviewItem]:
    """The next questions for this person; nobody else is shown them for five minutes."""
    now = timezone.now()
    items = ReviewItem.objects.free_for(user.pk, now).exclude(pk__in=exclude)
    if concept:
        items = items.filter(concept__slug=concept)
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
