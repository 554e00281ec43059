"""The header of a lot: who issued the coin, what it is, where and when it was struck."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from mlcore.text.dates import Years, read_years
from mlcore.text.layout import EDGES, Span, sentence_starts
from mlcore.text.measures import read_measures
from mlcore.text.part import Part, Value

WORDS = Path(__file__).with_name("header_words.toml")
NOMISMA = "http://nomisma.org/id/"
NOTHING = "\0"
"""Stands where something was struck out; matches no pattern."""
_STRIPPED = " .'’-–—/|&\t\r\n"

with WORDS.open("rb") as _stream:
    _TABLES: dict[str, dict[str, list[str]]] = tomllib.load(_stream)


def _pattern(words: list[str]) -> re.Pattern[str]:
    """Words of up to three letters keep their case: "As" is a coin, "as" is not."""
    parts = [_word(word) for word in sorted(words, key=len, reverse=True)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)")


def _word(word: str) -> str:
    written = re.escape(word).replace(r"\*", r"[^\W\d_]*")
    return written if len(word) < 4 else f"(?i:{written})"


_METALS = {key: _pattern(words) for key, words in _TABLES["metals"].items()}
_DENOMINATIONS = {key: _pattern(words) for key, words in _TABLES["denominations"].items()}
_ANY_METAL = _pattern([word for words in _TABLES["metals"].values() for word in words])
_ANY_DENOMINATION = _pattern([word for words in _TABLES["denominations"].values() for word in words])
_ORIGIN = _pattern([word for words in _TABLES["origin"].values() for word in words])
_UNKNOWN = re.compile(r"(?i)^(?:undated|uncertain|unknown|n\. ?d\.|unbestimmt|incerta?)$")
_PIECE = re.compile(r"[^,;:()\[\]\0]+")
_NAME = re.compile(r"[^\W\d_a-zß-öø-ÿ][^\n]*[^\W\d_]['’]?$")
_COIN = re.compile(r"[ \d½¼]+[^\W\d_a-zß-öø-ÿ](?:(?! of )[^.,;:()\[\]\0])*")
"""What follows a metal and is no known denomination: AR 8 Reales."""
_OF = re.compile(r"^(?:of|des|der|de|du|di|del|von|für|for)\s")
_REALM = re.compile(
    r"(?i)\b(?:king(?:s|dom)|empire|republic|könig(?:e|reich)|reich|republik|kaiserzeit|royaume|rois|république|regno|"
    r"impero|repubblica|reino|imperio|república)\b"
)


def read_header(text: str, start: int, end: int) -> Part | None:
    """Return the header text[start:end] as one part, or None where it names nothing.

    Values, where the text has them: `issuer`, `region` (a land or people in front), `denomination` and
    `material` (nomisma identifiers, also as `…_uri` and as written in `…_text`), `mint`, `mint_region`, `date_from`,
    `date_to`, `circa`, and the years of a reign that stand beside those of the coin as `reign_from`, `reign_to`. Issuer
    and mint are told by their place: what stands before the denomination issued the coin, a name behind it is the mint.
    """
    value: Value = {}
    masked = _hide(text, list(read_measures(text, start, end)))
    years = list(read_years(masked, start, end))
    denomination = _first(_DENOMINATIONS, _ANY_DENOMINATION, masked, start, end)
    metal = _first(_METALS, _ANY_METAL, masked, start, denomination[0] if denomination else end)
    metal = metal or _first(_METALS, _ANY_METAL, masked, start, end)
    for name, found in (("denomination", denomination), ("material", metal)):
        if found:
            value |= {name: found[2], f"{name}_uri": NOMISMA + found[2], f"{name}_text": text[found[0] : found[1]]}
    if metal and not denomination and (named := _COIN.match(masked, metal[1], end)):
        value["denomination_text"] = named.group().strip()
        masked = _hide(masked, [named])
    value |= _persons_and_places(_hide(masked, years), start, end, denomination or metal)
    value |= _date(years)
    last = end
    while last > start and text[last - 1] in EDGES:
        last -= 1
    return Part("header", start, last, "header by place", value) if value and last > start else None


def _hide(text: str, found: Sequence[Part | Years | re.Match[str]]) -> str:
    """Return a text of equal length where what was found is struck out."""
    for part in found:
        start, end = part.span() if isinstance(part, re.Match) else (part.start, part.end)
        text = f"{text[:start]}{NOTHING * (end - start)}{text[end:]}"
    return text


def _first(
    table: dict[str, re.Pattern[str]], any_word: re.Pattern[str], text: str, start: int, end: int
) -> tuple[int, int, str] | None:
    found = any_word.search(text, start, end)
    if not found:
        return None
    key = next(key for key, pattern in table.items() if pattern.fullmatch(found.group()))
    return found.start(), found.end(), key


def _persons_and_places(text: str, start: int, end: int, coin: tuple[int, int, str] | None) -> Value:
    middle = coin[0] if coin else end
    names = _names(text, start, end)
    before = [text[first:last] for first, last in names if first < middle]
    after = [text[first:last] for first, last in names if first >= middle]
    value: Value = {}
    if after and _OF.match(after[0]):
        after[0] = _OF.sub("", after[0])
        if not before:
            before.append(after.pop(0))
    if len(before) > 1 and (before[0].isupper() or _REALM.search(before[0])):
        value["region"] = before.pop(0)
        if len(before) > 1 and f"{value['region']}, {before[0]}" in text:
            value["region"] = f"{value['region']}, {before.pop(0)}"
    land = "region" in value and not _REALM.search(str(value["region"]))
    if not after and before and (f", {before[-1]}" in text if len(before) > 1 else land):
        after = [before.pop()]
    if before:
        value["issuer"] = before[0] if after or land else before[-1]
    if after and not _UNKNOWN.match(after[0]):
        value["mint"] = after[0]
        if len(after) > 1 and f"{after[0]}, {after[1]}" in text:
            value["mint_region"] = after[1]
    return value


def _names(text: str, start: int, end: int) -> list[Span]:
    """Return what stands between stops and begins with a capital; a name cut off by a dash ("Diok-") is none."""
    for pattern in (_ANY_METAL, _ANY_DENOMINATION, _ORIGIN):
        text = _hide(text, list(pattern.finditer(text, start, end)))
    names: list[Span] = []
    for piece in _PIECE.finditer(text, start, end):
        starts = [piece.start(), *sentence_starts(text, *piece.span()), piece.end()]
        for first, last in pairwise(starts):
            written = text[first:last].strip(_STRIPPED)
            if not _NAME.match(_OF.sub("", written)):
                continue
            first = text.index(written, first)
            if text[first + len(written) : first + len(written) + 1] != "-":
                names.append((first, first + len(written)))
    return names


def _date(years: Sequence[Years]) -> Value:
    if not years:
        return {}
    date = years[-1]
    value: Value = {"date_from": date.first, "date_to": date.last}
    if date.circa:
        value["circa"] = True
    if len(years) > 1:
        value |= {"reign_from": years[0].first, "reign_to": years[0].last}
    return value
