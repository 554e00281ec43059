"""Coins of which the corpus holds the same picture, side by side, and the search that finds them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from annotations import tasks
from annotations.models import DoubleGroup, DoublesRun, DoublesVerdict
from annotations.queries.doubles import describe_group, describe_verdict, list_groups, with_coins
from annotations.queries.runs import read_progress
from annotations.queries.workers import queues_without_worker
from annotations.services.doubles import SurelyDoubles, part_doubles, queue_doubles, rejoin_doubles
from annotations.services.jobs import cancel_job
from annotations.views.access import admin_required, expert_required, signed_in
from annotations.views.live import answer_poll, page_address

PAGE = 30
PARTED = "parted"


@require_safe
@expert_required
def doubles(request: HttpRequest) -> HttpResponse:
    run = DoublesRun.objects.first()
    live: dict[str, Any] = {"run": run, "progress": read_progress(run) if run else None}
    if run and request.htmx:  # type: ignore[attr-defined]
        return answer_poll(request, run, "doubles/list.html", live, {"live"})
    show, page = _page(request)
    context = live | {
        "show": show,
        "groups": with_coins(page) if show else page,
        "count": DoubleGroup.objects.count(),
        "parted": DoublesVerdict.objects.standing().count(),
        "previous": page_address("doubles", show=show, page=page.previous_page_number()) if page.has_previous() else "",
        "next": page_address("doubles", show=show, page=page.next_page_number()) if page.has_next() else "",
        "json": page_address("doubles_json", show=show, page=page.number),
        "queues": queues_without_worker(),
    }
    return render(request, "doubles/list.html", context)


@require_safe
@expert_required
def doubles_json(request: HttpRequest) -> JsonResponse:
    show, page = _page(request)
    rows = [describe_verdict(each) if show else describe_group(each) for each in page]
    after = page_address("doubles_json", show=show, page=page.next_page_number()) if page.has_next() else None
    return JsonResponse({"count": page.paginator.count, "groups": rows, "next": after})


def _page(request: HttpRequest) -> tuple[str, Page[Any]]:
    """Which groups are asked for, those found or those that persons parted, and one page of them."""
    show = PARTED if request.GET.get("show") == PARTED else ""
    verdicts = DoublesVerdict.objects.standing().select_related("user")
    return show, Paginator(verdicts if show else list_groups(), PAGE).get_page(request.GET.get("page"))


@require_POST
@expert_required
def doubles_part(request: HttpRequest, group_id: int) -> HttpResponse:
    try:
        verdict = part_doubles(user=signed_in(request), group_id=group_id)
    except SurelyDoubles as error:
        messages.error(request, str(error))
    except DoubleGroup.DoesNotExist:
        messages.info(request, "This group is gone: it was dissolved a moment ago, or a search found others.")
    else:
        coins = " and ".join([", ".join(verdict.coins[:-1]), verdict.coins[-1]])
        messages.success(request, f"{coins} are parted. “Parted by hand” shows them and takes it back.")
    return redirect("doubles")


@require_POST
@expert_required
def doubles_rejoin(request: HttpRequest, verdict_id: int) -> HttpResponse:
    try:
        rejoin_doubles(user=signed_in(request), verdict_id=verdict_id)
    except DoublesVerdict.DoesNotExist as error:
        raise Http404(f"Nobody parted a group {verdict_id}. “Parted by hand” shows all that were.") from error
    messages.success(request, "The coins are one group again.")
    return redirect("doubles")


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
