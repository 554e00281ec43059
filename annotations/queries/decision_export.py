"""All that persons answered as plain rows, complete enough to be replayed: keys stand for rows, names for sides.

Decisions and blind answers come in the order in which they were given; then what was hidden from whom, and gold.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

ANSWERS = """
SELECT given.id, given.kind, given.key, base.key AS base, undone.key AS undoes, given.page, given.purpose,
       on_record.key AS decision, coin.identifier AS coin, side.face AS side, concept.slug AS concept, given.answer,
       person.username AS person, given.created_at AS "when"
FROM (
  SELECT id, 'decision' AS kind, key, base_id, undoes_id, page, NULL AS purpose, NULL::bigint AS decision_id, side_id,
         concept_id, answer, user_id, created_at FROM annotations_decision
  UNION ALL
  SELECT id, 'blind', key, base_id, undoes_id, page, purpose, decision_id, side_id, concept_id, answer, user_id,
         created_at FROM annotations_blindanswer
) given
LEFT JOIN (SELECT id, key FROM annotations_decision UNION ALL SELECT id, key FROM annotations_blindanswer) base
  ON base.id = given.base_id
LEFT JOIN (SELECT id, key FROM annotations_decision UNION ALL SELECT id, key FROM annotations_blindanswer) undone
  ON undone.id = given.undoes_id
LEFT JOIN annotations_decision on_record ON on_record.id = given.decision_id
JOIN annotations_side side ON side.id = given.side_id
JOIN annotations_coin coin ON coin.id = side.coin_id
JOIN annotations_concept concept ON concept.id = given.concept_id
JOIN auth_user person ON person.id = given.user_id
"""
_HIDDEN = """
SELECT 'hidden' AS kind, hidden.purpose, on_record.key AS decision, coin.identifier AS coin, side.face AS side,
       concept.slug AS concept, person.username AS person, hidden.created_at AS "when", hidden.seen_at AS seen
FROM annotations_hiddenquestion hidden
JOIN annotations_decision on_record ON on_record.id = hidden.decision_id
JOIN annotations_side side ON side.id = hidden.side_id JOIN annotations_coin coin ON coin.id = side.coin_id
JOIN annotations_concept concept ON concept.id = hidden.concept_id JOIN auth_user person ON person.id = hidden.user_id
ORDER BY person, coin, side, concept
"""
_GOLD = """
SELECT 'gold' AS kind, on_record.key AS decision, coin.identifier AS coin, side.face AS side, concept.slug AS concept,
       gold.answer, gold.withdrawn, person.username AS person, gold.created_at AS "when"
FROM annotations_goldquestion gold
JOIN annotations_decision on_record ON on_record.id = gold.decision_id
JOIN annotations_side side ON side.id = gold.side_id JOIN annotations_coin coin ON coin.id = side.coin_id
JOIN annotations_concept concept ON concept.id = gold.concept_id JOIN auth_user person ON person.id = gold.set_by_id
ORDER BY coin, side, concept
"""


def export_rows() -> Iterator[dict[str, Any]]:
    """Each row as JSON can hold it, as all of them stood at one moment."""
    at_once = not connection.in_atomic_block
    with transaction.atomic():
        if at_once:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for query in (f"{ANSWERS} ORDER BY given.id", _HIDDEN, _GOLD):
            with connection.chunked_cursor() as cursor:
                cursor.execute(query)
                for values in cursor:
                    row = dict(zip((column.name for column in cursor.description), values, strict=True))
                    yield {name: _plain(value) for name, value in row.items() if name != "id" and value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if isinstance(value, (str, bool)) else str(value)
