"""Frozen test sets, and what a model's own data set could not teach or measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from annotations.models import ModelVersion
from annotations.models.snapshots import TestSet
from annotations.queries.models import concept_names
from mlcore.contract import SPLITS

SHOWN = 20


def list_test_sets() -> list[TestSet]:
    return list(TestSet.objects.all()[:SHOWN])


def describe_test_set(test_set: TestSet) -> dict[str, Any]:
    return {
        "id": test_set.pk,
        "sha256": test_set.sha256,
        "created_at": test_set.created_at,
        "sides": test_set.counts["sides"],
        "coins": test_set.counts["coins"],
        "concepts": {
            slug: {answer: test_set.counts[f"{answer}/{slug}"] for answer in ("present", "absent")}
            for slug in test_set.concepts
        },
    }


@dataclass(frozen=True)
class Gap:
    name: str
    reason: str


def list_gaps(version: ModelVersion) -> list[Gap]:
    """Concepts of a model that were not learned, or that the test sides could not measure."""
    names = concept_names(version)
    untrained: dict[str, str] = version.metrics.get("untrained") or {}
    measured = [version.metrics.get(part) or {} for part in ("test", "test_expert")]
    gaps = []
    for slug in version.concepts:
        if slug in untrained:
            gaps.append(Gap(names[slug], f"not learned: {untrained[slug]}"))
        elif not any((part.get(slug) or {}).get("ap") is not None for part in measured):
            gaps.append(Gap(names[slug], "not measured: no test side is known to show it, or none is known not to"))
    return gaps


@dataclass(frozen=True)
class Share:
    name: str
    counts: list[int]
    """Training, validation and test."""
    percent: list[float]


def read_shares(version: ModelVersion) -> list[Share]:
    """How sides, and the sides that show each concept, are shared out; a snapshot of before knows the sides only."""
    counts, names = version.snapshot.counts, concept_names(version)
    rows = [("All sides", [counts.get(f"samples/{split}", 0) for split in SPLITS])]
    rows += [
        (names[slug], [counts[f"positives/{slug}/{split}"] for split in SPLITS])
        for slug in version.concepts
        if all(f"positives/{slug}/{split}" in counts for split in SPLITS)
    ]
    return [Share(name, row, [100 * each / max(1, sum(row)) for each in row]) for name, row in rows]
