"""What stands beside a question and is fetched when it is wanted: look-alikes already decided, and examples."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from annotations.models import Concept, ModelVersion, Side
from annotations.queries.decided import decided_lookalikes, examples_of
from annotations.views.access import expert_required


@require_safe
@expert_required
def review_similar(request: HttpRequest, side_id: int, slug: str) -> HttpResponse:
    side = get_object_or_404(Side, pk=side_id)
    concept = get_object_or_404(Concept.objects.in_use(), slug=slug)
    version = ModelVersion.objects.defer("metrics").published()
    found = decided_lookalikes(side, concept, version)
    return render(request, "review/similar.html", {"found": found, "concept": concept, "version": version})


@require_safe
@expert_required
def review_examples(request: HttpRequest, slug: str) -> HttpResponse:
    concept = get_object_or_404(Concept.objects.in_use(), slug=slug)
    return render(request, "review/examples.html", {"examples": examples_of(concept), "concept": concept})
