"""The tables of the page of rounds as rows of cells, for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from annotations.queries.corrections import KINDS, Corrected
from annotations.queries.rounds import Round, read_estimates
from annotations.services.gate import Row
from annotations.services.round_scores import Curve
from annotations.services.rounds import Gain

Cells = Sequence[Any]
ROUND_COLUMNS = ("round", "run", "model", "kind", "cause", "frozen_at", "answers_so_far", "test_set", "mean_ap")
_SCORES = ("test_answers", "present", "ap_before", "ap_after", "difference", "low", "high")
GAIN_COLUMNS = ("concept", *_SCORES, "questions_answered", "labels_changed", *KINDS, "wrong_before", "wrong_after")


def round_rows(rounds: Sequence[Round], curve: Curve | None) -> Iterator[Cells]:
    """One row per round, the first before all; empty where a model was not measured."""
    yield *ROUND_COLUMNS, "low", "high"
    for each in rounds:
        point = curve.points.get(each.version.pk) if curve else None
        known = (each.number, each.run.pk, each.version.pk, each.run.kind, each.run.cause, each.frozen_at.isoformat())
        measured = (point.ap, point.low, point.high) if point else (None, None, None)
        yield *known, each.answers, curve.test_set.pk if curve and point else None, *measured


def gain_rows(gain: Gain) -> Iterator[Cells]:
    """One row per concept, and one of all that has no concept.

    Scores of both models, what was answered between them, and the share of labels estimated wrong after each.
    """
    part = gain.worth.part
    scores = {row.concept: row for row in part.rows if row.concept not in part.thin} if part else {}
    counts = {row.slug: row for row in gain.corrections.concepts}
    wrong = [{slug: each.wrong for slug, each in read_estimates(ranking).items()} for ranking in gain.rankings]
    yield GAIN_COLUMNS
    for slug in sorted({*scores, *counts, *wrong[0], *wrong[1]}):
        yield slug, *_scored(scores.get(slug)), *_counted(counts.get(slug)), *(each.get(slug) for each in wrong)
    both = gain.noise_of_all
    together = (both.before.wrong, both.after.wrong) if both and both.before and both.after else (None, None)
    yield "", *_scored(part.mean if part else None), *_counted(gain.corrections.total), *together


def _scored(row: Row | None) -> Cells:
    if row is None:
        return [None] * len(_SCORES)
    return row.n, row.positives, row.published_ap, row.candidate_ap, row.difference, row.low, row.high


def _counted(row: Corrected | None) -> Cells:
    return (row.answered, row.changed, *row.kinds.values()) if row else [0] * (2 + len(KINDS))
