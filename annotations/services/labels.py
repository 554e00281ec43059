"""The present answers, rebuilt from pseudo-labels, decisions and predictions."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from annotations.models import Decision, Label, ModelVersion

_READ_TEXTS = """
INSERT INTO annotations_label (side_id, concept_id, expert, text_present, model_present, answer, origin)
SELECT DISTINCT side_id, concept_id, '', true, false, '', '' FROM annotations_pseudolabel
WHERE side_id = ANY(%(sides)s)
ON CONFLICT (side_id, concept_id) DO UPDATE SET text_present = true WHERE NOT annotations_label.text_present
"""
_FORGET_TEXTS = """
UPDATE annotations_label label SET text_present = false
WHERE side_id = ANY(%(sides)s) AND text_present AND NOT EXISTS (
    SELECT 1 FROM annotations_pseudolabel said
    WHERE said.side_id = label.side_id AND said.concept_id = label.concept_id)
"""
_SETTLE = """
UPDATE annotations_label SET
  answer = CASE WHEN expert <> '' THEN expert WHEN text_present OR model_present THEN 'yes' ELSE '' END,
  origin = CASE WHEN expert <> '' THEN 'expert' WHEN text_present THEN 'text'
                WHEN model_present THEN 'model' ELSE '' END
WHERE {where}
"""
_DROP_EMPTY = """
DELETE FROM annotations_label label WHERE {where} AND decision_id IS NULL AND NOT text_present AND NOT model_present
AND NOT EXISTS (SELECT 1 FROM annotations_reviewitem item
                WHERE item.side_id = label.side_id AND item.concept_id = label.concept_id)
"""
_OF_SIDES = "side_id = ANY(%(sides)s)"
_SCORES = """
WITH scores AS (
  SELECT prediction.side_id, concept.id AS concept_id, score.p, score.p >= thresholds.t AS present
  FROM annotations_prediction prediction
  CROSS JOIN LATERAL unnest(prediction.probabilities) WITH ORDINALITY AS score (p, place)
  JOIN unnest(%(slugs)s::text[], %(thresholds)s::float8[]) WITH ORDINALITY AS thresholds (slug, t, place) USING (place)
  JOIN annotations_concept concept ON concept.slug = thresholds.slug AND NOT concept.retired
  WHERE prediction.version_id = %(version)s
)
INSERT INTO annotations_label
  (side_id, concept_id, expert, text_present, model_score, model_present, model_version_id, answer, origin)
SELECT side_id, concept_id, '', false, p, present, %(version)s, '', '' FROM scores
WHERE present OR EXISTS (
    SELECT 1 FROM annotations_label label WHERE label.side_id = scores.side_id AND label.concept_id = scores.concept_id)
ON CONFLICT (side_id, concept_id) DO UPDATE SET model_score = EXCLUDED.model_score,
  model_present = EXCLUDED.model_present, model_version_id = EXCLUDED.model_version_id
"""


@transaction.atomic
def refresh_text_labels(side_ids: Sequence[int]) -> None:
    """Bring the labels of these sides in line with their pseudo-labels."""
    sides = {"sides": list(side_ids)}
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_TEXTS, sides)
        cursor.execute(_READ_TEXTS, sides)
        cursor.execute(_SETTLE.format(where=_OF_SIDES), sides)
        cursor.execute(_DROP_EMPTY.format(where=_OF_SIDES), sides)


@transaction.atomic
def refresh_model_labels(version: ModelVersion) -> None:
    """Let this version's stored predictions speak, and no other's: all labels change in one transaction."""
    Label.objects.exclude(model_version=None).update(model_version=None, model_score=None, model_present=False)
    values = {"version": version.pk, "slugs": version.concepts, "thresholds": version.thresholds}
    with connection.cursor() as cursor:
        cursor.execute(_SCORES, values)
        cursor.execute(_SETTLE.format(where="true"))
        cursor.execute(_DROP_EMPTY.format(where="true"))


def settle_decision(decision: Decision) -> None:
    """Make a decision the expert's word on its side and concept. Runs inside the decision's transaction."""
    expert = "" if decision.answer == Decision.Answer.WITHDRAWN else decision.answer
    Label.objects.update_or_create(
        side_id=decision.side_id, concept_id=decision.concept_id, defaults={"expert": expert, "decision": decision}
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLE.format(where="side_id = %s AND concept_id = %s"), [decision.side_id, decision.concept_id]
        )
