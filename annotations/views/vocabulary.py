"""Words of the corpus: the table of candidates, the job that finds them, and a concept made of one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations import tasks
from annotations.forms.vocabulary import ConceptForm, propose_concept
from annotations.models import Concept, Job, MiningRun
from annotations.queries import vocabulary as queries
from annotations.queries.names import Thing, things_called
from annotations.queries.runs import read_progress
from annotations.queries.workers import queues_without_worker
from annotations.services.concepts import ConceptRefused, create_concept
from annotations.services.jobs import cancel_job
from annotations.services.labelling import queue_labelling
from annotations.services.mining import queue_mining
from annotations.views.access import admin_required, expert_required, signed_in
from annotations.views.live import answer_poll


def _choice(request: HttpRequest) -> queries.Choice:
    try:
        return queries.Choice.from_query(request.GET.dict())
    except ValueError as error:
        raise BadRequest(str(error)) from error


def _page(choice: queries.Choice) -> dict[str, Any]:
    """What table and JSON share: the words of one page, and where the list goes on."""
    run = queries.newest_mining()
    words = queries.choose_candidates(run, choice) if run else []
    first = (choice.page - 1) * queries.PAGE
    return {
        "mining": run,
        "total": len(words),
        "words": words[first : first + queries.PAGE],
        "before": choice.at_page(choice.page - 1) if choice.page > 1 else "",
        "after": choice.at_page(choice.page + 1) if len(words) > first + queries.PAGE else "",
    }


@require_safe
@expert_required
def vocabulary(request: HttpRequest) -> HttpResponse:
    job = MiningRun.objects.defer("candidates", "growth").first()
    context: dict[str, Any] = {"job": job, "progress": read_progress(job) if job else None}
    if job and request.htmx:  # type: ignore[attr-defined]
        return answer_poll(request, job, "vocabulary/vocabulary.html", context, {"live"})
    choice = _choice(request)
    context |= _page(choice)
    context |= {
        "choice": choice,
        "orders": queries.ORDERS,
        "languages": queries.languages_of(context["mining"]) if context["mining"] else [],
        "concept_names": dict(Concept.objects.values_list("slug", "name")),
        "queues": queues_without_worker() if job and job.status == Job.Status.QUEUED else [],
    }
    return render(request, "vocabulary/vocabulary.html", context)


@require_safe
@expert_required
def vocabulary_json(request: HttpRequest) -> JsonResponse:
    page = _page(_choice(request))
    run, after = page["mining"], page["after"]
    return JsonResponse(
        {
            "mining": {"id": run.pk, "finished_at": run.finished_at, "counts": run.counts} if run else None,
            "total": page["total"],
            "words": page["words"],
            "next": f"{reverse('vocabulary_json')}?{after}" if after else None,
        }
    )


@require_POST
@admin_required
def vocabulary_start(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        tasks.send(queue_mining(user=signed_in(request)))
    return redirect("vocabulary")


@require_POST
@admin_required
def vocabulary_cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    cancel_job(get_object_or_404(MiningRun, pk=run_id))
    return redirect("vocabulary")


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def vocabulary_concept(request: HttpRequest) -> HttpResponse:
    """One click on a candidate leads here; another makes it a concept and has all texts read again."""
    word, language = request.GET.get("word", "")[:100], request.GET.get("language", "en")[:8]
    candidate = queries.find_candidate(word, language)
    term = candidate["term"] if candidate else word
    things = (things_called(term) or things_called(candidate["lemma"] if candidate else word))[:8]
    thing = _meant(request, things, candidate)
    written = candidate["forms"] if candidate else [term]
    proposed = propose_concept(term, language, written, thing.names if thing else {}, thing.uri if thing else "")
    form = ConceptForm(request.POST or None, initial=proposed if word else {})
    if request.method == "POST" and form.is_valid():
        try:
            return _create(request, form)
        except ConceptRefused as error:
            form.add_error(None, str(error))
    context = {"form": form, "word": word, "language": language, "candidate": candidate, "things": things}
    status = 400 if form.errors else 200
    return render(request, "vocabulary/new_concept.html", context | {"thing": thing}, status=status)


def _meant(request: HttpRequest, things: list[Thing], candidate: dict[str, Any] | None) -> Thing | None:
    """The thing that the person chose; else the likeliest, unless the word is no name and the thing has one."""
    if "thing" in request.GET:
        return next((thing for thing in things if thing.uri == request.GET["thing"]), None)
    likeliest = things[0] if things else None
    if likeliest and (likeliest.kind in ("deity", "object type") or (candidate and candidate["term"][:1].isupper())):
        return likeliest
    return None


@transaction.atomic
def _create(request: HttpRequest, form: ConceptForm) -> HttpResponse:
    said = form.cleaned_data
    concept = create_concept(
        user=signed_in(request),
        name=said["name"],
        names=form.names(),
        rules=form.rules(),
        guideline=said["guideline"],
        link=said["link"],
    )
    tasks.send(queue_labelling(user=signed_in(request)))
    messages.success(
        request, f"{concept.name} is a concept now. All texts are being read for it; its counts grow as they are."
    )
    return redirect(concept)
