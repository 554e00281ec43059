"""References to catalogues: which, where it says volume, section and number, and the type that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mlcore.text.catalogues import KEY_OF, KEY_OF_LETTER, LETTERS, PLAIN_NAMES, SURE_NAMES
from mlcore.text.part import Part, Value
from mlcore.text.type_addresses import RPC, official_section, type_address

_UNIT = r"(?!\d|[.,]\d|\s?(?:g|gr|grs|gm|mm|cm|h)\b)"
_ERA = r"(?!\s?(?:[-–/]\s?\d+\s?)?(?:BCE?|AD|CE|[nv]\. ?Chr|a[vp]\. ?J|[ad]\. ?C))"
_START = re.compile(
    rf"(?P<cf>\b(?:[Cc]f\.?|[Vv]gl\.|[Vv]ar\. of)\s)?"
    rf"(?:(?<!\w)(?:(?P<sure>{SURE_NAMES})(?![^\W_])|(?P<plain>{PLAIN_NAMES})(?=\.?\s?\d))"
    rf"|(?:(?<=[.;,(/] )|(?<=[(;,])|^)(?P<letter>{LETTERS})(?=[.-]?\s?\d{{1,4}}[a-z]?(?:[.,;:)/\s]|$)(?!\d)))"
)
_LEAD = r"[.,:]?\s?(?:vol(?:ume)?\.?\s?)?(?:(?:n[ro]s?\.?|nº|#)\s?)?(?:-(?=\d))?"
_NAMED_SECTION = (
    r"(?:(?:von|van|de|du|y|et)\s)?(?:[^\W\d_a-zß-öø-ÿ][\w'’/.&-]*|\([^\W\d_a-zß-öø-ÿ][^)\d]{1,30}\))"
    r"(?:\s(?:[^\W\d_a-zß-öø-ÿ][\w'’/.&]*|von|van|de|of|and|the)){0,4}(?:\s\((?:East|West|Caesar|joint reign|2)\))?"
)
_NUMBER = r"(?P<number>[A-Z]{0,2}\d{1,5}[A-Za-z]{0,3}(?:/\d{1,4}[a-z]{0,2})?(?:\.\d{1,4}[a-z]?){0,2})"
_NO = r"(?:(?:n[ro]s?\.?|nº|#)\s?)?"
_REST = re.compile(
    rf"{_LEAD}(?:(?P<roman>[IVX]+)(?:[._/](?P<part>\d)(?!\d))?"
    r"(?P<second>²|\s?\((?:second|2nd|2)(?:\s?ed(?:ition|\.)?)?\))?(?=[\s,.:]|$)[,:]?\s?)?"
    rf"(?:(?P<section>{_NAMED_SECTION})(?:,?\s|-(?=\d)))??"
    rf"(?:(?:pp?\.\s?(?P<page>\d{{1,4}})(?:[-–]\d+)?,\s?)?{_NO}{_NUMBER}{_UNIT}"
    rf"(?:\s?[-–]\s?(?P<to>\d{{1,5}}[A-Za-z]?(?:/\d{{1,4}}[a-z]{{0,2}})?){_UNIT})?"
    r"|pp?\.\s?(?P<page_only>\d{1,4})(?:[-–]\d+)?|(?P<none>[-–—](?=[\s.,;:)]|$)))"
    r"(?:\s\((?!number)(?P<denomination>[a-z][a-z ]{1,20})\))?(?P<variant>\s?\(?(?:var|corr)\b\.?\)?)?"
)
_ARABIC_VOLUME = re.compile(r"[.,]?\s?(?P<volume>\d{1,2}(?:\.\d)?),?\s(?=\d{1,4}(?!\d|[.,]\d|\s?(?:g|mm|h)\b))")
_WITH_ARABIC_VOLUMES = frozenset(("HGC", "RPC", "RIC", "MIR", "DOC", "LRBC"))
_TYPE_ID = re.compile(r"\s\(number not assigned\), type ID (?P<id>\d+)")
_MORE = re.compile(
    rf"(?:,|\s?&|\s?\+|\s(?:and|und|et|y|e))\s?(?P<section>\([^\W\d_a-z][^)\d]{{1,30}}\)\s)?{_NUMBER}{_UNIT}(?![-–]\w|\.\d)"
)
_ROMANS = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def read_references(text: str, start: int = 0, end: int | None = None) -> Iterator[Part]:
    """Yield the references to known catalogues in text[start:end], by place.

    Values, where the text has them: `catalogue`, `volume` (Roman where the catalogue's is), `section` (issuer, mint,
    region or collection), `number`, `to` (end of a range), `page`, `denomination`, `cf` (only similar), `variant`,
    `text` (all of it in one normal form) and `uri` (see `type_address`). A number that the catalogue lacks is "-".
    Further numbers behind a comma or "and" are references of their own. One letter (C. for Cohen) counts only where a
    reference can begin, and never before a year.
    """
    end = len(text) if end is None else end
    place = start
    while found := _START.search(text, place, end):
        place = found.end()
        for part in _reference(text, found, end):
            place = part.end
            yield part


def _reference(text: str, found: re.Match[str], end: int) -> Iterator[Part]:
    key = KEY_OF_LETTER[found["letter"]] if found["letter"] else KEY_OF[found["sure"] or found["plain"]]
    arabic = _ARABIC_VOLUME.match(text, found.end(), end) if key in _WITH_ARABIC_VOLUMES else None
    rest = _REST.match(text, arabic.end() if arabic else found.end(), end)
    if not rest:
        return
    if found["letter"] and re.compile(_ERA).match(text, rest.end()) is None:
        return
    fields = _fields(key, rest, arabic["volume"] if arabic else "")
    last = rest.end()
    if key == "RPC" and (online := _TYPE_ID.match(text, last, end)):
        fields["uri"], last = f"{RPC}type/{online['id']}", online.end()
    if found["cf"]:
        fields["cf"] = True
        fields.pop("uri", None)
    rule = "catalogue and number" if not found["letter"] else "letter of a catalogue and number"
    yield Part("reference", found.start(), last, rule, fields)
    while more := _MORE.match(text, last, end):
        section = more["section"] or str(fields.get("section", ""))
        others = _named(key, str(fields.get("volume", "")), _bare(section), more["number"], "")
        last = more.end()
        yield Part("reference", more.start("section" if more["section"] else "number"), last, "further number", others)


def _fields(key: str, rest: re.Match[str], arabic: str) -> Value:
    volume = _volume(key, rest, arabic)
    section = _bare(rest["section"] or "")
    number = rest["number"] or ("" if rest["page_only"] else "-")
    fields = _named(key, volume, section, number, rest["denomination"] or "")
    if page := rest["page"] or rest["page_only"]:
        fields["page"] = page
    if rest["to"]:
        fields["to"] = rest["to"]
        fields["text"] = str(fields["text"]).replace(f" {number}", f" {number}-{rest['to']}")
    if rest["variant"]:
        fields["variant"] = True
    if rest["variant"] or rest["to"]:
        fields.pop("uri", None)
    return fields


def _bare(section: str) -> str:
    """Take off the brackets around all of it, as in Babelon (Aemilia), and no others."""
    section = section.strip(" .,")
    return section[1:-1] if section.startswith("(") and section.endswith(")") else section


def _volume(key: str, rest: re.Match[str], arabic: str) -> str:
    whole, _, part = arabic.partition(".")
    roman = rest["roman"] or ("" if not whole else _ROMANS[int(whole)] if int(whole) < len(_ROMANS) else whole)
    if key == "HGC" and arabic:
        return arabic
    part = rest["part"] or part
    second = key == "RIC" and (rest["second"] or (roman == "II" and part in ("1", "3")))
    return f"{roman}{'.' if part else ''}{part}{' (second edition)' if second else ''}"


def _named(key: str, volume: str, section: str, number: str, denomination: str) -> Value:
    printed = official_section(volume, section) or section
    named = {"catalogue": key, "volume": volume, "section": printed, "number": number}
    fields: Value = {name: value for name, value in named.items() if value}
    bracket = f"({denomination})" if denomination else ""
    fields["text"] = " ".join(part for part in (*named.values(), bracket) if part)
    if denomination and key == "RIC":
        fields["denomination"] = denomination
    if uri := type_address(key, volume, printed, number, denomination.replace(" ", "_")):
        fields["uri"] = uri
    return fields


def name_type(reference: Part, issuer: str, mint: str) -> Part:
    """Return the reference with the type that it names once the header has said who issued the coin, or where.

    "RIC VII 34" of Lyon is ric.7.lug.34. A reference that names its section, a variant, or one only to compare stays.
    """
    value = reference.value
    if value["catalogue"] != "RIC" or any(value.get(name) for name in ("section", "cf", "variant", "to", "uri")):
        return reference
    volume, denomination = str(value.get("volume", "")), str(value.get("denomination", "")).replace(" ", "_")
    addresses = (type_address("RIC", volume, name, str(value["number"]), denomination) for name in (mint, issuer))
    uri = next((address for address in addresses if address), "")
    return replace(reference, value={**value, "uri": uri}) if uri else reference
