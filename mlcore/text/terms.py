"""Words and runs of two and three of them, as lemmas, counted in one pass over many texts."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path

import simplemma

from mlcore.text.languages import LANGUAGES, detect_language, fold
from mlcore.text.side_text import SideText

STOP_WORDS = Path(__file__).with_name("stop_words.toml")
LONGEST_RUN = 3
EXAMPLES = 3
_PHRASE = re.compile(r"[^\W\d_]+(?:[ '’-]{1,2}[^\W\d_]+)*")
_WORD = re.compile(r"[^\W\d_]+")
_MOST_TERMS, _LOOKED_AFTER = 3_000_000, 10_000
"""Terms held per language and group; beyond it, those seen once are forgotten, looked for every so many sides."""


@dataclass
class TermCounts:
    """What was counted in one language; groups are the sides of the coin, or whatever is compared."""

    occurrences: dict[str, Counter[str]] = field(default_factory=dict)
    """Group to term to how often it stands there."""
    sides: dict[str, Counter[str]] = field(default_factory=dict)
    """Group to term to the number of sides that say it."""
    words: Counter[str] = field(default_factory=Counter)
    """Single words, stop words as well: what runs are compared with."""
    tokens: Counter[str] = field(default_factory=Counter)
    """Group to the number of words."""
    texts: Counter[str] = field(default_factory=Counter)
    """Group to the number of sides."""
    forms: dict[str, Counter[str]] = field(default_factory=dict)
    """Terms that stand there often enough, to how they are written."""
    capitals: dict[str, list[int]] = field(default_factory=dict)
    """The same terms, to how often they stand inside a sentence with a capital, and how often without."""
    examples: dict[str, list[SideText]] = field(default_factory=dict)

    def total(self, term: str) -> int:
        return sum(counts[term] for counts in self.occurrences.values())

    def total_sides(self, term: str) -> int:
        return sum(counts[term] for counts in self.sides.values())


def count_terms(groups: Iterable[tuple[str, SideText]], least: int) -> dict[str, TermCounts]:
    """Return what stands in the texts, by language. groups: a name of the group and a row; the rows of a side together.

    A run ends at punctuation and at stop words other than "of" and its like, and does not end with one; words in
    capitals are legends and are left out. How a term is written, and examples, are kept from the
    `least`-th time on, so that what is rare costs nothing.
    """
    tables: dict[str, TermCounts] = {}
    for (group, _), rows in groupby(groups, key=lambda entry: (entry[0], entry[1].side)):
        said: dict[str, set[str]] = {}
        for _, row in rows:
            language = row.language if row.language in LANGUAGES else detect_language(row.text)
            table = tables.setdefault(language, TermCounts())
            said.setdefault(language, set()).update(_count(table, group, row, language, least))
        for language, terms in said.items():
            table = tables[language]
            table.texts[group] += 1
            table.sides.setdefault(group, Counter()).update(terms)
            if not table.texts[group] % _LOOKED_AFTER and len(table.occurrences[group]) > _MOST_TERMS:
                _forget(table, group)
    return tables


def _count(table: TermCounts, group: str, row: SideText, language: str, least: int) -> list[str]:
    counts = table.occurrences.setdefault(group, Counter())
    terms = []
    for words, opens in _phrases(row.text):
        lemmas = [lemma(word, language) for word in words]
        table.words.update(lemmas)
        table.tokens[group] += len(words)
        for term, first, last in _runs(lemmas, language):
            terms.append(term)
            counts[term] += 1
            if counts[term] >= least or table.total(term) >= least:
                table.forms.setdefault(term, Counter())[" ".join(words[first:last])] += 1
                if first or not opens:
                    table.capitals.setdefault(term, [0, 0])[words[first][0].islower()] += 1
                examples = table.examples.setdefault(term, [])
                if len(examples) < EXAMPLES and row not in examples:
                    examples.append(row)
    return terms


def _forget(table: TermCounts, group: str) -> None:
    for term in [term for term, count in table.occurrences[group].items() if count == 1]:
        del table.occurrences[group][term]
        del table.sides[group][term]


def _phrases(text: str) -> Iterator[tuple[list[str], bool]]:
    """Yield words without punctuation between them, and whether they open a sentence."""
    for phrase in _PHRASE.finditer(text):
        words: list[str] = []
        opens = text[: phrase.start()].rstrip(" [(\"'“„«")[-1:] in ("", ".", "\n")
        for word in _WORD.findall(phrase.group()):
            if len(word) > 1 and word.isupper():
                if words:
                    yield words, opens
                words, opens = [], False
            else:
                words.append(word)
        if words:
            yield words, opens


def _runs(lemmas: list[str], language: str) -> Iterator[tuple[str, int, int]]:
    """Yield term, first word and end."""
    stops, links = stop_words(language), stop_words(language, "link")
    empty = [word in stops or len(word) < 2 for word in lemmas]
    for first, term in enumerate(lemmas):
        if empty[first]:
            continue
        yield term, first, first + 1
        for last in range(first + 1, min(first + LONGEST_RUN, len(lemmas))):
            if empty[last] and lemmas[last] not in links:
                break
            term = f"{term} {lemmas[last]}"
            if not empty[last]:
                yield term, first, last + 1


@cache
def lemma(word: str, language: str) -> str:
    """Return the word in its dictionary form without case and accents; only folded where the language is unknown."""
    if language not in LANGUAGES or fold(word) in stop_words(language):
        return fold(word)
    return fold(str(simplemma.lemmatize(word, lang=language)).replace(" ", ""))


@cache
def stop_words(language: str, kind: str = "") -> frozenset[str]:
    """Return the stop words of a language, folded; of all languages where it is unknown, of one kind where it is given.

    Kinds are the keys of stop_words.toml.
    """
    with STOP_WORDS.open("rb") as stream:
        tables = tomllib.load(stream)
    wanted = [language] if language in tables else list(tables)
    lines = (words for name in wanted for key, words in tables[name].items() if kind in ("", key))
    return frozenset(fold(word) for words in lines for word in words.split())
