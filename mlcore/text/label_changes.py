"""How many labels a change of the rules would change, told before it is saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from mlcore.text.rules import Match, RuleSet
from mlcore.text.side_text import SideText

EXAMPLES = 5
"""Kept per concept, gained and lost apart."""


@dataclass(frozen=True)
class ChangedLabel:
    side: int | str
    concept: str
    gained: bool
    """True: the side would newly show the concept. False: it no longer would."""
    text: str
    match: Match
    """The place in the text that says so by the rules after the change, or that said so before it."""


@dataclass(frozen=True)
class LabelChanges:
    sides: int
    changed_sides: int
    gained: dict[str, int]
    """Concept to the number of sides."""
    lost: dict[str, int]
    examples: tuple[ChangedLabel, ...]

    @property
    def labels(self) -> int:
        return sum(self.gained.values()) + sum(self.lost.values())


def changed_labels(
    before: RuleSet, after: RuleSet, texts: Iterable[SideText], examples: int = EXAMPLES
) -> LabelChanges:
    """Return what changes when `after` takes the place of `before`, from one pass over the texts.

    The texts of a side must stand one behind another: a side has a label where any of them says so. Memory does not
    grow with the texts.
    """
    gained: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    kept: list[ChangedLabel] = []
    sides = changed = 0
    for _, rows in groupby(texts, key=lambda row: row.side):
        sides += 1
        side_changes = list(_changes(before, after, list(rows)))
        changed += bool(side_changes)
        for change in side_changes:
            counts = gained if change.gained else lost
            counts[change.concept] += 1
            if counts[change.concept] <= examples:
                kept.append(change)
    return LabelChanges(sides, changed, dict(gained.most_common()), dict(lost.most_common()), tuple(kept))


def _changes(before: RuleSet, after: RuleSet, rows: list[SideText]) -> Iterator[ChangedLabel]:
    old, new = _labels(before, rows), _labels(after, rows)
    for concept in sorted(old.keys() ^ new.keys()):
        gained = concept in new
        row, match = new[concept] if gained else old[concept]
        yield ChangedLabel(row.side, concept, gained, row.text, match)


def _labels(rules: RuleSet, rows: list[SideText]) -> dict[str, tuple[SideText, Match]]:
    labels: dict[str, tuple[SideText, Match]] = {}
    for row in rows:
        for match in rules.find(row.text, face=row.face):
            labels.setdefault(match.concept, (row, match))
    return labels
