"""Questions by coin: one side at a time, with every concept in use as a checklist."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from annotations.forms.checklist import ChecklistForm, HeldSidesForm, answers_of_fields
from annotations.forms.sheets import read_page
from annotations.models import Side
from annotations.queries.checklist import Checklist, draw_checklists, last_saved, name_lines, sides_in_order
from annotations.queries.review import MOST_COUNTED, count_progress
from annotations.services.checklists import lease_sides
from annotations.services.decisions import Conflict, KeyReused
from annotations.services.hidden_questions import note_seen
from annotations.services.page_decisions import PageAnswer, record_page
from annotations.templatetags.pictures import media
from annotations.views.access import expert_required, signed_in
from annotations.views.errors import bad_request

AHEAD = 2  # sides that a browser holds, so that nobody waits between them


@require_GET
@never_cache
@expert_required
def checklist(request: HttpRequest) -> HttpResponse:
    """The sides with the most suspicious labels, one after the other."""
    return _show(request, lease_sides(user=request.user, count=AHEAD), queue=True)


@require_GET
@never_cache
@expert_required
def checklist_coin(request: HttpRequest, identifier: str) -> HttpResponse:
    """The sides of one coin."""
    sides = sides_in_order(identifier) if "\0" not in identifier else []
    if not sides:
        raise Http404(f"There is no coin “{identifier[:100]}” here. It may have another identifier: search for it.")
    wanted = request.GET.get("side", "")
    return _show(request, sorted(sides, key=lambda side: side.face != wanted) if wanted else sides, queue=False)


@require_GET
@never_cache
@expert_required
def checklist_next(request: HttpRequest) -> HttpResponse:
    form = HeldSidesForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"detail": "exclude: give the ids of sides, with commas between them."}, status=400)
    sides = lease_sides(user=request.user, count=AHEAD, exclude=form.cleaned_data["exclude"])
    return JsonResponse(
        {
            "sides": [side_json(each) for each in _draw(request, sides)],
            "progress": count_progress(request.user, "", MOST_COUNTED),
        }
    )


@require_POST
@expert_required
def checklist_save(request: HttpRequest) -> HttpResponse:
    """The plain form: what a browser without a script sends."""
    form = ChecklistForm(request.POST)
    if not form.is_valid():
        return bad_request(request, "This checklist is not as it was drawn; reload it and answer again.")
    page, side_id = form.cleaned_data["page"], form.cleaned_data["side"]
    side = Side.objects.select_related("coin").filter(pk=side_id).first()
    if side is None:
        return bad_request(request, f"There is no side {side_id}.")
    try:
        sent = read_page({"page": str(page), "answers": answers_of_fields(request.POST, page, side_id)})
        answers = [PageAnswer(**each) for each in sent["answers"]]
        record_page(user=signed_in(request), page=page, answers=answers)
    except ValidationError as error:
        return bad_request(request, " ".join(error.messages))
    except (ValueError, KeyReused) as error:
        return bad_request(request, str(error))
    except Conflict as conflict:
        note_seen(user=signed_in(request), answers=[each.current for each in conflict.stale])
        return render(request, "review/checklist_conflict.html", {"side": side, "stale": conflict.stale}, status=409)
    return redirect(_after(request, side))


def _draw(request: HttpRequest, sides: list[Side]) -> list[Checklist]:
    """What others said stands on a checklist: who has looked at it is not asked blind."""
    drawn = draw_checklists(sides)
    note_seen(user=signed_in(request), answers=[line.current for each in drawn for line in each.lines])
    return drawn


def _after(request: HttpRequest, side: Side) -> str:
    """On with the queue, or with the other side of the coin that was looked at."""
    if request.POST.get("queue"):
        return reverse("checklist")
    other = "obverse" if side.face == "reverse" else "reverse"
    return reverse("checklist_coin", args=[side.coin.identifier], query={"side": other})


def _show(request: HttpRequest, sides: list[Side], *, queue: bool) -> HttpResponse:
    saved = last_saved(request.user)
    before = [saved[0].side] if saved else []
    everything = _draw(request, [*sides, *before])
    drawn, previous = everything[: len(sides)], everything[len(sides) :]
    progress = count_progress(request.user, "")
    answers = {each.concept.slug: {"key": str(each.key), "answer": each.answer} for each in saved}
    state = {
        "user": request.user.pk,
        "queue": queue,
        "sides": [side_json(each) for each in drawn],
        "previous": [{"side": side_json(each), "answers": answers} for each in previous],
        "progress": progress,
    }
    shown = drawn[0] if drawn else None
    context = {"checklist": shown, "queue": queue, "progress": progress, "state": state, "page": uuid.uuid4()}
    return render(request, "review/checklist.html", context | {"coin": sides[0].coin if sides else None})


def side_json(drawn: Checklist) -> dict[str, Any]:
    """Everything that a browser needs to show a side's checklist and to send what was answered."""
    side = drawn.side
    return {
        "id": side.pk,
        "face": side.face,
        "coin": str(side.coin),
        "identifier": side.coin.identifier,
        "picture": media(side.crop),
        "thumbnail": media(side.thumbnail),
        "items": [line.item.pk for line in drawn.lines if line.item],
        "lines": name_lines(drawn),
        "html": render_to_string("review/checklist_side.html", {"checklist": drawn}),
    }
