"""Disagreements, and the page on which a third person settles one."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.forms.review import DecisionForm, UndoForm
from annotations.models import Decision
from annotations.queries.disagreements import PAGE, Case, ShownCase, find_case, list_cases, question_item, show_cases
from annotations.queries.review import draw_questions
from annotations.services.adjudication import NoDisagreement, adjudicate
from annotations.services.decisions import Conflict, KeyReused, current_decision, undo_decision
from annotations.services.hidden_questions import note_seen
from annotations.views.access import expert_required, is_admin, signed_in
from annotations.views.live import page_number


class SettleForm(DecisionForm):
    gold = forms.BooleanField(required=False)


@require_safe
@never_cache
@expert_required
def disagreements(request: HttpRequest) -> HttpResponse:
    after = page_number(request, "after")
    if after is not None:
        return redirect(_onward(request, after))
    cases = _cases(request)
    shown = _listed(request, cases)
    waiting = _waiting(request, cases)[:1]
    unsettled = sum(case.settled_by is None for case in cases)
    context = {
        "shown": shown[:PAGE],
        "state": _state(request),
        "open": unsettled,
        "settled": len(cases) - unsettled,
        "next": _address("disagreements", request, shown),
        "first": next(iter(show_cases(waiting)), None),
        "last": _last(request),
        "last_key": uuid.uuid4(),
    }
    return render(request, "agreement/disagreements.html", context)


@require_safe
@never_cache
@expert_required
def disagreements_json(request: HttpRequest) -> JsonResponse:
    shown = _listed(request, _cases(request))
    rows = [_as_json(each) for each in shown[:PAGE]]
    return JsonResponse({"disagreements": rows, "next": _address("disagreements_json", request, shown) or None})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@expert_required
def disagreement(request: HttpRequest, side_id: int, slug: str) -> HttpResponse:
    if request.method == "POST":
        return _settle(request, side_id, slug)
    case, user = find_case(side_id, slug), signed_in(request)
    if case is None:
        raise Http404(f"Nobody disagrees about {slug} on side {side_id}, or no longer. The list names those open.")
    may_see = is_admin(request) or not case.was_read_by(user) or case.was_settled_by(user)
    if not may_see:
        raise Http404(f"{slug} on side {side_id} is settled by a third person. The list names those for you.")
    return _show(request, case)


@require_POST
@expert_required
def disagreement_undo(request: HttpRequest, side_id: int, slug: str) -> HttpResponse:
    form = UndoForm(request.POST)
    if not form.is_valid():
        raise BadRequest(form.sentence())
    undone = form.cleaned_data["of"]
    if not isinstance(undone, Decision):
        raise BadRequest("This key stands for no decision. Open the disagreement again.")
    try:
        undo_decision(user=signed_in(request), decision_id=undone.pk, key=form.cleaned_data["key"])
    except KeyReused as error:
        raise BadRequest(str(error)) from error
    except Conflict:
        messages.warning(request, "Somebody has answered since; what you said stands in the history.")
    return redirect("disagreement", side_id, slug)


def _settle(request: HttpRequest, side_id: int, slug: str) -> HttpResponse:
    form = SettleForm(request.POST.dict() | {"side": side_id, "concept": slug})
    if not form.is_valid():
        raise BadRequest(form.sentence())
    sent = form.cleaned_data
    try:
        decision = adjudicate(
            user=signed_in(request),
            side_id=side_id,
            concept=slug,
            answer=sent["answer"],
            key=sent["key"],
            base_id=sent["base"],
            gold=sent["gold"],
        )
    except NoDisagreement as error:
        raise Http404(str(error)) from error
    except KeyReused as error:
        raise BadRequest(str(error)) from error
    except Conflict:
        messages.warning(request, "Somebody answered in the meantime. Nothing was overwritten; look again.")
        return redirect("disagreement", side_id, slug)
    case = find_case(side_id, slug)
    return redirect(_onward(request, case.place if case else decision.pk, last=decision.pk))


def _onward(request: HttpRequest, after: int, **query: int) -> str:
    """The next one in the order of the list, with what was settled last; after the oldest the list itself."""
    following = [each for each in _waiting(request, _cases(request)) if each.place < after]
    args = [(shown.side.pk, shown.concept.slug) for shown in show_cases(following[:1])]
    return reverse("disagreement", args=args[0], query=query) if args else reverse("disagreements", query=query)


def _waiting(request: HttpRequest, cases: list[Case]) -> list[Case]:
    """Open, and for this person to settle."""
    return [case for case in cases if case.settled_by is None and not case.was_read_by(signed_in(request))]


def _last(request: HttpRequest) -> Decision | None:
    """What this person settled on the page before, while it stands."""
    standing = Decision.objects.filter(user=signed_in(request), answered_by=None, undoes=None)
    return standing.filter(pk=page_number(request, "last")).select_related("side__coin", "concept").first()


def _show(request: HttpRequest, case: Case) -> HttpResponse:
    item, user = question_item(case), signed_in(request)
    [question] = draw_questions([item])
    base = current_decision(side_id=case.side_id, concept_id=case.concept_id)
    note_seen(user=user, answers=[base])
    context = {
        "case": case,
        "question": question,
        "readers": [Decision.Answer(each.answer).label for each in case.readers],
        "settled": Decision.objects.filter(pk=case.settled_by.id).first() if case.settled_by else None,
        "may_settle": not case.was_read_by(user),
        "may_undo": case.was_settled_by(user) and base is not None and base.user_id == user.pk,
        "base": base,
        "last": _last(request),
        "last_key": uuid.uuid4(),
        "key": uuid.uuid4(),
    }
    return render(request, "agreement/disagreement.html", context)


def _cases(request: HttpRequest) -> list[Case]:
    return list_cases(signed_in(request), see_all=is_admin(request))


def _state(request: HttpRequest) -> str:
    state = request.GET.get("state", "open")
    if state not in ("open", "settled"):
        raise BadRequest(f"state is “{state[:40]}”; it must be open or settled.")
    return state


def _listed(request: HttpRequest, cases: list[Case]) -> list[ShownCase]:
    """One more than a page where there is another."""
    state, before = _state(request), page_number(request)
    kept = [case for case in cases if (case.settled_by is None) == (state == "open")]
    return show_cases([case for case in kept if before is None or case.newest < before][: PAGE + 1])


def _address(name: str, request: HttpRequest, shown: list[ShownCase]) -> str:
    if len(shown) <= PAGE:
        return ""
    return reverse(name, query={"state": _state(request), "before": shown[PAGE - 1].case.newest})


def _as_json(shown: ShownCase) -> dict[str, Any]:
    return {
        "coin": shown.side.coin.identifier,
        "side": shown.side.pk,
        "face": shown.side.face,
        "concept": shown.concept.slug,
        "answers": [each.answer for each in shown.case.readers],
        "settled": shown.case.settled_by.answer if shown.case.settled_by else None,
    }
