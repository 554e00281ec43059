"""A text put before the rules: what they find in it, and why the rest does not count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from annotations.models import Concept, PseudoLabel, Rule, Side
from annotations.queries.text_rules import implications, text_rules
from mlcore.contract import Face
from mlcore.text.rules import Finding, compile_rules

SAMPLES = 4
"""Sides to try, of those where the text names the concept, and of the others."""


@dataclass(frozen=True)
class Found:
    """What one rule matched at one place, with the concepts that come with it."""

    words: str
    start: int
    end: int
    outcome: str
    concept: Concept
    rule: Rule
    implied: Sequence[Concept]
    because: Rule | None

    @property
    def counts(self) -> bool:
        return self.outcome == "counts"

    @property
    def why(self) -> str:
        if self.outcome == "swallowed":
            return f"Does not count: inside the exclusion “{self.because.pattern if self.because else ''}”"
        if self.outcome == "inside":
            return f"Adds nothing: “{self.because.pattern if self.because else ''}” reads these words already"
        return {
            "counts": "Counts",
            "legend": "Does not count: words in capitals are legend",
            "exclusion": "Exclusion: what matches the concept in here does not count",
        }[self.outcome]


@dataclass(frozen=True)
class Piece:
    text: str
    outcome: str
    """Empty where nothing matched; counts before all others."""
    title: str


@dataclass(frozen=True)
class Trial:
    text: str
    pieces: Sequence[Piece]
    found: Sequence[Found]
    concepts: Sequence[Concept]
    """That the text names, implied ones included."""


def try_text(text: str, face: Face | None = None, only: Concept | None = None) -> Trial:
    """Read the text with the present rules; `only`: matches of this concept's rules, and those that imply it."""
    findings = compile_rules(text_rules(), implications()).explain(text, face=face)
    concepts = {concept.slug: concept for concept in Concept.objects.in_use()}
    rules = Rule.objects.select_related("concept").in_bulk(_rule_ids(findings))
    implied: dict[tuple[Any, int, int], list[Concept]] = {}
    for finding in findings:
        if finding.implied_by:
            place = finding.rule.id, finding.start, finding.end
            implied.setdefault(place, []).append(concepts[finding.concept])
    found = [
        Found(
            text[finding.start : finding.end],
            finding.start,
            finding.end,
            finding.outcome,
            concepts[finding.concept],
            rules[int(finding.rule.id)],
            implied.get((finding.rule.id, finding.start, finding.end), []),
            rules[int(finding.because.id)] if finding.because else None,
        )
        for finding in findings
        if not finding.implied_by
    ]
    found = [each for each in found if only is None or only == each.concept or only in each.implied]
    named = {finding.concept for finding in findings if finding.outcome == "counts"}
    return Trial(text, _cut(text, found), found, [concepts[slug] for slug in sorted(named)])


def _rule_ids(findings: Sequence[Finding]) -> set[int]:
    both = [rule for finding in findings for rule in (finding.rule, finding.because) if rule]
    return {int(rule.id) for rule in both}


def _cut(text: str, found: Sequence[Found]) -> list[Piece]:
    cuts = sorted({0, len(text), *(cut for each in found for cut in (each.start, each.end))})
    return [_piece(text, left, right, found) for left, right in pairwise(cuts)]


def _piece(text: str, left: int, right: int, found: Sequence[Found]) -> Piece:
    here = [each for each in found if each.start <= left < each.end]
    here.sort(key=lambda each: ["counts", "inside", "swallowed", "exclusion", "legend"].index(each.outcome))
    title = "; ".join(f"{each.concept.name}: {each.why}" for each in here)
    return Piece(text[left:right], here[0].outcome if here else "", title)


def sample_sides(concept: Concept) -> list[Side]:
    """A few sides whose text names the concept, and a few whose text does not."""
    told = Side.objects.exclude(text="").select_related("coin")
    naming = PseudoLabel.objects.filter(concept=concept).values("side_id")
    return [*told.filter(pk__in=naming)[:SAMPLES], *told.exclude(pk__in=naming)[:SAMPLES]]
