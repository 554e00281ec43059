"""What experts' answers between two moments made of the labels, by concept and by kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from annotations.models import Concept

KINDS: dict[str, str] = {
    "removed": "Text said yes, is no",
    "added": "Not named, is yes",
    "changed": "Expert’s answer changed",
    "first": "No text, first answer",
    "unsure": "Unsure",
    "confirmed": "Confirmed",
}
"""Kind → its words. All but the last change what the next run learns."""

# The expert's word on a question as it stood at a moment: the newest on the concept itself before those on what was
# merged into it, and what was withdrawn only where there is nothing else.
_WORD = """
LEFT JOIN LATERAL (
  SELECT said.answer FROM annotations_decision said JOIN root ON root.concept_id = said.concept_id
  WHERE said.side_id = asked.side_id AND root.root_id = asked.root_id AND said.created_at <= %({moment})s
    AND NOT EXISTS (SELECT 1 FROM annotations_decision later
                    WHERE later.base_id = said.id AND later.created_at <= %({moment})s)
  ORDER BY said.answer = 'withdrawn', said.concept_id <> root.root_id, said.id DESC LIMIT 1
) {name} ON true
"""
_CHANGES = f"""
WITH RECURSIVE root (concept_id, root_id) AS (
  SELECT id, id FROM annotations_concept WHERE merged_into_id IS NULL AND NOT retired
  UNION ALL
  SELECT concept.id, root.root_id FROM annotations_concept concept JOIN root ON concept.merged_into_id = root.concept_id
), asked AS (
  SELECT DISTINCT decision.side_id, root.root_id
  FROM annotations_decision decision JOIN root ON root.concept_id = decision.concept_id
  WHERE decision.created_at > %(since)s AND decision.created_at <= %(until)s
)
SELECT asked.root_id, coalesce(nullif(before.answer, 'withdrawn'), ''),
       coalesce(nullif(after.answer, 'withdrawn'), ''), coalesce(label.text_present, false), side.text <> '', count(*)
FROM asked JOIN annotations_side side ON side.id = asked.side_id
LEFT JOIN annotations_label label ON label.side_id = asked.side_id AND label.concept_id = asked.root_id
{_WORD.format(moment="since", name="before")} {_WORD.format(moment="until", name="after")}
GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 - parts of our own


@dataclass
class Corrected:
    """One concept, or all together."""

    slug: str
    name: str
    kinds: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))

    @property
    def answered(self) -> int:
        return sum(self.kinds.values())

    @property
    def changed(self) -> int:
        """Labels that are other than they were."""
        return self.answered - self.kinds["confirmed"]

    @property
    def named(self) -> list[tuple[str, int]]:
        """Words and counts, in the order of KINDS."""
        return [(words, self.kinds[kind]) for kind, words in KINDS.items()]


@dataclass(frozen=True)
class Corrections:
    total: Corrected
    concepts: list[Corrected]
    """Those with an answer, most changed first."""


def count_corrections(since: datetime | None, until: datetime | None = None) -> Corrections:
    """Questions answered after the one moment and up to the other; None is the beginning, and now.

    A question counts once, however often it was answered, and not at all where the answer that stood before stands
    again. What the texts say of it is taken as it is now.
    """
    moments = {"since": since or "-infinity", "until": until or "infinity"}
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, moments)
        rows = cursor.fetchall()
    names = {pk: (slug, name) for pk, slug, name in Concept.objects.values_list("pk", "slug", "name")}
    total, concepts = Corrected("", "All concepts"), dict[int, Corrected]()
    for concept, before, after, named, told, count in rows:
        kind = name_kind(before, after, named=named, told=told)
        if kind:
            row = concepts.setdefault(concept, Corrected(*names[concept]))
            row.kinds[kind] += count
            total.kinds[kind] += count
    return Corrections(total, _sorted(concepts.values()))


def name_kind(before: str, after: str, *, named: bool, told: bool) -> str:
    """One of KINDS; empty where nothing came of it.

    `before` and `after` are the expert's word, `named` whether the text says yes, `told` whether there is a text.
    """
    if before == after:
        return ""
    if before:
        return "changed"
    if after == "unsure":
        return "unsure"
    if named:
        return "confirmed" if after == "yes" else "removed"
    if not told:
        return "first"
    return "added" if after == "yes" else "confirmed"


def _sorted(found: Iterable[Corrected]) -> list[Corrected]:
    return sorted(found, key=lambda row: (-row.changed, -row.answered, row.name))
