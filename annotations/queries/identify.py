"""What a model said of a photograph, ready to be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from annotations.models import Concept, Identification, ModelVersion, Side

SEEN, NOT_SURE, NOT_SEEN = "seen", "not sure", "not seen"
METHODS = {"platt": "by Platt scaling", "isotonic": "by isotonic regression", "none": "not calibrated"}
"""How percentages were calibrated, see `mlcore.metrics.calibration`."""
UNLIKE = {"verdict": NOT_SURE, "low": 0.0, "high": 1.0}
"""Whatever the bounds say: they hold for coins like those of the collection alone."""


@dataclass(frozen=True)
class Seen:
    """One concept on one side."""

    slug: str
    name: str
    probability: float
    threshold: float | None
    """From this probability on the model says present; None where the model is gone by now."""
    verdict: str
    """seen, not sure or not seen"""
    low: float | None
    high: float | None
    """Not seen is said below the one, seen above the other; None for a model without such bounds."""
    reason: str
    """Why one of the verdicts cannot be given; mostly empty."""
    calibration: str
    """One of METHODS; empty where it is not known."""

    @property
    def percent(self) -> float:
        return 100 * self.probability

    @property
    def low_percent(self) -> float | None:
        return None if self.low is None else 100 * self.low

    @property
    def unsure_percent(self) -> float | None:
        """Width of the span in which the model is not sure."""
        return None if self.low is None or self.high is None else 100 * (self.high - self.low)


@dataclass(frozen=True)
class AlikeSide:
    side: Side
    cosine: float


@dataclass(frozen=True)
class SeenSide:
    face: str
    crop: str
    box: tuple[float, float, float, float] | None
    """Left, top, right, bottom in pixels of the photograph."""
    seen: list[Seen]
    level: float | None
    """What the verdicts promise, e.g. 0.9; None for a model that promises nothing."""
    unlike: bool
    """Whether it lies outside of what the model learned from."""
    alike: list[AlikeSide]

    @property
    def name(self) -> str:
        return "The side on the photograph" if self.face == "unknown" else self.face.capitalize()

    @property
    def absent(self) -> list[Seen]:
        return [each for each in self.seen if each.verdict == NOT_SEEN]

    @property
    def present(self) -> list[Seen]:
        return [each for each in self.seen if each.verdict == SEEN]

    @property
    def unsure(self) -> list[Seen]:
        return [each for each in self.seen if each.verdict == NOT_SURE]

    @property
    def calibrations(self) -> list[tuple[str, list[Seen]]]:
        """Methods in words with their concepts."""
        found = [(words, [each for each in self.seen if each.calibration == key]) for key, words in METHODS.items()]
        return [(words, concepts) for words, concepts in found if concepts]

    @property
    def wrong_in(self) -> int | None:
        """One wrong in so many is what the verdicts allow."""
        return None if self.level is None else round(1 / (1 - self.level))

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0] if self.box else 0

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1] if self.box else 0


def sides_seen(row: Identification) -> list[SeenSide]:
    """The sides of an identification, each with its concepts, the likeliest first."""
    names = dict(Concept.objects.values_list("slug", "name"))
    alike = _sides(side for seen in row.sides for side, _ in seen.get("alike", ()))
    return [
        SeenSide(
            face=side["face"],
            crop=side["crop"],
            box=tuple(side["box"]) if "of" in side else None,
            seen=sorted(_concepts(side, row.version, names), key=lambda each: -each.probability),
            level=side.get("level"),
            unlike=bool(side.get("unlike")),
            alike=[AlikeSide(alike[number], cosine) for number, cosine in side.get("alike", ()) if number in alike],
        )
        for side in row.sides
    ]


def size_of(row: Identification) -> tuple[int, int] | None:
    """Width and height of the photograph in pixels; None where it was not looked at, or before sizes were kept."""
    return next(((side["of"][0], side["of"][1]) for side in row.sides if "of" in side), None)


def _concepts(side: dict[str, Any], version: ModelVersion | None, names: dict[str, str]) -> list[Seen]:
    """Not sure of any on a side unlike the coins learned from, and for models from before there were bounds."""
    thresholds = dict(zip(version.concepts, version.thresholds, strict=True)) if version else {}
    verdicts = side.get("verdicts", {})
    found = []
    for slug, probability in side["probabilities"].items():
        said = verdicts.get(slug, {}) | (UNLIKE if verdicts and side.get("unlike") else {})
        found.append(
            Seen(
                slug=slug,
                name=names.get(slug, slug),
                probability=probability,
                threshold=thresholds.get(slug),
                verdict=said.get("verdict", NOT_SURE),
                low=said.get("low"),
                high=said.get("high"),
                reason=said.get("reason", ""),
                calibration=said.get("calibration", ""),
            )
        )
    return found


def _sides(numbers: Iterable[int]) -> dict[int, Side]:
    return Side.objects.select_related("coin").defer("coin__search").in_bulk(list(numbers))
