"""Models: which is published, what each can do, and the gate through which one becomes the published one."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from annotations import tasks
from annotations.models import Concept, EntityMention, Job, ModelVersion, PredictionRun
from annotations.queries import models as queries
from annotations.queries import test_sets
from annotations.queries.forest import draw_forest
from annotations.queries.runs import read_progress
from annotations.queries.workers import queues_without_worker
from annotations.services.gate import FEWEST, Part, compare
from annotations.services.jobs import cancel_job, repeat_job
from annotations.services.publishing import NotPublishable, publish_version, reads_texts
from annotations.services.text_reading import NoReader, queue_reading
from annotations.views.access import admin_required, signed_in
from annotations.views.live import answer_poll, page_number


@require_safe
@admin_required
def models(request: HttpRequest) -> HttpResponse:
    found = queries.list_models(page_number(request))
    shown = found[: queries.PAGE]
    after = f"{reverse('models')}?before={shown[-1].pk}" if len(found) > queries.PAGE else ""
    history = queries.list_publications()
    context = {
        "models": shown,
        "next": after,
        "published": published_id(),
        "history": history,
        "answering": queries.answering_publication(history),
        "back": queries.ways_back(history),
        "test_sets": test_sets.list_test_sets(),
    }
    return render(request, "models/list.html", context)


def published_id() -> int | None:
    version = ModelVersion.objects.defer("metrics").published()
    return version.pk if version else None


@require_safe
@admin_required
def models_json(request: HttpRequest) -> JsonResponse:
    found = queries.list_models(page_number(request))
    shown = found[: queries.PAGE]
    after = f"{reverse('models_json')}?before={shown[-1].pk}" if len(found) > queries.PAGE else None
    rows = [queries.describe_model(version) for version in shown]
    history = [
        {"model": row.version_id, "user": row.user.get_username(), "at": row.created_at, "answers_since": row.served_at}
        for row in queries.list_publications()
    ]
    sets = [test_sets.describe_test_set(test_set) for test_set in test_sets.list_test_sets()]
    found_json = {"published": published_id(), "models": rows, "history": history, "test_sets": sets, "next": after}
    return JsonResponse(found_json)


def _find(model_id: int) -> ModelVersion:
    found = ModelVersion.objects.select_related("run__snapshot", "run__created_by").filter(pk=model_id).first()
    if found is None:
        raise Http404(f"There is no model {model_id}. The list of models shows those that there are.")
    return found


@require_safe
@admin_required
def model(request: HttpRequest, model_id: int) -> HttpResponse:
    version = _find(model_id)
    if reads_texts(version):
        return _reader(request, version)
    corpus = version.prediction_runs.first()
    context: dict[str, Any] = {"version": version, "corpus": corpus}
    if corpus:
        context["progress"] = read_progress(corpus)
        if request.htmx:  # type: ignore[attr-defined]
            return answer_poll(request, corpus, "models/gate.html", context, {"corpus"})
    text, expert = (queries.read_figures(version, part) for part in queries.PARTS)
    by_experts = queries.answered_enough(version)
    judged = expert if by_experts else text
    chosen = ModelVersion.objects.defer("metrics").chosen()
    context |= gate_context(version) | {
        "is_chosen": chosen is not None and chosen.pk == version.pk,
        "published_before": version.publications.exists(),
        "text": text,
        "expert": expert,
        "worst": judged.worst if judged else None,
        "by_experts": by_experts,
        "curves": queries.read_curves(version),
        "gaps": test_sets.list_gaps(version),
        "shares": test_sets.read_shares(version),
        "queues": queues_without_worker() if corpus and corpus.status == Job.Status.QUEUED else [],
    }
    return render(request, "models/gate.html", context)


def _reader(request: HttpRequest, version: ModelVersion) -> HttpResponse:
    """A model that finds names: its figures, and the job that has it read all texts."""
    corpus = version.prediction_runs.first()
    context = {"version": version, "corpus": corpus, "progress": read_progress(corpus) if corpus else None}
    if corpus and request.htmx:  # type: ignore[attr-defined]
        return answer_poll(request, corpus, "models/texts.html", context, {"corpus"})
    return render(
        request,
        "models/texts.html",
        context
        | {
            "figures": queries.read_span_figures(version),
            "stands": EntityMention.objects.filter(source=f"model {version.pk}").exists(),
            "queues": queues_without_worker() if corpus and corpus.status == Job.Status.QUEUED else [],
        },
    )


def gate_context(version: ModelVersion) -> dict[str, Any]:
    comparison, names = compare(version), queries.concept_names(version)
    parts = [part for part in (comparison.expert, comparison.text) if part]
    return {
        "comparison": comparison,
        "fewest": FEWEST,
        "lost": [*Concept.objects.filter(slug__in=comparison.lost).values_list("name", flat=True)],
        "is_published": comparison.published is not None and comparison.published.pk == version.pk,
        "parts": [
            {
                "part": part,
                "forest": draw_forest([row for row in part.rows if row.concept not in part.thin], part.mean, names),
                "worst": names.get(part.worst.concept) if part.worst else "",
                "thin": [names[slug] for slug in part.thin],
            }
            for part in parts
        ],
    }


@require_safe
@admin_required
def model_json(request: HttpRequest, model_id: int) -> JsonResponse:
    version = _find(model_id)
    comparison = compare(version)
    compared = {
        "with": comparison.published.pk if comparison.published else None,
        "verdict": comparison.verdict,
        "sentence": comparison.sentence,
        "decided_by": comparison.decided_by.origin if comparison.decided_by else None,
        "test_set": test_sets.describe_test_set(comparison.test_set) if comparison.test_set else None,
        "lost": comparison.lost,
        "expert": _described(comparison.expert),
        "text": _described(comparison.text),
    }
    return JsonResponse(queries.describe_model_fully(version) | {"comparison": compared})


def _described(part: Part | None) -> dict[str, Any] | None:
    return asdict(part) | {"worst": part.worst.concept if part.worst else None} if part else None


@require_POST
@admin_required
def model_publish(request: HttpRequest, model_id: int) -> HttpResponse:
    version = _find(model_id)
    user = signed_in(request)
    try:
        job = publish_version(version=version, user=user)
    except NotPublishable as error:
        messages.error(request, str(error))
        return redirect(version)
    if job:
        tasks.send(job)
        messages.success(request, f"Model {version.pk} answers once its predictions for the corpus are complete.")
    else:
        tasks.send_rankings()
        messages.success(request, f"Model {version.pk} answers from now on: its predictions were still there.")
    return redirect(version)


@require_POST
@admin_required
def model_read(request: HttpRequest, model_id: int) -> HttpResponse:
    version = _find(model_id)
    try:
        tasks.send(queue_reading(version=version, user=signed_in(request)))
    except NoReader as error:
        messages.error(request, str(error))
    return redirect(version)


@require_POST
@admin_required
def predictions_cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    return redirect(cancel_job(get_object_or_404(PredictionRun, pk=run_id)).version)


@require_POST
@admin_required
def predictions_repeat(request: HttpRequest, run_id: int) -> HttpResponse:
    again = repeat_job(get_object_or_404(PredictionRun, pk=run_id))
    if again.status == Job.Status.QUEUED:
        tasks.send(again)
    return redirect(again.version)
