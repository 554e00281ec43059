"""Answers to review questions: as JSON from the page's script, as a plain form where there is none."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from annotations.forms.review import DecisionForm, SkipForm, UndoForm
from annotations.models import BlindAnswer, Decision, ReviewItem, Side
from annotations.services.decisions import Conflict, KeyReused, is_stored, record_decision, undo_decision
from annotations.services.hidden_questions import answers_blind, note_seen, record_blind, undo_blind
from annotations.services.review import skip_item
from annotations.views.access import expert_required, signed_in
from annotations.views.posted import Refused, is_json, read_posted, refuse


@require_POST
@expert_required
def review_decide(request: HttpRequest) -> HttpResponse:
    try:
        sent = read_posted(request, DecisionForm)
        repeated = is_stored(sent["key"])
        asked: dict[str, Any] = {"user": signed_in(request), "side_id": sent["side"], "concept": sent["concept"].slug}
        asked["base_id"] = sent["base"]
        record = record_blind if answers_blind(**asked) else record_decision
        decision = record(answer=sent["answer"], key=sent["key"], **asked)
    except (Refused, KeyReused) as error:
        return refuse(request, error)
    except Conflict as conflict:
        return _show_conflict(request, conflict, sent)
    if is_json(request):
        return JsonResponse(decision_json(decision), status=200 if repeated else 201)
    return redirect(_queue(request))


@require_POST
@expert_required
def review_undo(request: HttpRequest) -> HttpResponse:
    try:
        sent = read_posted(request, UndoForm)
        undone: Decision | BlindAnswer = sent["of"]
        repeated = type(undone).objects.filter(undoes=undone).exists()
        decision = _undo(request, undone, sent["key"])
    except (Refused, KeyReused) as error:
        return refuse(request, error)
    except Conflict as conflict:
        return _show_conflict(request, conflict, {"side": undone.side_id, "concept": undone.concept, "answer": "undo"})
    if is_json(request):
        return JsonResponse(decision_json(decision), status=200 if repeated else 201)
    item = ReviewItem.objects.filter(side=decision.side_id, concept=decision.concept_id).first()
    return redirect("review_item", item.pk) if item else redirect(_queue(request))


@require_POST
@expert_required
def review_skip(request: HttpRequest) -> HttpResponse:
    try:
        item: ReviewItem = read_posted(request, SkipForm)["item"]
    except Refused as error:
        return refuse(request, error)
    skip_item(user=request.user, item_id=item.pk)
    return JsonResponse({"skipped": item.pk}) if is_json(request) else redirect(_queue(request))


def _undo(request: HttpRequest, undone: Decision | BlindAnswer, key: uuid.UUID) -> Decision | BlindAnswer:
    if isinstance(undone, BlindAnswer):
        return undo_blind(user=request.user, answer=undone, key=key)
    return undo_decision(user=request.user, decision_id=undone.pk, key=key)


def decision_json(decision: Decision | BlindAnswer) -> dict[str, Any]:
    return {
        "id": decision.pk,
        "key": str(decision.key),
        "answer": decision.answer,
        "who": decision.user.get_username(),
        "when": decision.created_at.isoformat(),
    }


def theirs_json(theirs: Decision | BlindAnswer | None, user: User) -> dict[str, Any] | None:
    """What stands by now; it may be the same person's, from another tab."""
    return {**decision_json(theirs), "mine": theirs.user_id == user.pk} if theirs else None


def _show_conflict(request: HttpRequest, conflict: Conflict, sent: dict[str, Any]) -> HttpResponse:
    theirs, yours = conflict.stale[0].current, str(sent["answer"])
    note_seen(user=signed_in(request), answers=[theirs])
    if is_json(request):
        return JsonResponse({"yours": yours, "theirs": theirs_json(theirs, signed_in(request))}, status=409)
    side = Side.objects.select_related("coin").get(pk=sent["side"])
    chosen = {"side": side, "concept": sent["concept"], "theirs": theirs, "yours": yours, "key": uuid.uuid4()}
    return render(request, "review/conflict.html", {**chosen, "queue": _queue(request)}, status=409)


def _queue(request: HttpRequest) -> str:
    """The queue, with the filter that the form came from."""
    slug = request.POST.get("filter", "")
    return reverse("review", query={"concept": slug} if slug else None)
