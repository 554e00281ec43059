"""The contact sheet of a model: pictures of what it finds, misses and falsely sees, concept by concept."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from annotations.models import ModelVersion
from annotations.queries.answer_sheet import PARTS, describe_calibration, most_telling, read_answers, read_sheet
from annotations.queries.model_table import METRICS, part_of
from annotations.queries.models import Figure, concept_names
from annotations.services.gate import Calibration
from annotations.views.access import admin_required


@require_safe
@admin_required
def answer_sheet(request: HttpRequest, model_id: int) -> HttpResponse:
    version = get_object_or_404(ModelVersion, pk=model_id)
    names = concept_names(version)
    asked = request.GET.get("concept") or ""
    if (asked and asked not in names) or not names:
        raise Http404(f"Model {version.pk} knows no concept “{asked}”; it knows {', '.join(names) or 'none'}.")
    part = part_of(request.GET.get("part", ""), [version], PARTS)
    context = {"version": version, "names": names, "part": part, "part_words": PARTS[part], "parts": PARTS}
    try:
        test = read_answers(version)
        slug = asked or most_telling(version, test, part)
        outcomes = read_sheet(version, test, slug, part)
    except (OSError, ValueError, KeyError) as error:
        context["problem"] = f"The test answers of model {version.pk} cannot be read ({error}). Train it again."
        slug = asked or next(iter(names))
        return render(request, "models/sheet.html", context | {"concept": slug, "name": names[slug]})
    context |= {"concept": slug, "name": names[slug]}
    threshold = version.thresholds[version.concepts.index(slug)]
    counts = {outcome.key: outcome.count for outcome in outcomes}
    context |= {"outcomes": outcomes, "threshold": threshold, "counts": counts, "total": sum(counts.values())}
    calibrated, words = describe_calibration(version, slug)
    context |= {"figures": _figures(version, slug, part), "calibrated": words}
    context["note"] = (_measured(version, part).get(slug) or {}).get("note")
    context["reliability"] = _reliability(version, slug, part, calibrated)
    return render(request, "models/sheet.html", context)


def _figures(version: ModelVersion, slug: str, part: str) -> list[tuple[str, Figure]]:
    """All figures of the concept, with their intervals."""
    row = _measured(version, part).get(slug) or {}
    bounds = row.get("intervals") or {}
    return [(name, Figure(row.get(key), *(bounds.get(key) or (None, None)))) for key, name in METRICS.items()]


def _reliability(version: ModelVersion, slug: str, part: str, calibrated: bool) -> list[tuple[str, Calibration]]:
    """Whether its probabilities mean what they say; also before they were set right, where they were."""
    row = _measured(version, part).get(slug) or {}
    curves = version.metrics.get("curves" if part == "test" else "curves_expert") or {}
    drawn = curves.get(slug) or {}
    found = [("As it answers", Calibration(row.get("calibration_error"), drawn.get("reliability") or []))]
    if calibrated:
        bins = drawn.get("reliability_before") or []
        found.append(("Before calibration", Calibration(row.get("calibration_error_before"), bins)))
    return [(title, calibration) for title, calibration in found if calibration.bins]


def _measured(version: ModelVersion, part: str) -> dict[str, Any]:
    return version.metrics.get(part) or {}
