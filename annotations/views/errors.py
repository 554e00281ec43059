"""Pages that say what was wrong and what to do; the same as JSON where JSON was asked for."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

NOT_FOUND = "There is no such page, or it was taken away. Look at the address again, or search."
BROKEN = "The address or the form is broken. Go back and try again."
STALE_FORM = "The form was open for too long or comes from another site, so nothing was done. Reload and try again."
NOT_ALLOWED = "This page needs rights that your account does not have."


def bad_request(request: HttpRequest, exception: Exception | str = "") -> HttpResponse:
    """400 with a sentence. Django's own refusals (a broken upload, a foreign host) carry none for people."""
    said = str(exception) if isinstance(exception, str) or type(exception) is BadRequest else ""
    return _refuse(request, 400, "Bad request", said or BROKEN)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _refuse(request, 403, "Not allowed", str(exception or "") or NOT_ALLOWED)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    said = exception.args[0] if exception is not None and exception.args else ""
    reason = said if isinstance(said, str) and not said.startswith("No ") and said else NOT_FOUND
    return _refuse(request, 404, "Not found", reason)


def too_many(request: HttpRequest, reason: str) -> HttpResponse:
    return _refuse(request, 429, "Too many requests", reason)


def _refuse(request: HttpRequest, status: int, title: str, reason: str) -> HttpResponse:
    if request.path.endswith(".json") or not request.accepts("text/html"):
        problem = {"type": "about:blank", "status": status, "title": title, "detail": reason}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    return render(request, f"{status}.html", {"reason": reason}, status=status)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _refuse(request, 403, "Not allowed", STALE_FORM)
