"""Rules of a concept: what each is worth, a text tried on them, and a change shown before it is saved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from annotations import tasks
from annotations.forms.rules import RuleForm, TrialForm
from annotations.models import Concept, LabellingRun, Rule, RuleChange, Side
from annotations.queries import rules as queries
from annotations.queries.rule_json import describe_rules
from annotations.queries.rule_trial import sample_sides, try_text
from annotations.queries.runs import read_progress
from annotations.queries.text_rules import Draft
from annotations.queries.workers import queues_without_worker
from annotations.services.rules import RuleConflict, RuleRefused, check_draft, save_and_relabel
from annotations.views.access import admin_required, expert_required, is_admin, signed_in
from annotations.views.live import answer_poll


@require_safe
@expert_required
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """Every expert may look: they decide what the rules are measured by. Administrators change them."""
    concept = _concept(slug)
    if concept.merged_into:
        return redirect("rules", concept.merged_into.slug)
    labelling = LabellingRun.objects.first()
    context: dict[str, Any] = {
        "concept": concept,
        "labelling": labelling,
        "progress": read_progress(labelling) if labelling else None,
    }
    if request.htmx and labelling:  # type: ignore[attr-defined]
        return answer_poll(request, labelling, "rules/rules.html", context, {"labelling"})
    context |= {
        "worth": queries.rules_worth(concept),
        "retired": concept.rules.filter(retired=True),
        "queues": queues_without_worker() if labelling and labelling.active else [],
    }
    return render(request, "rules/rules.html", context)


@require_safe
@expert_required
def rules_json(request: HttpRequest, slug: str) -> JsonResponse:
    concept = _concept(slug)
    return JsonResponse(describe_rules(concept, queries.rules_worth(concept)))


@require_http_methods(["GET", "HEAD", "POST"])
@expert_required
def rules_try(request: HttpRequest, slug: str) -> HttpResponse:
    """A text is posted rather than put into the address: it may be long, and it stays out of logs."""
    concept = _concept(slug)
    initial = {}
    if request.GET.get("side", "").isdecimal():
        side = get_object_or_404(Side, pk=int(request.GET["side"][:18]))
        initial = {"text": side.text, "face": side.face}
    form = TrialForm(request.POST if request.method == "POST" else initial or None)
    trial = None
    if form.is_bound and form.is_valid() and form.cleaned_data["text"]:
        given = form.cleaned_data
        trial = try_text(given["text"], given["face"] or None, None if given["all_concepts"] else concept)
    context = {"concept": concept, "form": form, "trial": trial}
    if request.headers.get("HX-Target") == "trial":
        return render(request, "rules/trial.html", context)
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "rules/try.html", context | {"sides": sample_sides(concept)}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def rule_new(request: HttpRequest, slug: str) -> HttpResponse:
    concept = _concept(slug)
    offered = {"pattern": request.GET.get("words", "")[:100], "language": request.GET.get("language", "en")}
    form = RuleForm(None, request.POST or None, initial=offered)
    return _edit(request, concept, None, form)


@require_http_methods(["GET", "HEAD", "POST"])
@expert_required
def rule(request: HttpRequest, slug: str, rule_id: int) -> HttpResponse:
    concept = _concept(slug)
    found = _rule(concept, rule_id)
    if request.method == "POST":
        if not is_admin(request):
            raise PermissionDenied("Experts may look at rules; administrators change them.")
        return _edit(request, concept, found, RuleForm(found, request.POST))
    start = _starting_point(request, found)
    shown = {"language": start.language, "kind": start.kind, "pattern": start.pattern, "face": start.face}
    shown |= {"base": found.version} | ({"retired": "on"} if start.retired else {})
    form = RuleForm(found, shown if start != Draft.of(found) else None, initial=shown)
    return _edit(request, concept, found, form)


def _starting_point(request: HttpRequest, rule: Rule) -> Draft:
    """The rule as it is, retired or brought back by ?retired=, or an earlier version of it by ?version=."""
    now = Draft.of(rule)
    if request.GET.get("retired") in ("0", "1"):
        return replace(now, retired=request.GET["retired"] == "1")
    version = request.GET.get("version", "")
    if version.isdecimal():
        return Draft.of(get_object_or_404(RuleChange, rule=rule, version=int(version[:9])))
    return now


@require_safe
@expert_required
def rule_json(request: HttpRequest, slug: str, rule_id: int) -> JsonResponse:
    concept = _concept(slug)
    found = _rule(concept, rule_id)
    described = describe_rules(concept, queries.rules_worth(concept), found)
    return JsonResponse(described)


def _edit(request: HttpRequest, concept: Concept, rule: Rule | None, form: RuleForm) -> HttpResponse:
    """Show the form, with a preview of what it would change; save what was previewed."""
    context: dict[str, Any] = {"concept": concept, "rule": rule, "form": form, "may_change": is_admin(request)}
    draft = _drafted(concept, rule, form)
    if draft:
        signature = draft.signature(form.cleaned_data["base"] or 0)
        if request.POST.get("action") == "save" and request.POST.get("previewed") == signature:
            try:
                return _save(request, concept, rule, form, draft)
            except RuleConflict as conflict:
                return _show_conflict(request, context, conflict.current)
            except RuleRefused as error:  # somebody added the same rule a moment ago
                form.add_error(None, str(error))
                return render(request, "rules/rule.html", context, status=400)
        context |= {"preview": queries.preview_draft(concept, draft, rule), "signature": signature}
    if request.headers.get("HX-Target") == "preview":
        return render(request, "rules/preview.html", context)
    if rule:
        context |= {"history": rule.changes.select_related("user"), "examples": queries.rule_examples(rule)}
    bad = request.method == "POST" and not draft
    return render(request, "rules/rule.html", context, status=400 if bad else 200)


def _drafted(concept: Concept, rule: Rule | None, form: RuleForm) -> Draft | None:
    """What the form holds, if it can be a rule; otherwise the form says why not."""
    if not form.is_bound or not form.is_valid():
        return None
    given = form.cleaned_data
    draft = Draft(given["language"], given["kind"], given["pattern"], bool(given.get("retired")), given["face"])
    try:
        return check_draft(concept, draft, rule)
    except RuleRefused as error:
        form.add_error(None, str(error))
        return None


def _save(request: HttpRequest, concept: Concept, rule: Rule | None, form: RuleForm, draft: Draft) -> HttpResponse:
    user = signed_in(request)
    base = form.cleaned_data["base"] or 0
    saved, labelling = save_and_relabel(user=user, concept=concept, draft=draft, rule=rule, base=base)
    tasks.send(labelling)
    what = "is retired" if saved.retired else "is saved"
    messages.success(request, f"“{saved.pattern}” {what} as version {saved.version}. The texts are read again now.")
    return redirect("rules", concept.slug)


def _show_conflict(request: HttpRequest, context: dict[str, Any], current: Rule) -> HttpResponse:
    """Both versions side by side; the person's words stay in the form, and count from the current version on."""
    again = request.POST.copy()
    again["base"] = str(current.version)
    form = RuleForm(current, again)
    by = current.changes.select_related("user").first()
    context |= {"form": form, "rule": current, "theirs": current, "by": by, "history": current.changes.all()}
    context |= {"examples": queries.rule_examples(current)}
    draft = _drafted(context["concept"], current, form)
    if draft:
        context |= {"preview": queries.preview_draft(context["concept"], draft, current)}
        context |= {"signature": draft.signature(current.version)}
    return render(request, "rules/rule.html", context, status=409)


def _concept(slug: str) -> Concept:
    found = Concept.objects.filter(slug=slug).first()
    if found is None:
        raise Http404(f"There is no concept “{slug}”. The list of concepts shows all that are asked for.")
    return found


def _rule(concept: Concept, rule_id: int) -> Rule:
    found = concept.rules.filter(pk=rule_id).first()
    if found is None:
        raise Http404(f"{concept.name} has no rule {rule_id}. The list of its rules shows those that there are.")
    return found
