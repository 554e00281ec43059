"""What each rule is worth: coverage, overlap, conflicts, and precision and recall against what experts decided."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mlcore.text.rules import Finding, Rule
from mlcore.text.shares import Share, wilson

RuleId = int | str


@dataclass(frozen=True)
class SideReading:
    """All that is known of one side: what the rules found in its texts, what experts decided, what a model answers."""

    side: int | str
    findings: Sequence[Finding]
    """From `RuleSet.explain`, of all texts of the side together."""
    decisions: Mapping[str, bool]
    """Concept to the experts' present answer; undecided ones are left out."""
    model: Mapping[str, bool]
    """Concept to the model's answer; those without one are left out."""


@dataclass(frozen=True)
class RuleRow:
    rule: Rule
    sides: int
    """Sides on which a match of the rule counts; of an exclusion, sides on which it took a match away."""
    alone: int
    """Those on which no other rule of the concept counts: what would be lost without this rule."""
    overlap: dict[RuleId, int]
    """Rules of the same concept that count on the same sides, and on how many."""
    conflicts: dict[RuleId, int]
    """Sides on which an exclusion took a match of this rule away; of an exclusion, whose matches it took."""
    model_conflicts: Share | None
    """Of the covered sides that the model answered for, those where it says otherwise."""
    precision: Share | None
    """Of the covered sides that are decided, those where the experts agree; with a 95 % interval."""
    recall: Share | None
    """Of the sides decided to show the concept, those that this rule covers; None for an exclusion."""


@dataclass(frozen=True)
class ConceptRow:
    """All rules of a concept together, with what other concepts imply."""

    concept: str
    sides: int
    precision: Share | None
    recall: Share | None
    only_rules: int
    """Sides where rules say yes and the model says no."""
    only_model: int
    """Sides where the model says yes and no rule does."""


@dataclass(frozen=True)
class RuleTable:
    sides: int
    rules: tuple[RuleRow, ...]
    concepts: tuple[ConceptRow, ...]


@dataclass
class _Tally:
    sides: int = 0
    alone: int = 0
    agreed: int = 0
    decided: int = 0
    model_other: int = 0
    model_answers: int = 0
    overlap: Counter[RuleId] = field(default_factory=Counter)
    conflicts: Counter[RuleId] = field(default_factory=Counter)

    def add(self, says: bool, decision: bool | None, model: bool | None) -> None:
        self.sides += 1
        self.decided += decision is not None
        self.agreed += decision is says
        self.model_answers += model is not None
        self.model_other += model is (not says)


def tabulate_rules(rules: Iterable[Rule], readings: Iterable[SideReading]) -> RuleTable:
    """Return a row per rule and per concept from one pass over the sides.

    Sides without any finding must be given as well: they count in recall. Memory grows with the rules, not the sides.
    """
    rules = list(rules)
    tallies: dict[RuleId, _Tally] = {rule.id: _Tally() for rule in rules}
    concepts: dict[str, _Tally] = {rule.concept: _Tally() for rule in rules}
    shown: Counter[str] = Counter()
    only_model: Counter[str] = Counter()
    sides = 0
    for reading in readings:
        sides += 1
        shown.update(concept for concept, decision in reading.decisions.items() if decision)
        said = _count_concepts(concepts, reading)
        only_model.update(concept for concept, answer in reading.model.items() if answer and concept not in said)
        _count_rules(tallies, reading)
    rows = tuple(_rule_row(rule, tallies[rule.id], shown[rule.concept]) for rule in rules)
    concept_rows = tuple(_concept_row(name, tally, shown[name], only_model[name]) for name, tally in concepts.items())
    return RuleTable(sides, rows, concept_rows)


def _count_concepts(concepts: dict[str, _Tally], reading: SideReading) -> set[str]:
    said = {finding.concept for finding in reading.findings if finding.outcome == "counts"}
    for concept in said:
        concepts.setdefault(concept, _Tally()).add(True, reading.decisions.get(concept), reading.model.get(concept))
    return said


def _count_rules(tallies: dict[RuleId, _Tally], reading: SideReading) -> None:
    counting: dict[str, set[RuleId]] = defaultdict(set)
    taken: dict[tuple[RuleId, str], set[RuleId]] = defaultdict(set)
    for finding in reading.findings:
        if finding.implied_by:
            continue
        if finding.outcome in ("counts", "inside"):
            counting[finding.concept].add(finding.rule.id)
        elif finding.outcome == "swallowed" and finding.because:
            taken[finding.because.id, finding.concept].add(finding.rule.id)
    for concept, ids in counting.items():
        for identifier in ids:
            tally = tallies.setdefault(identifier, _Tally())
            tally.add(True, reading.decisions.get(concept), reading.model.get(concept))
            tally.alone += len(ids) == 1
            tally.overlap.update(ids - {identifier})
    for (exclusion, concept), losers in taken.items():
        tally = tallies.setdefault(exclusion, _Tally())
        tally.conflicts.update(losers)
        if not counting.get(concept):
            tally.alone += 1
            tally.add(False, reading.decisions.get(concept), reading.model.get(concept))
        else:
            tally.sides += 1
        for loser in losers:
            tallies.setdefault(loser, _Tally()).conflicts[exclusion] += 1


def _rule_row(rule: Rule, tally: _Tally, shown: int) -> RuleRow:
    return RuleRow(
        rule,
        tally.sides,
        tally.alone,
        dict(tally.overlap.most_common()),
        dict(tally.conflicts.most_common()),
        wilson(tally.model_other, tally.model_answers),
        wilson(tally.agreed, tally.decided),
        None if rule.kind == "exclusion" else wilson(tally.agreed, shown),
    )


def _concept_row(concept: str, tally: _Tally, shown: int, only_model: int) -> ConceptRow:
    precision, recall = wilson(tally.agreed, tally.decided), wilson(tally.agreed, shown)
    return ConceptRow(concept, tally.sides, precision, recall, tally.model_other, only_model)
