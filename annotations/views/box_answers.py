"""What the page of boxes sends: a figure drawn, moved, taken away or copied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from annotations.forms.boxes import EDGES, BoxForm, CopyForm, RemovalForm
from annotations.forms.review import KeyedForm
from annotations.models import Box
from annotations.services.box_leases import renew_lease
from annotations.services.boxes import BadBox, BoxConflict, copy_box, draw_box, remove_box
from annotations.services.decisions import KeyReused
from annotations.views.access import expert_required, signed_in
from annotations.views.posted import Refused, read_posted


@require_POST
@expert_required
def box_draw(request: HttpRequest) -> JsonResponse:
    return _store(
        request,
        BoxForm,
        lambda user, sent: draw_box(
            user=user,
            side_id=sent["side"],
            concept=sent["concept"],
            box=sent["box"],
            key=sent["key"],
            replaces_id=sent["replaces"],
            by_hand=not sent["guess"],
        ),
    )


@require_POST
@expert_required
def box_remove(request: HttpRequest) -> JsonResponse:
    return _store(request, RemovalForm, lambda user, sent: remove_box(user=user, box_id=sent["of"].pk, key=sent["key"]))


@require_POST
@expert_required
def box_copy(request: HttpRequest) -> JsonResponse:
    return _store(
        request,
        CopyForm,
        lambda user, sent: copy_box(user=user, box_id=sent["of"].pk, side_id=sent["side"], key=sent["key"]),
    )


def _store(request: HttpRequest, form: type[KeyedForm], store: Callable[[User, dict[str, Any]], Box]) -> JsonResponse:
    user = signed_in(request)
    try:
        sent = read_posted(request, form)
        repeated = Box.objects.filter(key=sent["key"]).exists()
        box = store(user, sent)
    except (Refused, BadBox, KeyReused) as error:
        return JsonResponse({"detail": str(error)}, status=400)
    except BoxConflict as conflict:
        yours = {name: str(sent[name]) for name in ("of", "box", "concept") if name in sent}
        return JsonResponse({"yours": yours, "theirs": box_json(conflict.current)}, status=409)
    renew_lease(user=user, side_id=box.side_id)
    return JsonResponse(box_json(box), status=200 if repeated else 201)


def box_json(box: Box) -> dict[str, Any]:
    return {
        "id": box.pk,
        "key": str(box.key),
        "concept": box.concept.slug if box.concept else "",
        **{edge: getattr(box, edge) for edge in EDGES},
        "removed": box.removed,
        "by_hand": box.by_hand,
        "after_saliency": box.after_saliency,
        "source": box.source,
        "who": box.user.get_username(),
        "when": box.created_at.isoformat(),
    }
