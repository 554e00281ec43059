"""Weight, diameter and die axis as lots write them, in grams, millimetres and clock hours."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlcore.text.part import Part, Value

GRAMS_PER_GRAIN = 0.06479891
_NUMBER = r"\d{1,4}(?:[.,]\d{1,4})?"
_TO = r"\s?(?:[-–/x×X]|à|bis|a)\s?"
_BEFORE = r"(?<![\d.,/A-Za-z])"
_WEIGHT_WORD = r"(?:[Ww]eight|[Ww]t|Gewicht|Gew|Poids|Peso|Pondus)\.?\s?:?\s?"
_SIZE_WORD = r"(?:[Dd]iam(?:eter|ètre|etro|\.)?|Durchmesser|Dm\.?|Modulo|Módulo|[Øø⌀∅])\s?:?\s?"
_AXIS_WORD = r"(?:[Aa]xis|[Dd]ie axis|Stempelstellung|[Ss]tst\.?|Axe|Asse|Eje|Coins)\s?:?\s?"

_MEASURES = re.compile(
    rf"(?P<size>{_BEFORE}(?:{_SIZE_WORD})?(?P<size_number>{_NUMBER})(?:{_TO}(?P<size_other>{_NUMBER}))?"
    r"\s?(?P<size_unit>mm|cm)\b)"
    rf"|(?P<size_first>\b(?P<size_first_unit>mm|cm)\.?\s?(?P<size_first_number>{_NUMBER})(?![\d,]))"
    rf"|(?P<weight>{_BEFORE}(?:{_WEIGHT_WORD})?(?P<weight_number>{_NUMBER})"
    r"\s?(?P<weight_unit>g|gr|gm|gms|grs|gram|grams|grammes?|Gramm|grammi|gramos|grain|grains)\b)"
    rf"|(?P<weight_first>\b(?:g|gr|Gr|grs)\.?\s?(?P<weight_first_number>\d{{1,3}}[.,]\d{{1,3}})(?!\d))"
    rf"|(?P<weight_word>\b{_WEIGHT_WORD}(?P<weight_word_number>\d{{1,3}}[.,]\d{{1,3}})(?!\d))"
    rf"|(?P<axis>{_BEFORE}(?:{_AXIS_WORD})?(?P<axis_number>1[0-2]|\d)\s?(?:h|Uhr|o'clock)\b)"
    rf"|(?P<axis_word>\b{_AXIS_WORD}(?P<axis_word_number>1[0-2]|\d)(?![\d.,]?\d))"
    rf"|(?P<turn>{_BEFORE}(?P<turn_number>\d{{1,3}})\s?°)"
)
_RULES = {
    "size": "diameter in millimetres",
    "size_first": "diameter behind its unit",
    "weight": "weight with its unit",
    "weight_first": "weight behind its unit",
    "weight_word": "weight named",
    "axis": "axis in clock hours",
    "axis_word": "axis named",
    "turn": "axis in degrees",
}


def read_measures(text: str, start: int = 0, end: int | None = None) -> Iterator[Part]:
    """Yield the measures in text[start:end], by place; a comma in a number is a decimal comma.

    Values: `quantity` weight, diameter or axis; `value` and `unit`: g (up to 4 decimals), mm, or h as a clock hour 1-12
    (0 is written for 12 and read so; 180° is 6). A diameter of two numbers gives the larger, and the smaller as
    `least`. Grains are turned into grams.
    """
    for match in _MEASURES.finditer(text, start, len(text) if end is None else end):
        rule = next(name for name in _RULES if match[name] is not None)
        value = (
            _weight(match, rule) if "weight" in rule else _size(match, rule) if "size" in rule else _axis(match, rule)
        )
        if value:
            yield Part("measure", match.start(), match.end(), _RULES[rule], value)


def _number(digits: str) -> float:
    return float(digits.replace(",", "."))


def _weight(match: re.Match[str], rule: str) -> Value:
    grams = _number(match[f"{rule}_number"])
    if rule == "weight" and match["weight_unit"].startswith("grain"):
        grams *= GRAMS_PER_GRAIN
    return {"quantity": "weight", "value": round(grams, 4), "unit": "g"} if grams else {}


def _size(match: re.Match[str], rule: str) -> Value:
    scale = 10 if match[f"{rule}_unit"] == "cm" else 1
    sizes = [_number(match[f"{rule}_number"]) * scale]
    if rule == "size" and match["size_other"]:
        sizes.append(_number(match["size_other"]) * scale)
    if not max(sizes):
        return {}
    least = {"least": round(min(sizes), 2)} if len(sizes) > 1 else {}
    return {"quantity": "diameter", "value": round(max(sizes), 2), "unit": "mm", **least}


def _axis(match: re.Match[str], rule: str) -> Value:
    number = int(match[f"{rule}_number"])
    if rule == "turn" and number % 30:
        return {}
    hour = number // 30 if rule == "turn" else number
    return {"quantity": "axis", "value": hour or 12, "unit": "h"} if hour <= 12 else {}


_READERS = {"weight": _weight, "size": _size, "axis": _axis, "turn": _axis}
