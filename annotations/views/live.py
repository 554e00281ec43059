"""What pages of long work share: where a list goes on, and how a page asks again while the work lasts."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from annotations.models import Job


def page_number(request: HttpRequest, name: str = "before") -> int | None:
    """The row before which the list goes on, or another number by its name. Raises BadRequest with a sentence."""
    given = request.GET.get(name, "")
    if not given:
        return None
    if not given.isdecimal() or len(given) > 18:
        raise BadRequest(f"{name} is “{given[:40]}”; it must be a number. Start from the first page again.")
    return int(given)


def page_address(name: str, **query: str | int) -> str:
    """The address of a page that has a name, with what is said of it; the first page of a list needs no number."""
    said = {key: value for key, value in query.items() if value and (key, value) != ("page", 1)}
    return reverse(name, query=said or None)


def answer_poll(
    request: HttpRequest, job: Job, template: str, context: dict[str, Any], parts: set[str]
) -> HttpResponse:
    """The part of the page that asked, named by its HX-Target; once the work ended, the whole page is drawn anew."""
    part = request.headers.get("HX-Target", "")
    if part not in parts:
        raise BadRequest(f"This page has no part “{part[:40]}” that can be asked for alone. Open the page itself.")
    response = render(request, f"{template}#{part}", context)
    if not job.active:
        response["HX-Refresh"] = "true"
    return response
