"""Photographs that a person should look at, and the run that crops them again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from annotations import tasks
from annotations.models import Photograph, RecropRun
from annotations.queries import pictures as queries
from annotations.queries.runs import read_progress
from annotations.queries.workers import queues_without_worker
from annotations.services.jobs import cancel_job
from annotations.services.pictures import NotRefused, leave_out
from annotations.services.recropping import queue_recropping
from annotations.views.access import admin_required, expert_required, signed_in
from annotations.views.live import answer_poll, page_address, page_number


@require_safe
@expert_required
def pictures(request: HttpRequest) -> HttpResponse:
    run = RecropRun.objects.first()
    live: dict[str, Any] = {"run": run, "progress": read_progress(run) if run else None}
    if run and request.htmx:  # type: ignore[attr-defined]
        return answer_poll(request, run, "pictures/list.html", live, {"live"})
    tabs = queries.count_tabs()
    code, shown, following = _page(request)
    context = live | {
        "tabs": tabs,
        "refused": sum(tab.count for tab in tabs if tab.code not in queries.OTHERS),
        "code": code,
        "photographs": [(photograph, queries.standing_verdict(photograph)) for photograph in shown],
        "after": request.GET.get("after", ""),
        "next": page_address("pictures", reason=code, after=following) if following else "",
        "json": page_address("pictures_json", reason=code, after=request.GET.get("after", "")),
        "queues": queues_without_worker(),
    }
    return render(request, "pictures/list.html", context)


@require_safe
@expert_required
def pictures_json(request: HttpRequest) -> JsonResponse:
    code, shown, following = _page(request)
    rows = [queries.describe_photograph(each) | {"url": reverse("picture", args=[each.pk])} for each in shown]
    after = page_address("pictures_json", reason=code, after=following) if following else None
    return JsonResponse({"pictures": rows, "next": after})


def _page(request: HttpRequest) -> tuple[str, list[Any], str]:
    """The tab, the photographs on this page, and after which one the next page begins."""
    code = request.GET.get("reason", "")
    found = queries.list_photographs(code, page_number(request, "after"))
    shown = found[: queries.PAGE]
    return code, shown, str(shown[-1].pk) if len(found) > queries.PAGE else ""


@require_POST
@expert_required
def picture_leave_out(request: HttpRequest, photograph_id: int) -> HttpResponse:
    """Leave a refused picture out, or bring it back (out=0); then on where the person came from."""
    left_out = request.POST.get("out") != "0"
    try:
        photograph = leave_out(user=signed_in(request), photograph_id=photograph_id, left_out=left_out)
    except Photograph.DoesNotExist as error:
        raise Http404(f"There is no photograph {photograph_id}.") from error
    except NotRefused as error:
        messages.error(request, str(error))
        return redirect("picture", photograph_id)
    way_back = "“Left out” shows it and brings it back." if left_out else "It waits to be cropped again."
    messages.success(request, f"{photograph.name} is {'left out' if left_out else 'brought back'}. {way_back}")
    code, after = request.POST.get("reason", ""), request.POST.get("after", "")
    following = queries.next_photograph(code, photograph) if "onward" in request.POST else None
    if following:
        return redirect(reverse("picture", args=[following.pk], query={"reason": code} if code else None))
    return redirect(page_address("pictures", reason=code, after=after))


@require_POST
@admin_required
@transaction.atomic
def recrop(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    run = queue_recropping(user=user, refused_only=request.POST.get("extent") != "all")
    tasks.send(run)
    return redirect("pictures")


@require_POST
@admin_required
def recrop_cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    run = RecropRun.objects.filter(pk=run_id).first()
    if run is None:
        raise Http404(f"There is no run {run_id} that crops again.")
    cancel_job(run)
    return redirect("pictures")
