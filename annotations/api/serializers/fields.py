from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.templatetags.pictures import media


@extend_schema_field({"type": "string", "format": "uri", "nullable": True})
class PictureField(serializers.ReadOnlyField):
    """The address of a file in the media folder; null where there is none."""

    def to_representation(self, value: str) -> str | None:
        return self.context["request"].build_absolute_uri(media(value)) if value else None


@extend_schema_field(OpenApiTypes.URI)
class AddressField(serializers.ReadOnlyField):
    """The address of the page that shows the object."""

    def __init__(self, **options: Any) -> None:
        super().__init__(source="get_absolute_url", **options)

    def to_representation(self, value: str) -> str:
        address: str = self.context["request"].build_absolute_uri(value() if callable(value) else value)
        return address


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    status = serializers.IntegerField()
    title = serializers.CharField()
    detail = serializers.CharField(help_text="What was wrong, with which value, and what to do.")
    errors = serializers.DictField(required=False, help_text="By field or parameter.")
    code = serializers.CharField(required=False, help_text="Why a picture was refused, in one word.")
