"""Errors as problem details (RFC 9457)."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

MEDIA_TYPE = "application/problem+json"
logger = logging.getLogger(__name__)


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "Content too large."
    default_code = "too_large"


class Refused(exceptions.APIException):
    """The request was understood, and what it carries cannot be used."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "Picture refused."
    default_code = "refused"


class NotReady(exceptions.APIException):
    """409 and not 503: the site is well; a person has to do something before this can be asked."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "No model is published."
    default_code = "not_ready"


def problem_details(error: Exception, context: dict[str, Any]) -> Response:
    error = _translate(error)
    response = exception_handler(error, context) or _broken(error, context)
    response.data = problem(response.status_code, _title(error), _detail(response.data), response.data)
    if isinstance(error, Refused):
        response.data["code"] = error.get_codes()
    response.content_type = MEDIA_TYPE
    return response


def problem(status: int, title: str, detail: str, errors: Any = None) -> dict[str, Any]:
    body = {"type": "about:blank", "status": status, "title": title, "detail": detail}
    if isinstance(errors, dict) and set(errors) - {"detail"}:
        body["errors"] = errors
    return body


@csrf_exempt  # it does nothing, and a page about forms is no answer to a program
def not_found(request: HttpRequest) -> JsonResponse:
    detail = f"There is nothing at {request.path}."
    return JsonResponse(problem(404, "Not found", detail), status=404, content_type=MEDIA_TYPE)


def _translate(error: Exception) -> Exception:
    """Django's own refusals of a request's body, which Django REST framework lets through."""
    if isinstance(error, RequestDataTooBig):
        return TooLarge("The form's fields are larger than this site reads. Only the picture may be large.")
    if isinstance(error, (SuspiciousOperation, MultiPartParserError)):
        return exceptions.ParseError("The request's body is broken, so nothing was done. Send it again.")
    return error


def _broken(error: Exception, context: dict[str, Any]) -> Response:
    """An error of ours: told to the log and to whoever listens for it, and not to the stranger who asked."""
    request = context["request"]._request
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    got_request_exception.send(sender=None, request=request)
    return Response({"detail": "This is an error of the site; its log has the details."}, status=500)


def _title(error: Exception) -> str:
    if isinstance(error, Http404):
        return "Not found"
    if isinstance(error, PermissionDenied):
        return "Permission denied"
    if isinstance(error, exceptions.APIException):
        return str(error.default_detail).rstrip(".")
    return "Error"


def _detail(content: Any) -> str:
    if isinstance(content, dict) and "detail" in content:
        return str(content["detail"])
    if isinstance(content, dict):
        return " ".join(f"{name}: {_detail(value)}" for name, value in content.items())
    if isinstance(content, list):
        return " ".join(_detail(value) for value in content)
    return str(content)
