"""What every importer holds a value to: lengths, characters, units and ranges, refused with the reason."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping

from annotations.records import RefusedRecord

IDENTIFIER_LENGTH = 200
NAME_LENGTH = 200
LICENCE_LENGTH = 300
ADDRESS_LENGTH = 500
TEXT_LENGTH = 50_000
FIRST_YEAR, LAST_YEAR = -3000, 2100
HEAVIEST, WIDEST = 10_000.0, 1_000.0

WEIGHT_UNITS = {"": 1.0, "g": 1.0, "gram": 1.0, "grams": 1.0}
DIAMETER_UNITS = {"": 1.0, "mm": 1.0, "cm": 10.0}
# A coin's page answers in other formats by suffix, so an identifier may not end in one.
SUFFIXES_OF_PAGES = (".json", ".jsonld", ".jsonl", ".csv", ".tsv", ".xml", ".rdf", ".ttl", ".html")
LANGUAGES_BY_LONG_CODE = {
    "deu": "de",
    "ger": "de",
    "ell": "el",
    "gre": "el",
    "grc": "el",
    "eng": "en",
    "fra": "fr",
    "fre": "fr",
    "ita": "it",
    "lat": "la",
    "spa": "es",
}

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_MEASURE = re.compile(r"([-−]?[0-9]{1,9}(?:[.,][0-9]{1,20})?)\s*([a-z]*)\.?", re.IGNORECASE)
_AXIS = re.compile(r"([0-9]{1,2})(?:[.,]0+)?\s*h?\.?", re.IGNORECASE)
_YEAR = re.compile(r"(ad\s*|[-−])?([0-9]{1,9})(?:\.0+)?\s*(bce?|ce|ad)?", re.IGNORECASE)
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9-]+)?", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"\\]+", re.IGNORECASE)


class UnreadableError(ValueError):
    """A value that no coin can have: which field, what stood there, and why it is refused."""

    def __init__(self, field: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.value, self.reason = field, value, reason

    def refused(self, row: int, source: str) -> RefusedRecord:
        return RefusedRecord(row, source, self.field, shorten(self.value), self.reason)


def shorten(value: str) -> str:
    """At most 80 characters, none of which a database, a terminal or a page chokes on."""
    value = _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value[:81])
    return value if len(value) <= 80 else f"{value[:79]}…"


class SeenIdentifiers:
    """8 bytes of each identifier's digest in a set: 80 MB for a million, however long they are."""

    def __init__(self) -> None:
        self._digests: set[int] = set()

    def add(self, identifier: str) -> None:
        digest = int.from_bytes(hashlib.blake2b(identifier.encode(), digest_size=8).digest(), "big")
        if digest in self._digests:
            raise UnreadableError(
                "identifier", identifier, "This identifier stands twice. Each coin needs one of its own."
            )
        self._digests.add(digest)


def read_text(field: str, value: str, limit: int = TEXT_LENGTH) -> str:
    """Trimmed, in Unicode's composed form, lines kept."""
    if not value.isprintable():
        if found := _UNSTORABLE.search(value):
            raise UnreadableError(field, value, _reason_for_character(found.group()))
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = value.strip() if value.isascii() else unicodedata.normalize("NFC", value).strip()
    if len(value) > limit:
        raise UnreadableError(field, value, f"{len(value):,} characters are too many: at most {limit:,} are kept here.")
    return value


def _reason_for_character(character: str) -> str:
    if character >= "\ud800":
        return "Holds a byte or character that is no text in the file's encoding. Save the file as UTF-8."
    return f"Holds the control character U+{ord(character):04X}. Remove it."


def read_name(field: str, value: str, limit: int = NAME_LENGTH) -> str:
    """As `read_text`, on one line with single spaces."""
    return " ".join(read_text(field, value, limit).split())


def read_identifier(value: str) -> str:
    identifier = read_name("identifier", value, IDENTIFIER_LENGTH)
    if not identifier:
        raise UnreadableError("identifier", value, "The identifier is empty. Every coin needs one.")
    if identifier in {".", ".."} or any(character in "/?#%\\" for character in identifier):
        raise UnreadableError(
            "identifier", value, "An identifier stands in addresses: it cannot hold / ? # % \\ or be . or .."
        )
    if not identifier.isprintable():
        raise UnreadableError("identifier", value, "The identifier holds an invisible character. Remove it.")
    if identifier.lower().endswith(SUFFIXES_OF_PAGES):
        suffix = identifier.rpartition(".")[2]
        raise UnreadableError(
            "identifier", value, f"An identifier cannot end in .{suffix}: that address gives the coin as a file."
        )
    return identifier


def read_address(field: str, value: str) -> str:
    address = read_text(field, value, ADDRESS_LENGTH)
    if address and not _ADDRESS.fullmatch(address):
        raise UnreadableError(field, value, "An address begins with http:// or https:// and holds no spaces.")
    return address


def read_weight(value: str) -> float:
    return _measure("weight", value, WEIGHT_UNITS, HEAVIEST, "grams, such as 2.15 or 2,15 g")


def read_diameter(value: str) -> float:
    return _measure("diameter", value, DIAMETER_UNITS, WIDEST, "millimetres, such as 19 or 19 mm")


def _measure(field: str, value: str, units: Mapping[str, float], most: float, wanted: str) -> float:
    found = _MEASURE.fullmatch(value.strip())
    if not found or found[2].lower() not in units:
        raise UnreadableError(field, value, f"The {field} is a number in {wanted}.")
    number = float(found[1].replace(",", ".").replace("−", "-")) * units[found[2].lower()]
    if not 0 < number <= most:
        raise UnreadableError(field, value, f"The {field} lies above 0 and up to {most:,.0f}: a number in {wanted}.")
    return number


def read_axis(value: str) -> int:
    """Clock hour 1-12; some write 0 for upright."""
    found = _AXIS.fullmatch(value.strip())
    if not found or int(found[1]) > 12:
        raise UnreadableError("axis", value, "The axis is a whole clock hour from 1 to 12, where 12 (or 0) is upright.")
    return int(found[1]) or 12


def read_year(field: str, value: str) -> int:
    found = _YEAR.fullmatch(value.strip())
    if not found or (found[1] and found[3]):
        raise UnreadableError(field, value, "A date is a year: -336 or 336 BC, 337 or 337 AD.")
    year = int(found[2])
    if year == 0:
        raise UnreadableError(field, value, "There is no year 0: the year before AD 1 is 1 BC, written -1.")
    if found[1] in {"-", "−"} or (found[3] or "").lower() in {"bc", "bce"}:
        year = -year
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UnreadableError(field, value, f"The year lies outside {FIRST_YEAR} to {LAST_YEAR}.")
    return year


def check_years(date_from: int | None, date_to: int | None) -> None:
    if date_from is not None and date_to is not None and date_from > date_to:
        raise UnreadableError(
            "date_from", f"{date_from} to {date_to}", "The first year lies after the last. BC years are negative."
        )


def read_language(field: str, value: str) -> str:
    """ISO 639-1: `en-GB` and `eng` become `en`; `und` becomes empty."""
    code = value.strip().lower()
    if not code or code == "und":
        return ""
    found = _LANGUAGE.fullmatch(code)
    short = LANGUAGES_BY_LONG_CODE.get(found[1], found[1]) if found else ""
    if len(short) != 2:
        raise UnreadableError(
            field, value, "A language is a code of two letters (ISO 639-1), such as en, de, fr, es, it, la."
        )
    return short
