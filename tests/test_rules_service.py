"""Rules are saved as versions, previewed before that, and measured against what experts decided."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from annotations.models import Concept, Label, LabellingRun, Rule, RuleChange, Side
from annotations.queries import text_sample
from annotations.queries.rule_trial import try_text
from annotations.queries.rules import preview_draft, rules_worth
from annotations.queries.text_rules import Draft
from annotations.services.decisions import record_decision
from annotations.services.labelling import carry_out_labelling
from annotations.services.rules import RuleConflict, RuleRefused, save_and_relabel, save_rule
from tests.conftest import MakeCoin


@pytest.fixture
def owl(db: None) -> Concept:
    return Concept.objects.create(slug="owl", name="Owl")


def first_rule(concept: Concept, pattern: str = "owl", kind: str = "word") -> Rule:
    return Rule.objects.create(concept=concept, language="en", kind=kind, pattern=pattern)


def test_a_new_rule_is_version_one_and_written_down_with_its_author(owl: Concept, admin: User) -> None:
    rule = save_rule(user=admin, concept=owl, draft=Draft("en", "phrase", "  little   owl "))
    assert (rule.pattern, rule.version, rule.retired) == ("little owl", 1, False)
    (change,) = RuleChange.objects.filter(rule=rule)
    assert (change.version, change.pattern, change.user) == (1, "little owl", admin)


def test_every_saving_is_a_version_and_an_old_one_comes_back_as_a_new_one(owl: Concept, admin: User) -> None:
    rule = first_rule(owl)
    save_rule(user=admin, concept=owl, draft=Draft("en", "stem", "owl"), rule=rule, base=1)
    save_rule(user=admin, concept=owl, draft=Draft("en", "stem", "owl", retired=True), rule=rule, base=2)
    first = RuleChange.objects.get(rule=rule, version=1)
    assert first.user is None, "Nobody wrote the rule that came with the concept."
    back = save_rule(user=admin, concept=owl, draft=Draft.of(first), rule=rule, base=3)
    assert (back.version, back.kind, back.retired) == (4, "word", False)
    versions = RuleChange.objects.filter(rule=rule).order_by("version").values_list("version", "kind", "retired")
    assert list(versions) == [(1, "word", False), (2, "stem", False), (3, "stem", True), (4, "word", False)]


def test_the_second_of_two_who_saw_the_same_version_is_told_of_the_first(owl: Concept, admin: User) -> None:
    rule = first_rule(owl)
    save_rule(user=admin, concept=owl, draft=Draft("en", "word", "owls"), rule=rule, base=1)
    with pytest.raises(RuleConflict) as told:
        save_rule(user=admin, concept=owl, draft=Draft("en", "word", "owlet"), rule=rule, base=1)
    assert (told.value.current.pattern, told.value.current.version) == ("owls", 2)
    assert Rule.objects.get(pk=rule.pk).pattern == "owls"


@pytest.mark.parametrize(
    ("kind", "pattern", "said"),
    [
        ("word", "(a+)+$", "not made of words"),
        ("word", "two words", "must be one word"),
        ("stem", "owl*", "must be one word"),
        ("phrase", "* owl", "must begin with a word"),
        ("word", "o2", "not made of words"),
        ("verb", "owl", "no kind of rule"),
        ("word", "o" * 90, "90 characters"),
    ],
)
def test_what_is_no_word_is_refused_in_a_sentence(
    owl: Concept, admin: User, kind: str, pattern: str, said: str
) -> None:
    with pytest.raises(RuleRefused, match=said):
        save_rule(user=admin, concept=owl, draft=Draft("en", kind, pattern))
    assert not Rule.objects.filter(concept=owl).exists()


def test_the_same_rule_twice_and_a_change_of_nothing_are_refused(owl: Concept, admin: User) -> None:
    rule = first_rule(owl)
    with pytest.raises(RuleRefused, match="reads already"):
        save_rule(user=admin, concept=owl, draft=Draft("en", "word", "owl"))
    with pytest.raises(RuleRefused, match="Nothing differs from version 1"):
        save_rule(user=admin, concept=owl, draft=Draft("en", "word", "owl"), rule=rule, base=1)
    save_rule(user=admin, concept=owl, draft=Draft("en", "word", "owl", retired=True), rule=rule, base=1)
    with pytest.raises(RuleRefused, match="bring it back"):
        save_rule(user=admin, concept=owl, draft=Draft("en", "word", "owl"))


def test_a_preview_tells_exactly_what_saving_changes(
    make_coin: MakeCoin, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_coin("a", obverse="Owl", reverse="Quadriga left")
    make_coin("b", obverse="Owls on a branch", reverse="A horse-drawn quadriga")
    quadriga = Concept.objects.get(slug="quadriga")
    rule = _reads(quadriga, "Quadriga left")
    preview = preview_draft(quadriga, Draft("en", "word", "owl"), rule)
    gained = {concept.slug: count for concept, count in preview.appear}
    lost = {concept.slug: count for concept, count in preview.go}
    before = _labels()
    _, run = save_and_relabel(
        user=admin, concept=quadriga, draft=Draft("en", "word", "owl"), rule=rule, base=rule.version
    )
    _read_again(run, monkeypatch)
    after = _labels()
    assert {slug: gained.get(slug, 0) for slug in ("quadriga", "horse")} == _counted(after - before)
    assert {slug: lost.get(slug, 0) for slug in ("quadriga", "horse")} == _counted(before - after)
    assert preview.gained >= 2, "an owl brings a quadriga, and with it a horse"
    assert [example.words for example in preview.appearing][:1] == ["Owl"]


def _reads(concept: Concept, text: str) -> Rule:
    return next(found.rule for found in try_text(text).found if found.concept == concept and found.counts)


def _labels() -> set[tuple[int, str]]:
    return set(Label.objects.filter(text_present=True).values_list("side_id", "concept__slug"))


def _counted(labels: set[tuple[int, str]]) -> dict[str, int]:
    return {slug: sum(each == slug for _, each in labels) for slug in ("quadriga", "horse")}


def _read_again(run: LabellingRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotations.services.labelling.write_fenced", lambda *_, **__: None)
    carry_out_labelling(run, lambda event: None)


def test_a_retired_rule_reads_no_more_and_a_retired_exclusion_lets_its_words_count(
    make_coin: MakeCoin, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_coin("a", reverse="Club of Herakles")
    hercules = Concept.objects.get(slug="hercules")
    exclusion = hercules.rules.get(kind="exclusion", pattern="club of Herakles")
    preview = preview_draft(hercules, Draft("en", "exclusion", "club of Herakles", retired=True), exclusion)
    assert [(concept.slug, count) for concept, count in preview.appear] == [("hercules", 1)] and preview.lost == 0
    draft = Draft(exclusion.language, exclusion.kind, exclusion.pattern, retired=True)
    _, run = save_and_relabel(user=admin, concept=hercules, draft=draft, rule=exclusion, base=1)
    _read_again(run, monkeypatch)
    assert Label.objects.filter(concept=hercules, text_present=True).count() == 1


def test_a_large_corpus_is_sampled_and_the_preview_says_so(
    make_coin: MakeCoin, owl: Concept, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in range(6):
        make_coin(f"s.{place}", reverse="An owl")
    monkeypatch.setattr(text_sample, "MOST_COINS", 3)
    preview = preview_draft(owl, Draft("en", "word", "owl"))
    assert (preview.sample.step, preview.sample.coins, preview.sides, preview.gained) == (2, 6, 3, 3)


def test_a_rule_is_worth_what_experts_say_of_the_sides_that_it_reads(
    make_coin: MakeCoin, expert: User, owl: Concept
) -> None:
    word, stem = first_rule(owl), first_rule(owl, "owl", "stem")
    texts = ["Owl", "Owl standing", "Owlet", "Athena"]
    sides = [Side.objects.get(coin=make_coin(f"w.{n}", reverse=text), face="reverse") for n, text in enumerate(texts)]
    for side, answer in zip(sides, ("yes", "no", "yes", "yes"), strict=True):
        record_decision(user=expert, side_id=side.pk, concept="owl", answer=answer, key=uuid4(), base_id=None)
    worth = rules_worth(owl)
    rows = {each.rule.pk: each for each in worth.rules}
    assert (rows[word.pk].row.sides, rows[word.pk].row.alone, rows[stem.pk].row.sides) == (2, 0, 3)
    assert rows[word.pk].others == [(stem, 2)] and rows[stem.pk].row.alone == 1
    precision, recall = rows[word.pk].row.precision, rows[word.pk].row.recall
    assert precision and (precision.right, precision.of, rows[word.pk].experts_no) == (1, 2, 1)
    assert recall and (recall.right, recall.of) == (1, 3)
    assert 0.09 < precision.low < 0.1 and 0.9 < precision.high < 0.91


def test_a_trial_says_what_counts_what_is_swallowed_and_what_is_legend(concepts: dict[str, Concept]) -> None:
    trial = try_text("Club of Herakles; HERCULES in quadriga; eagle")
    outcomes = {(found.words, found.outcome) for found in trial.found}
    assert {("Herakles", "swallowed"), ("Club of Herakles", "exclusion"), ("HERCULES", "legend")} <= outcomes
    swallowed = next(found for found in trial.found if found.outcome == "swallowed")
    assert swallowed.because and "club of Herakles" in swallowed.why
    quadriga = next(found for found in trial.found if found.concept.slug == "quadriga" and found.counts)
    assert "horse" in [concept.slug for concept in quadriga.implied]
    assert {concept.slug for concept in trial.concepts} == {"quadriga", "horse", "eagle"}
    assert "".join(piece.text for piece in trial.pieces) == trial.text
    only = try_text(trial.text, only=concepts["horse"])
    assert {found.concept.slug for found in only.found} <= {"horse", "quadriga", "biga"}


def test_a_rule_for_one_side_reads_only_that_side(owl: Concept, admin: User, make_coin: MakeCoin) -> None:
    save_rule(user=admin, concept=owl, draft=Draft("en", "word", "owl", face="reverse"))
    coin = make_coin("demo.1", obverse="Owl right", reverse="Owl left")
    assert [label.side.face for label in Label.objects.filter(concept=owl)] == ["reverse"]
    preview = preview_draft(owl, Draft("en", "word", "owl", face="obverse"), owl.rules.get())
    assert (preview.appear, preview.go) == ([(owl, 1)], [(owl, 1)])
    assert coin.sides.count() == 2
