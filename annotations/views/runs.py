"""Training: the list of runs, the form that starts one, and a run while it works and after."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations import tasks
from annotations.forms.runs import RunForm
from annotations.models import Job, TrainingRun
from annotations.queries import runs as queries
from annotations.queries.models import read_headline
from annotations.queries.workers import queues_without_worker
from annotations.services.jobs import cancel_job, repeat_job
from annotations.services.training import log_file, queue_training
from annotations.views.access import admin_required, signed_in
from annotations.views.live import answer_poll, page_number
from mlcore.contract import LearningError
from mlcore.registry import KindInfo, kinds

LOG_TAIL = 200_000  # bytes


@require_safe
@admin_required
def runs(request: HttpRequest) -> HttpResponse:
    found = queries.list_runs(page_number(request))
    shown = found[: queries.PAGE]
    after = f"{reverse('runs')}?before={shown[-1].pk}" if len(found) > queries.PAGE else ""
    return render(
        request,
        "runs/list.html",
        {"runs": shown, "next": after, "kinds": kinds(), "queues": queues_without_worker()},
    )


@require_safe
@admin_required
def runs_json(request: HttpRequest) -> JsonResponse:
    found = queries.list_runs(page_number(request))
    shown = found[: queries.PAGE]
    after = f"{reverse('runs_json')}?before={shown[-1].pk}" if len(found) > queries.PAGE else None
    return JsonResponse({"runs": [queries.describe_run(run) for run in shown], "next": after})


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def run_new(request: HttpRequest) -> HttpResponse:
    kind = _chosen_kind(request)
    form = RunForm(kind, request.POST or None, initial=_initial(request, kind))
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_queue_once(request, kind, form.cleaned_data))
        except LearningError as error:
            form.refuse(str(error))
    context = {
        "form": form,
        "kind": kind,
        "kinds": kinds(),
        "chosen": request.GET.get("preset", "" if "like" in request.GET or form.is_bound else "0"),
        "like": request.GET.get("like", ""),
        "supply": queries.count_text_supply() if kind.learns_from == "texts" else queries.count_supply(),
        "queues": queues_without_worker(),
    }
    return render(request, "runs/new.html", context, status=400 if form.errors else 200)


def _chosen_kind(request: HttpRequest) -> KindInfo:
    name = request.GET.get("kind") or next(iter(kinds()))
    if name not in kinds():
        raise Http404(f"There is no kind of model called “{name}”. There are: {', '.join(kinds())}.")
    return kinds()[name]


def _initial(request: HttpRequest, kind: KindInfo) -> dict[str, Any]:
    """Settings to begin with: those of an earlier run, of a preset, or the first preset's."""
    if request.GET.get("like", "").isdecimal():
        earlier = get_object_or_404(TrainingRun, pk=int(request.GET["like"]), kind=kind.name)
        return dict(earlier.config)
    presets = list(kind.presets.values())
    wanted = request.GET.get("preset", "0")
    if presets and wanted.isdecimal() and int(wanted) < len(presets):
        return asdict(presets[int(wanted)])
    return {}


@transaction.atomic
def _queue_once(request: HttpRequest, kind: KindInfo, config: dict[str, Any]) -> TrainingRun:
    user = signed_in(request)
    run = queries.first_of_double_click(user, TrainingRun.objects.all(), kind=kind.name, config__contains=config)
    if run is None:
        run = queue_training(user=user, kind=kind.name, config=config)
        tasks.send(run)
    return run


def _find(run_id: int) -> TrainingRun:
    found = TrainingRun.objects.select_related("snapshot", "created_by", "version").filter(pk=run_id).first()
    if found is None:
        raise Http404(f"There is no run {run_id}. The list of runs shows those that there are.")
    return found


@require_safe
@admin_required
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    found = _find(run_id)
    columns, rows = queries.tabulate_epochs(found)
    info = kinds().get(found.kind)
    context: dict[str, Any] = {
        "run": found,
        "kind": info,
        "progress": queries.read_progress(found),
        "columns": columns,
        "rows": rows,
        "headline": read_headline(found.version) if hasattr(found, "version") else None,
        "frozen": queries.describe_snapshot(found.snapshot) if found.snapshot else None,
    }
    if request.htmx:  # type: ignore[attr-defined]
        return answer_poll(request, found, "runs/detail.html", context, {"live", "epochs", "learned"})
    context |= {
        "settings": _describe_settings(found, info),
        "has_log": log_file(found).is_file(),
        "queues": queues_without_worker() if found.status == Job.Status.QUEUED else [],
    }
    return render(request, "runs/detail.html", context)


def _describe_settings(run: TrainingRun, info: KindInfo | None) -> list[dict[str, Any]]:
    """The settings in the words of their form; as they were stored where the kind is gone."""
    known = {field.name: field for field in info.fields} if info else {}
    names = [*(name for name in known if name in run.config), *(name for name in run.config if name not in known)]
    return [
        {
            "label": known[name].label if name in known else name,
            "value": _say(value),
            "changed": name in known and name != "seed" and value != known[name].default,
        }
        for name in names
        for value in [run.config[name]]
    ]


def _say(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value == "" else value


@require_safe
@admin_required
def run_json(request: HttpRequest, run_id: int) -> JsonResponse:
    return JsonResponse(queries.describe_run_fully(_find(run_id)))


@require_POST
@admin_required
def run_cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    stopped = cancel_job(_find(run_id))
    if stopped.status == Job.Status.SUCCEEDED:
        messages.info(request, "The run had already ended; nothing was cancelled.")
    return redirect(stopped)


@require_POST
@admin_required
def run_repeat(request: HttpRequest, run_id: int) -> HttpResponse:
    again = repeat_job(_find(run_id))
    if again.status == Job.Status.QUEUED:
        tasks.send(again)
    return redirect(again)


@require_safe
@admin_required
def run_log(request: HttpRequest, run_id: int) -> HttpResponse:
    """What the child process wrote, for whoever wants to look closer; its last part, since it can be long."""
    path = log_file(_find(run_id))
    if not path.is_file():
        raise Http404(f"Run {run_id} has written no log yet.")
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - LOG_TAIL))
        content = log.read().decode(errors="replace")
    return HttpResponse(content, content_type="text/plain; charset=utf-8")
