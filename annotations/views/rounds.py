"""What corrections were worth: what was answered since the last run, the next run, and what the last one gained."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from annotations import tasks
from annotations.models import Concept, Job, TrainingRun
from annotations.queries.agreement import read_pace
from annotations.queries.corrections import KINDS
from annotations.queries.forest import draw_forest
from annotations.queries.rounds import FEWEST_LEFT, Round, list_rounds
from annotations.queries.runs import read_progress
from annotations.queries.workers import queues_without_worker
from annotations.services.gate import FEWEST
from annotations.services.retraining import begin_round, read_trigger
from annotations.services.round_scores import measure_models
from annotations.services.round_tables import gain_rows, round_rows
from annotations.services.rounds import Gain, corrections_since, describe_gain, describe_rounds, read_gain
from annotations.views.access import admin_required, expert_required, is_admin, signed_in
from annotations.views.csv_files import csv_file
from annotations.views.live import answer_poll, page_number
from mlcore.contract import LearningError


@require_safe
@never_cache
@expert_required
def rounds(request: HttpRequest) -> HttpResponse:
    newest = TrainingRun.objects.first()
    if newest and request.htmx:  # type: ignore[attr-defined]
        return _poll(request, newest)
    trigger = read_trigger()
    found = list_rounds()
    frozen_at = found[-1].frozen_at if found else None
    spent = read_pace(since=frozen_at)
    context: dict[str, Any] = _live(trigger.active) | {
        "trigger": trigger,
        "rounds": found[::-1],
        "last": found[-1] if found else None,
        "since": corrections_since(frozen_at, trigger),
        "kinds": KINDS.values(),
        "spent": spent,
        "spent_seconds": sum(each.seconds for each in spent),
        "queues": queues_without_worker() if trigger.active else [],
    }
    return render(request, "rounds/rounds.html", context | _curve(found) | _gain(request, found))


def _poll(request: HttpRequest, newest: Job) -> HttpResponse:
    """How far the run at work is; none is at work any more where the newest has ended."""
    job = TrainingRun.objects.filter(status__in=Job.ACTIVE).first() or newest
    return answer_poll(request, job, "rounds/rounds.html", _live(job), {"live"})


def _live(job: Job | None) -> dict[str, Any]:
    return {"job": job, "progress": read_progress(job) if job else None}


def _curve(found: list[Round]) -> dict[str, Any]:
    try:
        curve = measure_models([each.version for each in found]) if found else None
    except LearningError as error:
        return {"curve": None, "curve_problem": str(error)}
    points = curve.points if curve else {}
    return {"curve": curve, "points": [(each, points.get(each.version.pk)) for each in found]}


def _gain(request: HttpRequest, found: list[Round]) -> dict[str, Any]:
    pair = _chosen(request, found)
    if pair is None:
        return {"gain": None}
    gain, names = read_gain(*pair), dict(Concept.objects.values_list("slug", "name"))
    part = gain.worth.part
    rows = [row for row in part.rows if row.concept not in part.thin] if part else []
    return {
        "gain": gain,
        "forest": draw_forest(rows, part.mean, names) if part and part.shows else None,
        "thin": [names.get(slug, slug) for slug in part.thin] if part else [],
        "fewest": FEWEST,
        "fewest_left": FEWEST_LEFT,
    }


def _chosen(request: HttpRequest, found: list[Round]) -> tuple[Round, Round] | None:
    """The round that was asked for, else the newest, and the one before it; None where there is none before."""
    wanted = page_number(request, "round")
    place = next((place for place, each in enumerate(found) if each.number == wanted), None)
    if wanted is not None and (place is None or place == 0):
        raise Http404(f"Round {wanted} is none with a round before it. The table of rounds shows those that there are.")
    place = len(found) - 1 if place is None else place
    return (found[place - 1], found[place]) if place > 0 else None


@require_safe
@never_cache
@expert_required
def rounds_json(request: HttpRequest) -> JsonResponse:
    found = list_rounds()
    pair, see_all = _chosen(request, found), is_admin(request)
    gain: Gain | None = read_gain(*pair) if pair else None
    answer = describe_rounds(found, _curve(found)["curve"], see_all=see_all)
    return JsonResponse(answer | {"gain": describe_gain(gain, see_all=see_all) if gain else None})


@require_safe
@never_cache
@expert_required
def rounds_csv(request: HttpRequest) -> HttpResponse:
    found = list_rounds()
    return csv_file(round_rows(found, _curve(found)["curve"]), "rounds.csv")


@require_safe
@never_cache
@expert_required
def gain_csv(request: HttpRequest) -> HttpResponse:
    pair = _chosen(request, list_rounds())
    if pair is None:
        raise Http404("There are no two rounds yet, so nothing was gained. Start a run on the page of rounds.")
    return csv_file(gain_rows(read_gain(*pair)), f"round-{pair[1].number}-over-{pair[0].number}.csv")


@require_POST
@admin_required
@transaction.atomic
def round_start(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    try:
        run = begin_round(user=user)
    except LearningError as error:
        messages.error(request, f"{error} Choose settings under “Other settings”.")
        return redirect("rounds")
    if run is None:
        messages.info(request, "No run has made a model of pictures yet: choose the settings of the first.")
        return redirect("run_new")
    if run.sent_at is None and run.active:
        tasks.send(run)
    return redirect("rounds")
