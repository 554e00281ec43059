"""Which words of a text say that a concept is there: patterns of words, found in one pass."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mlcore.contract import FACES, Face
from mlcore.text.languages import fold

_TOKEN = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[ \t\r\n'’‘ʼ\-‐‑]{1,4}")
_PATTERN = re.compile(r"(?:[^\W\d_]+\*?|\*)(?:[ '’\-]{1,2}(?:[^\W\d_]+\*?|\*))*['’]?")
_LONGEST_PATTERN, _MOST_WORDS = 80, 8
_REMEMBERED = 50_000
"""Words whose patterns are kept at hand; the memory is emptied when it holds more."""


@dataclass(frozen=True)
class Rule:
    id: int | str
    concept: str
    language: str
    """Where its words come from, or empty; every rule reads every text."""
    kind: str
    """word: a whole word. stem: the beginning of a word. phrase: words in a row, each may end in * for any ending.
    exclusion: words in a row; what matches the concept inside them does not count."""
    pattern: str
    version: int
    faces: tuple[Face, ...] = FACES
    """The sides whose texts it reads."""

    def __post_init__(self) -> None:
        if not self.faces or not set(self.faces) <= set(FACES):
            raise ValueError(f"{self.faces!r} are no sides of a coin. Use obverse, reverse or both.")
        if self.kind not in ("word", "stem", "phrase", "exclusion"):
            raise ValueError(f"{self.kind!r} is no kind of rule. Use word, stem, phrase or exclusion.")
        if len(self.pattern) > _LONGEST_PATTERN:
            raise ValueError(f"The pattern has {len(self.pattern)} characters; at most {_LONGEST_PATTERN} are read.")
        if not _PATTERN.fullmatch(self.pattern):
            raise ValueError(
                f"The pattern {self.pattern!r} is not made of words. Use letters, spaces, hyphens and apostrophes,"
                " and * at the end of a word of a phrase."
            )
        words = _TOKEN.findall(self.pattern)
        if not words or len(words) > _MOST_WORDS:
            raise ValueError(f"The pattern {self.pattern!r} has {len(words)} words; 1 to {_MOST_WORDS} are read.")
        if self.kind in ("word", "stem") and (len(words) > 1 or "*" in self.pattern):
            raise ValueError(f"The {self.kind} {self.pattern!r} must be one word without *. Make it a phrase.")
        if self.pattern.startswith("*"):
            raise ValueError(f"The pattern {self.pattern!r} must begin with a word.")


@dataclass(frozen=True)
class Match:
    concept: str
    rule: int | str
    version: int
    start: int
    end: int
    """Span in the text, end exclusive."""
    implied_by: str
    """The concept that was found and brings this one with it, or empty."""


Outcome = Literal["counts", "swallowed", "inside", "legend", "exclusion"]
"""swallowed: inside what an exclusion matched. inside: within a longer match of its concept. legend: the words stand in
capitals. exclusion: the rule says that something does not count."""


@dataclass(frozen=True)
class Finding:
    """What a rule matched and what came of it."""

    concept: str
    rule: Rule
    start: int
    end: int
    """Span in the text, end exclusive."""
    implied_by: str
    """The concept that brings this one with it, or empty."""
    outcome: Outcome
    because: Rule | None
    """The exclusion or the longer match that took its place."""


@dataclass(frozen=True)
class _Pattern:
    rule: Rule
    words: tuple[tuple[str, bool], ...]
    """Folded words; true where any ending may follow."""

    def begins(self, word: str) -> bool:
        return _fits(word, self.words[0])


class _Excluded:
    """Stretches of the text that say nothing of a concept; given by their start, asked for by halving."""

    def __init__(self, stretches: Iterable[tuple[str, int, int]]) -> None:
        self._starts: dict[str, list[int]] = {}
        self._ends: dict[str, list[int]] = {}
        for concept, start, end in stretches:
            starts, ends = self._starts.setdefault(concept, []), self._ends.setdefault(concept, [])
            if ends and start < ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(start)
                ends.append(end)

    def touches(self, concept: str, first: int, last: int) -> bool:
        starts = self._starts.get(concept)
        if not starts:
            return False
        place = bisect_left(starts, last) - 1
        return place >= 0 and self._ends[concept][place] > first


class RuleSet:
    """Rules made ready; made once, then used on many texts and from many threads."""

    def __init__(self, rules: Iterable[Rule], implies: Mapping[str, tuple[str, ...]]) -> None:
        self._whole: dict[str, list[_Pattern]] = {}
        self._stems: dict[str, list[_Pattern]] = {}
        for rule in rules:
            pattern = _Pattern(rule, _words(rule))
            first, open_end = pattern.words[0]
            (self._stems if open_end else self._whole).setdefault(first, []).append(pattern)
        self._lengths = sorted({len(stem) for stem in self._stems})
        self._implies = {concept: _closure(concept, implies) for concept in implies}
        self._known: dict[str, tuple[_Pattern, ...]] = {}

    def find(self, text: str, start: int = 0, end: int | None = None, face: Face | None = None) -> list[Match]:
        """Return what text[start:end] says, by place; spans are those of the whole text.

        Words of two letters or more in capitals are legends and say nothing: VICTORIA AVG is not the figure of Victory.
        A text without any small letter is a legend as a whole. Where the side is given, only its rules count. Takes
        time linear in the text.
        """
        found = [
            (pattern, first, last) for pattern, first, last, legend in self._found(text, start, end, face) if not legend
        ]
        return self._settled(found) if found else []

    def explain(self, text: str, start: int = 0, end: int | None = None, face: Face | None = None) -> list[Finding]:
        """Return everything that any rule matched in text[start:end], by place, and what came of it.

        Those that count are exactly the matches of `find`, in the same order.
        """
        found = list(self._found(text, start, end, face))
        exclusions = [entry for entry in found if entry[0].rule.kind == "exclusion" and not entry[3]]
        findings = [
            Finding(concept, pattern.rule, first, last, implied_by, *_outcome(concept, first, last, exclusions, legend))
            for pattern, first, last, legend in found
            if pattern.rule.kind != "exclusion"
            for concept, implied_by in self._with_implied(pattern.rule.concept)
        ]
        findings.sort(key=lambda finding: (finding.start, -finding.end, bool(finding.implied_by)))
        findings = _longest(findings)
        findings += [
            Finding(p.rule.concept, p.rule, first, last, "", "exclusion", None) for p, first, last, _ in exclusions
        ]
        return sorted(findings, key=lambda finding: (finding.start, -finding.end, bool(finding.implied_by)))

    def _found(
        self, text: str, start: int, end: int | None, face: Face | None
    ) -> Iterator[tuple[_Pattern, int, int, bool]]:
        """Yield what matches, by the place of the first word, and whether that word is one of a legend."""
        folded = fold(text)
        end = len(text) if end is None else end
        tokens = [match.span() for match in _TOKEN.finditer(folded, start, end)]
        for index, (first, last) in enumerate(tokens):
            if patterns := self._patterns(folded[first:last]):
                legend = last - first > 1 and text[first:last].isupper()
                for pattern, begin, stop in self._matching(patterns, folded, tokens, index):
                    if face is None or face in pattern.rule.faces:
                        yield pattern, begin, stop, legend

    def _patterns(self, word: str) -> tuple[_Pattern, ...]:
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            stems = [pattern for length in self._lengths for pattern in self._stems.get(word[:length], ())]
            fitting = [pattern for pattern in stems if pattern.begins(word)]
            known = self._known[word] = (*self._whole.get(word, ()), *fitting)
        return known

    @staticmethod
    def _matching(
        patterns: tuple[_Pattern, ...], folded: str, tokens: Sequence[tuple[int, int]], index: int
    ) -> Iterator[tuple[_Pattern, int, int]]:
        for pattern in patterns:
            last = index + len(pattern.words) - 1
            if last < len(tokens) and all(
                _GAP.fullmatch(folded, tokens[place - 1][1], tokens[place][0])
                and _fits(folded[slice(*tokens[place])], word)
                for place, word in zip(range(index + 1, last + 1), pattern.words[1:], strict=True)
            ):
                yield pattern, tokens[index][0], tokens[last][1]

    def _settled(self, found: list[tuple[_Pattern, int, int]]) -> list[Match]:
        """Bring in what is implied, take out what is excluded, and keep the longest of matches inside each other."""
        excluded = _Excluded((p.rule.concept, first, last) for p, first, last in found if p.rule.kind == "exclusion")
        matches = [
            Match(concept, pattern.rule.id, pattern.rule.version, first, last, implied_by)
            for pattern, first, last in found
            if pattern.rule.kind != "exclusion"
            for concept, implied_by in self._with_implied(pattern.rule.concept)
            if not excluded.touches(concept, first, last)
        ]
        matches.sort(key=lambda match: (match.start, -match.end, bool(match.implied_by)))
        kept: list[Match] = []
        reached: dict[tuple[str, bool], int] = {}
        for match in matches:
            key = match.concept, bool(match.implied_by)
            if match.end > reached.get(key, -1):
                kept.append(match)
                reached[key] = match.end
        return kept

    def _with_implied(self, concept: str) -> Iterator[tuple[str, str]]:
        yield concept, ""
        for implied in self._implies.get(concept, ()):
            yield implied, concept


def compile_rules(rules: Iterable[Rule], implies: Mapping[str, tuple[str, ...]]) -> RuleSet:
    """Return the rules made ready. `implies`: concept to the concepts that are present wherever it is."""
    return RuleSet(rules, implies)


def _outcome(
    concept: str, first: int, last: int, exclusions: Iterable[tuple[_Pattern, int, int, bool]], legend: bool
) -> tuple[Outcome, Rule | None]:
    if legend:
        return "legend", None
    for pattern, start, end, _ in exclusions:
        if pattern.rule.concept == concept and start < last and first < end:
            return "swallowed", pattern.rule
    return "counts", None


def _longest(findings: Iterable[Finding]) -> list[Finding]:
    """Take from matches inside longer ones of their concept that they count; given by place, the longest first."""
    reached: dict[tuple[str, bool], Finding] = {}
    settled = []
    for finding in findings:
        key = finding.concept, bool(finding.implied_by)
        longer = reached.get(key)
        if finding.outcome == "counts" and longer and finding.end <= longer.end:
            finding = replace(finding, outcome="inside", because=longer.rule)
        elif finding.outcome == "counts":
            reached[key] = finding
        settled.append(finding)
    return settled


def _words(rule: Rule) -> tuple[tuple[str, bool], ...]:
    parts = re.findall(r"[^\W_]+\*?|\*", fold(rule.pattern))
    return tuple((part.rstrip("*"), part.endswith("*") or rule.kind == "stem") for part in parts)


def _fits(word: str, wanted: tuple[str, bool]) -> bool:
    return word.startswith(wanted[0]) if wanted[1] else word == wanted[0]


def _closure(concept: str, implies: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    reached: list[str] = []
    waiting = list(implies[concept])
    while waiting:
        implied = waiting.pop(0)
        if implied != concept and implied not in reached:
            reached.append(implied)
            waiting += implies.get(implied, ())
    return tuple(reached)
