"""The lot text of a record, in the layouts and with the noise of real catalogues."""

from __future__ import annotations

import numpy as np

from .plan import CoinType, Record
from .tongues import TONGUES, Tongue


def lot_text(record: Record, rng: np.random.Generator) -> tuple[str, str]:
    """The text and its language."""
    tongue, coin = TONGUES[record.tongue], record.specimen.type
    ruler = coin.ruler.names[record.tongue]
    remark = tongue.remarks[int(rng.choice(5, p=(0.66, 0.10, 0.10, 0.10, 0.04)))]
    parts = {
        "ruler": ruler,
        "years": _years(coin, tongue),
        "mint": coin.mint.names[record.tongue],
        "coin": _cased(coin.denomination.name, tongue),
        "metal": tongue.metals[coin.denomination.material],
        "short": tongue.short_metals[coin.denomination.material],
        "obverse": _obverse(coin, tongue, ruler, rng),
        "reverse": _reverse(coin, tongue, rng),
        "reference": f"Demo {coin.number}",
        "measures": _measures(record, tongue),
        "grade": f"{_grade(record.specimen.wear, tongue)}.{remark}",
    }
    layout = tongue.layouts[int(rng.choice(4, p=(0.36, 0.26, 0.26, 0.12)))]
    return _misspelt(layout.format(**parts).replace("..", "."), rng), tongue.code


def title(coin: CoinType) -> str:
    metal = TONGUES[0].metals[coin.denomination.material]
    return (
        f"{metal} {coin.denomination.name} of {coin.ruler.names[0]}, {coin.mint.names[0]}, {_years(coin, TONGUES[0])}"
    )


def _obverse(coin: CoinType, tongue: Tongue, ruler: str, rng: np.random.Generator) -> str:
    phrases = tongue.obverses[f"{coin.portrait.gear}-{coin.portrait.bust}"]
    phrase = phrases[int(rng.random() < 0.35)].format(side=tongue.sides[coin.portrait.left], ruler=ruler)
    return _with_legend(coin.obverse_legend, phrase, rng)


def _reverse(coin: CoinType, tongue: Tongue, rng: np.random.Generator) -> str:
    phrases = tongue.reverses[coin.motif.name]
    phrase = (
        phrases[0]
        if rng.random() < 0.6
        else phrases[int(rng.integers(1, len(phrases)))]
        if len(phrases) > 1
        else phrases[0]
    )
    text = _with_legend(coin.reverse_legend, phrase, rng)
    if coin.portrait.bust == "armed" and rng.random() < 0.25:
        text = f"{text}; {tongue.arms}"
    return f"{text}; {coin.exergue}" if coin.exergue and rng.random() < 0.4 else text


def _with_legend(legend: str, phrase: str, rng: np.random.Generator) -> str:
    shown = legend.replace(" - ", "-" if rng.random() < 0.6 else " ")
    if len(shown) > 12 and rng.random() < 0.12:
        cut = int(rng.integers(3, len(shown) - 5))
        shown = f"{shown[:cut]}[{shown[cut : cut + 3]}]{shown[cut + 3 :]}"
    return f"{shown}, {phrase}" if shown else phrase


def _years(coin: CoinType, tongue: Tongue) -> str:
    start, end = coin.years
    kind = 0 if end < 0 else 1 if start > 0 else 2
    layout = tongue.years[kind].replace("{a}-{b}", "{a}") if start == end else tongue.years[kind]
    return layout.format(a=abs(start), b=abs(end))


def _measures(record: Record, tongue: Tongue) -> str:
    specimen = record.specimen
    weight, diameter = f"{specimen.weight:.2f}", f"{specimen.diameter:g}"
    if tongue.comma:
        weight, diameter = weight.replace(".", ","), diameter.replace(".", ",")
    return tongue.measures.format(weight=weight, diameter=diameter, axis=specimen.axis)


def _grade(wear: float, tongue: Tongue) -> str:
    return tongue.grades[round((1 - min(wear / 0.7, 1)) * (len(tongue.grades) - 1))]


def _cased(denomination: str, tongue: Tongue) -> str:
    own = {
        "fr": {"Denarius": "Denier", "Sestertius": "Sesterce", "Siliqua": "Silique", "Tetradrachm": "Tétradrachme"},
        "de": {
            "Denarius": "Denar",
            "Sestertius": "Sesterz",
            "Tetradrachm": "Tetradrachme",
            "Antoninianus": "Antoninian",
        },
        "it": {
            "Denarius": "Denario",
            "Sestertius": "Sesterzio",
            "Dupondius": "Dupondio",
            "As": "Asse",
            "Tetradrachm": "Tetradramma",
            "Antoninianus": "Antoniniano",
            "Aureus": "Aureo",
            "Solidus": "Solido",
        },
        "es": {
            "Denarius": "Denario",
            "Sestertius": "Sestercio",
            "Dupondius": "Dupondio",
            "Tetradrachm": "Tetradracma",
            "Antoninianus": "Antoniniano",
            "Aureus": "Áureo",
            "Solidus": "Sólido",
        },
    }
    return own.get(tongue.code, {}).get(denomination, denomination)


def _misspelt(text: str, rng: np.random.Generator) -> str:
    """Once in a while two neighbouring letters of one word change places."""
    if rng.random() >= 0.05:
        return text
    places = [i for i in range(1, len(text) - 2) if text[i - 1 : i + 3].islower() and text[i - 1 : i + 3].isalpha()]
    at = places[int(rng.integers(len(places)))]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
