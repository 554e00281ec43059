"""Right for the right reason: studies of whether a model looks where experts drew boxes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations import tasks
from annotations.models import Job, ModelVersion, SaliencyStudy
from annotations.queries import studies as queries
from annotations.queries.runs import read_progress
from annotations.queries.saliency import OF_ATTENTION, methods_of
from annotations.queries.study_figures import read_examples, read_lines
from annotations.queries.workers import queues_without_worker
from annotations.services.jobs import cancel_job, repeat_job
from annotations.services.publishing import reads_texts
from annotations.services.saliency import measure_maps, note_view
from annotations.services.studies import NothingToStudy, queue_study
from annotations.views.access import admin_required, signed_in
from annotations.views.csv_files import csv_file
from annotations.views.live import answer_poll, page_number

QUICK = ("hipe", "grad_cam", "chefer", "rollout")
"""RISE takes thousands of passes for each map: it is there for reference, and chosen by hand."""


def _find(model_id: int) -> ModelVersion:
    found = ModelVersion.objects.select_related("run").defer("metrics").filter(pk=model_id).first()
    if found is None or reads_texts(found):
        raise Http404(f"There is no model {model_id} that looks at pictures. The list of models names them all.")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def reasons(request: HttpRequest, model_id: int) -> HttpResponse:
    version = _find(model_id)
    if request.method == "POST":
        return _start(request, version)
    studies = queries.list_studies(version)
    newest = next(iter(studies), None)
    live = {"study": newest, "version": version, "progress": read_progress(newest) if newest else None}
    if newest and request.htmx:  # type: ignore[attr-defined]
        return answer_poll(request, newest, "studies/reasons.html", live, {"study"})
    shown = _chosen(studies, page_number(request, "study"))
    other = _compared(page_number(request, "with"))
    context: dict[str, Any] = live | {
        "studies": [study for study in studies if study.status == Job.Status.SUCCEEDED],
        "shown": _read(shown) if shown else None,
        "other": _read(other) if other else None,
        "others": [model for model in queries.studied_models() if model.pk != version.pk],
        "examples": _examples(request, shown) if shown else [],
        "supply": queries.count_witnesses(version),
        "methods": [(method, method in OF_ATTENTION, method in QUICK) for method in methods_of(version)],
        "queues": queues_without_worker() if newest and newest.status == Job.Status.QUEUED else [],
    }
    return render(request, "studies/reasons.html", context)


def _chosen(studies: list[SaliencyStudy], wanted: int | None) -> SaliencyStudy | None:
    """The study that was asked for, else the newest that succeeded."""
    finished = [study for study in studies if study.status == Job.Status.SUCCEEDED]
    if wanted is None:
        return next(iter(finished), None)
    found = next((study for study in finished if study.pk == wanted), None)
    if found is None:
        raise Http404(f"There is no finished study {wanted} of this model. Choose one of the list.")
    return found


def _compared(model_id: int | None) -> SaliencyStudy | None:
    if model_id is None:
        return None
    found = _chosen(queries.list_studies(_find(model_id)), None)
    if found is None:
        raise Http404(f"There is no finished study of model {model_id}. Start one on its own page first.")
    return found


def _read(study: SaliencyStudy) -> dict[str, Any]:
    concepts = read_lines(study)
    return {"study": study, "concepts": concepts, "methods": concepts[0].lines if concepts else []}


def _examples(request: HttpRequest, study: SaliencyStudy) -> list[Any]:
    examples = read_examples(study)
    drawn = [example.map for example in examples if example.map and example.map.file]
    note_view(user=request.user, sides=[row.side for row in drawn])
    measured = measure_maps(drawn)
    return [(example, measured.get(example.map.pk, []) if example.map else []) for example in examples]


def _start(request: HttpRequest, version: ModelVersion) -> HttpResponse:
    user = signed_in(request)
    try:
        tasks.send(queue_study(user=user, version=version, methods=request.POST.getlist("methods")))
    except NothingToStudy as error:
        messages.error(request, str(error))
    return redirect("reasons", version.pk)


@require_safe
@admin_required
def reasons_json(request: HttpRequest, model_id: int) -> JsonResponse:
    version = _find(model_id)
    rows = [queries.describe_study(study) for study in queries.list_studies(version)]
    return JsonResponse({"model": version.pk, "studies": rows})


@require_safe
@admin_required
def reasons_csv(request: HttpRequest, model_id: int) -> HttpResponse:
    version = _find(model_id)
    study = _chosen(queries.list_studies(version), page_number(request, "study"))
    if study is None:
        raise BadRequest(f"There is no finished study of model {version.pk} yet, so there is no table. Start one.")
    return csv_file(queries.csv_rows(study), f"model-{version.pk}-study-{study.pk}.csv")


@require_POST
@admin_required
def study_cancel(request: HttpRequest, study_id: int) -> HttpResponse:
    study = cancel_job(get_object_or_404(SaliencyStudy, pk=study_id))
    return redirect("reasons", study.version_id)


@require_POST
@admin_required
def study_repeat(request: HttpRequest, study_id: int) -> HttpResponse:
    again = repeat_job(get_object_or_404(SaliencyStudy, pk=study_id))
    if again.status == Job.Status.QUEUED:
        tasks.send(again)
    return redirect("reasons", again.version_id)
