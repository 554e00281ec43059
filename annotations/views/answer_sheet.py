"""The contact sheet of a model: pictures of what it finds, misses and falsely sees, concept by concept."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from annotations.models import ModelVersion
from annotations.queries.answer_sheet import PARTS, read_sheet
from annotations.queries.models import concept_names
from annotations.views.access import admin_required


@require_safe
@admin_required
def answer_sheet(request: HttpRequest, model_id: int) -> HttpResponse:
    version = get_object_or_404(ModelVersion, pk=model_id)
    names = concept_names(version)
    slug = request.GET.get("concept") or next(iter(names), "")
    if slug not in names:
        raise Http404(f"Model {version.pk} knows no concept “{slug}”; it knows {', '.join(names) or 'none'}.")
    part = request.GET.get("part", "")
    part = part if part in PARTS else "text"
    context = {"version": version, "names": names, "concept": slug, "name": names[slug], "part": part, "parts": PARTS}
    try:
        outcomes = read_sheet(version, slug, part)
    except (OSError, ValueError, KeyError) as error:
        context["problem"] = f"The test answers of model {version.pk} cannot be read ({error}). Train it again."
        return render(request, "models/sheet.html", context)
    threshold = version.thresholds[version.concepts.index(slug)]
    figures = {outcome.key: outcome.count for outcome in outcomes}
    context |= {"outcomes": outcomes, "threshold": threshold, "total": sum(figures.values())}
    return render(request, "models/sheet.html", context)
