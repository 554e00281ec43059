from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.models import ModelVersion


class ModelVersionSerializer(serializers.ModelSerializer[ModelVersion]):
    concepts = serializers.ListField(child=serializers.CharField(), help_text="Slugs, in order.")
    thresholds = serializers.SerializerMethodField(help_text="By concept: present from this probability on.")
    figures = serializers.JSONField(help_text="On the frozen test set, by concept and for their mean.")
    snapshot = serializers.CharField(source="run.snapshot.sha256", help_text="SHA-256 of the data set it learned from.")
    published = serializers.SerializerMethodField(help_text="It answers the public now.")
    publications = serializers.SerializerMethodField(help_text="When it became the published one.")

    class Meta:
        model = ModelVersion
        fields = [
            "id",
            "kind",
            "concepts",
            "thresholds",
            "figures",
            "snapshot",
            "created_at",
            "published",
            "publications",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.DictField(child=serializers.FloatField()))
    def get_thresholds(self, version: ModelVersion) -> dict[str, float]:
        return dict(zip(version.concepts, version.thresholds, strict=True))

    def get_published(self, version: ModelVersion) -> bool:
        published: ModelVersion | None = self.context["published"]
        return published is not None and published.pk == version.pk

    @extend_schema_field(serializers.ListField(child=serializers.DateTimeField()))
    def get_publications(self, version: ModelVersion) -> list[datetime]:
        return [publication.created_at for publication in version.publications.all()]


class WholeModelVersionSerializer(ModelVersionSerializer):
    metrics = serializers.JSONField(help_text="All figures: by part of the data set, curves, epochs.")
    config = serializers.JSONField(source="run.config")
    libraries = serializers.DictField(source="run.libraries", child=serializers.CharField())
    code_version = serializers.CharField(source="run.code_version")
    device = serializers.CharField(source="run.device")

    class Meta(ModelVersionSerializer.Meta):
        fields: list[Any] = [
            *ModelVersionSerializer.Meta.fields,
            "metrics",
            "config",
            "libraries",
            "code_version",
            "device",
        ]
        read_only_fields = fields
