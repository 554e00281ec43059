from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.api.serializers.fields import PictureField
from annotations.api.serializers.sides import SeenSerializer, seen
from annotations.models import Identification


class PictureUploadSerializer(serializers.Serializer[Any]):
    picture = serializers.FileField(
        max_length=255, help_text="A photograph of a coin: both sides beside each other, or one."
    )


class ModelNameSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(source="pk")
    kind = serializers.CharField()


class SeenSideSerializer(serializers.Serializer[Any]):
    face = serializers.CharField(help_text="obverse, reverse, or unknown where the picture shows one side.")
    crop = PictureField()
    box = serializers.ListField(
        child=serializers.FloatField(), help_text="Left, top, right, bottom of the side in pixels of `picture`."
    )
    concepts = SeenSerializer(many=True)


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
        sides = [{**side, "concepts": seen(row.version, side["probabilities"], side["present"])} for side in row.sides]
        return list(SeenSideSerializer(sides, many=True, context=self.context).data)
