from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.api.serializers.fields import PictureField
from annotations.api.serializers.sides import SeenSerializer, seen
from annotations.models import Identification
from annotations.queries.identify import SeenSide, sides_seen


class PictureUploadSerializer(serializers.Serializer[Any]):
    picture = serializers.FileField(
        max_length=255, help_text="A photograph of a coin: both sides beside each other, or one."
    )


class ModelNameSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(source="pk")
    kind = serializers.CharField()


class SeenOnPhotographSerializer(SeenSerializer):
    """As on a side of the corpus, and whether the model is sure."""

    verdict = serializers.ChoiceField(
        ["seen", "not sure", "not seen"],
        help_text="Not sure, too, of any concept that was not calibrated, and of sides unlike the collection.",
    )
    low = serializers.FloatField(allow_null=True, help_text="Not seen is said below it; null before calibration.")
    high = serializers.FloatField(allow_null=True, help_text="Seen is said above it; null before calibration.")
    reason = serializers.CharField(allow_blank=True, help_text="Why one of the verdicts cannot be given; mostly empty.")
    calibration = serializers.ChoiceField(
        ["platt", "isotonic", "none", ""], help_text="How the probability was calibrated; empty where not known."
    )


class AlikeSideSerializer(serializers.Serializer[Any]):
    coin = serializers.CharField(source="side.coin.identifier")
    face = serializers.CharField(source="side.face")
    side = serializers.IntegerField(source="side.pk")
    cosine = serializers.FloatField(help_text="In the model's space; 1 is the same.")


class SeenSideSerializer(serializers.Serializer[Any]):
    face = serializers.CharField(help_text="obverse, reverse, or unknown where the picture shows one side.")
    crop = PictureField()
    box = serializers.ListField(
        child=serializers.FloatField(), help_text="Left, top, right, bottom of the side in pixels of `picture`."
    )
    level = serializers.FloatField(
        allow_null=True,
        help_text="Share of sides with, and without, a concept of which the verdict is not wrong; null where unknown.",
    )
    unlike = serializers.BooleanField(help_text="It does not look like the coins that the model learned from.")
    concepts = SeenOnPhotographSerializer(many=True)
    alike = AlikeSideSerializer(many=True)


class PredictionSerializer(serializers.ModelSerializer[Identification]):
    id = serializers.UUIDField(source="public_id")
    address = serializers.SerializerMethodField()
    picture = PictureField(source="file")
    model = ModelNameSerializer(source="version", allow_null=True)
    sides = serializers.SerializerMethodField()
    reason = serializers.CharField(help_text="Why it failed; empty otherwise.")

    class Meta:
        model = Identification
        fields = ["id", "address", "status", "reason", "name", "picture", "model", "sides", "created_at"]
        read_only_fields = fields

    @extend_schema_field(serializers.URLField(help_text="Ask here again while it is queued or running."))
    def get_address(self, row: Identification) -> str:
        address: str = self.context["request"].build_absolute_uri(reverse("api_prediction", args=[row.public_id]))
        return address

    @extend_schema_field(SeenSideSerializer(many=True))
    def get_sides(self, row: Identification) -> list[dict[str, Any]]:
        sides = [
            {
                "face": side.face,
                "crop": side.crop,
                "box": raw["box"],
                "level": side.level,
                "unlike": side.unlike,
                "concepts": _concepts(raw, row, side),
                "alike": side.alike,
            }
            for raw, side in zip(row.sides, sides_seen(row), strict=True)
        ]
        return list(SeenSideSerializer(sides, many=True, context=self.context).data)


def _concepts(raw: dict[str, Any], row: Identification, side: SeenSide) -> list[dict[str, Any]]:
    verdicts = {each.slug: each for each in side.seen}
    names = ("verdict", "low", "high", "reason", "calibration")
    return [
        each | {name: getattr(verdicts[each["concept"]], name) for name in names}
        for each in seen(row.version, raw["probabilities"], raw["present"])
    ]
