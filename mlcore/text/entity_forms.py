"""The forms in which a name from a list stands in a description: plural, genitive, German endings and participles.

All forms are folded, so that Kranz, Kränze and kranze differ by their endings only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from mlcore.text.languages import fold

_WORD = re.compile(r"[^\W_]+")
_ADJECTIVE = ("e", "er", "en", "em", "es")
_LATIN = {"a": ("ae", "en", "as"), "us": ("i", "en"), "um": ("a", "en"), "is": ("en",), "os": ("oi", "en")}
"""Ending of a Greek or Latin noun to those of its plural and of its plural in German."""
_SHORTEST = 3
"""Letters that a word needs to take an ending: Ast does, Ei does not."""


def words_of(name: str) -> tuple[str, ...]:
    """The folded words of a name."""
    return tuple(_WORD.findall(fold(name)))


def forms_of(name: str, language: str, *, verb: bool, proper: bool) -> Iterator[tuple[str, ...]]:
    """Yield the inflected forms of a name as folded words; the name itself is not among them.

    `proper`: names of gods and people take no plural, only the genitive s.
    """
    words = words_of(name)
    if not words or len(words[-1]) < _SHORTEST or (language != "de" and (verb or proper)):
        return
    if verb:
        last = set(_german_verb(words[-1]))
    elif proper:
        last = {words[-1] + "s"}
    else:
        last = set(_german_noun(words[-1]) if language == "de" else _english_noun(words[-1]))
    firsts = [_german_adjective(word) if language == "de" and not proper else (word,) for word in words[:-1]]
    for form in product(*firsts, sorted({words[-1], *last})):
        if form != words:
            yield form


def _english_noun(word: str) -> Iterator[str]:
    if word.endswith("y") and word[-2] not in "aeiou":
        yield word[:-1] + "ies"
    elif word.endswith(("s", "x", "z", "ch", "sh")):
        yield word + "es"
    else:
        yield word + "s"


def _german_noun(word: str) -> Iterator[str]:
    for ending, plurals in _LATIN.items():
        if word.endswith(ending) and len(word) > len(ending) + _SHORTEST:
            yield from (word[: -len(ending)] + plural for plural in plurals)
    if word.endswith("e"):
        endings: tuple[str, ...] = ("n", "s")
    elif word.endswith(("er", "el", "en")):
        endings = ("n", "s")
    else:
        endings = ("e", "en", "n", "er", "ern", "s", "es")
    yield from (word + ending for ending in endings)


def _german_adjective(word: str) -> tuple[str, ...]:
    """All endings of a word before the noun that has one of them."""
    for ending in ("er", "es", "e"):
        if word.endswith(ending) and len(word) > len(ending) + _SHORTEST:
            return tuple(word.removesuffix(ending) + each for each in _ADJECTIVE)
    return (word,)


def _german_verb(word: str) -> Iterator[str]:
    """Infinitive (halten) or participle (erhebend, ausgestreckt) to participles with their endings, and er/sie hält."""
    stem = word
    if word.endswith("end"):
        stem = word.removesuffix("end")
        yield stem + "en"
    elif word.endswith("en"):
        stem = word.removesuffix("en")
    else:
        yield from (word + ending for ending in _ADJECTIVE)
        return
    yield stem + "end"
    yield from (stem + "end" + ending for ending in _ADJECTIVE)
    yield from (stem, stem + "et") if stem.endswith(("t", "d")) else (stem + "t",)
