"""The order of questions: what stands in the queue, the ranking that put it there, and by which shares."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations import tasks
from annotations.forms.policy import PolicyForm, initial_values
from annotations.models import RankingRun
from annotations.queries import ranking as queries
from annotations.queries.rounds import unheard_version
from annotations.queries.runs import read_progress
from annotations.queries.workers import queues_without_worker
from annotations.services.jobs import cancel_job
from annotations.services.policy import save_policy
from annotations.services.ranking import queue_ranking
from annotations.views.access import admin_required, expert_required, signed_in
from annotations.views.live import answer_poll


@require_safe
@expert_required
def review_order(request: HttpRequest) -> HttpResponse:
    job = RankingRun.objects.first()
    live: dict[str, Any] = {"job": job, "progress": read_progress(job) if job else None}
    if job and request.htmx:  # type: ignore[attr-defined]
        return answer_poll(request, job, "ranking/order.html", live, {"live"})
    queue, last = queries.read_queue(), queries.last_ranking()
    context = live | {
        "queue": queue,
        "last": last,
        "unheard": unheard_version(last),
        "shares": queries.read_shares(queue, last),
        "queues": queues_without_worker() if job and job.active else [],
    }
    return render(request, "ranking/order.html", context)


@require_safe
@expert_required
def review_order_json(request: HttpRequest) -> JsonResponse:
    last = queries.last_ranking()
    return JsonResponse(
        queries.describe_queue(queries.read_queue())
        | {
            "policy": queries.describe_policy(queries.read_policy()),
            "ranking": queries.describe_ranking(last) if last else None,
        }
    )


@require_POST
@admin_required
def ranking_start(request: HttpRequest) -> HttpResponse:
    _rank(request)
    return redirect("review_order")


@require_POST
@admin_required
def ranking_cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    cancel_job(get_object_or_404(RankingRun, pk=run_id))
    return redirect("review_order")


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def review_policy(request: HttpRequest) -> HttpResponse:
    policy = queries.read_policy()
    form = PolicyForm(queries.STRATEGIES, request.POST or None, initial=initial_values(policy))
    if request.method == "POST" and form.is_valid():
        save_policy(user=signed_in(request), **form.values())
        messages.success(request, "Saved. Shares hold from the next ranking on, the rest from now on.")
        if "rank" in request.POST:
            _rank(request)
            return redirect("review_order")
        return redirect("review_policy")
    context = {"form": form, "policy": policy}
    return render(request, "ranking/policy.html", context, status=400 if form.errors else 200)


@transaction.atomic
def _rank(request: HttpRequest) -> None:
    tasks.send(queue_ranking(user=signed_in(request), round=queries.newest_round() or 0))
