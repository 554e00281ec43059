"""The language of a description, and its letters without case and accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LANGUAGES = ("en", "de", "fr", "it", "es", "la")

_WORD = re.compile(r"[^\W\d_]+")
_LEAST_SCORE, _LEAST_LEAD = 2, 1.5
"""Marks that the best language needs, and how many times more than the next one."""

_ODD_LETTERS = {"ß": "s", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "ς": "σ", "ϲ": "σ", "’": "'", "‘": "'", "ʼ": "'"}


class _Folded(dict[int, str]):
    """Fills itself with the folded form of each character that is asked for."""

    def __missing__(self, code: int) -> str:
        base = unicodedata.normalize("NFD", chr(code))[0].lower()[0]
        self[code] = _ODD_LETTERS.get(base, base)
        return self[code]


_FOLDED = _Folded()


def fold(text: str) -> str:
    """Return the text in lower case and without accents, of equal length: a span in one is the same span in the other.

    ß becomes s, lunate and final sigma become sigma; V and U stay what they are.
    """
    return text.lower() if text.isascii() else text.translate(_FOLDED)


def _marks(words: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(word) for line in words for word in line.split())


_MARKS = {
    "en": _marks(
        (
            "the and with his her holding holds on of right left standing seated head bust wearing over before behind",
            "above below facing each wreath shield spear around within obv reverse obverse to in by from rev draped",
            "laureate cuirassed diademed helmeted two advancing legend border dots",
        )
    ),
    "de": _marks(
        (
            "der die das und mit nach rechts links kopf büste steht stehend sitzt sitzend hält haltend in den des dem",
            "ein eine einen im auf über vor hinter unter kranz speer schild von zwei beiden vs rs hs adler drapierte",
            "linken rechten hand trägt drapiert gepanzert lorbeerkranz perlkreis thront reitet am zu zwischen",
        )
    ),
    "fr": _marks(
        (
            "le la les et avec à de du des droite gauche tête buste debout assis assise tenant dans un une sur au aux",
            "sa son deux derrière devant lauré laurée drapé drapée cuirassé bouclier couronne dr revers avers entre",
            "vers diadémé tourelée ailée bandeau corne abondance",
        )
    ),
    "it": _marks(
        (
            "il lo la gli le e con a di del della destra sinistra testa busto stante seduto seduta tiene nella un una",
            "su al alla due dietro davanti laureata laureato drappeggiato scudo corona verso rovescio tra che sopra",
            "in dello dal nel nelle cornucopia asta elmata piedi",
        )
    ),
    "es": _marks(
        (
            "el la los las y con a de del derecha izquierda cabeza busto sentado sentada portando sosteniendo en un",
            "una sobre al dos detrás delante laureada laureado drapeado escudo corona anv rev pie por encima entre",
            "lanza izq der estante diademada galeada águila que su",
        )
    ),
    "la": _marks(
        (
            "caput protome dextrorsum sinistrorsum stans sedens tenens cum et ad dextra sinistra manu in capite",
            "laureato laureatum galeatum cornucopiae hastam clipeum adstans capta dextram sinistram eques gradiens",
            "intra coronam imperatoris paludata nuda diademate",
        )
    ),
}
_LANGUAGES_OF = {
    word: tuple(language for language in LANGUAGES if word in _MARKS[language])
    for word in frozenset().union(*_MARKS.values())
}


def detect_language(text: str) -> str:
    """Return the language (ISO 639-1) whose own words the text shows most, or "" when that is not clear.

    Words in capitals are legends, which are Latin or Greek whatever the describer wrote in, and are not counted. A word
    that several languages share counts for each by its part.
    """
    scores = dict.fromkeys(LANGUAGES, 0.0)
    for word in _WORD.findall(text):
        if len(word) > 1 and word.isupper():
            continue
        languages = _LANGUAGES_OF.get(fold(word), ())
        for language in languages:
            scores[language] += 1 / len(languages)
    (first, most), (_, next_most) = sorted(scores.items(), key=lambda item: -item[1])[:2]
    return first if most >= _LEAST_SCORE and most >= _LEAST_LEAD * next_most else ""
