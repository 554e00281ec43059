"""Records into coins. A record with a known identifier updates its coin; decisions stay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from annotations.models import Coin, Description, Side
from annotations.models.coins import TERM_FIELDS, Face
from annotations.records import CoinRecord

PLAIN_FIELDS = (
    "title",
    "date_from",
    "date_to",
    "weight",
    "diameter",
    "axis",
    "department",
    "object_type",
    "rights_holder",
    "synthetic",
)


@transaction.atomic
def save_records(records: Sequence[CoinRecord], *, format: str) -> dict[str, int]:
    """Insert or update these coins with their sides and texts. Returns how many were created and updated."""
    write_alone()
    known = set(
        Coin.objects.filter(identifier__in=[r.identifier for r in records]).values_list("identifier", flat=True)
    )
    rows = [Coin(identifier=record.identifier, **coin_fields(record, format)) for record in records]
    coins = Coin.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["identifier"],
        update_fields=[*coin_fields(records[0], format), "updated_at"],
    )
    _save_sides(coins, records)
    _save_descriptions(coins, records)
    return {"created": len(records) - len(known), "updated": len(known)}


def write_alone() -> None:
    """Hold back other imports until this transaction ends: two that write the same coins would lock each other out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('corpus'))")


def coin_fields(record: CoinRecord, format: str) -> dict[str, Any]:
    """A record's values as the columns of a coin."""
    terms = {name: getattr(record, name) for name in TERM_FIELDS}
    linked = {
        **terms,
        "licence": record.licence,
        "picture_licence": record.picture_licence,
        "collection": record.collection,
    }
    return {
        **{name: getattr(record, name) for name in PLAIN_FIELDS},
        **{name: term.name for name, term in linked.items()},
        "links": {name: term.uri for name, term in linked.items() if term.uri},
        "references": [{"name": term.name, "uri": term.uri} for term in record.references],
        "persons": [
            {"face": person.face, "role": person.role, "name": person.term.name, "uri": person.term.uri}
            for person in record.persons
        ],
        "notes": [{"kind": note.kind, "name": note.term.name, "uri": note.term.uri} for note in record.notes],
        "source": f"{format}: {record.source}"[:200],
    }


def _save_sides(coins: Sequence[Coin], records: Sequence[CoinRecord]) -> None:
    Side.objects.bulk_create(
        (
            Side(
                coin=coin,
                face=face,
                legend=getattr(record, f"{face}_legend"),
                symbol=getattr(record, f"{face}_symbol"),
            )
            for coin, record in zip(coins, records, strict=True)
            for face in Face.values
        ),
        update_conflicts=True,
        unique_fields=["coin", "face"],
        update_fields=["legend", "symbol"],
    )


def _save_descriptions(coins: Sequence[Coin], records: Sequence[CoinRecord]) -> None:
    """Replace the texts of coins whose texts changed; the others keep theirs, and what was read in them."""
    stored: dict[int, list[Description]] = {coin.pk: [] for coin in coins}
    for description in Description.objects.filter(coin__in=stored):
        stored[description.coin_id].append(description)
    changed, fresh = [], []
    for coin, record in zip(coins, records, strict=True):
        told = [(text.face, text.text) for text in record.texts]
        if told == [(description.scope, description.text) for description in stored[coin.pk]]:
            continue
        changed.append(coin.pk)
        fresh += [Description(coin=coin, scope=t.face, text=t.text, language=t.language) for t in record.texts]
    Description.objects.filter(coin__in=changed).delete()
    Description.objects.bulk_create(fresh)
