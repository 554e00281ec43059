"""What a page sends: as JSON from its script, as a plain form where there is none."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse

from annotations.forms.review import KeyedForm, posted_values
from annotations.views.access import signed_in
from annotations.views.errors import bad_request

AnyForm = TypeVar("AnyForm", bound=KeyedForm)


class Refused(Exception):
    """What was sent cannot be taken; says why."""


def is_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json"


def posted_object(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent. Raises Refused where it was none."""
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError) as error:  # broken JSON or UTF-8, or brackets without end
        raise Refused(f"The body is not the JSON that was expected ({error}).") from error
    if not isinstance(sent, dict):
        raise Refused("The body is not the JSON that was expected (it must be an object).")
    return sent


def read_posted(request: HttpRequest, form_class: type[AnyForm]) -> dict[str, Any]:
    """What was sent, checked. Raises Refused, and PermissionDenied where it was meant under another account."""
    form = form_class(posted_values(posted_object(request)) if is_json(request) else request.POST)
    if not form.is_valid():
        raise Refused(form.sentence())
    sent: dict[str, Any] = form.cleaned_data
    check_account(request, sent["user"])
    return sent


def check_account(request: HttpRequest, user: int | None) -> None:
    """Whoever signed in since in another tab does not send what somebody else answered. Raises PermissionDenied."""
    person = signed_in(request)
    if user not in (None, person.pk):
        raise PermissionDenied(
            f"You are signed in as {person.get_username()}, and these answers are another person's. "
            "They are kept until that person signs in here."
        )


def refuse(request: HttpRequest, error: Exception) -> HttpResponse:
    sentence = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    return JsonResponse({"detail": sentence}, status=400) if is_json(request) else bad_request(request, sentence)
