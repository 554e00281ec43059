"""What the page of one concept tells: who says it how often on which side, which models know it, and its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q

from annotations.models import Concept, ConceptChange, Decision, Label, ModelVersion, Prediction, ReviewItem
from annotations.models.coins import Face
from annotations.models.evidence import Answer, Origin
from annotations.queries.hierarchy import Hierarchy

MODELS = 12
CHANGES = 100
FEWEST = 5
"""Sides that show the concept by experts' word, and that do not: fewer are no measure of a model."""


@dataclass(frozen=True)
class OriginCount:
    """How many sides of one face an origin calls so, and how many it says do not show it."""

    origin: str
    face: str
    present: int
    absent: int | None
    """None where the origin never says so: a text that does not name it says nothing."""
    unsure: int
    present_share: float
    absent_share: float
    """Per cent of the longest bar."""


@dataclass(frozen=True)
class KnownBy:
    """A model that tells this concept, and how well: average precision on the test sides, with its 95 % interval."""

    version: ModelVersion
    ap: float | None
    low: float | None
    high: float | None
    positives: int
    sides: int
    expert: bool
    """Whether it was measured against experts alone."""


@dataclass(frozen=True)
class Progress:
    open: int
    answered: int
    """Sides on which an expert's word stands."""

    @property
    def total(self) -> int:
        return self.open + self.answered


def count_origins(concept: Concept) -> list[OriginCount]:
    """By origin and face, in that order. Of a retired concept only what experts said is left."""
    version = ModelVersion.objects.defer("metrics").published()
    rows = _count_labels(concept) if not concept.retired else _count_decisions(concept)
    looked = _count_looked(version, concept) if version and not concept.retired else {}
    counts: list[tuple[str, str, int, int | None, int]] = []
    for origin in Origin.values:
        for face in Face.values:
            row = rows.get(face, {})
            present = row.get(f"{origin}_yes", 0)
            absent = {Origin.EXPERT: row.get("expert_no", 0), Origin.TEXT: None}.get(Origin(origin), 0)
            if origin == Origin.MODEL:
                absent = max(0, looked[face] - present) if face in looked else None
            unsure = row.get("unsure", 0) if origin == Origin.EXPERT else 0
            counts.append((origin, face, present, absent, unsure))
    longest = {
        origin: max((each[2] + (each[3] or 0) for each in counts if each[0] == origin), default=0) or 1
        for origin in Origin.values
    }
    return [
        OriginCount(*each, 100 * each[2] / longest[each[0]], 100 * (each[3] or 0) / longest[each[0]]) for each in counts
    ]


def _count_labels(concept: Concept) -> dict[str, Mapping[str, int]]:
    said = {
        "expert_yes": Q(expert=Answer.YES),
        "expert_no": Q(expert=Answer.NO),
        "unsure": Q(expert=Answer.UNSURE),
        "text_yes": Q(text_present=True),
        "model_yes": Q(model_present=True),
    }
    counts = {name: Count("pk", filter=condition) for name, condition in said.items()}
    rows = Label.objects.filter(concept=concept).order_by().values("side__face").annotate(**counts)
    return {row["side__face"]: row for row in rows}


def _count_decisions(concept: Concept) -> dict[str, Mapping[str, int]]:
    names = {"yes": "expert_yes", "no": "expert_no", "unsure": "unsure"}
    standing = Decision.objects.filter(concept=concept, answered_by=None).order_by()
    found: dict[str, dict[str, int]] = {}
    for face, answer, number in standing.values_list("side__face", "answer").annotate(Count("pk")):
        if answer in names:
            found.setdefault(face, {})[names[answer]] = number
    return found


def _count_looked(version: ModelVersion, concept: Concept) -> dict[str, int]:
    """How many sides of each face the published model has looked at, where it knows the concept."""
    if concept.slug not in version.concepts:
        return {}
    rows = Prediction.objects.filter(version=version).order_by().values_list("side__face")
    return dict(rows.annotate(Count("pk")))


def models_that_know(concept: Concept) -> list[KnownBy]:
    """The newest first. Experts' answers on test sides are the better measure, where they are enough for one."""
    figures = {part: F(f"metrics__{part}__{concept.slug}") for part in ("test_expert", "test")}
    versions = ModelVersion.objects.filter(concepts__contains=[concept.slug]).annotate(**figures).defer("metrics")
    return [_known_by(version) for version in versions[:MODELS]]


def _known_by(version: Any) -> KnownBy:
    by_expert = _is_enough(version.test_expert or {})
    row = (version.test_expert if by_expert else version.test) or {}
    low, high = (row.get("intervals") or {}).get("ap") or (None, None)
    return KnownBy(version, row.get("ap"), low, high, row.get("positives", 0), row.get("n", 0), by_expert)


def _is_enough(row: Mapping[str, Any]) -> bool:
    """By counts: a model without a fault has no interval, however many sides it was asked of."""
    present = row.get("positives", 0)
    return row.get("ap") is not None and min(present, row.get("n", 0) - present) >= FEWEST


def review_progress(concept: Concept) -> Progress:
    answered = Label.objects.filter(concept=concept).exclude(expert="").count()
    return Progress(ReviewItem.objects.open().filter(concept=concept).count(), answered)


def history_of(concept: Concept, hierarchy: Hierarchy) -> Sequence[ConceptChange]:
    """Its changes and those of what was merged into it, the newest first."""
    members = [pk for pk in hierarchy.concepts if hierarchy.root(pk) == hierarchy.root(concept.pk)]
    changes = ConceptChange.objects.filter(Q(concept=concept) | Q(concept__in=members))
    return _told_once(changes.select_related("user", "concept")[:CHANGES])


def _told_once(changes: Iterable[ConceptChange]) -> list[ConceptChange]:
    """A merging, and its taking back, is a row of either concept: where both are here, that of the one that went."""
    known = {change.pk: change for change in changes}
    return [change for change in known.values() if not _repeats(change, known.get(change.pk - 1))]


def _repeats(change: ConceptChange, before: ConceptChange | None) -> bool:
    what = change.what
    stays = (what == change.What.MERGED and not change.after) or (what == change.What.REVIVED and change.after)
    return bool(stays and before and before.what == what)


def merged_into(concept: Concept) -> list[Concept]:
    """What was merged into it directly."""
    return list(Concept.objects.filter(merged_into=concept).order_by("name"))
