"""Errors as problem details (RFC 9457)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

MEDIA_TYPE = "application/problem+json"


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    response = exception_handler(error, context)
    if response is None:
        return None
    response.data = problem(response.status_code, _title(error), _detail(response.data), response.data)
    response.content_type = MEDIA_TYPE
    return response


def problem(status: int, title: str, detail: str, errors: Any = None) -> dict[str, Any]:
    body = {"type": "about:blank", "status": status, "title": title, "detail": detail}
    if isinstance(errors, dict) and set(errors) - {"detail"}:
        body["errors"] = errors
    return body


def not_found(request: HttpRequest) -> JsonResponse:
    detail = f"There is nothing at {request.path}."
    return JsonResponse(problem(404, "Not found", detail), status=404, content_type=MEDIA_TYPE)


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
