"""Coins, concepts, and what persons and machines said of them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline

from annotations import tasks
from annotations.admin.rights import ForStaff, ReadOnlyAdmin, signed_in
from annotations.models import Box, Coin, Concept, Decision, Prediction, Rule, Side
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


class RuleInline(ForStaff, TabularInline):
    """Rules are changed on the site, where a preview tells what changes and every version is kept."""

    model = Rule
    fields = ["language", "kind", "pattern", "version", "retired", "page"]
    readonly_fields = ["page"]
    extra = 0
    tab = True

    @admin.display(description="On the site")
    def page(self, rule: Rule) -> str:
        return format_html('<a href="{}">Change</a>', reverse("rule", args=[rule.concept.slug, rule.pk]))


CONCEPT_FIELDS = ["slug", "name", "names", "guideline", "implies", "link", "broader", "retired", "merged_into"]


@admin.register(Concept)
class ConceptAdmin(ForStaff, ModelAdmin):
    """Concepts are changed on the site, where every change is kept; none is deleted: decisions hang on it."""

    list_display = ["name", "slug", "retired", "link", "rules_page"]
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
        return [*CONCEPT_FIELDS, "site_page", "rules_page"] if obj else ["retired", "merged_into"]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Model | None = None) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    @admin.display(description="On the site")
    def site_page(self, concept: Concept) -> str:
        return format_html('<a href="{}">Change, merge or retire</a>', concept.get_absolute_url())

    @admin.display(description="Rules")
    def rules_page(self, concept: Concept) -> str:
        return format_html('<a href="{}">Rules on the site</a>', reverse("rules", args=[concept.slug]))

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
