"""The lists of persons, objects, animals, plants and verbs that texts name."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from annotations.models import Entity
from annotations.models.entities import EntityClass
from annotations.queries.entity_catalogue import (
    COINS,
    Catalogue,
    coins_that_name,
    count_texts,
    list_entities,
    names_of,
)
from annotations.views.live import page_address, page_number

LONGEST_QUERY = 100


@require_safe
def entities(request: HttpRequest) -> HttpResponse:
    found, label, words = _find(request)
    context = {
        "found": found,
        "label": label,
        "words": words,
        "classes": [
            (value, name, found.by_class.get(value, 0), page_address("entities", label=value, q=words))
            for value, name in EntityClass.choices
        ],
        "everything": sum(found.by_class.values()),
        "all": page_address("entities", q=words),
        "json": page_address("entities_json", label=label, q=words, page=found.page),
        "previous": page_address("entities", label=label, q=words, page=found.page - 1) if found.page > 1 else "",
        "next": page_address("entities", label=label, q=words, page=found.page + 1) if found.page < found.pages else "",
    }
    return render(request, "entities/list.html", context)


@require_safe
def entities_json(request: HttpRequest) -> JsonResponse:
    found, label, words = _find(request)
    more = found.page < found.pages
    return JsonResponse(
        {
            "count": found.total,
            "by_class": found.by_class,
            "next": page_address("entities_json", label=label, q=words, page=found.page + 1) if more else None,
            "entities": [_facts(each.entity, each.texts, request) for each in found.listed],
        },
        json_dumps_params={"ensure_ascii": False},
    )


@require_safe
def entity(request: HttpRequest, entity_id: str) -> HttpResponse:
    found = _entity_or_404(entity_id)
    coins = coins_that_name(found, page_number(request, "after") or 0)
    more = f"{reverse('entity', args=[entity_id])}?after={coins[COINS - 1].pk}" if len(coins) > COINS else ""
    context = {
        "entity": found,
        "names": names_of(found),
        "texts": count_texts(found),
        "coins": coins[:COINS],
        "next": more,
        "search": reverse("search", query={"q": f'"{found.name}"'}),
    }
    return render(request, "entities/entity.html", context)


@require_safe
def entity_json(request: HttpRequest, entity_id: str) -> JsonResponse:
    found = _entity_or_404(entity_id)
    facts = _facts(found, count_texts(found), request)
    return JsonResponse(facts, json_dumps_params={"ensure_ascii": False})


def _find(request: HttpRequest) -> tuple[Catalogue, str, str]:
    label, words = request.GET.get("label", ""), request.GET.get("q", "").strip()
    if label and label not in EntityClass.values:
        raise BadRequest(f"“{label[:40]}” is no class. Choose {', '.join(EntityClass.values)}.")
    if len(words) > LONGEST_QUERY:
        raise BadRequest(f"The name to search for has {len(words)} characters; at most {LONGEST_QUERY} are read.")
    return list_entities(label=label, words=words, page=page_number(request, "page") or 1), label, words


def _entity_or_404(identifier: str) -> Entity:
    found = Entity.objects.filter(identifier=identifier).first()
    if found is None:
        raise Http404(f"There is no entity “{identifier[:100]}”. The list of entities shows those that there are.")
    return found


def _facts(entity: Entity, texts: int, request: HttpRequest) -> dict[str, Any]:
    return {
        "identifier": entity.identifier,
        "class": entity.label,
        "name": entity.name,
        "names": dict(names_of(entity)),
        "classes": entity.classes,
        "link": entity.link,
        "address": request.build_absolute_uri(reverse("entity", args=[entity.identifier])),
        "texts": texts,
    }
