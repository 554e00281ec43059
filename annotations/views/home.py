from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from annotations.views.access import is_expert


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Experts land on the question that waits for them, everybody else on the search."""
    return redirect("review" if is_expert(request) else "search")
