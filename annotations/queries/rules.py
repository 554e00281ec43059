"""Rules as pages show them: what a change would change, what each rule is worth, and what is said where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from annotations.models import Concept, Label, PseudoLabel, Rule, Side
from annotations.models.evidence import Answer
from annotations.queries.text_rules import Draft, implications, text_rules
from annotations.queries.text_sample import Sample, draw_sample
from mlcore.text.label_changes import ChangedLabel, changed_labels
from mlcore.text.rule_tables import ConceptRow, RuleRow, SideReading, tabulate_rules
from mlcore.text.rules import Match, RuleSet, compile_rules
from mlcore.text.side_text import SideText

SHOWN = 6
AROUND = 90
"""Characters of a text that stand on each side of marked words."""


@dataclass(frozen=True)
class Example:
    """A side with the words that speak of the concept."""

    side: Side
    concept: Concept
    before: str
    words: str
    after: str
    note: str = ""


@dataclass(frozen=True)
class Preview:
    """What saving a draft would change."""

    sample: Sample
    sides: int
    """Sides of which a text speaks, that were read."""
    appear: Sequence[tuple[Concept, int]]
    go: Sequence[tuple[Concept, int]]
    appearing: Sequence[Example]
    going: Sequence[Example]

    @property
    def gained(self) -> int:
        return sum(count for _, count in self.appear)

    @property
    def lost(self) -> int:
        return sum(count for _, count in self.go)


def preview_draft(concept: Concept, draft: Draft, rule: Rule | None = None, sample: Sample | None = None) -> Preview:
    """What would change if the draft took the rule's place. Only texts that the old or the new words touch matter."""
    sample = sample or draw_sample()
    number = rule.pk if rule else 0
    present, implies = text_rules(), implications()
    old = [each for each in present if each.id == number]
    new = [] if draft.retired or concept.retired else [draft.as_text_rule(concept.slug, number)]
    kept = [each for each in present if each.id != number]
    read: set[int | str] = set()
    texts = _touched(sample.texts(), compile_rules([*old, *new], {}), read)
    changes = changed_labels(compile_rules(present, implies), compile_rules([*kept, *new], implies), texts, SHOWN)
    concepts = {each.slug: each for each in Concept.objects.all()}
    return Preview(
        sample,
        len(read),
        [(concepts[slug], count) for slug, count in changes.gained.items()],
        [(concepts[slug], count) for slug, count in changes.lost.items()],
        _examples([change for change in changes.examples if change.gained], concepts),
        _examples([change for change in changes.examples if not change.gained], concepts),
    )


def _touched(texts: Iterator[SideText], words: RuleSet, read: set[int | str]) -> Iterator[SideText]:
    """Pass on all texts of the sides where one of them holds the words; note every side in `read`."""
    for side, rows in groupby(texts, key=lambda row: row.side):
        told = list(rows)
        read.add(side)
        if any(words.explain(row.text, face=row.face) for row in told):
            yield from told


def _examples(changes: Sequence[ChangedLabel], concepts: Mapping[str, Concept]) -> list[Example]:
    sides = Side.objects.select_related("coin").in_bulk([int(change.side) for change in changes])
    return [
        cut_example(sides[int(change.side)], concepts[change.concept], change.text, change.match) for change in changes
    ][: 2 * SHOWN]


def cut_example(side: Side, concept: Concept, text: str, match: Match | PseudoLabel, note: str = "") -> Example:
    start, end = match.start, match.end
    before = text[max(0, start - AROUND) : start]
    after = text[end : end + AROUND]
    return Example(
        side,
        concept,
        ("… " if start > AROUND else "") + before,
        text[start:end],
        after + (" …" if end + AROUND < len(text) else ""),
        note,
    )


@dataclass(frozen=True)
class Worth:
    """What a rule is worth, beside the rule."""

    rule: Rule
    row: RuleRow
    others: Sequence[tuple[Rule, int]]
    """Rules that count on the same sides; of an exclusion and of what it swallows, each other."""

    @property
    def reads(self) -> bool:
        """Whether it met a text: what an exclusion took away counts too."""
        return bool(self.row.sides or self.row.conflicts)

    @property
    def experts_no(self) -> int:
        return self.row.precision.of - self.row.precision.right if self.row.precision else 0


@dataclass(frozen=True)
class LanguageRules:
    language: str
    reading: Sequence[Worth]
    idle: Sequence[Rule]
    """Those that found nothing in any text."""


@dataclass(frozen=True)
class ConceptWorth:
    sample: Sample
    sides: int
    rules: Sequence[Worth]
    whole: ConceptRow | None

    def by_language(self) -> list[LanguageRules]:
        found = []
        for language, group in groupby(self.rules, lambda worth: worth.rule.language):
            rows = list(group)
            found.append(
                LanguageRules(
                    language, [each for each in rows if each.reads], [each.rule for each in rows if not each.reads]
                )
            )
        return found


def rules_worth(concept: Concept, sample: Sample | None = None) -> ConceptWorth:
    """Read the texts with the rules of this concept and of those that imply it, and count."""
    sample = sample or draw_sample()
    implies = implications()
    wanted = {concept.slug} | {slug for slug in implies if concept.slug in _reached(slug, implies)}
    reading = [rule for rule in text_rules() if rule.concept in wanted]
    own = {rule.pk: rule for rule in concept.rules.all()}
    table = tabulate_rules(
        [rule for rule in reading if rule.concept == concept.slug],
        _readings(concept, sample, compile_rules(reading, implies)),
    )
    rows = [
        Worth(own[int(row.rule.id)], row, [(own[int(n)], sides) for n, sides in _met(row) if n in own])
        for row in table.rules
        if row.rule.concept == concept.slug
    ]
    rows.sort(key=lambda worth: (worth.rule.language, -worth.row.sides, worth.rule.pattern))
    whole = next((row for row in table.concepts if row.concept == concept.slug), None)
    return ConceptWorth(sample, table.sides, rows, whole)


def _met(row: RuleRow) -> list[tuple[int | str, int]]:
    return [*row.overlap.items(), *row.conflicts.items()]


def _reached(slug: str, implies: Mapping[str, tuple[str, ...]]) -> set[str]:
    reached, waiting = set[str](), list(implies.get(slug, ()))
    while waiting:
        here = waiting.pop()
        if here not in reached:
            reached.add(here)
            waiting += implies.get(here, ())
    return reached


def _readings(concept: Concept, sample: Sample, rules: RuleSet) -> Iterator[SideReading]:
    """A reading per side; sides without a text count too, where an expert or a model spoke of them."""
    slug = concept.slug
    labels = {
        side: (expert, model if score is not None else None)
        for side, expert, score, model in Label.objects.filter(concept=concept, side__in=sample.sides()).values_list(
            "side_id", "expert", "model_score", "model_present"
        )
    }
    for side, rows in groupby(sample.texts(), key=lambda row: row.side):
        expert, model = labels.pop(int(side), ("", None))
        findings = [finding for row in rows for finding in rules.explain(row.text, face=row.face)]
        yield SideReading(
            side,
            [finding for finding in findings if finding.concept == slug],
            {slug: expert == Answer.YES} if expert in (Answer.YES, Answer.NO) else {},
            {} if model is None else {slug: model},
        )
    for side, (expert, model) in labels.items():
        decided = {slug: expert == Answer.YES} if expert in (Answer.YES, Answer.NO) else {}
        yield SideReading(side, [], decided, {} if model is None else {slug: model})


def rule_examples(rule: Rule) -> list[Example]:
    """Sides whose texts this rule read, those first on which an expert says no."""
    labels = Label.objects.filter(concept=rule.concept, side__pseudo_labels__rule=rule)
    refused = list(labels.filter(expert=Answer.NO).values_list("side_id", flat=True).distinct()[:SHOWN])
    read = PseudoLabel.objects.filter(rule=rule, implied_by=None).select_related("side__coin", "description")
    first = [*read.filter(side__in=refused)[:SHOWN], *read.exclude(side__in=refused).order_by("pk")[: 2 * SHOWN]]
    by_side = {label.side_id: label for label in reversed(first)}
    return [
        cut_example(
            label.side, rule.concept, label.description.text, label, "An expert says no" if side in refused else ""
        )
        for side, label in sorted(by_side.items(), key=lambda item: item[0] not in refused)
    ][: 2 * SHOWN]
