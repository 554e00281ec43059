"""Coins of which the corpus holds the same picture, side by side, and the search that finds them."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from annotations import tasks
from annotations.models import DoubleGroup, DoublesRun
from annotations.queries.runs import read_progress
from annotations.queries.workers import queues_without_worker
from annotations.services.doubles import queue_doubles
from annotations.services.jobs import cancel_job
from annotations.views.access import admin_required, expert_required, signed_in
from annotations.views.live import answer_poll

PAGE = 30


@require_safe
@expert_required
def doubles(request: HttpRequest) -> HttpResponse:
    run = DoublesRun.objects.first()
    live: dict[str, Any] = {"run": run, "progress": read_progress(run) if run else None}
    if run and request.htmx:  # type: ignore[attr-defined]
        return answer_poll(request, run, "doubles/list.html", live, {"live"})
    groups = DoubleGroup.objects.prefetch_related("coins__sides")
    page = Paginator(groups, PAGE).get_page(request.GET.get("page"))
    here = reverse("doubles")
    context = live | {
        "groups": page,
        "count": page.paginator.count,
        "previous": f"{here}?page={page.previous_page_number()}" if page.has_previous() else "",
        "next": f"{here}?page={page.next_page_number()}" if page.has_next() else "",
        "queues": queues_without_worker(),
    }
    return render(request, "doubles/list.html", context)


@require_safe
@expert_required
def doubles_json(request: HttpRequest) -> JsonResponse:
    groups = DoubleGroup.objects.prefetch_related("coins")
    page = Paginator(groups, PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "id": group.pk,
            "kind": group.kind,
            "score": group.score,
            "reason": group.reason,
            "coins": [coin.identifier for coin in group.coins.all()],
        }
        for group in page
    ]
    after = f"{reverse('doubles_json')}?page={page.next_page_number()}" if page.has_next() else None
    return JsonResponse({"count": page.paginator.count, "groups": rows, "next": after})


@require_POST
@admin_required
@transaction.atomic
def doubles_search(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    tasks.send(queue_doubles(user=user))
    return redirect("doubles")


@require_POST
@admin_required
def doubles_cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    run = DoublesRun.objects.filter(pk=run_id).first()
    if run is None:
        raise Http404(f"There is no search for doubles {run_id}.")
    cancel_job(run)
    return redirect("doubles")
