"""What the page “where the model looks” offers for a side, and which maps a choice asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from annotations.models import Concept, ModelVersion, Prediction, SaliencyMap, Side
from annotations.models.predictions import Method
from annotations.queries.runs import Progress, read_progress
from mlcore.registry import kinds

OF_ATTENTION = (Method.CHEFER, Method.ROLLOUT)
TRANSFORMERS = ("vit_", "deit", "flexivit_", "beit3_", "test_vit")
"""How timm's names of backbones with attention begin."""
SHOWS = {"overlay": "Overlay", "map": "Map only", "picture": "Picture only"}
STRENGTH = 70


@dataclass(frozen=True)
class Offer:
    """One concept that a model knows, on one side."""

    slug: str
    name: str
    probability: float | None
    present: bool
    drawn: bool


@dataclass(frozen=True)
class Look:
    """A model and a method: with a side and a concept, one map."""

    version: ModelVersion
    method: Method


@dataclass(frozen=True)
class Choice:
    """What somebody wants to see of a side; all of it stands in the address."""

    concept: Concept
    looks: tuple[Look, ...]
    """One, or two side by side."""
    show: str = "overlay"
    boxes: bool = True
    strength: int = STRENGTH

    def address(self, side: Side, **changed: str | int) -> str:
        first, *others = self.looks
        asked: dict[str, str | int] = {"concept": self.concept.slug, "model": first.version.pk, "method": first.method}
        if others:
            asked |= {"other_model": others[0].version.pk, "other_method": others[0].method}
        ways: dict[str, str | int] = {
            "show": self.show,
            "boxes": "yes" if self.boxes else "no",
            "strength": self.strength,
        } | changed
        usual = {"show": "overlay", "boxes": "yes", "strength": STRENGTH}
        asked |= {name: value for name, value in ways.items() if value != usual[name]}
        return f"{reverse('saliency', args=[side.pk])}?{urlencode(asked)}"


@dataclass(frozen=True)
class Pane:
    look: Look
    map: SaliencyMap | None
    refusal: str = ""
    """Why this model gives no such map."""

    @property
    def progress(self) -> Progress | None:
        return read_progress(self.map) if self.map else None


def methods_of(version: ModelVersion) -> tuple[Method, ...]:
    """What this model's network can give: maps of attention need attention."""
    backbone = str(version.run.config.get("backbone", ""))
    has_attention = backbone.startswith(TRANSFORMERS)
    return tuple(method for method in Method if has_attention or method not in OF_ATTENTION)


def refusal_of(look: Look, concept: Concept) -> str:
    """Why there is no map of this concept by this model and method; empty where there can be one."""
    if concept.slug not in look.version.concepts:
        return f"Model {look.version.pk} was not trained on {concept.name}."
    if look.method not in methods_of(look.version):
        network = look.version.run.config.get("backbone") or look.version.kind
        return (
            f"{look.method.label} reads the attention of a transformer, and the network of model {look.version.pk} "
            f"({network}) has none. Choose another method."
        )
    return ""


def seeing_models() -> list[ModelVersion]:
    """Models that look at pictures, the newest first."""
    of_pictures = [name for name, kind in kinds().items() if kind.learns_from == "sides"]
    versions = ModelVersion.objects.filter(kind__in=of_pictures).select_related("run")
    return list(versions.defer("metrics", "run__epochs", "run__libraries"))


def maps_of(side: Side) -> QuerySet[SaliencyMap]:
    return cast("QuerySet[SaliencyMap]", SaliencyMap.objects.filter(side=side))


def list_offers(side: Side, version: ModelVersion) -> list[Offer]:
    """The likeliest concept first; by name where the side has no prediction yet."""
    prediction = Prediction.objects.filter(side=side, version=version).first()
    said = dict(zip(version.concepts, prediction.probabilities, strict=True)) if prediction else {}
    thresholds = dict(zip(version.concepts, version.thresholds, strict=True))
    drawn = set(maps_of(side).filter(version=version).exclude(file="").values_list("concept", flat=True))
    offers = [
        Offer(
            slug=concept.slug,
            name=concept.name,
            probability=said.get(concept.slug),
            present=concept.slug in said and said[concept.slug] >= thresholds[concept.slug],
            drawn=concept.pk in drawn,
        )
        for concept in Concept.objects.filter(slug__in=version.concepts)
    ]
    return sorted(offers, key=lambda offer: (-(offer.probability or 0.0), offer.name))


def list_maps(side: Side) -> list[SaliencyMap]:
    """All maps that have been drawn of a side, those of the newest model first."""
    drawn = maps_of(side).exclude(file="").select_related("concept", "side__coin")
    return list(drawn.order_by("-version", "concept__name", "method"))


def read_choice(given: Mapping[str, str], models: list[ModelVersion], usual: ModelVersion | None) -> Choice | None:
    """The choice that an address or a form holds; None where it names no concept.

    Raises ValueError with a sentence where it names something that is not there.
    """
    slug = given.get("concept", "")[:50]
    if not slug:
        return None
    concept = Concept.objects.filter(slug=slug).first()
    if concept is None:
        raise ValueError(f"There is no concept “{slug}”. Choose one of the list.")
    first = Look(_model(given.get("model", ""), models, usual), _method(given.get("method", ""), Method.HIPE))
    looks = [first]
    if given.get("other_model") or given.get("other_method"):
        other = _model(given.get("other_model", ""), models, first.version)
        looks.append(Look(other, _method(given.get("other_method", ""), first.method)))
    strength = given.get("strength", "")
    return Choice(
        concept=concept,
        looks=tuple(dict.fromkeys(looks)),
        show=given["show"] if given.get("show") in SHOWS else "overlay",
        boxes=given.get("boxes") != "no",
        strength=min(100, int(strength)) if strength.isdecimal() and len(strength) < 4 else STRENGTH,
    )


def _model(given: str, models: list[ModelVersion], usual: ModelVersion | None) -> ModelVersion:
    found = next((version for version in models if str(version.pk) == given), None) if given else usual
    if found is None:
        reason = (
            f"There is no model “{given[:20]}” that looks at pictures." if given else "There is no published model."
        )
        raise ValueError(f"{reason} Choose one of the list.")
    return found


def _method(given: str, usual: Method) -> Method:
    if given and given not in Method.values:
        raise ValueError(f"There is no method “{given[:20]}”. There are {', '.join(Method.values)}.")
    return Method(given) if given else usual


def find_panes(side: Side, choice: Choice) -> list[Pane]:
    """For each wanted look the map that there is, in whatever state."""
    maps = maps_of(side).filter(concept=choice.concept).select_related("side__coin", "concept")
    known = {(row.version_id, row.method): row for row in maps}
    return [
        Pane(look, known.get((look.version.pk, look.method)), refusal_of(look, choice.concept)) for look in choice.looks
    ]


def describe_map(row: SaliencyMap) -> dict[str, Any]:
    return {
        "id": row.pk,
        "status": row.status,
        "reason": row.reason,
        "coin": row.side.coin.identifier,
        "face": row.side.face,
        "side": row.side_id,
        "concept": row.concept.slug,
        "model": row.version_id,
        "method": row.method,
        "file": row.file,
        "facts": row.facts,
    }
