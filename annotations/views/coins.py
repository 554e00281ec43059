from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from annotations.models import Coin


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    return render(request, "coins/search.html", {"coins": Coin.objects.with_sides()[:24]})


@require_safe
def coin(request: HttpRequest, identifier: str) -> HttpResponse:
    found = get_object_or_404(Coin.objects.with_sides(), identifier=identifier)
    return render(request, "coins/coin.html", {"coin": found})
