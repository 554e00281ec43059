"""Coins as plain values, for the JSON beside the pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from annotations.models import Coin, Decision, Label
from annotations.queries.coins import ShownCoin, ShownSide
from annotations.queries.texts import ShownText
from annotations.templatetags.pictures import media
from annotations.views.access import is_admin, is_expert


def coin_in_list(coin: Coin, request: HttpRequest) -> dict[str, Any]:
    sides = [
        {
            "face": side.face,
            "thumbnail": _picture(side.thumbnail, request),
            "labels": [{"concept": label.concept.slug, "origin": label.origin} for label in side.labels.all()],
        }
        for side in coin.sides.all()
    ]
    return {**_facts(coin, request), "sides": sides}


def whole_coin(shown: ShownCoin, request: HttpRequest) -> dict[str, Any]:
    named = is_expert(request) or is_admin(request)
    coin = shown.coin
    return {
        **_facts(coin, request),
        "links": coin.links,
        "references": coin.references,
        "persons": coin.persons,
        "notes": coin.notes,
        "object_type": coin.object_type,
        "department": coin.department,
        "licence": coin.licence,
        "picture_licence": coin.picture_licence,
        "rights_holder": coin.rights_holder,
        "source": coin.source,
        "updated_at": coin.updated_at,
        "sides": [_side(side, request, named) for side in shown.sides],
        "texts": [_text(text) for text in shown.texts],
        "photographs": [
            {
                "name": photograph.name,
                "scope": photograph.scope,
                "picture": _picture(photograph.shown, request),
                "source": photograph.source_uri,
                "sha256": photograph.sha256,
                "width": photograph.width,
                "height": photograph.height,
                "refusal": photograph.refusal,
                "reason": photograph.reason,
            }
            for photograph in shown.photographs
        ],
        "decisions": [_decision(decision, named) for decision in shown.decisions],
    }


def _text(shown: ShownText) -> dict[str, Any]:
    text = shown.description
    return {
        "scope": text.scope,
        "language": text.language,
        "text": text.text,
        "refusal": text.refusal,
        "parts": [asdict(part) for part in shown.parts],
        "names": [
            {
                "start": mention.start,
                "end": mention.end,
                "class": mention.label,
                "entity": mention.entity.identifier if mention.entity else None,
                "source": mention.source,
                "score": mention.score,
            }
            for mention in shown.mentions
        ],
    }


def _facts(coin: Coin, request: HttpRequest) -> dict[str, Any]:
    return {
        "identifier": coin.identifier,
        "title": coin.title,
        "address": request.build_absolute_uri(coin.get_absolute_url()),
        "json": request.build_absolute_uri(reverse("coin_json", args=[coin.identifier])),
        "authority": coin.authority,
        "issuer": coin.issuer,
        "mint": coin.mint,
        "region": coin.region,
        "denomination": coin.denomination,
        "material": coin.material,
        "date_from": coin.date_from,
        "date_to": coin.date_to,
        "weight_g": coin.weight,
        "diameter_mm": coin.diameter,
        "axis_h": coin.axis,
        "collection": coin.collection,
        "synthetic": coin.synthetic,
    }


def _side(shown: ShownSide, request: HttpRequest, named: bool) -> dict[str, Any]:
    side = shown.side
    return {
        "face": side.face,
        "picture": _picture(side.crop, request),
        "thumbnail": _picture(side.thumbnail, request),
        "crop_box": side.crop_box,
        "legend": side.legend,
        "symbol": side.symbol,
        "text": side.text,
        "labels": [_label(label, named) for label in shown.labels],
        "mentions": [
            {
                "concept": reading.concept.slug,
                "words": piece.text,
                "start": reading.start,
                "end": reading.end,
                "rule": reading.rule.pattern,
                "rule_version": reading.rule_version,
                "implied_by": reading.implied_by.slug if reading.implied_by else None,
            }
            for passage in shown.passages
            for piece in passage.pieces
            for reading in piece.readings
        ],
        "similar": [
            {"coin": near.side.coin.identifier, "face": near.side.face, "cosine": round(near.cosine, 4)}
            for near in shown.similar
        ],
    }


def _label(label: Label, named: bool) -> dict[str, Any]:
    return {
        "concept": label.concept.slug,
        "answer": label.answer or None,
        "origin": label.origin or None,
        "expert": _decision(label.decision, named) if label.expert and label.decision else None,
        "text": {"present": label.text_present},
        "model": {"score": label.model_score, "present": label.model_present, "version": label.model_version_id}
        if label.model_score is not None
        else None,
    }


def _decision(decision: Decision, named: bool) -> dict[str, Any]:
    """Names of experts are for those who work here."""
    return {
        "concept": decision.concept.slug,
        "side": decision.side.face,
        "answer": decision.answer,
        "by": decision.user.get_username() if named else "expert",
        "at": decision.created_at,
    }


def _picture(name: str, request: HttpRequest) -> str | None:
    return request.build_absolute_uri(media(name)) if name else None
