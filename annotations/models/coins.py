"""The corpus: coins, their sides, the photographs and texts as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.urls import reverse

if TYPE_CHECKING:
    from annotations.models.evidence import Label

TERM_FIELDS = ("authority", "issuer", "mint", "region", "denomination", "material")


class Face(models.TextChoices):
    OBVERSE = "obverse", "Obverse"
    REVERSE = "reverse", "Reverse"


class Scope(models.TextChoices):
    """What a photograph or a description shows or speaks of."""

    OBVERSE = "obverse", "Obverse"
    REVERSE = "reverse", "Reverse"
    BOTH = "both", "Both sides"
    STACKED = "stacked", "Both sides, the obverse above"


class Split(models.TextChoices):
    """Which part of a data set a coin stands in."""

    TRAIN = "train", "Train"
    VALIDATION = "validation", "Validation"
    TEST = "test", "Test"


class CoinQuerySet(models.QuerySet["Coin"]):
    def with_sides(self) -> CoinQuerySet:
        return self.prefetch_related(models.Prefetch("sides", queryset=Side.objects.order_by("face")))


class Coin(models.Model):
    identifier = models.CharField(max_length=200, unique=True)
    title = models.TextField(blank=True)
    authority = models.CharField(max_length=200, blank=True, help_text="Ruler or state in whose name it was struck.")
    issuer = models.CharField(max_length=200, blank=True, help_text="Magistrate or moneyer.")
    mint = models.CharField(max_length=200, blank=True)
    region = models.CharField(max_length=200, blank=True)
    denomination = models.CharField(max_length=200, blank=True)
    material = models.CharField(max_length=200, blank=True)
    date_from = models.SmallIntegerField(null=True, blank=True, help_text="BC negative; there is no year 0.")
    date_to = models.SmallIntegerField(null=True, blank=True)
    weight = models.FloatField(null=True, blank=True, help_text="Grams")
    diameter = models.FloatField(null=True, blank=True, help_text="Millimetres")
    axis = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Clock hour, 1-12")
    links = models.JSONField(default=dict, blank=True, help_text="Authority-file address of a field's value, by field.")
    references = models.JSONField(default=list, blank=True, help_text='[{"name": …, "uri": …}]')
    persons = models.JSONField(default=list, blank=True, help_text='[{"face": …, "role": …, "name": …, "uri": …}]')
    notes = models.JSONField(default=list, blank=True, help_text='[{"kind": "hoard", "name": …, "uri": …}]')
    collection = models.CharField(max_length=200, blank=True)
    department = models.CharField(max_length=200, blank=True)
    object_type = models.CharField(max_length=100, blank=True)
    licence = models.CharField(max_length=300, blank=True)
    picture_licence = models.CharField(max_length=300, blank=True)
    split = models.CharField(
        max_length=10, choices=Split, blank=True, help_text="Given when it is first frozen into a data set, then kept."
    )
    rights_holder = models.CharField(max_length=200, blank=True)
    synthetic = models.BooleanField(default=False)
    source = models.CharField(max_length=200, blank=True, help_text="Importer and file it came from.")
    search = SearchVectorField(null=True, editable=False)
    doubles = models.ForeignKey("annotations.DoubleGroup", models.SET_NULL, null=True, blank=True, related_name="coins")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CoinQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            GinIndex(fields=["search"], name="coin_search"),
            *(models.Index(fields=[name, "id"], name=f"coin_{name}") for name in TERM_FIELDS),
            models.Index(fields=["date_from", "id"], name="coin_date"),
        ]

    def __str__(self) -> str:
        return self.title or self.identifier

    def get_absolute_url(self) -> str:
        return reverse("coin", args=[self.identifier])


class Photograph(models.Model):
    """A picture as it came. One that cannot be used keeps its reason and stays for a person to judge."""

    coin = models.ForeignKey(Coin, models.CASCADE, related_name="photographs")
    scope = models.CharField(max_length=7, choices=Scope)
    name = models.CharField(max_length=255, help_text="File name at its source.")
    source_uri = models.CharField(max_length=500, blank=True)
    file = models.CharField(
        max_length=200, blank=True, help_text="The original bytes, by SHA-256; empty if unreadable."
    )
    shown = models.CharField(max_length=200, blank=True, help_text="Re-encoded for the page.")
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    refusal = models.CharField(max_length=40, blank=True, db_index=True, help_text="Code; empty if it was accepted.")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["coin", "name"], name="photograph_once_per_coin")]

    def __str__(self) -> str:
        return f"{self.coin_id}: {self.name}"


class Description(models.Model):
    """A text as it came, with the span of each side where it speaks of both."""

    coin = models.ForeignKey(Coin, models.CASCADE, related_name="descriptions")
    scope = models.CharField(max_length=7, choices=Scope)
    text = models.TextField()
    language = models.CharField(max_length=8, blank=True)
    spans = models.JSONField(default=dict, blank=True, help_text='{"obverse": [start, end], "reverse": [start, end]}')
    rule = models.CharField(max_length=60, blank=True, help_text="What told the sides apart.")
    refusal = models.TextField(blank=True, help_text="Why the sides could not be told apart.")
    parts = models.JSONField(
        default=list, blank=True, help_text='[{"kind": "reference", "start": …, "end": …, "rule": …, "value": {…}}]'
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:80]

    def span(self, face: str) -> tuple[int, int] | None:
        """Where this text speaks of that side: start and end, or None."""
        if self.scope == face:
            return 0, len(self.text)
        found = self.spans.get(face)
        return (found[0], found[1]) if found else None


class SideQuerySet(models.QuerySet["Side"]):
    def pictured(self) -> SideQuerySet:
        return self.exclude(crop="")

    def with_labels(self) -> SideQuerySet:
        from annotations.models.evidence import Label

        labels = Label.objects.select_related("concept", "decision__user", "model_version").order_by("concept__name")
        return self.prefetch_related(models.Prefetch("labels", queryset=labels))


class Side(models.Model):
    """Obverse or reverse of one coin. Everything that is said or seen hangs on a side."""

    coin = models.ForeignKey(Coin, models.CASCADE, related_name="sides")
    face = models.CharField(max_length=7, choices=Face)
    photograph = models.ForeignKey(Photograph, models.SET_NULL, null=True, blank=True, related_name="sides")
    crop = models.CharField(
        max_length=200, blank=True, help_text="Square WebP in the media folder, named by its SHA-256."
    )
    thumbnail = models.CharField(max_length=200, blank=True)
    crop_box = models.JSONField(
        null=True, blank=True, help_text="Left, top, right, bottom in pixels of the photograph."
    )
    crop_confidence = models.FloatField(null=True, blank=True)
    cropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Set where a person drew the crop: no machine replaces it.",
    )
    legend = models.TextField(blank=True)
    symbol = models.TextField(blank=True, help_text="Mint mark, field marks.")
    text = models.TextField(blank=True, help_text="What the descriptions say of this side.")

    objects = SideQuerySet.as_manager()

    class Meta:
        ordering = ["coin_id", "face"]
        constraints = [models.UniqueConstraint(fields=["coin", "face"], name="one_side_per_face")]

    def __str__(self) -> str:
        return f"{self.face} of {self.coin_id}"

    if TYPE_CHECKING:
        labels: models.Manager[Label]
