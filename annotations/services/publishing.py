"""The gate: a candidate against the published model on the same test sides; then a person decides."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from annotations.models import Job, ModelVersion, Prediction, PredictionRun, Publication
from mlcore.metrics.paired import paired_difference
from mlcore.registry import kinds


@dataclass(frozen=True)
class Row:
    """One concept (or the mean) on the common test sides; None where a figure is not defined."""

    concept: str
    n: int
    positives: int
    candidate_ap: float | None
    published_ap: float | None
    difference: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Comparison:
    candidate: ModelVersion
    published: ModelVersion | None
    sides: int
    missing: int
    """Test sides that the published model has not seen, left out of the comparison."""
    rows: list[Row]
    mean: Row | None
    verdict: str
    sentence: str


def model_folder(version: ModelVersion) -> Path:
    return Path(settings.MODELS_ROOT) / version.folder


class NotPublishable(ValueError):
    """Says why a model cannot answer the public."""


def reads_texts(version: ModelVersion) -> bool:
    """Whether it finds names in texts; such a model says nothing of pictures and is not published."""
    kind = kinds().get(version.kind)
    return kind is not None and kind.learns_from == "texts"


def compare(version: ModelVersion) -> Comparison:
    """Average precision of both models on the candidate's frozen test set, with intervals of the difference."""
    published = ModelVersion.objects.published()
    if reads_texts(version):
        sentence = "This model finds names in texts. It answers no question about pictures and is not published."
        return Comparison(version, published, 0, 0, [], None, "unknown", sentence)
    if published is None or published.pk == version.pk:
        verdict = "first" if published is None else "published"
        sentence = (
            "No model is published yet, so there is nothing to compare with."
            if published is None
            else "Visitors, the search and Identify see what it says."
        )
        return Comparison(version, published, 0, 0, [], None, verdict, sentence)
    try:
        test = json.loads((model_folder(version) / "test.json").read_text())
    except (OSError, ValueError) as error:
        sentence = f"The test predictions of model {version.pk} cannot be read ({error}). Train it again to compare."
        return Comparison(version, published, 0, 0, [], None, "unknown", sentence)
    return _compared(version, published, test)


def _compared(version: ModelVersion, published: ModelVersion, test: dict[str, Any]) -> Comparison:
    stored = dict(
        Prediction.objects.filter(version=published, side__in=test["sides"]).values_list("side_id", "probabilities")
    )
    common = [slug for slug in version.concepts if slug in published.concepts]
    places = [place for place, side in enumerate(test["sides"]) if side in stored]
    missing = len(test["sides"]) - len(places)
    if not places or not common:
        sentence = f"Model {published.pk} has not seen the test sides yet. Wait for its predictions, then compare."
        return Comparison(version, published, 0, missing, [], None, "unknown", sentence)
    mine = [version.concepts.index(slug) for slug in common]
    theirs = [published.concepts.index(slug) for slug in common]
    labels = np.array(test["labels"])[places][:, mine]
    difference = paired_difference(
        labels,
        np.array([stored[test["sides"][place]] for place in places])[:, theirs],
        np.array(test["probabilities"])[places][:, mine],
        [test["coins"][place] for place in places],
    )
    rows = [_row(slug, labels[:, place], difference["concepts"][place]) for place, slug in enumerate(common)]
    mean = _row("mean", labels.ravel(), difference["mean"])
    return Comparison(version, published, len(places), missing, rows, mean, *_verdict(mean, published))


def _row(concept: str, labels: npt.NDArray[Any], figures: dict[str, Any]) -> Row:
    low, high = figures["interval"] or (None, None)
    return Row(
        concept=concept,
        n=int((labels >= 0).sum()),
        positives=int((labels == 1).sum()),
        candidate_ap=figures["second"],
        published_ap=figures["first"],
        difference=figures["difference"],
        low=low,
        high=high,
    )


def _verdict(mean: Row, published: ModelVersion) -> tuple[str, str]:
    if mean.difference is None or mean.low is None or mean.high is None:
        return "unknown", "The test sides hold too few examples to compare the models."
    interval = f"95 % interval {100 * mean.low:+.1f} to {100 * mean.high:+.1f}"
    points = f"{100 * mean.difference:+.1f} points of mean average precision ({interval})"
    if mean.low > 0:
        return "better", f"Better than model {published.pk}: {points}."
    if mean.high < 0:
        return "worse", f"Worse than model {published.pk}: {points}."
    return "no difference shown", f"No difference from model {published.pk} is shown: {points}."


@transaction.atomic
def publish_version(*, version: ModelVersion, user: User) -> PredictionRun:
    """Make a version the one that answers the public, and queue its predictions for the corpus.

    Publishing the published one again is the same publication; its predictions are made anew. Raises NotPublishable.
    """
    if reads_texts(version):
        raise NotPublishable(f"Model {version.pk} finds names in texts; it cannot say what a picture shows.")
    Publication.objects.select_for_update().order_by("-id").first()
    current = ModelVersion.objects.published()
    if current is None or current.pk != version.pk:
        Publication.objects.create(version=version, user=user)
    active = version.prediction_runs.filter(status__in=Job.ACTIVE).first()
    return cast(PredictionRun, active) if active else PredictionRun.objects.create(version=version, created_by=user)
