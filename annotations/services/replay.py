"""Restore is replay: rows that were exported are inserted again, with their keys, in the order in which they came."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from annotations.models import BlindAnswer, Decision
from annotations.queries.decision_export import ANSWERS
from annotations.services.decisions import settle_questions
from annotations.services.labels import settle_decisions
from annotations.services.replay_checks import Refused, check_rows

COLUMNS = (
    "line",
    "kind",
    "key",
    "base",
    "undoes",
    "page",
    "purpose",
    "decision",
    "coin",
    "side",
    "concept",
    "answer",
    "person",
    "when",
    "withdrawn",
    "seen",
)
_ALWAYS = {"kind", "coin", "side", "concept", "person", "when"}
_NEEDED = {
    "decision": _ALWAYS | {"key", "answer"},
    "blind": _ALWAYS | {"key", "answer", "purpose", "decision"},
    "hidden": _ALWAYS | {"purpose", "decision"},
    "gold": _ALWAYS | {"answer", "decision", "withdrawn"},
}
_READ: dict[str, Callable[[str], Any]] = {
    "key": UUID,
    "base": UUID,
    "undoes": UUID,
    "page": UUID,
    "decision": UUID,
    "when": datetime.fromisoformat,
    "seen": datetime.fromisoformat,
}
_CHOICES = {
    "answer": {answer.value for answer in Decision.Answer},
    "purpose": {purpose.value for purpose in BlindAnswer.Purpose},
    "side": {"obverse", "reverse"},
}
_TABLE = """
DROP TABLE IF EXISTS replayed, standing;
CREATE TEMPORARY TABLE replayed (
  line bigint PRIMARY KEY, kind text, key uuid, base uuid, undoes uuid, page uuid, purpose text, decision uuid,
  coin text, side text, concept text, answer text, person text, "when" timestamptz, withdrawn boolean, seen timestamptz,
  id bigint, side_id bigint, concept_id bigint, user_id bigint
) ON COMMIT DROP
"""
_FIND = """
CREATE INDEX ON replayed (key);
UPDATE replayed SET
  side_id = (SELECT side.id FROM annotations_side side JOIN annotations_coin coin ON coin.id = side.coin_id
             WHERE coin.identifier = replayed.coin AND side.face = replayed.side),
  concept_id = (SELECT id FROM annotations_concept WHERE slug = replayed.concept),
  user_id = (SELECT id FROM auth_user WHERE username = replayed.person);
CREATE TEMPORARY TABLE standing ON COMMIT DROP AS
  SELECT row_number() OVER (ORDER BY said.id) AS place, said.* FROM ({answers}) said;
UPDATE replayed SET id = standing.id FROM standing WHERE standing.key = replayed.key;
ANALYZE replayed
"""
# Blind answers are numbered in one row with decisions: which came first stays to be seen.
_INSERT = """
UPDATE replayed SET id = numbered.id FROM (
  SELECT line, nextval('annotations_decision_id_seq') AS id
  FROM (SELECT line FROM replayed WHERE id IS NULL AND kind IN ('decision', 'blind') ORDER BY line) waiting
) numbered WHERE numbered.line = replayed.line;
INSERT INTO annotations_decision
  (id, side_id, concept_id, answer, user_id, key, base_id, undoes_id, page, created_at)
SELECT said.id, said.side_id, said.concept_id, said.answer, said.user_id, said.key, base.id, undone.id, said.page,
       said."when"
FROM replayed said
LEFT JOIN replayed base ON base.key = said.base LEFT JOIN replayed undone ON undone.key = said.undoes
WHERE said.kind = 'decision' AND said.key NOT IN (SELECT key FROM standing) ORDER BY said.line;
INSERT INTO annotations_blindanswer
  (id, side_id, concept_id, answer, user_id, key, purpose, decision_id, base_id, undoes_id, page, created_at)
SELECT said.id, said.side_id, said.concept_id, said.answer, said.user_id, said.key, said.purpose, on_record.id,
       base.id, undone.id, said.page, said."when"
FROM replayed said JOIN replayed on_record ON on_record.key = said.decision
LEFT JOIN replayed base ON base.key = said.base LEFT JOIN replayed undone ON undone.key = said.undoes
WHERE said.kind = 'blind' AND said.key NOT IN (SELECT key FROM standing) ORDER BY said.line;
INSERT INTO annotations_hiddenquestion (side_id, concept_id, user_id, purpose, decision_id, created_at, seen_at)
SELECT said.side_id, said.concept_id, said.user_id, said.purpose, on_record.id, said."when", said.seen
FROM replayed said JOIN replayed on_record ON on_record.key = said.decision
WHERE said.kind = 'hidden' ORDER BY said.line
ON CONFLICT (user_id, side_id, concept_id) DO NOTHING;
INSERT INTO annotations_goldquestion (side_id, concept_id, answer, decision_id, set_by_id, withdrawn, created_at)
SELECT said.side_id, said.concept_id, said.answer, on_record.id, said.user_id, said.withdrawn, said."when"
FROM replayed said JOIN replayed on_record ON on_record.key = said.decision
WHERE said.kind = 'gold' ORDER BY said.line
ON CONFLICT (side_id, concept_id) DO {on_gold};
"""
_NEWER_GOLD = """UPDATE SET answer = EXCLUDED.answer, decision_id = EXCLUDED.decision_id,
  set_by_id = EXCLUDED.set_by_id, withdrawn = EXCLUDED.withdrawn, created_at = EXCLUDED.created_at"""
_LAST_WORDS = """
SELECT decision.id FROM annotations_decision decision JOIN replayed ON replayed.id = decision.id
WHERE replayed.kind = 'decision' AND replayed.key NOT IN (SELECT key FROM standing)
  AND NOT EXISTS (SELECT 1 FROM annotations_decision later WHERE later.base_id = decision.id)
"""


@transaction.atomic
def replay(lines: Iterable[str], *, make_accounts: bool = False) -> dict[str, int]:
    """Insert what is missing of these exported lines; labels and questions follow. All of it or nothing.

    What stands must be the beginning of the file, or the file the beginning of what stands. Returns how many answers
    the file holds, how many stood, and how many were inserted. Raises Refused with a sentence.
    """
    with connection.cursor() as cursor:
        # Nobody decides meanwhile: what is compared is what stands.
        cursor.execute("LOCK TABLE annotations_decision, annotations_blindanswer IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(_TABLE)
    _load(_rows(lines))
    if make_accounts:
        _make_accounts()
    with connection.cursor() as cursor:
        cursor.execute(_FIND.format(answers=ANSWERS))
    counts = check_rows()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            shorter = counts["answers"] < counts["stood"]
            cursor.execute(_INSERT.format(on_gold="NOTHING" if shorter else _NEWER_GOLD))
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute(_LAST_WORDS)
            last = [row[0] for row in cursor.fetchall()]
    except IntegrityError as error:
        raise Refused(f"The file does not hold together: {str(error).splitlines()[-1].strip()}") from error
    settle_decisions(last)
    settle_questions(last)
    return counts | {"inserted": max(0, counts["answers"] - counts["stood"])}


def _rows(lines: Iterable[str]) -> Iterator[list[Any]]:
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise Refused(f"Line {number} is no JSON: {error}.") from error
        if not isinstance(row, dict) or row.get("kind") not in _NEEDED:
            raise Refused(f"Line {number} is of no known kind. Is this a file that export_decisions wrote?")
        missing = _NEEDED[row["kind"]] - row.keys()
        if missing:
            raise Refused(f"Line {number} lacks {', '.join(sorted(missing))}.")
        yield [number, *(_value(number, name, row.get(name)) for name in COLUMNS[1:])]


def _value(number: int, name: str, value: Any) -> Any:
    """A field as the database takes it."""
    if value is None or (name == "withdrawn" and isinstance(value, bool)):
        return value
    if name == "withdrawn" or not isinstance(value, str) or "\0" in value:
        raise Refused(f"Line {number}: {name} cannot be {json.dumps(value)[:60]}.")
    if name in _CHOICES and value not in _CHOICES[name]:
        choices = ", ".join(sorted(_CHOICES[name]))
        raise Refused(f"Line {number}: {name} is “{value[:60]}”; it must be one of {choices}.")
    try:
        return _READ[name](value) if name in _READ else value
    except ValueError as error:
        raise Refused(f"Line {number}: {name} “{value[:60]}” cannot be read ({error}).") from error


def _load(rows: Iterator[list[Any]]) -> None:
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    # A cursor of psycopg itself: Django's does not copy while it notes queries.
    with connection.connection.cursor() as cursor, cursor.copy(f"COPY replayed ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _make_accounts() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT person FROM replayed WHERE person NOT IN (SELECT username FROM auth_user)")
        missing = sorted(row[0] for row in cursor.fetchall())
    for name in missing:
        User.objects.create_user(name)  # without a password nobody can sign in
