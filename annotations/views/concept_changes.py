"""Changes on a concept: its wording, whether it is asked for, and which other it is merged into."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotations import tasks
from annotations.forms.concepts import ConceptEditForm, MergeForm
from annotations.models import Concept
from annotations.queries.merged_concepts import preview_merging
from annotations.services.concept_changes import (
    ConceptConflict,
    Wording,
    change_concept,
    last_change,
    retire_concept,
    revive_concept,
)
from annotations.services.concept_merging import check_merging, merge_concepts, unmerge_concept
from annotations.services.concepts import ConceptRefused
from annotations.services.labelling import queue_labelling
from annotations.views.access import admin_required, signed_in

Change = Callable[[User, Concept], str]


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def concept_edit(request: HttpRequest, slug: str) -> HttpResponse:
    concept = _concept(slug)
    if concept.merged_into_id:
        return redirect("concept", slug)
    if request.method != "POST":
        form = ConceptEditForm.filled(concept, last_change(concept))
        return render(request, "concepts/edit.html", {"concept": concept, "form": form})
    form = ConceptEditForm(concept, request.POST)
    status = 400
    if form.is_valid():
        try:
            return _change(request, concept, form)
        except ConceptRefused as error:
            form.add_error(None, str(error))
        except ConceptConflict:
            status = 409
    context: dict[str, Any] = {"concept": concept, "form": form}
    if status == 409:
        again = request.POST.copy()
        again["base"] = str(last_change(concept))
        changes = concept.changes.filter(pk__gt=form.cleaned_data["base"]).select_related("user")
        context = {"concept": concept, "form": ConceptEditForm(concept, again), "theirs": changes}
    return render(request, "concepts/edit.html", context, status=status)


def _change(request: HttpRequest, concept: Concept, form: ConceptEditForm) -> HttpResponse:
    wording = Wording(**form.said())
    with transaction.atomic():
        rows = change_concept(user=signed_in(request), concept=concept, wording=wording, base=form.cleaned_data["base"])
        if any(row.what == row.What.IMPLIES for row in rows):
            tasks.send(queue_labelling(user=signed_in(request)))
    changed = ", ".join(row.get_what_display().lower() for row in rows)
    messages.success(request, f"Changed: {changed}." if rows else "Nothing differs, so nothing was changed.")
    return redirect("concept", concept.slug)


def _changing(change: Change) -> Callable[[HttpRequest, str], HttpResponse]:
    """An address that changes a concept, says in a sentence what came of it, and leads to its page."""

    @require_POST
    @admin_required
    @wraps(change)
    def changing(request: HttpRequest, slug: str) -> HttpResponse:
        concept = _concept(slug)
        try:
            messages.success(request, change(signed_in(request), concept))
        except ConceptRefused as error:
            messages.error(request, str(error))
        return redirect("concept", slug)

    return changing


@_changing
def concept_retire(user: User, concept: Concept) -> str:
    retire_concept(user=user, concept=concept)
    return f"{concept.name} is no longer asked for. What was said of it is kept."


@_changing
@transaction.atomic
def concept_revive(user: User, concept: Concept) -> str:
    revive_concept(user=user, concept=concept)
    tasks.send(queue_labelling(user=user))
    return f"{concept.name} is asked for again. All texts are being read for it."


@_changing
@transaction.atomic
def concept_unmerge(user: User, concept: Concept) -> str:
    unmerge_concept(user=user, concept=concept)
    tasks.send(queue_labelling(user=user))
    return f"{concept.name} is a concept of its own again. All texts are being read for it."


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def concept_merge(request: HttpRequest, slug: str) -> HttpResponse:
    """First what would come together, then the merging: answers given afterwards cannot be told apart again."""
    concept = _concept(slug)
    if concept.merged_into_id:
        return redirect("concept", slug)
    sent = request.POST if request.method == "POST" else request.GET
    form = MergeForm(concept, sent if "into" in sent else None)
    context: dict[str, Any] = {"concept": concept, "form": form}
    if form.is_bound and form.is_valid():
        into = form.cleaned_data["into"]
        try:
            check_merging(concept, into)
            if request.method == "POST":
                return _merge(request, concept, into)
            context |= {"into": into, "preview": preview_merging(concept, into)}
        except ConceptRefused as error:
            form.add_error(None, str(error))
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "concepts/merge.html", context, status=status)


@transaction.atomic
def _merge(request: HttpRequest, concept: Concept, into: Concept) -> HttpResponse:
    merged = merge_concepts(user=signed_in(request), concept=concept, into=into)
    tasks.send(queue_labelling(user=signed_in(request)))
    words = f"{concept.name} is merged into {into.name}. All texts are being read with its words."
    if merged.follow:
        words += f" First its labels come over, which takes a while: the page of rules of {into.name} shows how far."
    if merged.contradictions:
        words += f" On {merged.contradictions} sides experts said different things; these are asked again."
    messages.success(request, words)
    return redirect("concept", into.slug)


def _concept(slug: str) -> Concept:
    found = Concept.objects.filter(slug=slug).first()
    if found is None:
        raise Http404(f"There is no concept “{slug}”. The list of concepts shows all that are asked for.")
    return found
