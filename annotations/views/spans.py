"""Names in texts, checked by experts: the queue of doubtful texts, one text to correct, and the answers."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from annotations.forms.spans import SpanForm, SpanUndoForm
from annotations.models import Description, SpanDecision
from annotations.models.entities import EntityClass
from annotations.queries.entities import machine_mentions, merged_mentions
from annotations.queries.span_queue import doubtful_texts, next_text
from annotations.services.decisions import KeyReused
from annotations.services.spans import SpanConflict, SpanRefused, record_span, undo_span
from annotations.views.access import expert_required
from annotations.views.posted import Refused, read_posted

KEYS = {"person": "p", "object": "o", "animal": "a", "plant": "l", "verb": "v"}
SHOWN = 50


@require_safe
@never_cache
@expert_required
def span_queue(request: HttpRequest) -> HttpResponse:
    return render(request, "entities/queue.html", {"queue": doubtful_texts()[:SHOWN]})


@require_safe
@never_cache
@expert_required
def spans(request: HttpRequest, description_id: int) -> HttpResponse:
    text = _text_or_404(description_id)
    queue = doubtful_texts()
    follows = next_text(text, queue)
    context = {
        "text": text,
        "doubt": next((each for each in queue if each.description.pk == text.pk), None),
        "mentions": merged_mentions([text])[text.pk],
        "classes": [(value, words, KEYS[value]) for value, words in EntityClass.choices],
        "next": follows,
        "state": _state(request, text),
    }
    return render(request, "entities/spans.html", context)


@require_POST
@expert_required
def span_decide(request: HttpRequest, description_id: int) -> JsonResponse:
    text = _text_or_404(description_id)
    try:
        sent = read_posted(request, SpanForm)
        repeated = SpanDecision.objects.filter(key=sent["key"]).exists()
        said = record_span(
            user=request.user,  # type: ignore[arg-type]
            description_id=text.pk,
            start=sent["start"],
            end=sent["end"],
            label=sent["label"],
            key=sent["key"],
            base_id=sent["base"],
        )
    except (Refused, KeyReused, SpanRefused) as error:
        return JsonResponse({"detail": str(error)}, status=400)
    except SpanConflict as conflict:
        return _conflict(conflict, {"start": sent["start"], "end": sent["end"], "label": sent["label"]})
    return JsonResponse(_decision(said), status=200 if repeated else 201)


@require_POST
@expert_required
def span_undo(request: HttpRequest, description_id: int) -> JsonResponse:
    _text_or_404(description_id)
    try:
        sent = read_posted(request, SpanUndoForm)
        undone: SpanDecision = sent["of"]
        repeated = SpanDecision.objects.filter(undoes=undone).exists()
        said = undo_span(user=request.user, decision_id=undone.pk, key=sent["key"])  # type: ignore[arg-type]
    except (Refused, SpanRefused) as error:
        return JsonResponse({"detail": str(error)}, status=400)
    except SpanConflict as conflict:
        return _conflict(conflict, {"start": undone.start, "end": undone.end, "label": "undo"})
    return JsonResponse(_decision(said), status=200 if repeated else 201)


def _text_or_404(description_id: int) -> Description:
    found = Description.objects.select_related("coin").defer("coin__search").filter(pk=description_id).first()
    if found is None:
        raise Http404(f"There is no text {description_id}; an import may have replaced it. Start from the queue again.")
    return found


def _conflict(conflict: SpanConflict, yours: dict[str, Any]) -> JsonResponse:
    theirs = _decision(conflict.current) if conflict.current else None
    return JsonResponse({"yours": yours, "theirs": theirs}, status=409)


def _decision(said: SpanDecision) -> dict[str, Any]:
    return {
        "key": str(said.key),
        "start": said.start,
        "end": said.end,
        "label": said.label,
        "words": said.text,
        "who": said.user.get_username(),
        "when": said.created_at.isoformat(),
        "undoes": str(said.undoes.key) if said.undoes else None,
        "mine": False,
    }


def _state(request: HttpRequest, text: Description) -> dict[str, Any]:
    """Everything that the page's script needs: what machines found, and every answer in its order."""
    said = SpanDecision.objects.filter(description=text).select_related("user", "undoes").order_by("pk")
    return {
        "user": request.user.pk,
        "text": text.text,
        "id": text.pk,
        "decide": reverse("span_decide", args=[text.pk]),
        "undo": reverse("span_undo", args=[text.pk]),
        "machine": machine_mentions(text),
        "decisions": [{**_decision(each), "mine": each.user_id == request.user.pk} for each in said],
        "classes": dict(EntityClass.choices),
    }
