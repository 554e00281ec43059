"""What can be read: coins, sides, concepts, labels, models."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Any

from django.db.models import F, Prefetch, QuerySet
from django.http import Http404
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from annotations.api.base import StrictView
from annotations.api.filters import CoinFilters, LabelFilters, SideFilters
from annotations.api.paging import Keyset
from annotations.api.serializers.coins import CoinSerializer, WholeCoinSerializer
from annotations.api.serializers.concepts import ConceptSerializer
from annotations.api.serializers.labels import LabelSerializer
from annotations.api.serializers.models import ModelVersionSerializer, WholeModelVersionSerializer
from annotations.api.serializers.sides import SideSerializer
from annotations.models import Coin, Concept, Label, ModelVersion, Prediction, Publication, Rule, Side


class ReadOnly(ListModelMixin, RetrieveModelMixin, StrictView, GenericViewSet):  # type: ignore[type-arg]
    """A list by pages, and one object."""

    noun: str
    whole_serializer_class: type[BaseSerializer[Any]] | None = None

    def known_parameters(self) -> Collection[str]:
        if self.action != "list":
            return ()
        filterset = getattr(self, "filterset_class", None)
        return {*(filterset.base_filters if filterset else ()), Keyset.cursor_query_param, "size"}

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        whole = self.whole_serializer_class if self.action == "retrieve" else None
        return whole or super().get_serializer_class()

    def get_serializer_context(self) -> dict[str, Any]:
        return super().get_serializer_context() | {"published": self.published}

    def get_object(self) -> Any:
        value = str(self.kwargs[self.lookup_field])
        missing = Http404(f"There is no {self.noun} “{value[:100]}” here.")
        if "\0" in value:  # PostgreSQL refuses to look for it
            raise missing
        try:
            return super().get_object()
        except Http404:
            raise missing from None

    @cached_property
    def published(self) -> ModelVersion | None:
        """The published model, without its long figures."""
        return ModelVersion.objects.defer("metrics").published()

    def sides(self) -> QuerySet[Side]:
        """Sides with their answers and with what the published model says."""
        labels = Label.objects.exclude(answer="").select_related("concept").order_by("concept__slug")
        predictions = Prediction.objects.filter(version=self.published) if self.published else Prediction.objects.none()
        return Side.objects.prefetch_related(
            Prefetch("labels", labels, to_attr="answered_labels"),
            Prefetch("predictions", predictions, to_attr="published_predictions"),
        )


class CoinViewSet(ReadOnly):
    """Coins with both sides. A list carries the answers; one coin carries all that is known of it."""

    noun = "coin"
    queryset = Coin.objects.all()
    serializer_class = CoinSerializer
    whole_serializer_class = WholeCoinSerializer
    filterset_class = CoinFilters
    lookup_field = "identifier"
    lookup_value_converter = "path"

    def filter_queryset(self, queryset: QuerySet[Coin]) -> QuerySet[Coin]:
        """Sides come after the filter, which begins anew with the public search's query."""
        sides = Prefetch("sides", self.sides().select_related("coin").order_by("face"))
        coins = super().filter_queryset(queryset).defer("search").prefetch_related(sides)
        return coins.prefetch_related("photographs", "descriptions") if self.action == "retrieve" else coins


class SideViewSet(ReadOnly):
    """Sides with crop, text, answers by origin, and what the published model says."""

    noun = "side"
    queryset = Side.objects.all()
    serializer_class = SideSerializer
    filterset_class = SideFilters
    lookup_field = "pk"
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Side]:
        return self.sides().select_related("coin").defer("coin__search")


class ConceptViewSet(ReadOnly):
    """Concepts with their names, the rules by which texts are read, and what they imply."""

    noun = "concept"
    queryset = Concept.objects.select_related("broader", "merged_into").prefetch_related(
        "implies", Prefetch("rules", Rule.objects.filter(retired=False))
    )
    serializer_class = ConceptSerializer
    lookup_field = "slug"


class LabelViewSet(ReadOnly):
    """Labels with an answer, whoever gave it. An origin's silence is no row."""

    noun = "label"
    queryset = (
        Label.objects.exclude(answer="")
        .select_related("concept", "side__coin")
        .defer("concept__guideline", "side__text", "side__legend", "side__coin__search")
    )
    serializer_class = LabelSerializer
    filterset_class = LabelFilters
    lookup_value_converter = "int"


class ModelViewSet(ReadOnly):
    """Models that are or were published; administrators see those too that never were."""

    noun = "model"
    queryset = ModelVersion.objects.all()
    serializer_class = ModelVersionSerializer
    whole_serializer_class = WholeModelVersionSerializer
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[ModelVersion]:
        versions = (
            super()
            .get_queryset()
            .select_related("run__snapshot")
            .annotate(figures=F("metrics__test"))
            .defer("run__epochs", "run__snapshot__counts")
            .prefetch_related("publications")
        )
        if self.action == "list":
            versions = versions.defer("metrics", "run__epochs", "run__snapshot__counts")
        if self.request.user.is_authenticated and self.request.user.is_staff:
            return versions
        return versions.filter(pk__in=Publication.objects.values("version_id"))
