"""What rules are worth is counted rightly, and a change says beforehand which labels it changes."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.sides import read_rules
from mlcore.contract import Face
from mlcore.text.label_changes import changed_labels
from mlcore.text.rule_tables import RuleRow, SideReading, tabulate_rules
from mlcore.text.rules import Rule, RuleSet, compile_rules
from mlcore.text.shares import wilson
from mlcore.text.side_text import SideText

EAGLE = Rule("eagle", "eagle", "en", "word", "eagle", 1)
ADLER = Rule("adler", "eagle", "de", "stem", "Adler", 1)
TIPPED = Rule("tipped", "eagle", "en", "exclusion", "eagle tipped", 1)
RIDER = Rule("rider", "horse", "en", "word", "rider", 1)
RULES = [EAGLE, ADLER, TIPPED, RIDER]
SET = compile_rules(RULES, {})


def reading(
    text: str, decisions: Mapping[str, bool] | None = None, model: Mapping[str, bool] | None = None
) -> SideReading:
    return SideReading(text, SET.explain(text), decisions or {}, model or {})


def row(rows: tuple[RuleRow, ...], rule: Rule) -> RuleRow:
    return next(found for found in rows if found.rule is rule)


def test_the_tester_tells_what_counted_what_was_swallowed_and_by_what() -> None:
    rules = compile_rules(
        [
            *RULES,
            Rule("quadriga", "quadriga", "en", "word", "quadriga", 1),
            Rule("great", "eagle", "en", "phrase", "great eagle", 1),
        ],
        {"quadriga": ("horse",)},
    )
    text = "Great eagle in quadriga; eagle-tipped sceptre; EAGLE"
    found = [(f.concept, text[f.start : f.end], f.outcome, f.because and f.because.id) for f in rules.explain(text)]
    assert found == [
        ("eagle", "Great eagle", "counts", None),
        ("eagle", "eagle", "inside", "great"),
        ("quadriga", "quadriga", "counts", None),
        ("horse", "quadriga", "counts", None),
        ("eagle", "eagle-tipped", "exclusion", None),
        ("eagle", "eagle", "swallowed", "tipped"),
        ("eagle", "EAGLE", "legend", None),
    ]
    assert [f.implied_by for f in rules.explain(text)][3] == "quadriga"


VOCABULARY = read_rules()
WORDS = [
    "eagle",
    "eagle-tipped",
    "sceptre",
    "Victory",
    "VICTORIA",
    "corona",
    "radiata",
    "quadriga",
    "Adler",
    "le",
    "rider",
]


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_what_counts_in_the_tester_is_what_the_rules_find(words: list[str]) -> None:
    text = " ".join(words)
    counted = [
        (f.concept, f.rule.id, f.start, f.end, f.implied_by) for f in VOCABULARY.explain(text) if f.outcome == "counts"
    ]
    assert counted == [(m.concept, m.rule, m.start, m.end, m.implied_by) for m in VOCABULARY.find(text)]


def test_a_rule_may_read_one_side_only() -> None:
    rules = compile_rules([Rule(1, "eagle", "en", "word", "eagle", 1, ("reverse",))], {})
    assert [len(rules.find("eagle", face=face)) for face in ("obverse", "reverse", None)] == [0, 1, 1]
    assert rules.explain("eagle", face="obverse") == []
    with pytest.raises(ValueError, match="no sides of a coin"):
        Rule(1, "eagle", "en", "word", "eagle", 1, ())


def test_coverage_overlap_and_conflicts_are_counted_by_side() -> None:
    table = tabulate_rules(
        RULES,
        [
            reading("eagle, eagle and Adler"),
            reading("Adlerszepter"),
            reading("eagle tipped sceptre", model={"eagle": True}),
            reading("eagle tipped sceptre; Adler", model={"eagle": False}),
            reading("altar", model={"eagle": True, "horse": False}),
        ],
    )
    assert table.sides == 5
    eagle, adler, tipped = (row(table.rules, rule) for rule in (EAGLE, ADLER, TIPPED))
    assert (eagle.sides, eagle.alone, eagle.overlap, eagle.conflicts) == (1, 0, {"adler": 1}, {"tipped": 2})
    assert (adler.sides, adler.alone, adler.overlap) == (3, 2, {"eagle": 1})
    assert (tipped.sides, tipped.alone, tipped.conflicts) == (2, 1, {"eagle": 2})
    assert adler.model_conflicts is not None
    assert (adler.model_conflicts.right, adler.model_conflicts.of) == (1, 1)
    assert tipped.model_conflicts is not None
    assert (tipped.model_conflicts.right, tipped.model_conflicts.of) == (1, 1)
    concept = next(found for found in table.concepts if found.concept == "eagle")
    assert (concept.sides, concept.only_rules, concept.only_model) == (3, 1, 2)
    assert row(table.rules, RIDER).sides == 0
    assert row(table.rules, RIDER).precision is None


def test_precision_and_recall_are_those_of_the_decisions() -> None:
    yes, no = {"eagle": True}, {"eagle": False}
    readings = (
        [reading("eagle", yes)] * 9 + [reading("eagle", no)] + [reading("bird", yes)] * 3 + [reading("eagle")] * 50
    )
    readings += [reading("eagle tipped", no)] * 4 + [reading("eagle tipped", yes)]
    rows = tabulate_rules(RULES, readings).rules
    precision, recall = row(rows, EAGLE).precision, row(rows, EAGLE).recall
    assert precision is not None
    assert recall is not None
    assert (precision.right, precision.of, recall.right, recall.of) == (9, 10, 9, 13)
    assert precision.low == pytest.approx(0.5958, abs=1e-4)
    assert precision.high == pytest.approx(0.9821, abs=1e-4)
    exclusion = row(rows, TIPPED)
    assert exclusion.recall is None
    assert exclusion.precision is not None
    assert (exclusion.precision.right, exclusion.precision.of) == (4, 5)


def test_no_answers_make_no_share_and_nonsense_is_refused() -> None:
    assert wilson(0, 0) is None
    whole = wilson(10, 10)
    assert whole is not None
    assert (whole.value, whole.high) == (1.0, pytest.approx(1.0))
    assert whole.low == pytest.approx(0.7225, abs=1e-4)
    with pytest.raises(ValueError, match="11 of 10"):
        wilson(11, 10)


def rows_of(*texts: tuple[int, str], face: Face = "reverse") -> list[SideText]:
    return [SideText(side, face, "en", text) for side, text in texts]


def test_a_change_of_rules_says_which_labels_come_and_go() -> None:
    after = compile_rules([EAGLE, TIPPED, Rule("le", "horse", "en", "exclusion", "le rider", 1), RIDER], {})
    texts = rows_of((1, "eagle"), (2, "Adler"), (3, "Le Rider"), (3, "a rider"), (4, "Le Rider"), (5, "altar"))
    changes = changed_labels(SET, after, texts)
    assert (changes.sides, changes.changed_sides, changes.labels) == (5, 2, 2)
    assert (changes.gained, changes.lost) == ({}, {"eagle": 1, "horse": 1})
    assert [(one.side, one.text[one.match.start : one.match.end]) for one in changes.examples] == [
        (2, "Adler"),
        (4, "Rider"),
    ]
    back = changed_labels(after, SET, texts)
    assert (back.gained, back.lost) == (changes.lost, {})
    assert changed_labels(SET, SET, texts).labels == 0


def test_a_preview_streams_and_keeps_few_examples() -> None:
    none = RuleSet([], {})
    changes = changed_labels(none, SET, (SideText(number, "reverse", "en", "eagle") for number in range(20_000)))
    assert changes.gained == {"eagle": 20_000}
    assert len(changes.examples) == 5


def test_a_preview_of_many_texts_is_quick() -> None:
    text = "Victory standing left, holding wreath and palm; eagle at feet"
    started = time.process_time()
    changed_labels(VOCABULARY, VOCABULARY, (SideText(number, "reverse", "en", text) for number in range(20_000)))
    assert time.process_time() - started < 8
