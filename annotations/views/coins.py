from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from annotations.models.coins import Face
from annotations.models.evidence import Origin
from annotations.queries.coins import ShownCoin, find_coin
from annotations.queries.criteria import SORTS, Criteria, CriteriaError, read_criteria
from annotations.queries.facets import Counts, Facet, count_concepts, count_facets
from annotations.queries.merged_concepts import follow_concepts
from annotations.queries.search import Page, matching, page_of
from annotations.queries.years import write_year
from annotations.views.access import is_admin, is_expert
from annotations.views.coin_facts import coin_in_list, whole_coin
from annotations.views.errors import bad_request


@dataclass(frozen=True)
class Found:
    criteria: Criteria
    page: Page
    counts: Counts
    concepts: Facet

    def address(self, name: str, *args: str, **place: str) -> str:
        query = self.criteria.address(**place)
        return f"{reverse(name, args=args)}?{query}" if query else reverse(name, args=args)

    def neighbours(self, name: str) -> dict[str, str]:
        """Addresses of the pages before and after; empty where there is none."""
        return {
            "previous": self.address(name, before=self.page.previous) if self.page.previous else "",
            "next": self.address(name, after=self.page.next) if self.page.next else "",
        }


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    part = request.htmx and request.htmx.target == "results"
    try:
        found = _find(request)
    except CriteriaError as error:
        if part:
            refused = {"reason": str(error), "sort": request.GET.get("sort", "")}
            return render(request, "coins/refused.html", refused, status=400)
        return bad_request(request, str(error))
    context = {
        "found": found,
        "chips": _chips(found),
        "sorts": SORTS,
        "origins": Origin,
        "faces": Face,
        "years": {"from": _written(found.criteria.date_from), "to": _written(found.criteria.date_to)},
        "json": found.address("search_json"),
        "csv": found.address("search_export", "csv"),
        **found.neighbours("search"),
    }
    response = render(request, "coins/search.html#found" if part else "coins/search.html", context)
    if part:
        response["HX-Push-Url"] = found.address("search")
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@require_safe
def search_json(request: HttpRequest) -> HttpResponse:
    try:
        found = _find(request)
    except CriteriaError as error:
        return bad_request(request, str(error))
    pages = found.neighbours("search_json")
    facets = [*found.counts.facets, found.concepts]
    return JsonResponse(
        {
            "count": found.counts.total,
            **{name: request.build_absolute_uri(page) if page else None for name, page in pages.items()},
            "coins": [coin_in_list(coin, request) for coin in found.page.coins],
            "facets": {facet.name: {value.value: value.count for value in facet.values} for facet in facets},
        },
        json_dumps_params={"ensure_ascii": False},
    )


@require_safe
def coin(request: HttpRequest, identifier: str) -> HttpResponse:
    shown = _coin_or_404(identifier)
    return render(
        request,
        "coins/coin.html",
        {
            "shown": shown,
            "coin": shown.coin,
            "address": request.build_absolute_uri(shown.coin.get_absolute_url()),
            "named": is_expert(request) or is_admin(request),
        },
    )


@require_safe
def coin_json(request: HttpRequest, identifier: str) -> HttpResponse:
    return JsonResponse(whole_coin(_coin_or_404(identifier), request), json_dumps_params={"ensure_ascii": False})


def _coin_or_404(identifier: str) -> ShownCoin:
    shown = find_coin(identifier) if "\0" not in identifier else None
    if shown is None:
        raise Http404(f"There is no coin “{identifier[:100]}” here. It may have another identifier: search for it.")
    return shown


def _find(request: HttpRequest) -> Found:
    criteria = follow_concepts(read_criteria(request.GET))
    page = page_of(criteria, matching(criteria))
    return Found(criteria, page, count_facets(criteria), count_concepts(criteria))


def _chips(found: Found) -> list[dict[str, str]]:
    """The filters that are on, each with the address of the same search without it."""
    names = {value.value: value.words for value in found.concepts.values}
    written = {
        "q": lambda value: f"“{value}”",
        "from": lambda value: f"from {value}",
        "to": lambda value: f"to {value}",
        "concept": lambda value: names.get(value, value),
        "origin": lambda value: f"said by {value}",
        "side": lambda value: f"on the {value}",
    }
    pairs = [(name, value) for name, value in found.criteria.pairs() if name != "sort"]
    return [
        {
            "words": written[name](value) if name in written else value,
            "address": f"{reverse('search')}?{found.criteria.without(name, value).address()}",
        }
        for name, value in pairs
    ]


def _written(year: int | None) -> str:
    return "" if year is None else write_year(year)
