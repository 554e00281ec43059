"""What models are worth on one frozen test set of experts' answers: two of them in pairs, and all of them in a row."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from django.core.cache import cache

from annotations.models import Job, ModelVersion, PredictionRun
from annotations.models.snapshots import TestSet
from annotations.services.gate import DRAWS, FEWEST, MOST_CELLS, MOST_SIDES, Part, compare_by_experts
from annotations.services.model_scores import Asked, expert_answers, read_scores
from mlcore.contract import LearningError
from mlcore.metrics.resampling import coin_weights, interval_of, mean_of_defined
from mlcore.metrics.weighted import average_precision, in_chunks

LOOKED_AT = 5
"""Test sets that are tried, the newest first."""


@dataclass(frozen=True)
class Worth:
    """Two models on the newest test set that both can be measured on."""

    test_set: TestSet | None
    part: Part | None
    sentence: str
    """Why there is no figure, and what to do; empty where there is one."""


@dataclass(frozen=True)
class Point:
    """Mean average precision of one model, 0..1, with its 95 % interval."""

    version_id: int
    ap: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Curve:
    """All models on the same answers."""

    test_set: TestSet
    sides: int
    answers: int
    concepts: list[str]
    draws: int
    points: dict[int, Point]
    """By model."""
    absent: list[int]
    """Models that have not seen these sides."""


def compare_models(version: ModelVersion, earlier: ModelVersion) -> Worth:
    """`version` minus `earlier` in average precision, per concept and on the mean."""
    newest = list(TestSet.objects.all()[:LOOKED_AT])
    if not newest:
        return Worth(None, None, "No expert has answered on a test coin yet. Answer questions, and start a run.")
    thin: Worth | None = None
    for test_set in newest:
        try:
            part = compare_by_experts(version, earlier, test_set)
        except LearningError as error:
            return Worth(test_set, None, str(error))
        if part and part.shows:
            return Worth(test_set, part, "")
        thin = thin or Worth(test_set, part, _why_thin(test_set, part))
    assert thin is not None  # noqa: S101 - there was a test set
    return thin


def _why_thin(test_set: TestSet, part: Part | None) -> str:
    sides = test_set.counts["sides"]
    if part is None:
        return (
            f"The two models share no concept and side of the {sides:,} test sides that experts answered on. "
            "Start another run: it is measured on all of them."
        )
    return (
        f"Experts answered on {sides:,} test side{'' if sides == 1 else 's'}, and no concept is known to be on "
        f"{FEWEST} of them and absent from {FEWEST}. Answer more questions on test coins, and start a run."
    )


def measure_models(versions: Sequence[ModelVersion]) -> Curve | None:
    """Each of these on the sides and concepts that all of them know; None where no test set has enough.

    A model that has seen less than half of the sides that the newest has seen is left out. Kept until there is another
    model or test set, or a model has said more. Raises LearningError where the file of a test set is gone.
    """
    test_sets = list(TestSet.objects.all()[:LOOKED_AT])
    ids = [version.pk for version in versions]
    predicted = PredictionRun.objects.filter(version__in=ids, status=Job.Status.SUCCEEDED).count()
    named = repr((ids, predicted, [test_set.sha256 for test_set in test_sets]))
    key = f"rounds-{hashlib.sha256(named.encode()).hexdigest()}"
    curve: Curve | None = cache.get(key)
    if curve is None:
        measured = (_measure_on(test_set, versions) for test_set in test_sets)
        curve = next((each for each in measured if each is not None), None)
        cache.set(key, curve, timeout=None)
    return curve


def _measure_on(test_set: TestSet, versions: Sequence[ModelVersion]) -> Curve | None:
    asked = expert_answers(test_set)
    scores = {version.pk: read_scores(version, asked.sides) for version in versions}
    newest = scores[versions[-1].pk]
    kept = [each for each in versions if newest and 2 * len(scores[each.pk].keys() & newest.keys()) >= len(newest)]
    shared = _share(asked, kept, [scores[each.pk] for each in kept]) if kept else None
    if shared is None:
        return None
    return _measure(test_set, kept, shared, [version.pk for version in versions if version not in kept])


@dataclass(frozen=True)
class _Shared:
    concepts: list[str]
    coins: list[str]
    labels: npt.NDArray[np.int_]
    """(sides, concepts)"""
    said: list[npt.NDArray[np.float64]]
    """One of that shape per model."""


def _share(
    asked: Asked, versions: Sequence[ModelVersion], scores: Sequence[dict[int, Sequence[float]]]
) -> _Shared | None:
    known = [slug for slug in asked.concepts if all(slug in version.concepts for version in versions)]
    places = [place for place, side in enumerate(asked.sides) if all(side in said for said in scores)]
    drawn = np.random.default_rng(0).permutation(len(places))[:MOST_SIDES]
    places = [places[number] for number in sorted(drawn.tolist())]
    labels = asked.labels[places][:, [asked.concepts.index(slug) for slug in known]]
    enough = [min((column == 1).sum(), (column == 0).sum()) >= FEWEST for column in labels.T]
    concepts = [slug for slug, counts in zip(known, enough, strict=True) if counts]
    if not concepts:
        return None
    said = [
        np.array([each[asked.sides[place]] for place in places])[:, [version.concepts.index(slug) for slug in concepts]]
        for version, each in zip(versions, scores, strict=True)
    ]
    return _Shared(concepts, [asked.coins[place] for place in places], labels[:, enough], said)


def _measure(test_set: TestSet, versions: Sequence[ModelVersion], shared: _Shared, absent: list[int]) -> Curve:
    answers = int((shared.labels >= 0).sum())
    draws = int(np.clip(MOST_CELLS // (answers * len(versions)), *DRAWS))
    points = {
        version.pk: Point(version.pk, *_mean_ap(shared.labels, said, shared.coins, draws))
        for version, said in zip(versions, shared.said, strict=True)
    }
    sides = int((shared.labels >= 0).any(axis=1).sum())
    return Curve(test_set, sides, answers, shared.concepts, draws, points, absent)


def _mean_ap(
    labels: npt.NDArray[np.int_], said: npt.NDArray[np.float64], coins: Sequence[str], draws: int
) -> tuple[float, float | None, float | None]:
    weights = np.vstack([np.ones(len(coins)), coin_weights(coins, draws)])  # the first weighs every side once
    figures = [
        in_chunks(average_precision, truth[truth >= 0], scores[truth >= 0], 0.5, weights[:, truth >= 0])
        for truth, scores in zip(labels.T, said.T, strict=True)
    ]
    means = mean_of_defined(np.array(figures))
    low, high = interval_of(means[1:]) or (None, None)
    return float(means[0]), low, high
