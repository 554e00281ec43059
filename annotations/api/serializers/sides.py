from __future__ import annotations

from collections.abc import Collection
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.api.serializers.fields import PictureField
from annotations.api.serializers.labels import LabelOfSideSerializer
from annotations.models import ModelVersion, Side


class SeenSerializer(serializers.Serializer[Any]):
    """One concept on one side, by a model."""

    concept = serializers.CharField()
    probability = serializers.FloatField(min_value=0, max_value=1)
    threshold = serializers.FloatField(help_text="From this probability on the model says present.", allow_null=True)
    present = serializers.BooleanField()


class PredictionOfSideSerializer(serializers.Serializer[Any]):
    model = serializers.IntegerField(help_text="Id of the model version.")
    concepts = SeenSerializer(many=True)


class SideInCoinSerializer(serializers.ModelSerializer[Side]):
    crop = PictureField()
    thumbnail = PictureField()
    box = serializers.ListField(
        source="crop_box",
        child=serializers.FloatField(),
        allow_null=True,
        help_text="Left, top, right, bottom of the crop in pixels of the photograph.",
    )
    labels = LabelOfSideSerializer(many=True, source="answered_labels")

    class Meta:
        model = Side
        fields = ["id", "face", "crop", "thumbnail", "box", "legend", "symbol", "text", "labels"]
        read_only_fields = fields


class SideSerializer(SideInCoinSerializer):
    coin = serializers.CharField(source="coin.identifier")
    prediction = serializers.SerializerMethodField(help_text="By the published model; null where there is none.")

    class Meta(SideInCoinSerializer.Meta):
        fields = ["id", "coin", *SideInCoinSerializer.Meta.fields[1:], "prediction"]
        read_only_fields = fields

    @extend_schema_field(PredictionOfSideSerializer(allow_null=True))
    def get_prediction(self, side: Side) -> dict[str, Any] | None:
        version: ModelVersion | None = self.context["published"]
        stored = side.published_predictions  # type: ignore[attr-defined] # prefetched by the viewset
        if version is None or not stored:
            return None
        probabilities = dict(zip(version.concepts, stored[0].probabilities, strict=True))
        return {"model": version.pk, "concepts": seen(version, probabilities)}


def seen(
    version: ModelVersion | None, probabilities: dict[str, float], present: Collection[str] | None = None
) -> list[dict[str, Any]]:
    """What a model says of each concept; `present` where that was settled before the probabilities were rounded."""
    thresholds = dict(zip(version.concepts, version.thresholds, strict=True)) if version else {}
    if present is None:
        present = {slug for slug, p in probabilities.items() if slug in thresholds and p >= thresholds[slug]}
    return [
        {
            "concept": slug,
            "probability": probability,
            "threshold": thresholds.get(slug),
            "present": slug in present,
        }
        for slug, probability in probabilities.items()
    ]
