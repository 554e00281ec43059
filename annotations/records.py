"""A coin as every importer gives it and every exporter takes it: the only word the formats share with the site."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

PictureFace = Literal["obverse", "reverse", "both", "stacked"]
TextFace = Literal["obverse", "reverse", "both"]


@dataclass(frozen=True)
class PictureRecord:
    """A picture named by a record. `both`: obverse left, reverse right; `stacked`: obverse above, reverse below."""

    face: PictureFace
    path: Path
    """Absolute; may not exist: the import reports it and goes on."""
    source: str = ""
    """Where the picture can be seen at its owner's, as an address."""


@dataclass(frozen=True)
class TextRecord:
    face: TextFace
    text: str
    language: str = ""
    """ISO 639-1, or empty where the source does not say."""


@dataclass(frozen=True)
class Term:
    """A name with its identifier in an authority file."""

    name: str
    uri: str = ""


@dataclass(frozen=True)
class PersonRecord:
    face: Literal["obverse", "reverse", ""]
    role: str
    """authority, issuer, portrait, deity, maker, …"""
    term: Term


@dataclass(frozen=True)
class NoteRecord:
    """What a source says of a coin beyond the fields below, kept word for word so that nothing descriptive is lost."""

    kind: str
    """countermark, hoard, findspot, provenance, authenticity, manufacture, …"""
    term: Term


@dataclass(frozen=True)
class CoinRecord:
    identifier: str
    row: int
    """Where it stood in its source, from 1; for messages."""
    source: str = ""
    """File name of the source, for messages."""
    title: str = ""
    authority: Term = Term("")
    issuer: Term = Term("")
    mint: Term = Term("")
    region: Term = Term("")
    denomination: Term = Term("")
    material: Term = Term("")
    date_from: int | None = None
    """BC negative, and no year 0: -336 is 336 BC."""
    date_to: int | None = None
    weight: float | None = None
    """Grams."""
    diameter: float | None = None
    """Millimetres."""
    axis: int | None = None
    """Clock hour 1-12."""
    obverse_legend: str = ""
    reverse_legend: str = ""
    obverse_symbol: str = ""
    reverse_symbol: str = ""
    persons: tuple[PersonRecord, ...] = ()
    """All that the source names but the first authority and the first issuer, which have fields of their own."""
    references: tuple[Term, ...] = ()
    """Type references, e.g. Term("RIC VIII Constantinople 37", "http://numismatics.org/ocre/id/ric.8.cnp.37")."""
    collection: Term = Term("")
    department: str = ""
    object_type: str = ""
    licence: Term = Term("")
    """Of the data."""
    picture_licence: Term = Term("")
    rights_holder: str = ""
    synthetic: bool = False
    notes: tuple[NoteRecord, ...] = ()
    texts: tuple[TextRecord, ...] = ()
    pictures: tuple[PictureRecord, ...] = ()


@dataclass(frozen=True)
class RefusedRecord:
    """A row that cannot be imported, and why."""

    row: int
    """From 1, as in CoinRecord; 0 speaks of the source as a whole."""
    source: str
    field: str
    value: str
    reason: str


@dataclass(frozen=True)
class BoxRecord:
    """A figure in a picture of one side, in pixels of that picture."""

    row: int
    """From 1, as in CoinRecord."""
    coin: str
    """Identifier; empty where only the picture is named."""
    face: Literal["obverse", "reverse", ""]
    picture: str
    """File name."""
    width: int
    """Of the picture; 0 where the source does not say."""
    height: int
    left: float
    top: float
    right: float
    bottom: float
    concept: str = ""
    """Slug or name; empty: a figure that nobody named."""
    concept_link: str = ""
    """In an authority file."""
    by_hand: bool = True
    """Whether a person drew it."""
    after_saliency: bool = False
    """Whether that person had been shown before where a model looks."""
    cropped: bool = False
    """Whether the picture is the site's own square crop, and not the photograph as it came."""
    side_id: int = 0
    """In the database it comes from; 0 elsewhere."""
    box_id: int = 0
    address: str = ""
    """Of the picture, where it can be seen."""


RECORD_FIELDS = tuple(CoinRecord.__dataclass_fields__)

# The columns of a table of coins, for what reads it and for what writes it; their meaning is told in docs/formats.md.
TERM_COLUMNS = ("authority", "issuer", "mint", "region", "denomination", "material")
LICENCE_COLUMNS = ("licence", "picture_licence")
PICTURE_COLUMNS = {
    "obverse": "obverse_picture",
    "reverse": "reverse_picture",
    "both": "picture",
    "stacked": "stacked_picture",
}
TEXT_COLUMNS = {"obverse": "obverse_text", "reverse": "reverse_text", "both": "text"}
PERSON_COLUMNS = ("person", "person_uri", "person_role", "person_side")
NOTE_COLUMNS = ("note", "note_uri", "note_kind")
SEVERAL_COLUMNS = (
    *("reference", "reference_uri", *PERSON_COLUMNS, *NOTE_COLUMNS),
    *(column for picture in PICTURE_COLUMNS.values() for column in (picture, f"{picture}_uri")),
)
NUMBER_COLUMNS = ("date_from", "date_to", "weight", "diameter", "axis")
COLUMNS = (
    *("identifier", "title"),
    *(column for term in TERM_COLUMNS for column in (term, f"{term}_uri")),
    *NUMBER_COLUMNS,
    *("obverse_legend", "reverse_legend", "obverse_symbol", "reverse_symbol"),
    *TEXT_COLUMNS.values(),
    *("language", "reference", "reference_uri", *PERSON_COLUMNS, *NOTE_COLUMNS),
    *("collection", "collection_uri", "department", "object_type"),
    *("licence", "licence_uri", "picture_licence", "picture_licence_uri", "rights_holder", "synthetic"),
    *(column for picture in PICTURE_COLUMNS.values() for column in (picture, f"{picture}_uri")),
)
