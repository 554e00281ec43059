from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from annotations.models import Concept
from annotations.queries.concepts import concepts_with_counts, examples_of, words_of


@require_safe
def concepts(request: HttpRequest) -> HttpResponse:
    return render(request, "concepts/concepts.html", {"concepts": concepts_with_counts()})


@require_safe
def concepts_json(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"concepts": [_facts(concept, request) for concept in concepts_with_counts()]})


@require_safe
def concept(request: HttpRequest, slug: str) -> HttpResponse:
    found = _concept_or_404(slug)
    context = {
        "concept": found,
        "words": words_of(found),
        "implied_by": found.implied_by.in_use(),
        "examples": examples_of(found),
    }
    return render(request, "concepts/concept.html", context)


@require_safe
def concept_json(request: HttpRequest, slug: str) -> HttpResponse:
    found = _concept_or_404(slug)
    rules = found.rules.filter(retired=False).values("language", "kind", "pattern", "version")
    return JsonResponse(
        {**_facts(found, request), "implied_by": [other.slug for other in found.implied_by.all()], "rules": list(rules)}
    )


def _concept_or_404(slug: str) -> Concept:
    found = concepts_with_counts().filter(slug=slug).first()
    if found is None:
        raise Http404(f"There is no concept “{slug}”. The list of concepts shows all that are asked for.")
    return found


def _facts(concept: Any, request: HttpRequest) -> dict[str, Any]:
    return {
        "concept": concept.slug,
        "name": concept.name,
        "names": concept.names,
        "address": request.build_absolute_uri(reverse("concept", args=[concept.slug])),
        "guideline": concept.guideline,
        "implies": [other.slug for other in concept.implies.all()],
        "link": concept.link,
        "sides": {
            "present": concept.sides,
            "expert_yes": concept.expert_yes,
            "expert_no": concept.expert_no,
            "text": concept.text_yes,
            "model": concept.model_yes,
        },
    }
