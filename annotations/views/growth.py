"""Words that stand where a model or an expert sees a concept and no rule does: shown, and made rules of."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from annotations import tasks
from annotations.models import Concept, Rule
from annotations.queries.vocabulary import missing_words, newest_mining
from annotations.services.rules import Draft, RuleRefused, save_and_relabel
from annotations.views.access import admin_required, expert_required, signed_in


@require_safe
@expert_required
def growth(request: HttpRequest) -> HttpResponse:
    return render(request, "vocabulary/growth.html", {"mining": newest_mining(), "missing": missing_words()})


@require_safe
@expert_required
def growth_json(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"concepts": {missing.concept.slug: missing.words for missing in missing_words()}})


@require_POST
@admin_required
def growth_add(request: HttpRequest) -> HttpResponse:
    concept = get_object_or_404(Concept, slug=request.POST.get("concept", ""))
    pattern = request.POST.get("pattern", "")
    kind = Rule.Kind.WORD if pattern.isalpha() else Rule.Kind.PHRASE
    try:
        draft = Draft(request.POST.get("language", "")[:8], kind, pattern)
        rule, labelling = save_and_relabel(user=signed_in(request), concept=concept, draft=draft)
    except RuleRefused as error:
        messages.error(request, str(error))
    else:
        tasks.send(labelling)
        messages.success(request, f"Texts that say “{rule.pattern}” now count for {concept.name}; all are read again.")
    return redirect("growth") if request.POST.get("back") == "growth" else redirect(concept)
