"""Coins, concepts, and what persons and machines said of them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline

from annotations import tasks
from annotations.admin.rights import ForStaff, ReadOnlyAdmin, signed_in
from annotations.models import Box, Coin, Concept, Decision, Prediction, Rule, Side
from annotations.services.concepts import TextRule
from annotations.services.labelling import queue_labelling
from annotations.views.access import is_admin


class SideInline(ForStaff, TabularInline):
    model = Side
    fields = ["face", "legend", "symbol", "text", "crop_confidence"]
    extra = 0


@admin.register(Coin)
class CoinAdmin(ReadOnlyAdmin):
    """Coins are changed by importing them again, which keeps search, sides and labels in step."""

    list_display = ["identifier", "title", "authority", "mint", "date_from", "date_to", "page"]
    list_filter = ["synthetic"]
    search_fields = ["^identifier", "title"]
    search_help_text = "Beginning of the identifier, or words of the title"
    exclude = ["search"]
    inlines = [SideInline]

    @admin.display(description="On the site")
    def page(self, coin: Coin) -> str:
        return format_html('<a href="{}">Open</a>', coin.get_absolute_url())


class RuleForm(ModelForm):  # type: ignore[type-arg]
    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            try:
                TextRule(0, "", given.get("language", ""), given["kind"], given["pattern"], 1)
            except ValueError as error:
                raise ValidationError(str(error)) from error
        return given


class RuleInline(ForStaff, TabularInline):
    model = Rule
    form = RuleForm
    fields = ["language", "kind", "pattern", "version"]
    readonly_fields = ["version"]
    extra = 0
    tab = True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_admin(request)

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Concept)
class ConceptAdmin(ForStaff, ModelAdmin):
    """A concept is retired, not deleted: decisions hang on it."""

    list_display = ["name", "slug", "retired", "link"]
    list_filter = ["retired"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    filter_horizontal = ["implies"]
    inlines = [RuleInline]
    actions = ["read_again"]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_admin(request)

    has_change_permission = has_add_permission

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["slug"] if obj else []  # snapshots and models name concepts by it

    def get_prepopulated_fields(self, request: HttpRequest, obj: Model | None = None) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.initial_forms:
            if row.has_changed() and isinstance(row.instance, Rule):
                row.instance.version += 1
        super().save_formset(request, form, formset, change)
        if formset.has_changed():
            note = "The rules changed; texts show it once they are read again (action “Read all texts again”)."
            self.message_user(request, note, messages.INFO)

    @admin.action(description="Read all texts again", permissions=["change"])
    def read_again(self, request: HttpRequest, queryset: QuerySet[Concept]) -> None:
        run = queue_labelling(user=signed_in(request))
        tasks.send(run)
        self.message_user(request, f"All texts are read again with the present rules (labelling {run.pk}).")


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ["id", "side", "concept", "answer", "user", "undoes_id", "created_at"]
    list_filter = ["answer", "concept", "user"]
    list_select_related = ["side", "concept", "user"]


@admin.register(Box)
class BoxAdmin(ReadOnlyAdmin):
    list_display = ["id", "side", "concept", "removed", "user", "created_at"]
    list_filter = ["removed", "concept", "user"]
    list_select_related = ["side", "concept", "user"]


@admin.register(Prediction)
class PredictionAdmin(ReadOnlyAdmin):
    list_display = ["id", "side", "version"]
    list_select_related = ["side", "version"]
