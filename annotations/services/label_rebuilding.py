"""The labels of a concept made again from what they rest on: texts, decisions, and the published model."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from annotations.models import ModelVersion
from annotations.services.labels import BEST_WORD, PLACES, ROOTS, STANDS

_REBUILD = f"""
CREATE TEMPORARY TABLE rebuilt_label ON COMMIT DROP AS
WITH RECURSIVE {ROOTS}, {PLACES}, text AS (
  SELECT DISTINCT reading.side_id, merged.root_id AS concept_id FROM annotations_pseudolabel reading
  JOIN merged ON merged.concept_id = reading.concept_id WHERE merged.root_id = ANY(%(concepts)s)
), expert AS (
  SELECT DISTINCT ON (decision.side_id, merged.root_id) decision.side_id, merged.root_id AS concept_id, decision.id,
         CASE decision.answer WHEN 'withdrawn' THEN '' ELSE decision.answer END AS said
  FROM annotations_decision decision JOIN merged ON merged.concept_id = decision.concept_id
  WHERE merged.root_id = ANY(%(concepts)s) AND {STANDS}
  ORDER BY decision.side_id, merged.root_id, {BEST_WORD}
), model AS (
  SELECT prediction.side_id, places.concept_id, prediction.probabilities[places.place] AS p,
         prediction.probabilities[places.place] >= places.t AS present
  FROM annotations_prediction prediction JOIN places ON places.concept_id = ANY(%(concepts)s)
  WHERE prediction.version_id = %(version)s
), pair AS (
  SELECT side_id, concept_id FROM text UNION SELECT side_id, concept_id FROM expert
  UNION SELECT side_id, concept_id FROM model WHERE present
), label AS (
  SELECT side_id, concept_id, coalesce(expert.said, '') AS expert, expert.id AS decision_id,
         text.side_id IS NOT NULL AS text_present, model.p, coalesce(model.present, false) AS model_present
  FROM pair LEFT JOIN expert USING (side_id, concept_id) LEFT JOIN model USING (side_id, concept_id)
  LEFT JOIN text USING (side_id, concept_id)
)
SELECT side_id, concept_id, expert, decision_id, text_present, p AS model_score, model_present,
  CASE WHEN p IS NOT NULL THEN %(version)s::bigint END AS model_version_id,
  CASE WHEN expert <> '' THEN expert WHEN text_present OR model_present THEN 'yes' ELSE '' END AS answer,
  CASE WHEN expert <> '' THEN 'expert' WHEN text_present THEN 'text'
       WHEN model_present THEN 'model' ELSE '' END AS origin
FROM label
"""  # noqa: S608 - parts of our own
_COLUMNS = "expert, decision_id, text_present, model_score, model_present, model_version_id, answer, origin"
_THERE = "rebuilt.side_id = label.side_id AND rebuilt.concept_id = label.concept_id"
_DROP = f"""
DELETE FROM annotations_label label WHERE concept_id = ANY(%(concepts)s)
AND NOT EXISTS (SELECT 1 FROM rebuilt_label rebuilt WHERE {_THERE})
"""  # noqa: S608 - a part of our own
_OWN, _NEW = (", ".join(f"{table}.{name}" for name in _COLUMNS.split(", ")) for table in ("label", "rebuilt"))
_CHANGE = f"""
UPDATE annotations_label label SET ({_COLUMNS}) = ROW ({_NEW}) FROM rebuilt_label rebuilt
WHERE {_THERE} AND ({_OWN}) IS DISTINCT FROM ({_NEW})
"""  # noqa: S608 - parts of our own
_ADD = f"""
INSERT INTO annotations_label (side_id, concept_id, {_COLUMNS})
SELECT side_id, concept_id, {_COLUMNS} FROM rebuilt_label rebuilt
WHERE NOT EXISTS (SELECT 1 FROM annotations_label label WHERE {_THERE})
"""  # noqa: S608 - parts of our own


def rebuild_labels(concept_ids: Sequence[int]) -> int:
    """Make these concepts' labels anew; one that is retired or merged has none. Returns how many there are.

    Only what differs is written: each new row costs eight entries of indexes and two look-ups of keys. Runs inside a
    transaction that holds the concepts' rows: nobody decides on them meanwhile.
    """
    version = ModelVersion.objects.defer("metrics").published()
    values = {
        "concepts": list(concept_ids),
        "version": version.pk if version else None,
        "slugs": version.concepts if version else [],
        "thresholds": version.thresholds if version else [],
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS rebuilt_label")
        cursor.execute(_REBUILD, values)
        made: int = cursor.rowcount
        for statement in (_DROP, _CHANGE, _ADD):
            cursor.execute(statement, values)
    return made
