from __future__ import annotations

from rest_framework import serializers

from annotations.api.serializers.fields import AddressField
from annotations.models import Concept, Rule


class RuleSerializer(serializers.ModelSerializer[Rule]):
    class Meta:
        model = Rule
        fields = ["id", "language", "kind", "pattern", "version"]
        read_only_fields = fields


class ConceptSerializer(serializers.ModelSerializer[Concept]):
    address = AddressField()
    names = serializers.DictField(child=serializers.CharField(), help_text="By language.")
    implies = serializers.SlugRelatedField(slug_field="slug", many=True, read_only=True)
    broader = serializers.SlugRelatedField(slug_field="slug", read_only=True, help_text="What it is a kind of.")
    merged_into = serializers.SlugRelatedField(
        slug_field="slug", read_only=True, help_text="The concept for which all that was said of it counts."
    )
    rules = RuleSerializer(many=True)

    class Meta:
        model = Concept
        fields = ["slug", "address", "name", "names", "guideline", "link", "retired", "broader", "merged_into"]
        fields += ["implies", "rules"]
        read_only_fields = fields
