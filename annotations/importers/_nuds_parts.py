"""The parts of a NUDS record that are more than one value: persons, dates, measures, references, texts and the rest."""

from __future__ import annotations

import re
from typing import Literal
from xml.etree.ElementTree import Element

from annotations.importers import _fields
from annotations.importers._leaves import Leaves, text_of
from annotations.records import NoteRecord, PersonRecord, Term, TextRecord

SIDES: tuple[Literal["obverse", "reverse"], ...] = ("obverse", "reverse")
_TYPE = "descMeta/typeDesc"
_PERSONS = {"persname", "corpname", "famname"}
_NOTE_KINDS = {"previousColl": "provenance", "geogname": "place", "secondaryTreatment": "treatment"}
_NOTE_LENGTH = 2000
# xs:date, xs:gYearMonth or xs:gYear, whose years have four digits or more.
_STANDARD_DATE = re.compile(r"(-?[0-9]{4,})(?:-[0-9]{2}){0,2}")


def read_term(field: str, element: Element | None, limit: int = _fields.NAME_LENGTH, between: str = "") -> Term:
    """An element without text but with a link is named by the last part of the link."""
    if element is None:
        return Term("")
    uri = _fields.read_address(f"{field}_uri", element.get("href", ""))
    return Term(_fields.read_name(field, text_of(element, between) or uri.rstrip("/").rpartition("/")[2], limit), uri)


def read_persons(leaves: Leaves) -> tuple[Term, Term, tuple[PersonRecord, ...]]:
    """Authority, issuer and everybody else. Where no ruler is named, the state is the authority."""
    issuing = leaves.all(f"{_TYPE}/authority/*")
    persons = [PersonRecord("", _role(element, "authority"), read_term("authority", element)) for element in issuing]
    authority = _pick(persons, "authority") or _pick(persons, "state")
    issuer = _pick(persons, "issuer")
    for side in SIDES:
        for element in leaves.root.findall(f"{_TYPE}/{side}/*"):
            if element.tag in _PERSONS:
                leaves.take(element)
                persons.append(PersonRecord(side, _role(element, "portrait"), read_term(f"{side}_person", element)))
    named = tuple(person for person in persons if person.term.name)
    return authority or Term(""), issuer or Term(""), named


def _role(element: Element, without: str) -> str:
    """A role may be written as an address, whose last part is the role."""
    return _fields.read_name("role", element.get("role", "").rstrip("/").rpartition("/")[2]) or without


def _pick(persons: list[PersonRecord], role: str) -> Term | None:
    for person in persons:
        if person.role == role and person.term.name:
            persons.remove(person)
            return person.term
    return None


def read_dates(leaves: Leaves) -> tuple[int | None, int | None]:
    """A date in words only, without `standardDate`, stays among the notes."""
    years = [_year(leaves, f"{_TYPE}/dateRange/{end}", end) for end in ("fromDate", "toDate")]
    if years == [None, None]:
        years = [_year(leaves, f"{_TYPE}/date", "date")] * 2
    _fields.check_years(years[0], years[1])
    return years[0], years[1]


def _year(leaves: Leaves, path: str, field: str) -> int | None:
    element = leaves.root.find(path)
    if element is None or not element.get("standardDate"):
        return None
    leaves.take(element)
    standard = element.get("standardDate", "")
    year = _STANDARD_DATE.fullmatch(standard.strip())
    return _fields.read_year(field, year[1] if year else standard)


def read_measures(leaves: Leaves) -> tuple[float | None, float | None, int | None]:
    """Weight in grams, diameter in millimetres, axis as a clock hour."""
    weight = _measure(leaves, "measurementsSet/weight")
    diameter = _measure(leaves, "measurementsSet/diameter")
    axis = _measure(leaves, "axis")
    return (
        _fields.read_weight(weight) if weight else None,
        _fields.read_diameter(diameter) if diameter else None,
        _fields.read_axis(axis) if axis else None,
    )


def _measure(leaves: Leaves, path: str) -> str:
    element = leaves.first(f"descMeta/physDesc/{path}")
    return "" if element is None else f"{text_of(element)} {element.get('units', '')}".strip()


def read_references(leaves: Leaves) -> tuple[Term, ...]:
    elements = [*leaves.root.findall(f"{_TYPE}[@href]"), *leaves.all("descMeta/refDesc/reference")]
    terms = []
    for element in elements:
        if element.tag == "typeDesc":
            element = Element("reference", {"href": element.get("href", "")})
        terms.append(read_term("references", element, 500, between=" "))
    return tuple(term for term in dict.fromkeys(terms) if term.name)


def read_texts(leaves: Leaves) -> tuple[TextRecord, ...]:
    texts = []
    for side in SIDES:
        for path in ("type/description", "description"):
            for element in leaves.all(f"{_TYPE}/{side}/{path}"):
                text = _fields.read_text(f"{side}_text", text_of(element))
                texts.append(TextRecord(side, text, _fields.read_language("language", element.get("lang", ""))))
    return tuple(text for text in texts if text.text)


def read_notes(leaves: Leaves) -> tuple[NoteRecord, ...]:
    """Whatever else describes the coin, and what its source marks as uncertain. Call it after everything else."""
    notes = []
    for element, parent in leaves.rest("descMeta"):
        kind = _role(element, without=_NOTE_KINDS.get(element.tag, element.tag))
        if parent.tag in {*SIDES, "edge", "undertypeDesc", "type"}:
            kind = f"{parent.tag.removesuffix('Desc')} {kind}"
        notes.append(NoteRecord(kind, read_term("notes", element, _NOTE_LENGTH, between=" ")))
    for element in leaves.root.iterfind("descMeta//*"):
        for mark in ("certainty", "variant"):
            if element.get(mark) and (text_of(element) or element.get("href")):
                said = read_term("notes", element, _NOTE_LENGTH, between=" ").name
                what = _role(element, without=element.tag)
                notes.append(NoteRecord("uncertain" if mark == "certainty" else mark, Term(f"{what}: {said}")))
    return tuple(dict.fromkeys(note for note in notes if note.term.name))
