from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotations.api.serializers.fields import AddressField, PictureField
from annotations.api.serializers.sides import SideInCoinSerializer, SideSerializer
from annotations.models import Coin, Description, Photograph

_FACTS = [
    "identifier",
    "address",
    "title",
    "authority",
    "issuer",
    "mint",
    "region",
    "denomination",
    "material",
    "date_from",
    "date_to",
    "weight",
    "diameter",
    "axis",
    "collection",
    "synthetic",
]


class CoinSerializer(serializers.ModelSerializer[Coin]):
    address = AddressField()
    sides = SideInCoinSerializer(many=True)

    class Meta:
        model = Coin
        fields = [*_FACTS, "sides"]
        read_only_fields = fields


class PhotographSerializer(serializers.ModelSerializer[Photograph]):
    picture = PictureField(source="shown")

    class Meta:
        model = Photograph
        fields = ["name", "scope", "picture", "source_uri", "sha256", "width", "height", "refusal", "reason"]
        read_only_fields = fields


class DescriptionSerializer(serializers.ModelSerializer[Description]):
    spans = serializers.DictField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text="Where the text speaks of each side: start and end, in characters.",
    )

    class Meta:
        model = Description
        fields = ["scope", "language", "text", "spans", "rule", "refusal"]
        read_only_fields = fields


class TermSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    uri = serializers.CharField()


class PersonSerializer(TermSerializer):
    face = serializers.CharField()
    role = serializers.CharField()


class NoteSerializer(TermSerializer):
    kind = serializers.CharField(help_text="hoard, findspot, countermark, provenance, …")


class WholeCoinSerializer(CoinSerializer):
    """Everything that is known of a coin."""

    links = serializers.DictField(child=serializers.CharField(), help_text="Authority-file address by field.")
    references = TermSerializer(many=True)
    persons = PersonSerializer(many=True)
    notes = NoteSerializer(many=True)
    sides = SideSerializer(many=True)
    photographs = PhotographSerializer(many=True)
    descriptions = DescriptionSerializer(many=True)

    class Meta:
        model = Coin
        fields = [
            *_FACTS,
            "links",
            "references",
            "persons",
            "notes",
            "department",
            "object_type",
            "licence",
            "picture_licence",
            "rights_holder",
            "source",
            "updated_at",
            "sides",
            "photographs",
            "descriptions",
        ]
        read_only_fields = fields
