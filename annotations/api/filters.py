"""What lists can be filtered by: the parameters declared here and no others."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.drainage import set_override
from rest_framework.exceptions import ValidationError as Refusal

from annotations.models import Coin, Concept, Label, Side
from annotations.models.coins import Face
from annotations.models.evidence import Answer, Origin
from annotations.queries.criteria import LONGEST_QUERY, LONGEST_VALUE, Criteria, CriteriaError
from annotations.queries.merged_concepts import RetiredConcept, follow_concept
from annotations.queries.search import matching


class YearField(forms.IntegerField):
    def __init__(self, **options: object) -> None:
        super().__init__(**{**options, "min_value": -9999, "max_value": 9999})  # type: ignore[arg-type]

    def validate(self, value: int | None) -> None:
        super().validate(value)
        if value == 0:
            raise ValidationError("There is no year 0; -1 is 1 BC, 1 is AD 1.")


class ConceptField(forms.SlugField):
    """An unknown or retired concept is an error of the caller, not an empty answer; a merged one is followed."""

    def clean(self, value: str) -> str:
        slug = super().clean(value)
        if slug and not Concept.objects.filter(slug=slug).exists():
            raise ValidationError(f"There is no concept “{slug[:50]}”. /api/v1/concepts lists those there are.")
        try:
            return follow_concept(slug)
        except RetiredConcept as error:
            raise ValidationError(str(error)) from error


class IdField(forms.IntegerField):
    def __init__(self, **options: object) -> None:
        super().__init__(**{**options, "min_value": 1, "max_value": 2**63 - 1})  # type: ignore[arg-type]


class DeclaredFilter(filters.Filter):
    """A filter that says in the OpenAPI description what it takes."""

    schema: dict[str, object] = {"type": "string"}

    def __init__(self, *args: object, label: str, **options: object) -> None:
        super().__init__(*args, label=label, **options)
        set_override(self, "field", {**self.schema, "description": label})


class YearFilter(DeclaredFilter):
    field_class = YearField
    schema = {"type": "integer"}


class IdFilter(DeclaredFilter):
    field_class = IdField
    schema = {"type": "integer", "minimum": 1}


class ConceptFilter(DeclaredFilter):
    field_class = ConceptField


class WordsFilter(DeclaredFilter):
    """Text of bounded length."""

    field_class = forms.CharField

    def __init__(self, *args: object, label: str, longest: int = LONGEST_VALUE) -> None:
        super().__init__(*args, label=label, max_length=longest)


class CoinFilters(filters.FilterSet):
    """The same criteria as the public search."""

    q = WordsFilter(longest=LONGEST_QUERY, label='Words, "a phrase", -not, begin*; all must hold.')
    authority = WordsFilter(label="Ruler or state, as written in the list.")
    mint = WordsFilter(label="As written in the list.")
    region = WordsFilter(label="As written in the list.")
    denomination = WordsFilter(label="As written in the list.")
    material = WordsFilter(label="As written in the list.")
    collection = WordsFilter(label="As written in the list.")
    date_from = YearFilter(label="Year; BC negative. Coins that were struck then or later.")
    date_to = YearFilter(label="Year; BC negative. Coins that were struck then or earlier.")
    concept = ConceptFilter(label="Slug of a concept that is present on a side.")
    origin = filters.ChoiceFilter(choices=Origin.choices, label="Who says that the concept is present.")
    face = filters.ChoiceFilter(choices=Face.choices, label="On which side the concept is present.")

    class Meta:
        model = Coin
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Coin]) -> QuerySet[Coin]:
        given = self.form.cleaned_data
        terms = {
            "ruler": given["authority"],
            **{name: given[name] for name in ("mint", "region", "denomination", "material", "collection")},
        }
        if (given["origin"] or given["face"]) and not given["concept"]:
            raise Refusal({"concept": ["`origin` and `face` say more of a concept; name one."]})
        if None not in (given["date_from"], given["date_to"]) and given["date_from"] > given["date_to"]:
            raise Refusal({"date_from": ["Later than `date_to`; swap them."]})
        criteria = Criteria(
            text=given["q"],
            terms={name: (value,) for name, value in terms.items() if value},
            date_from=given["date_from"],
            date_to=given["date_to"],
            concepts=(given["concept"],) if given["concept"] else (),
            origin=given["origin"],
            face=given["face"],
        )
        try:
            return matching(criteria)
        except CriteriaError as error:
            raise Refusal({"q": [str(error)]}) from error


class SideFilters(filters.FilterSet):
    coin = WordsFilter("coin__identifier", label="Identifier of the coin.")
    face = filters.ChoiceFilter(choices=Face.choices)

    class Meta:
        model = Side
        fields: list[str] = []


class LabelFilters(filters.FilterSet):
    side = IdFilter("side_id", label="Id of a side.")
    concept = ConceptFilter("concept__slug", label="Slug of a concept.")
    origin = filters.ChoiceFilter(choices=Origin.choices, label="Whose word the answer is.")
    answer = filters.ChoiceFilter(choices=Answer.choices)

    class Meta:
        model = Label
        fields: list[str] = []
