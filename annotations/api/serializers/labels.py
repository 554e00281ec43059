from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.models import Label
from annotations.models.evidence import Answer, Origin


class ModelWordSerializer(serializers.Serializer[Any]):
    """What the published model says."""

    version = serializers.IntegerField()
    score = serializers.FloatField(min_value=0, max_value=1)
    present = serializers.BooleanField(help_text="The score reaches the model's threshold.")


class LabelOfSideSerializer(serializers.ModelSerializer[Label]):
    """The present answer and whose word it is; beside it what person, text and model say, each on its own."""

    concept = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    answer = serializers.ChoiceField(Answer.choices, read_only=True)
    origin = serializers.ChoiceField(Origin.choices, read_only=True)
    expert = serializers.SerializerMethodField()
    text = serializers.BooleanField(source="text_present", help_text="The text of this side names it.")
    model = serializers.SerializerMethodField()

    class Meta:
        model = Label
        fields = ["concept", "answer", "origin", "expert", "text", "model"]

    @extend_schema_field(
        serializers.CharField(allow_null=True, help_text="yes, no or unsure; null where no person answered.")
    )
    def get_expert(self, label: Label) -> str | None:
        return label.expert or None

    @extend_schema_field(ModelWordSerializer(allow_null=True))
    def get_model(self, label: Label) -> dict[str, Any] | None:
        if label.model_score is None:
            return None
        return {"version": label.model_version_id, "score": label.model_score, "present": label.model_present}


class LabelSerializer(LabelOfSideSerializer):
    coin = serializers.CharField(source="side.coin.identifier")
    side = serializers.IntegerField(source="side_id")
    face = serializers.CharField(source="side.face")

    class Meta(LabelOfSideSerializer.Meta):
        fields = ["id", "coin", "side", "face", *LabelOfSideSerializer.Meta.fields]
