"""What the published model said of a photograph, ready to be read."""

from __future__ import annotations

from dataclasses import dataclass

from annotations.models import Concept, Identification

DOUBT = 0.5
"""From this share of the threshold on, below it, a concept is “not sure”."""


@dataclass(frozen=True)
class Seen:
    """One concept on one side."""

    slug: str
    name: str
    probability: float
    threshold: float | None
    """From this probability on the model says present; None where the model is gone by now."""
    verdict: str
    """present, not sure or absent"""

    @property
    def percent(self) -> float:
        return 100 * self.probability

    @property
    def threshold_percent(self) -> float | None:
        return None if self.threshold is None else 100 * self.threshold


@dataclass(frozen=True)
class SeenSide:
    face: str
    crop: str
    seen: list[Seen]

    @property
    def present(self) -> list[Seen]:
        return [each for each in self.seen if each.verdict == "present"]

    @property
    def unsure(self) -> list[Seen]:
        return [each for each in self.seen if each.verdict == "not sure"]


def sides_seen(row: Identification) -> list[SeenSide]:
    """The sides of an identification, each with its concepts, the likeliest first."""
    version = row.version
    thresholds = dict(zip(version.concepts, version.thresholds, strict=True)) if version else {}
    names = dict(Concept.objects.values_list("slug", "name"))
    return [
        SeenSide(
            face=side["face"],
            crop=side["crop"],
            seen=[
                Seen(slug, names.get(slug, slug), p, thresholds.get(slug), _verdict(slug, p, side, thresholds))
                for slug, p in sorted(side["probabilities"].items(), key=lambda pair: -pair[1])
            ],
        )
        for side in row.sides
    ]


def _verdict(slug: str, probability: float, side: dict[str, list[str]], thresholds: dict[str, float]) -> str:
    if slug in side["present"]:
        return "present"
    doubtful = slug in thresholds and probability >= DOUBT * thresholds[slug]
    return "not sure" if doubtful else "absent"
