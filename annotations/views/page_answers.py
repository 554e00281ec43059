"""Whole pages of answers: as JSON from a page's script, as a plain form where there is none."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from annotations.forms.sheets import page_of_fields, read_page, read_undo
from annotations.models import Side
from annotations.services.decisions import Conflict, Given, KeyReused
from annotations.services.hidden_questions import note_seen
from annotations.services.page_decisions import PageAnswer, is_page_stored, record_page, undo_page
from annotations.services.sheets import skip_items
from annotations.views.access import expert_required, signed_in
from annotations.views.answers import theirs_json
from annotations.views.posted import Refused, check_account, is_json, posted_object, refuse


@require_POST
@expert_required
def review_page(request: HttpRequest) -> HttpResponse:
    """Every answer of a page, and the questions that were left out of it."""
    try:
        sent = read_page(posted_object(request) if is_json(request) else _plain_page(request))
        check_account(request, sent["user"])
        answers = [PageAnswer(**each) for each in sent["answers"]]
        repeated = is_page_stored(sent["page"])
        stored = record_page(user=signed_in(request), page=sent["page"], answers=answers)
    except (Refused, ValidationError, ValueError, KeyReused) as error:
        return refuse(request, error)
    except Conflict as conflict:
        return _show_conflict(request, conflict)
    skip_items(user=signed_in(request), item_ids=sent["left_out"])
    return _acknowledge(request, stored, repeated=repeated)


@require_POST
@expert_required
def review_page_undo(request: HttpRequest) -> HttpResponse:
    """A page taken back by one press: a row for each of its answers, all or none."""
    try:
        sent = read_undo(posted_object(request) if is_json(request) else _plain_undo(request))
        check_account(request, sent["user"])
        repeated = is_page_stored(sent["page"])
        stored = undo_page(user=signed_in(request), page=sent["page"], keys=sent["keys"])
    except (Refused, ValidationError, ValueError, KeyReused) as error:
        return refuse(request, error)
    except Conflict as conflict:
        return _show_conflict(request, conflict)
    return _acknowledge(request, stored, repeated=repeated)


def _plain_page(request: HttpRequest) -> dict[str, Any]:
    fields = request.POST
    answers = page_of_fields(
        fields.getlist("cell"), set(fields.getlist("marked")), fields.get("concept", ""), fields.get("said", "")
    )
    return {"page": fields.get("page"), "user": fields.get("user"), "answers": answers}


def _plain_undo(request: HttpRequest) -> dict[str, Any]:
    """A form that is sent twice draws other keys: what was taken back before stays so."""
    undone = [{"of": each, "key": str(uuid.uuid4())} for each in request.POST.getlist("of")]
    return {"page": request.POST.get("page"), "user": request.POST.get("user"), "undone": undone}


def _acknowledge(request: HttpRequest, stored: list[Given], *, repeated: bool) -> HttpResponse:
    if is_json(request):
        said = [{"id": each.pk, "key": str(each.key), "answer": each.answer} for each in stored]
        return JsonResponse({"decisions": said}, status=200 if repeated else 201)
    return redirect(_sheet(request))


def _show_conflict(request: HttpRequest, conflict: Conflict) -> HttpResponse:
    """What others said meanwhile, by the key of the answer that was sent."""
    note_seen(user=signed_in(request), answers=[each.current for each in conflict.stale])
    if is_json(request):
        theirs = [
            {
                "key": str(each.sent.key),
                "side": each.sent.side_id,
                "yours": each.sent.answer,
                "theirs": theirs_json(each.current, signed_in(request)),
            }
            for each in conflict.stale
        ]
        return JsonResponse({"theirs": theirs}, status=409)
    sides = Side.objects.select_related("coin").in_bulk([each.sent.side_id for each in conflict.stale])
    rows = [(sides[each.sent.side_id], each) for each in conflict.stale]
    stale = {str(side.pk) for side, _ in rows}
    fields = request.POST
    rest = {
        "fields": {name: fields.get(name, "") for name in ("concept", "said", "show", "user")},
        "cells": [each for each in fields.getlist("cell") if each.partition(":")[0] not in stale],
        "marked": [each for each in fields.getlist("marked") if each not in stale],
    }
    shown = {"rows": rows, "rest": rest, "key": uuid.uuid4(), "sheet": _sheet(request)}
    return render(request, "sheets/conflict.html", shown, status=409)


def _sheet(request: HttpRequest) -> str:
    """The sheet that the form came from."""
    asked = {name: request.POST[name] for name in ("concept", "said", "show") if request.POST.get(name)}
    return reverse("review_sheet", query=asked or None)
