"""The vocabulary: the tree of concepts, and the page of each."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from annotations.models import Concept
from annotations.queries import concept_page as page
from annotations.queries.concepts import (
    TreeLine,
    concepts_with_counts,
    examples_of,
    read_tree,
    retired_concepts,
    words_of,
)
from annotations.queries.hierarchy import Hierarchy
from annotations.queries.imports import guard_cell
from annotations.queries.merged_concepts import contradictions_of, show_contradictions
from annotations.services.concept_merging import why_together
from annotations.views.access import is_admin

LONGEST_WORDS = 100
SHOWN_CONTRADICTIONS = 50
COUNTS = {"present": "sides", "expert_yes": "expert_yes", "expert_no": "expert_no", "text": "text_yes"}
COUNTS |= {"model": "model_yes"}
"""Name in files → what `concepts_with_counts` calls it."""
ORIGIN_FIELDS = ("origin", "face", "present", "absent", "unsure")


@require_safe
def concepts(request: HttpRequest) -> HttpResponse:
    words = _words(request)
    context = {"words": words, "lines": read_tree(words), "retired": retired_concepts(words)}
    return render(request, "concepts/concepts.html", context)


@require_safe
def concepts_json(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"concepts": [_facts(line, request) for line in read_tree(_words(request)) if line.matches]})


@require_safe
def concepts_csv(request: HttpRequest) -> HttpResponse:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["concept", "name", "broader", "implies", "link", *COUNTS])
    for line in read_tree(_words(request)):
        if line.matches:
            broader = line.path[-1].slug if line.path else ""
            implied = " ".join(other.slug for other in line.implies)
            said = [guard_cell(each) for each in (line.concept.slug, line.concept.name, broader, implied)]
            counts = [getattr(line.concept, field) for field in COUNTS.values()]
            writer.writerow([*said, guard_cell(line.concept.link), *counts])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="concepts.csv"'
    return response


@require_safe
def concept(request: HttpRequest, slug: str) -> HttpResponse:
    found, hierarchy = _concept_or_404(slug), Hierarchy.read()
    if found.merged_into_id:
        return _lead_on(found, hierarchy, "concept")
    differing = contradictions_of(found, hierarchy)
    context = {
        "concept": found,
        "above": hierarchy.above(found.pk),
        "narrower": hierarchy.narrower(found.pk),
        "implies": [hierarchy.concepts[pk] for pk in hierarchy.implies(found.pk)],
        "implied_by": hierarchy.implied_by(found.pk),
        "words": words_of(found),
        "examples": examples_of(found),
        "origins": page.count_origins(found),
        "models": page.models_that_know(found),
        "progress": page.review_progress(found),
        "history": page.history_of(found, hierarchy),
        "merged": [(other, why_together(other) if is_admin(request) else "") for other in page.merged_into(found)],
        "came_from": _came_from(request, found, hierarchy),
        "contradictions": show_contradictions(differing[:SHOWN_CONTRADICTIONS], found),
        "contradictions_left": max(0, len(differing) - SHOWN_CONTRADICTIONS),
    }
    return render(request, "concepts/concept.html", context)


@require_safe
def concept_json(request: HttpRequest, slug: str) -> HttpResponse:
    found, hierarchy = _concept_or_404(slug), Hierarchy.read()
    if found.merged_into_id:
        return _lead_on(found, hierarchy, "concept_json")
    rules = found.rules.filter(retired=False).values("language", "kind", "pattern", "version")
    implied = [hierarchy.concepts[pk] for pk in hierarchy.implies(found.pk)]
    line = TreeLine(found, 0, implied, hierarchy.above(found.pk), matches=True)
    return JsonResponse(
        {
            **_facts(line, request),
            "retired": found.retired,
            "implied_by": [other.slug for other in hierarchy.implied_by(found.pk)],
            "narrower": [other.slug for other in hierarchy.narrower(found.pk)],
            "merged": [other.slug for other in page.merged_into(found)],
            "origins": [{name: getattr(each, name) for name in ORIGIN_FIELDS} for each in page.count_origins(found)],
            "rules": list(rules),
            "history": [_change(change) for change in page.history_of(found, hierarchy)],
        }
    )


def _words(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\0", "")[:LONGEST_WORDS].strip()


def _concept_or_404(slug: str) -> Concept:
    found = concepts_with_counts().filter(slug=slug).first()
    if found is None:
        raise Http404(f"There is no concept “{slug}”. The list of concepts shows all that are asked for.")
    return found


def _lead_on(merged: Concept, hierarchy: Hierarchy, name: str) -> HttpResponse:
    """An address lasts: that of a merged concept leads to the one that it counts for."""
    into = hierarchy.concepts[hierarchy.root(merged.pk)]
    return HttpResponsePermanentRedirect(reverse(name, args=[into.slug], query={"merged": merged.slug}))


def _came_from(request: HttpRequest, concept: Concept, hierarchy: Hierarchy) -> Concept | None:
    """The merged concept whose address led here."""
    slug = request.GET.get("merged", "")
    named = (each for each in hierarchy.concepts.values() if each.slug == slug and each.merged_into_id)
    return next((each for each in named if hierarchy.root(each.pk) == concept.pk), None)


def _facts(line: TreeLine, request: HttpRequest) -> dict[str, Any]:
    found = line.concept
    return {
        "concept": found.slug,
        "name": found.name,
        "names": found.names,
        "address": request.build_absolute_uri(reverse("concept", args=[found.slug])),
        "guideline": found.guideline,
        "broader": line.path[-1].slug if line.path else None,
        "implies": [other.slug for other in line.implies],
        "link": found.link,
        "sides": {name: getattr(found, field) for name, field in COUNTS.items()},
    }


def _change(change: Any) -> dict[str, Any]:
    """Who changed it stays on the page for experts; files tell what and when."""
    return {
        "concept": change.concept.slug,
        "what": change.what,
        "before": change.before,
        "after": change.after,
        "when": change.created_at,
    }
