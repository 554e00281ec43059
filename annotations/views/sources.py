"""How far each source of labels can be trusted, concept by concept."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from annotations import tasks
from annotations.models import Job, SourceRun
from annotations.queries import sources as queries
from annotations.queries.runs import read_progress
from annotations.queries.workers import queues_without_worker
from annotations.services.jobs import cancel_job
from annotations.services.sources import queue_sources
from annotations.templatetags.sources import sources_sentence
from annotations.views.access import admin_required, expert_required, signed_in
from annotations.views.live import answer_poll


@require_safe
@expert_required
def sources(request: HttpRequest) -> HttpResponse:
    job = SourceRun.objects.defer("sources").first()
    context: dict[str, Any] = {"job": job, "progress": read_progress(job) if job else None}
    if job and request.htmx:  # type: ignore[attr-defined]
        return answer_poll(request, job, "sources/sources.html", context, {"live"})
    run = queries.newest_sources()
    judged = queries.judged_concepts(run) if run else []
    context |= {
        "run": run,
        "judged": [each for each in judged if each.tells],
        "alone": [each for each in judged if not each.tells],
        "begin": queries.scale_from(run) if run else 0,
        "queues": queues_without_worker() if job and job.status == Job.Status.QUEUED else [],
    }
    return render(request, "sources/sources.html", context)


@require_safe
@expert_required
def sources_json(request: HttpRequest) -> JsonResponse:
    run = queries.newest_sources()
    judged = queries.judged_concepts(run) if run else []
    concepts = {each.concept.slug: {**each.figures, "sentence": sources_sentence(each.figures)} for each in judged}
    about = {"id": run.pk, "finished_at": run.finished_at, "counts": run.counts} if run else None
    return JsonResponse({"run": about, "concepts": concepts})


@require_POST
@admin_required
def sources_start(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        tasks.send(queue_sources(user=signed_in(request)))
    return redirect("sources")


@require_POST
@admin_required
def sources_cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    cancel_job(get_object_or_404(SourceRun, pk=run_id))
    return redirect("sources")
