"""What the panel “where the model looks” offers for a side."""

from __future__ import annotations

from dataclasses import dataclass

from annotations.models import Concept, ModelVersion, Prediction, SaliencyMap, Side


@dataclass(frozen=True)
class Offer:
    """One concept that the published model knows, on one side."""

    slug: str
    name: str
    probability: float | None
    present: bool
    map: SaliencyMap | None
    """A map that has been asked for, in whatever state."""


def list_offers(side: Side, version: ModelVersion) -> list[Offer]:
    """The likeliest concept first; by name where the side has no prediction yet."""
    prediction = Prediction.objects.filter(side=side, version=version).first()
    said = dict(zip(version.concepts, prediction.probabilities, strict=True)) if prediction else {}
    thresholds = dict(zip(version.concepts, version.thresholds, strict=True))
    drawn = {row.concept_id: row for row in SaliencyMap.objects.filter(side=side, version=version)}
    concepts = Concept.objects.filter(slug__in=version.concepts)
    offers = [
        Offer(
            slug=concept.slug,
            name=concept.name,
            probability=said.get(concept.slug),
            present=said.get(concept.slug, 0.0) >= thresholds[concept.slug] and concept.slug in said,
            map=drawn.get(concept.pk),
        )
        for concept in concepts
    ]
    return sorted(offers, key=lambda offer: (-(offer.probability or 0.0), offer.name))
