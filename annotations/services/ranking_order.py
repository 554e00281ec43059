"""An order of questions into the queue, in steps so small that nobody who answers meanwhile has to wait for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction
from safetensors.numpy import load_file

from annotations.models import Concept
from annotations.services.copied_rows import BIGINT, DOUBLE, INTEGER, SMALLINT, copy_in
from annotations.services.review import withdraw_questions
from mlcore.contract import LearningError, Report

STEP = 5000
"""Questions that change in one transaction: about 0.2 s."""
_TABLES = """
DROP TABLE IF EXISTS ranked_question, ranked_reason, ranked_strategy, ranked_out CASCADE;
CREATE TEMPORARY TABLE ranked_question
  (place integer, side_id bigint, concept_id bigint, score double precision, suspicion double precision,
   strategy smallint, reason integer);
CREATE TEMPORARY TABLE ranked_reason (number integer PRIMARY KEY, words text);
CREATE TEMPORARY TABLE ranked_strategy (number smallint PRIMARY KEY, words text);
CREATE TEMPORARY VIEW ranked AS
  SELECT place, side_id, concept_id, score, nullif(suspicion, 'NaN') AS suspicion,
    strategy.words AS strategy, reason.words AS reason
  FROM ranked_question
  JOIN ranked_strategy strategy ON strategy.number = ranked_question.strategy
  JOIN ranked_reason reason ON reason.number = ranked_question.reason;
"""
_NUMBERED = """
INSERT INTO {table} SELECT place - 1, words FROM unnest(%s::text[]) WITH ORDINALITY AS given (words, place)
"""
_INDEXES = """
CREATE UNIQUE INDEX ON ranked_question (side_id, concept_id);
CREATE INDEX ON ranked_question (place);
ANALYZE ranked_question; ANALYZE ranked_reason; ANALYZE ranked_strategy;
"""
# A question that somebody is answering at this moment is left as it is, in whatever order its row is locked.
_CHANGE = """
WITH held AS (
  SELECT item.id, given.score, given.suspicion, given.strategy, given.reason
  FROM ranked given JOIN annotations_reviewitem item USING (side_id, concept_id)
  WHERE place >= %(first)s AND place < %(last)s AND item.status = 'open' FOR UPDATE OF item SKIP LOCKED
)
UPDATE annotations_reviewitem item
SET score = held.score, suspicion = held.suspicion, strategy = held.strategy, reason = held.reason, round = %(round)s
FROM held WHERE held.id = item.id
"""
_ADD = """
INSERT INTO annotations_reviewitem (side_id, concept_id, score, suspicion, reason, round, strategy, status)
SELECT given.side_id, given.concept_id, score, suspicion, reason, %(round)s, strategy, 'open' FROM ranked given
JOIN annotations_side side ON side.id = given.side_id
JOIN annotations_concept concept ON concept.id = given.concept_id AND NOT concept.retired
WHERE place >= %(first)s AND place < %(last)s
AND NOT EXISTS (SELECT 1 FROM annotations_label label WHERE label.side_id = given.side_id
                AND label.concept_id = given.concept_id AND label.expert <> '')
AND NOT EXISTS (SELECT 1 FROM annotations_reviewitem item
                WHERE item.side_id = given.side_id AND item.concept_id = given.concept_id)
ON CONFLICT (side_id, concept_id) DO NOTHING
"""
# What experts said differently of two concepts that were merged is asked until somebody settles it.
_FIND_OUT = """
CREATE TEMPORARY TABLE ranked_out AS
SELECT row_number() OVER (ORDER BY item.id) - 1 AS place, item.id FROM annotations_reviewitem item
WHERE status = 'open' AND item.strategy <> 'merge' AND NOT EXISTS (
  SELECT 1 FROM ranked_question given WHERE given.side_id = item.side_id AND given.concept_id = item.concept_id)
"""
# One that stands before a person is left until the next ranking.
_HOLD_OUT = """
SELECT item.id FROM annotations_reviewitem item JOIN ranked_out ON ranked_out.id = item.id
WHERE place >= %(first)s AND place < %(last)s AND status = 'open' AND coalesce(leased_until < now(), true)
FOR UPDATE OF item SKIP LOCKED
"""


@dataclass(frozen=True)
class Order:
    """What `mlcore rank` wrote: arrays of one length, the first question first, and the words they point to."""

    side: npt.NDArray[np.int64]
    concept: npt.NDArray[np.int32]
    score: npt.NDArray[np.float64]
    suspicion: npt.NDArray[np.float32]
    """NaN where the strategy judges no suspicion."""
    strategy: npt.NDArray[np.int16]
    reason: npt.NDArray[np.int32]
    words: dict[str, Any]

    def __len__(self) -> int:
        return len(self.side)


def read_order(path: Path) -> Order:
    arrays = load_file(path)
    words = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    names = ("side", "concept", "score", "suspicion", "strategy", "reason")
    return Order(**{name: arrays[name] for name in names}, words=words)


def store_order(order: Order, concepts: list[Concept], *, round: int, report: Report) -> dict[str, int]:
    """Bring the open questions in line with an order: changed, added, withdrawn. Returns how many of each."""
    if max(map(len, order.words["reasons"]), default=0) > 200:
        raise LearningError("A reason of the ranking has more than 200 characters; the queue has no room for it.")
    with _one_at_a_time(), connection.cursor() as cursor:
        cursor.execute(_TABLES)
        _lay_down(order, concepts)
        cursor.execute(_INDEXES)
        counts = {"changed": 0, "added": 0, "withdrawn": 0}
        for first in range(0, len(order), STEP):
            values = {"first": first, "last": first + STEP, "round": round}
            with transaction.atomic():
                cursor.execute(_CHANGE, values)
                counts["changed"] += cursor.rowcount
                cursor.execute(_ADD, values)
                counts["added"] += cursor.rowcount
            done = min(first + STEP, len(order))
            report({"event": "progress", "stage": "storing questions", "done": done, "total": len(order)})
        counts["withdrawn"] = _withdraw_others(report)
        cursor.execute("ANALYZE annotations_reviewitem")
        cursor.execute("DROP TABLE ranked_question, ranked_reason, ranked_strategy, ranked_out CASCADE")
    return counts


def _lay_down(order: Order, concepts: list[Concept]) -> None:
    ids = np.array([concept.pk for concept in concepts], dtype=np.int64)
    columns: dict[str, tuple[npt.DTypeLike, npt.NDArray[Any]]] = {
        "place": (INTEGER, np.arange(len(order))),
        "side_id": (BIGINT, order.side),
        "concept_id": (BIGINT, ids[order.concept]),
        "score": (DOUBLE, order.score),
        "suspicion": (DOUBLE, order.suspicion),
        "strategy": (SMALLINT, order.strategy),
        "reason": (INTEGER, order.reason),
    }
    copy_in("ranked_question", columns)
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERED.format(table="ranked_reason"), [order.words["reasons"]])
        cursor.execute(_NUMBERED.format(table="ranked_strategy"), [order.words["strategies"]])


def _withdraw_others(report: Report) -> int:
    """Questions that the order no longer holds: answered by nobody, and no longer worth a person's time."""
    withdrawn = 0
    with connection.cursor() as cursor:
        cursor.execute(_FIND_OUT)
        cursor.execute("SELECT count(*) FROM ranked_out")
        total = cursor.fetchone()[0]
        for first in range(0, total, STEP):
            with transaction.atomic():
                cursor.execute(_HOLD_OUT, {"first": first, "last": first + STEP})
                withdrawn += withdraw_questions([row[0] for row in cursor.fetchall()])
            done = min(first + STEP, total)
            report({"event": "progress", "stage": "withdrawing questions", "done": done, "total": total})
    return withdrawn


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two rankings at once would undo each other's steps. The lock ends with the connection at the latest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('questions'))")
        try:
            yield
        finally:
            if connection.is_usable():
                cursor.execute("SELECT pg_advisory_unlock(hashtext('questions'))")
