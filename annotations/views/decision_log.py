"""The log of decisions, for administrators: nothing in it can be changed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from annotations.forms.decision_log import LogForm
from annotations.models import Decision
from annotations.queries.decision_log import COLUMNS, PAGE, filter_decisions, gold_of, list_decisions, stream_decisions
from annotations.services.gold import NotGold, set_gold, withdraw_gold
from annotations.views.access import admin_required, signed_in
from annotations.views.csv_files import guard_row
from annotations.views.live import page_number


@require_safe
@never_cache
@admin_required
def decision_log(request: HttpRequest) -> HttpResponse:
    form, found = _found(request)
    rows = list_decisions(found, page_number(request))
    gold = gold_of(rows)
    chosen = {name: value for name, value in request.GET.items() if value and name in form.fields}
    query = urlencode(chosen)
    following = urlencode(chosen | {"before": rows[PAGE - 1].pk}) if len(rows) > PAGE else ""
    context = {
        "form": form,
        "rows": [(row, gold.get(row.pk)) for row in rows[:PAGE]],
        "count": found.count(),
        "chosen": chosen,
        "query": query,
        "next": f"{reverse('decision_log')}?{following}" if following else "",
        "here": request.get_full_path(),
    }
    return render(request, "decisions/log.html", context)


@require_safe
@never_cache
@admin_required
def decision_log_json(request: HttpRequest) -> StreamingHttpResponse:
    _, found = _found(request)
    return _attached(_json_lines(found), "application/json", "decisions.json")


@require_safe
@never_cache
@admin_required
def decision_log_csv(request: HttpRequest) -> StreamingHttpResponse:
    _, found = _found(request)
    return _attached(_csv_lines(found), "text/csv; charset=utf-8", "decisions.csv")


@require_POST
@admin_required
def decision_gold(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Ask a standing decision of others as known, or no more: doing so twice changes nothing."""
    decision = get_object_or_404(Decision.objects.select_related("side"), pk=decision_id)
    user = signed_in(request)
    if request.POST.get("gold") == "off":
        for gold in decision.gold_questions.all():
            withdraw_gold(gold_id=gold.pk)
    else:
        try:
            set_gold(user=user, decision=decision)
        except NotGold as error:
            messages.error(request, str(error))
    back = request.POST.get("back", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, None) else "decision_log")


def _found(request: HttpRequest) -> tuple[LogForm, QuerySet[Decision]]:
    form = LogForm(request.GET)
    if not form.is_valid():
        raise BadRequest(form.sentence())
    return form, filter_decisions(form.cleaned_data)


def _json_lines(found: QuerySet[Decision]) -> Iterator[str]:
    yield '{"decisions": ['
    for number, row in enumerate(stream_decisions(found)):
        yield f"{',' if number else ''}\n{json.dumps(row, ensure_ascii=False)}"
    yield "\n]}\n"


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def _csv_lines(found: QuerySet[Decision]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for row in stream_decisions(found):
        yield writer.writerow(guard_row(row.values()))


def _attached(lines: Iterator[str], content_type: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
