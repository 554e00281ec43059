"""The present answers, rebuilt from pseudo-labels, decisions and predictions."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from annotations.models import ModelVersion

# What was said of a merged concept counts for the one that it was merged into; nothing counts for a retired one.
ROOTS = """
merged (concept_id, root_id) AS (
  SELECT id, id FROM annotations_concept WHERE merged_into_id IS NULL AND NOT retired
  UNION ALL
  SELECT concept.id, merged.root_id FROM annotations_concept concept
  JOIN merged ON concept.merged_into_id = merged.concept_id
)
"""
_READ_TEXTS = f"""
WITH RECURSIVE {ROOTS}
INSERT INTO annotations_label (side_id, concept_id, expert, text_present, model_present, answer, origin)
SELECT DISTINCT side_id, merged.root_id, '', true, false, '', ''
FROM annotations_pseudolabel said JOIN merged ON merged.concept_id = said.concept_id
WHERE side_id = ANY(%(sides)s)
ON CONFLICT (side_id, concept_id) DO UPDATE SET text_present = true WHERE NOT annotations_label.text_present
"""  # noqa: S608 - a part of our own
_FORGET_TEXTS = f"""
WITH RECURSIVE {ROOTS}
UPDATE annotations_label label SET text_present = false
WHERE side_id = ANY(%(sides)s) AND text_present AND NOT EXISTS (
    SELECT 1 FROM annotations_pseudolabel said JOIN merged ON merged.concept_id = said.concept_id
    WHERE said.side_id = label.side_id AND merged.root_id = label.concept_id)
"""  # noqa: S608 - a part of our own
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
# Which of several standing answers is the expert's word: the newest on the concept itself before those on what was
# merged into it, and what was withdrawn only where there is nothing else.
BEST_WORD = "decision.answer = 'withdrawn', decision.concept_id <> merged.root_id, decision.id DESC"
STANDS = "NOT EXISTS (SELECT 1 FROM annotations_decision later WHERE later.base_id = decision.id)"
# In order, so that two pages of answers never wait for each other in a circle.
_HEAR_EXPERTS = f"""
WITH RECURSIVE {ROOTS}, question AS (
  SELECT DISTINCT decision.side_id, merged.root_id FROM annotations_decision decision
  JOIN merged ON merged.concept_id = decision.concept_id WHERE decision.id = ANY(%(decisions)s)
), word AS (
  SELECT question.side_id, question.root_id, said.id, said.answer FROM question CROSS JOIN LATERAL (
    SELECT decision.id, CASE decision.answer WHEN 'withdrawn' THEN '' ELSE decision.answer END AS answer
    FROM annotations_decision decision JOIN merged ON merged.concept_id = decision.concept_id
    WHERE decision.side_id = question.side_id AND merged.root_id = question.root_id AND {STANDS}
    ORDER BY {BEST_WORD} LIMIT 1) said
)
INSERT INTO annotations_label AS label
  (side_id, concept_id, expert, decision_id, text_present, model_present, answer, origin)
SELECT side_id, root_id, answer, id, false, false, answer, CASE answer WHEN '' THEN '' ELSE 'expert' END
FROM word ORDER BY side_id, root_id
ON CONFLICT (side_id, concept_id) DO UPDATE SET expert = EXCLUDED.expert, decision_id = EXCLUDED.decision_id,
  answer = CASE WHEN EXCLUDED.expert <> '' THEN EXCLUDED.expert
                WHEN label.text_present OR label.model_present THEN 'yes' ELSE '' END,
  origin = CASE WHEN EXCLUDED.expert <> '' THEN 'expert' WHEN label.text_present THEN 'text'
                WHEN label.model_present THEN 'model' ELSE '' END
"""  # noqa: S608 - parts of our own
_FORGET_MODEL = """
UPDATE annotations_label SET model_score = NULL, model_present = false, model_version_id = NULL
WHERE side_id = ANY(%(sides)s) AND model_version_id IS NOT NULL
"""
_OF_SIDES = "side_id = ANY(%(sides)s)"
# Where a version that does not know a concept knows one that was merged into it, that one's probability stands for it.
PLACES = """
places AS (
  SELECT DISTINCT ON (merged.root_id) merged.root_id AS concept_id, given.place, given.t
  FROM unnest(%(slugs)s::text[], %(thresholds)s::float8[]) WITH ORDINALITY AS given (slug, t, place)
  JOIN annotations_concept concept ON concept.slug = given.slug
  JOIN merged ON merged.concept_id = concept.id
  ORDER BY merged.root_id, concept.id <> merged.root_id, given.place
)
"""
# What this version changes, found without locking a label: on labels that there are (its score by its place in the
# array), and where it alone says present.
_FIND_CHANGES = f"""
CREATE TEMPORARY TABLE changed_label ON COMMIT DROP AS
WITH RECURSIVE {ROOTS}, {PLACES}, said AS (
  SELECT label.id, label.side_id, label.concept_id, prediction.probabilities[places.place] AS p, places.t
  FROM annotations_label label
  LEFT JOIN places ON places.concept_id = label.concept_id
  LEFT JOIN annotations_prediction prediction
    ON prediction.version_id = %(version)s AND prediction.side_id = label.side_id AND places.place IS NOT NULL
), judged AS (
  SELECT id, side_id, concept_id, p, coalesce(p >= t, false) AS present,
         CASE WHEN p IS NOT NULL THEN %(version)s::bigint END AS version_id FROM said
)
SELECT judged.* FROM judged JOIN annotations_label label ON label.id = judged.id
WHERE (label.model_score, label.model_present, label.model_version_id)
      IS DISTINCT FROM (judged.p, judged.present, judged.version_id)
UNION ALL
SELECT NULL, prediction.side_id, places.concept_id, score.p, true, %(version)s
FROM annotations_prediction prediction
CROSS JOIN LATERAL unnest(prediction.probabilities) WITH ORDINALITY AS score (p, place)
JOIN places ON places.place = score.place AND score.p >= places.t
WHERE prediction.version_id = %(version)s AND NOT EXISTS (
    SELECT 1 FROM annotations_label label
    WHERE label.side_id = prediction.side_id AND label.concept_id = places.concept_id)
"""  # noqa: S608 - parts of our own
_CHANGE = """
UPDATE annotations_label label SET
  model_score = changed.p, model_present = changed.present, model_version_id = changed.version_id,
  answer = CASE WHEN expert <> '' THEN expert WHEN text_present OR changed.present THEN 'yes' ELSE '' END,
  origin = CASE WHEN expert <> '' THEN 'expert' WHEN text_present THEN 'text'
                WHEN changed.present THEN 'model' ELSE '' END
FROM changed_label changed WHERE changed.id = label.id
"""
_ADD = """
INSERT INTO annotations_label AS label
  (side_id, concept_id, expert, text_present, model_score, model_present, model_version_id, answer, origin)
SELECT side_id, concept_id, '', false, p, true, version_id, 'yes', 'model' FROM changed_label WHERE id IS NULL
ON CONFLICT (side_id, concept_id) DO UPDATE SET model_score = EXCLUDED.model_score,
  model_present = EXCLUDED.model_present, model_version_id = EXCLUDED.model_version_id,
  answer = CASE WHEN label.expert <> '' THEN label.expert ELSE 'yes' END,
  origin = CASE WHEN label.expert <> '' THEN 'expert' WHEN label.text_present THEN 'text' ELSE 'model' END
"""


def refresh_text_labels(side_ids: Sequence[int]) -> None:
    """Bring the labels of these sides in line with their pseudo-labels."""
    _settle_after(side_ids, _FORGET_TEXTS, _READ_TEXTS)


def forget_model_labels(side_ids: Sequence[int]) -> None:
    """Let the labels of these sides rest on texts and persons alone."""
    _settle_after(side_ids, _FORGET_MODEL)


@transaction.atomic
def _settle_after(side_ids: Sequence[int], *changes: str) -> None:
    sides = {"sides": list(side_ids)}
    with connection.cursor() as cursor:
        for change in (*changes, _SETTLE.format(where=_OF_SIDES), _DROP_EMPTY.format(where=_OF_SIDES)):
            cursor.execute(change, sides)


@transaction.atomic
def refresh_model_labels(version: ModelVersion) -> None:
    """Let this version's stored predictions speak, and no other's: all labels change in one transaction.

    What changes is found beforehand; a decision on one of these labels waits only while they are written.
    """
    values = {"version": version.pk, "slugs": version.concepts, "thresholds": version.thresholds}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS changed_label")
        cursor.execute(_FIND_CHANGES, values)
        cursor.execute(_CHANGE)
        cursor.execute(_ADD)
        cursor.execute(_DROP_EMPTY.format(where="true"))


def settle_decisions(decision_ids: Sequence[int]) -> None:
    """Make decisions the expert's word, each on its side and concept. Runs inside the decisions' transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_HEAR_EXPERTS, {"decisions": list(decision_ids)})
