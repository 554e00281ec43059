"""NUDS/XML, as Numishare and the American Numismatic Society publish coins: one file a coin, pictures by record id."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from xml.etree.ElementTree import Element

from annotations.importers import _fields
from annotations.importers._fields import SeenIdentifiers, UnreadableError
from annotations.importers._leaves import Leaves, parse_record, text_of
from annotations.importers._nuds_parts import (
    SIDES,
    read_dates,
    read_measures,
    read_notes,
    read_persons,
    read_references,
    read_term,
    read_texts,
)
from annotations.importers._pictures import PictureFolder
from annotations.records import CoinRecord, RefusedRecord, Term

LABEL = "NUDS/XML"
DESCRIPTION = (
    "A folder of NUDS records, one file a coin, with pictures named by record id in the folder images or among them."
)
ATOMIC: Literal["file", "record"] = "record"
SUFFIXES = (".xml",)

_RECORD_FOLDERS = ("nuds", "xml")
_IMAGE_FOLDER = "images"
_ADDRESSES = ("archive", "reference", "iiif", "thumbnail")
"""Which of the addresses of a picture is kept: the first of these uses that is named."""


def count(path: Path) -> int:
    return sum(1 for _ in _record_names(path))


def read(path: Path) -> Iterator[CoinRecord | RefusedRecord]:
    """Row is the place of the file among the folder's records, by name. Only the names are held, 80 bytes each."""
    seen = SeenIdentifiers()
    try:
        folder, names = _record_folder(path), sorted(_record_names(path))
        pictures = _picture_folder(folder)
    except OSError as error:
        yield RefusedRecord(0, path.name, "", str(path)[-80:], f"The records cannot be read: {error.strerror}.")
        return
    if not names:
        yield RefusedRecord(0, path.name, "", str(path)[-80:], "There is no file that ends in .xml here or in nuds/.")
    for row, name in enumerate(names, 1):
        try:
            record = read_record(parse_record(folder / name), row, name, pictures)
            seen.add(record.identifier)
        except UnreadableError as refusal:
            yield refusal.refused(row, name)
        else:
            yield record


def _record_folder(path: Path) -> Path:
    if path.is_file():
        return path.parent.absolute()
    below = [path / name for name in _RECORD_FOLDERS if (path / name).is_dir()]
    return (below[0] if below else path).absolute()


def _record_names(path: Path) -> Iterator[str]:
    if path.is_file():
        yield path.name
        return
    with os.scandir(_record_folder(path)) as entries:
        yield from (entry.name for entry in entries if entry.name.lower().endswith(SUFFIXES) and entry.name[0] != ".")


def _picture_folder(records: Path) -> PictureFolder | None:
    """Where the pictures lie: in images/, else among the records themselves; None where there are none."""
    beside = [records / _IMAGE_FOLDER]
    if records.name.lower() in _RECORD_FOLDERS:
        beside.append(records.parent / _IMAGE_FOLDER)
    pictures = PictureFolder(next((folder for folder in beside if folder.is_dir()), records))
    return None if pictures.folder == records and pictures.is_empty else pictures


def read_record(root: Element, row: int, source: str, pictures: PictureFolder | None) -> CoinRecord:
    """Raises UnreadableError where a value is one that no coin can have, or the record is of no single coin."""
    _check_kind(root)
    leaves = Leaves(root)
    identifier = _identifier(leaves)
    date_from, date_to = read_dates(leaves)
    weight, diameter, axis = read_measures(leaves)
    return CoinRecord(
        identifier=identifier,
        row=row,
        source=source,
        title=_fields.read_name("title", text_of(leaves.first("descMeta/title")), 500),
        date_from=date_from,
        date_to=date_to,
        weight=weight,
        diameter=diameter,
        axis=axis,
        **_type(leaves),
        **_sides(leaves),
        **_keeping(leaves),
        references=read_references(leaves),
        pictures=pictures.pictures(identifier, _addresses(root)) if pictures else (),
        notes=read_notes(leaves),
    )


def _type(leaves: Leaves) -> dict[str, Any]:
    path = "descMeta/typeDesc"
    authority, issuer, persons = read_persons(leaves)
    return {
        "authority": authority,
        "issuer": issuer,
        "persons": persons,
        "mint": _place(leaves, "mint", "productionPlace", "mint"),
        "region": _place(leaves, "region", "region"),
        "denomination": read_term("denomination", leaves.first(f"{path}/denomination")),
        "material": read_term("material", leaves.first(f"{path}/material")),
        "object_type": _fields.read_name("object_type", text_of(leaves.first(f"{path}/objectType")), 100),
    }


def _sides(leaves: Leaves) -> dict[str, Any]:
    lines = {f"{side}_{tag}": _line(leaves, side, tag) for side in SIDES for tag in ("legend", "symbol")}
    return {**lines, "texts": read_texts(leaves)}


def _keeping(leaves: Leaves) -> dict[str, Any]:
    holder = leaves.root.find("control/rightsStmt/copyrightHolder")
    return {
        "collection": read_term("collection", leaves.first("descMeta/adminDesc/collection")),
        "department": _fields.read_name("department", text_of(leaves.first("descMeta/adminDesc/department"))),
        "licence": _licence(leaves.root, "licence", "data", ""),
        "picture_licence": _licence(leaves.root, "picture_licence", "images", "image"),
        "rights_holder": _fields.read_name("rights_holder", text_of(holder)),
    }


def _check_kind(root: Element) -> None:
    if root.tag != "nuds":
        raise UnreadableError("", root.tag, "The outermost element is not nuds: this is no NUDS record.")
    if root.get("recordType", "physical") != "physical":
        reason = "The record describes a type, not a coin: recordType is not physical."
        raise UnreadableError("recordType", root.get("recordType", ""), reason)


def _identifier(leaves: Leaves) -> str:
    record = text_of(leaves.root.find("control/recordId"))
    inventory = leaves.root.find("descMeta/adminDesc/identifier")
    identifier = _fields.read_identifier(record or text_of(inventory))
    if inventory is not None and text_of(inventory) == identifier:
        leaves.take(inventory)
    return identifier


def _place(leaves: Leaves, field: str, *roles: str) -> Term:
    """The first mint (workshops follow it), but the last region: records go from the wide to the narrow."""
    places = leaves.root.findall("descMeta/typeDesc/geographic/geogname")
    places = [place for place in places if place.get("role", "") in roles and (text_of(place) or place.get("href"))]
    if not places:
        return Term("")
    place = places[-1] if field == "region" else places[0]
    leaves.take(place)
    return read_term(field, place)


def _line(leaves: Leaves, side: str, tag: str) -> str:
    found = leaves.all(f"descMeta/typeDesc/{side}/{tag}")
    texts = [f"{part.get('position')}: {text_of(part)}" if part.get("position") else text_of(part) for part in found]
    return _fields.read_name(f"{side}_{tag}", "; ".join(text for text in texts if text), 2000)


def _licence(root: Element, field: str, *purposes: str) -> Term:
    for licence in root.findall("control/rightsStmt/license"):
        if licence.get("for", "") in purposes:
            return read_term(field, licence, _fields.LICENCE_LENGTH)
    return Term("")


def _addresses(root: Element) -> dict[str, str]:
    """The owner's address of the picture of each side."""
    addresses = {}
    for group in root.findall("digRep//fileGrp"):
        uses = {file.get("USE", ""): file.find("FLocat") for file in group.findall("file")}
        places = [place for use in _ADDRESSES if (place := uses.get(use)) is not None]
        if places:
            addresses[group.get("USE", "")] = _fields.read_address("pictures", places[0].get("href", ""))
    return addresses
