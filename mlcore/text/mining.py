"""New concepts and new words for old ones, found in the texts of a corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import log
from typing import Literal

from mlcore.contract import FACES
from mlcore.text.keyness import Keyness, keyness
from mlcore.text.languages import fold
from mlcore.text.side_text import SideText
from mlcore.text.terms import TermCounts, count_terms, lemma

LEAST_COHESION = 0.15
"""Normalised pointwise mutual information below which a run of words is chance (Bouma 2009)."""
MOSTLY = 0.9
"""A term is left out where this share of it stands inside a longer candidate, and a name where it has a capital."""
_FORMS = 8
SURE = 6.63
"""G2 of p < 0.01."""
ALIKE = 0.8
"""Likeness from which a word may be a misspelling of another."""


@dataclass(frozen=True)
class Candidate:
    term: str
    """As written most often."""
    lemma: str
    """Dictionary forms, folded; the key together with the language."""
    forms: tuple[str, ...]
    """How it is written, the most frequent first."""
    language: str
    count: int
    sides: int
    keyness: Keyness | None
    """Obverse against reverse; None where the texts are of one side only."""
    name: bool
    """Nearly always with a capital, in a language where only names have one."""
    known: tuple[str, ...]
    """The vocabularies that have it already."""
    examples: tuple[SideText, ...]


@dataclass(frozen=True)
class GrowthWord:
    term: str
    lemma: str
    forms: tuple[str, ...]
    language: str
    yes: int
    """Sides that say the word where the model or an expert says yes and no rule does."""
    of_yes: int
    no: int
    of_no: int
    keyness: Keyness
    like: str
    """A word of the concept that this one may be a form or misspelling of, or empty."""
    examples: tuple[SideText, ...]


def candidates(
    texts: Iterable[SideText],
    known: Mapping[str, Collection[str]] | None = None,
    *,
    without: Collection[str] = (),
    least: int = 5,
    most: int = 500,
    order: Literal["count", "keyness"] = "count",
) -> list[Candidate]:
    """Return words and runs of up to three words that may become concepts, the best first.

    texts: one pass; the rows of a side together. known: name of a vocabulary to its words; candidates say which have
    them, and those of the vocabularies named in `without` are left out. least: sides that must say it. most: candidates
    returned. order: by sides, or by keyness (obverse against reverse).
    """
    listed = {name: frozenset(fold(word) for word in words) for name, words in (known or {}).items()}
    found: list[Candidate] = []
    for language, table in count_terms(((row.face, row) for row in texts), least).items():
        chosen = _chosen(table, least)
        found += [_candidate(term, language, table, listed) for term in chosen]
    found = [candidate for candidate in found if not set(candidate.known) & set(without)]
    found.sort(key=lambda one: (-_rank(one, order), -one.sides, one.lemma))
    return found[:most]


def growth(
    concept_words: Iterable[str],
    yes_texts: Iterable[SideText],
    no_texts: Iterable[SideText],
    *,
    least: int = 3,
    most: int = 50,
) -> list[GrowthWord]:
    """Return words that stand out in yes_texts against no_texts and that no rule knows, the surest first.

    yes_texts: sides where the model or an expert says yes and the rules say no. no_texts: sides where both say no.
    Compared are the shares of sides that say the word (G2 >= 6.63), within each language. concept_words: the words
    of the rules, in any form.
    """
    words = {fold(word) for word in concept_words}
    rows = [("yes", row) for row in yes_texts]
    tables = count_terms((*rows, *(("no", row) for row in no_texts)), least)
    found = [
        word
        for language, table in tables.items()
        for term in _chosen(table, least)
        if (word := _growth_word(term, language, table, words)) and word.yes >= least
    ]
    found.sort(key=lambda word: (-word.keyness.g2, word.lemma))
    return found[:most]


def _rank(candidate: Candidate, order: str) -> float:
    if order == "keyness":
        return candidate.keyness.g2 if candidate.keyness else 0.0
    return candidate.sides


def _chosen(table: TermCounts, least: int) -> list[str]:
    """Return terms of enough sides; runs only where they hang together and do not live inside longer ones."""
    totals = {term: table.total(term) for term in table.forms}
    kept = {term for term in totals if table.total_sides(term) >= least and _cohesion(term, totals[term], table) > 0}
    inside: Counter[str] = Counter()
    for term in kept:
        words = term.split()
        for part in {" ".join(words[:-1]), " ".join(words[1:])} if len(words) > 2 else ():
            inside[part] = max(inside[part], totals[term])
    return sorted(term for term in kept if inside[term] < MOSTLY * totals[term])


def _cohesion(term: str, count: int, table: TermCounts) -> float:
    """Return how far the words of a run attract each other beyond LEAST_COHESION; single words always do."""
    words = term.split()
    if len(words) == 1:
        return 1.0
    everything = table.words.total()
    chance = sum(log(table.words[word] / everything) for word in words)
    share = log(count / everything)
    return (share - chance) / (-(len(words) - 1) * share) - LEAST_COHESION


def _candidate(term: str, language: str, table: TermCounts, known: Mapping[str, frozenset[str]]) -> Candidate:
    name = _is_name(table.capitals.get(term, [0, 0]), language)
    forms = _forms(table.forms[term], name or language == "de")
    folded = {term, *(fold(form) for form in forms)}
    counts = [(face, table.occurrences.get(face, Counter())[term], table.tokens[face]) for face in FACES]
    return Candidate(
        term=forms[0],
        lemma=term,
        forms=forms,
        language=language,
        count=table.total(term),
        sides=table.total_sides(term),
        keyness=keyness(*counts[0], *counts[1]),
        name=name,
        known=tuple(vocabulary for vocabulary, words in known.items() if folded & words),
        examples=tuple(table.examples[term]),
    )


def _is_name(capitals: list[int], language: str) -> bool:
    """Whether nearly every one inside a sentence has a capital, in a language where only names have one."""
    return language not in ("de", "") and capitals[0] > 2 and capitals[0] >= MOSTLY * sum(capitals)


def _forms(written: Counter[str], with_case: bool) -> tuple[str, ...]:
    """Return how a term is written, the most frequent first; in small letters where its case says nothing."""
    merged: Counter[str] = Counter()
    for form, count in written.items():
        merged[form if with_case else form.lower()] += count
    return tuple(form for form, _ in merged.most_common(_FORMS))


def _growth_word(term: str, language: str, table: TermCounts, words: Collection[str]) -> GrowthWord | None:
    forms = _forms(table.forms[term], language == "de")
    if term in words or any(fold(form) in words for form in forms):
        return None
    yes, no = (table.sides.get(group, Counter())[term] for group in ("yes", "no"))
    found = keyness("yes", yes, table.texts["yes"], "no", no, table.texts["no"])
    if not found or found.group != "yes" or found.g2 < SURE:
        return None
    sizes = table.texts["yes"], table.texts["no"]
    examples = tuple(table.examples[term])
    like = _like(term, words, language)
    return GrowthWord(forms[0], term, forms, language, yes, sizes[0], no, sizes[1], found, like, examples)


def _like(term: str, words: Collection[str], language: str) -> str:
    """Return a word of the concept that is nearly this one, or part of it as in Adlerszepter."""
    for word in sorted(words, key=len, reverse=True):
        if (len(word) > 3 and word in term) or lemma(word, language) == term:
            return word
        if SequenceMatcher(None, word, term).ratio() >= ALIKE:
            return word
    return ""
