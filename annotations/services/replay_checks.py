"""What a file must be like before its rows are replayed. Reads the temporary tables that services.replay fills."""

from __future__ import annotations

from django.db import connection


class Refused(Exception):
    """The file cannot be replayed; says why."""


_UNKNOWN = """
SELECT {name}, count(*) FROM replayed WHERE {missing} IS NULL GROUP BY {name} ORDER BY min(line) LIMIT 3
"""
_WAYS_OUT = {
    ("coin || ' (' || side || ')'", "side_id"): "These sides are not here: {names}. Import the corpus first.",
    ("concept", "concept_id"): "These concepts are not here: {names}. Add them to the vocabulary first.",
    ("person", "user_id"): "These persons have no account: {names}. Make the accounts, or replay with --make-accounts.",
}
_BROKEN = {
    "SELECT min(line) FROM replayed GROUP BY key HAVING count(key) > 1 ORDER BY 1 LIMIT 1": "repeats a key",
    """SELECT said.line FROM replayed said CROSS JOIN LATERAL (VALUES (said.base, said.kind), (said.undoes, said.kind),
         (said.decision, 'decision')) AS named (key, kind)
       WHERE named.key IS NOT NULL AND NOT EXISTS (
         SELECT 1 FROM replayed earlier WHERE earlier.key = named.key AND earlier.line < said.line
           AND earlier.kind = named.kind AND (earlier.side_id, earlier.concept_id) = (said.side_id, said.concept_id))
       ORDER BY said.line LIMIT 1""": "names an answer to its question that does not stand before it",
}
_DIFFERS = """
SELECT said.line, standing.id, said.person, said.answer, said.concept, said.coin,
       standing.person, standing.answer, standing.concept, standing.coin
FROM (SELECT row_number() OVER (ORDER BY line) AS place, replayed.* FROM replayed
      WHERE kind IN ('decision', 'blind')) said
JOIN standing ON standing.place = said.place
WHERE (said.kind, said.key, said.base, said.undoes, said.page, said.purpose, said.decision, said.coin, said.side,
       said.concept, said.answer, said.person, said."when")
  IS DISTINCT FROM (standing.kind, standing.key, standing.base, standing.undoes, standing.page, standing.purpose,
       standing.decision, standing.coin, standing.side, standing.concept, standing.answer, standing.person,
       standing."when")
ORDER BY said.place LIMIT 1
"""
_COUNTS = """
SELECT (SELECT count(*) FROM replayed WHERE kind IN ('decision', 'blind')), (SELECT count(*) FROM standing)
"""


def check_rows() -> dict[str, int]:
    """How many answers the file holds, and how many stand. Raises Refused with what is wrong and what to do."""
    with connection.cursor() as cursor:
        for (name, missing), sentence in _WAYS_OUT.items():
            cursor.execute(_UNKNOWN.format(name=name, missing=missing))
            unknown = cursor.fetchall()
            if unknown:
                raise Refused(sentence.format(names=", ".join(f"{each} in {rows} rows" for each, rows in unknown)))
        for query, wrong in _BROKEN.items():
            cursor.execute(query)
            found = cursor.fetchone()
            if found:
                raise Refused(f"Line {found[0]} {wrong}. The file is not as export_decisions wrote it.")
        cursor.execute(_DIFFERS)
        found = cursor.fetchone()
        if found:
            raise Refused(_contradiction(*found))
        cursor.execute(_COUNTS)
        answers, stood = cursor.fetchone()
    return {"answers": answers, "stood": stood}


def _contradiction(line: int, decision: int, *said: str) -> str:
    theirs, ours = (
        f"{who} says {answer} to {concept} on {coin}" for who, answer, concept, coin in (said[:4], said[4:])
    )
    return (
        f"Line {line} contradicts what stands: in the file {theirs}; here, as answer {decision}, {ours}. "
        "A decision is never overwritten: replay into a database without decisions, or with the beginning of these."
    )
