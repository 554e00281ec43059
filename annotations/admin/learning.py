"""Snapshots, runs, models, and the work that workers do."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html

from annotations import tasks
from annotations.admin.rights import ReadOnlyAdmin
from annotations.models import (
    ImportRun,
    Job,
    LabellingRun,
    ModelVersion,
    PredictionRun,
    Publication,
    Snapshot,
    TrainingRun,
    WorkerPresence,
)
from annotations.services.jobs import cancel_job, repeat_job
from annotations.views.access import is_admin


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    list_display = ["id", "kind", "created_at", "gate"]

    @admin.display(description="Compare and publish")
    def gate(self, version: ModelVersion) -> str:
        return format_html('<a href="{}">Open the gate</a>', version.get_absolute_url())


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    list_display = ["id", "sha256", "created_by", "created_at"]
    list_select_related = ["created_by"]


class JobAdmin(ReadOnlyAdmin):
    """Work that a worker does: seen here, cancelled, and tried again."""

    list_display = ["id", "status", "reason", "created_by", "created_at", "finished_at", "attempts"]
    list_filter = ["status"]
    list_select_related = ["created_by"]
    actions = ["cancel", "repeat"]

    @admin.action(description="Cancel", permissions=["view"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        active = [cancel_job(job) for job in queryset if job.active]
        self.message_user(request, f"{len(active)} cancelled; what had ended already stays as it is.")

    @admin.action(description="Repeat", permissions=["view"])
    def repeat(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        ended = [job for job in queryset if job.status in (Job.Status.FAILED, Job.Status.CANCELLED)]
        for job in ended:
            tasks.send(repeat_job(job))
        self.message_user(request, f"{len(ended)} queued again; only what failed or was cancelled can be repeated.")


admin.site.register([ImportRun, LabellingRun, PredictionRun], JobAdmin)


@admin.register(TrainingRun)
class TrainingRunAdmin(JobAdmin):
    list_display = ["id", "kind", *JobAdmin.list_display[1:], "page"]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_admin(request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The site's form is made from the settings of each kind of model."""
        return redirect(reverse("run_new"))

    @admin.display(description="On the site")
    def page(self, run: TrainingRun) -> str:
        return format_html('<a href="{}">Progress and figures</a>', run.get_absolute_url())


@admin.register(WorkerPresence)
class WorkerPresenceAdmin(ReadOnlyAdmin):
    list_display = ["name", "queues", "seen_at"]


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    list_display = ["id", "version", "user", "created_at"]
    list_select_related = ["version", "user"]
