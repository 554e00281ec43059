"""Candidates for concepts and new words for rules come out of the texts of a corpus."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from mlcore.contract import Face
from mlcore.text.keyness import keyness
from mlcore.text.mining import Candidate, candidates, growth
from mlcore.text.side_text import SideText
from mlcore.text.terms import lemma, stop_words
from mlcore.text.translations import LabelRow, index_labels, names_by_kind, read_labels, translations


def rows(text: str, times: int = 6, face: Face = "reverse", language: str = "en", start: int = 0) -> list[SideText]:
    return [SideText(f"{face}{start}-{number}", face, language, text) for number in range(times)]


def by_lemma(found: list[Candidate]) -> dict[str, Candidate]:
    return {candidate.lemma: candidate for candidate in found}


CORPUS = [
    *rows("Eagle standing on thunderbolt. The eagles hold a wreath", 6),
    *rows("An eagle on an altar; horn of plenty", 6, start=1),
    *rows("Bust of Hadrian with horn of plenty, VICTORIA AVG", 7, "obverse"),
]


def test_candidates_are_lemmas_with_their_forms_counts_sides_and_examples() -> None:
    eagle = by_lemma(candidates(CORPUS))["eagle"]
    assert (eagle.term, set(eagle.forms), eagle.language) == ("eagle", {"eagle", "eagles"}, "en")
    assert (eagle.count, eagle.sides, eagle.name) == (18, 12, False)
    assert eagle.keyness is not None
    assert eagle.keyness.group == "reverse"
    assert all("agle" in example.text for example in eagle.examples)
    assert 1 <= len(eagle.examples) <= 3


def test_runs_of_words_are_kept_whole_and_stop_words_and_legends_are_no_candidates() -> None:
    found = by_lemma(candidates(CORPUS))
    assert "horn of plenty" in found
    assert not {"of", "on", "the", "victoria", "avg", "horn of"} & set(found)
    assert not any(" and " in term for term in by_lemma(candidates(rows("spear and shield"))))


def test_names_and_known_vocabularies_are_marked_or_left_out() -> None:
    known = {"persons": {"Hadrian"}, "concepts": {"Eagles"}}
    found = by_lemma(candidates(CORPUS, known))
    assert (found["hadrian"].name, found["hadrian"].known) == (True, ("persons",))
    assert found["eagle"].known == ("concepts",)
    assert found["altar"].known == ()
    assert set(found) - set(by_lemma(candidates(CORPUS, known, without=["persons", "concepts"]))) == {
        "hadrian",
        "eagle",
    }


def test_the_order_is_by_sides_or_by_keyness() -> None:
    assert candidates(CORPUS)[0].lemma in ("horn of plenty", "horn", "plenty")
    surest = [candidate.keyness.g2 for candidate in candidates(CORPUS, order="keyness") if candidate.keyness]
    assert surest == sorted(surest, reverse=True)
    assert surest[0] > surest[-1]
    assert len(candidates(CORPUS, most=2)) == 2
    assert candidates(CORPUS, least=100) == []
    assert candidates([]) == []


def test_each_language_is_counted_for_itself_and_told_where_it_is_unknown() -> None:
    text = "Kopf nach rechts, der Adler hält einen Kranz"
    found = by_lemma(candidates(rows(text, language="")))
    assert {candidate.language for candidate in found.values()} == {"de"}
    assert found["adler"].name is False
    assert lemma("stehender", "de") == "stehend"
    assert lemma("Águilas", "es") == "aguila"
    assert {"und", "rechts"} <= stop_words("de")


def test_a_side_with_two_texts_counts_once() -> None:
    twice = [SideText(number, "reverse", "en", text) for number in range(6) for text in ("an eagle", "one eagle")]
    eagle = by_lemma(candidates(twice))["eagle"]
    assert (eagle.count, eagle.sides) == (12, 6)


def test_keyness_is_the_log_likelihood_of_rayson_and_garside() -> None:
    found = keyness("reverse", 100, 10_000, "obverse", 20, 20_000)
    assert found is not None
    assert found.g2 == pytest.approx(2 * (100 * 0.916291 + 20 * -1.386294), rel=1e-5)
    assert found.log_ratio == pytest.approx(3.293, abs=1e-3)
    assert keyness("a", 5, 10, "b", 0, 0) is None
    other = keyness("reverse", 0, 100, "obverse", 10, 100)
    assert other is not None
    assert other.group == "obverse"


def test_words_that_the_rules_do_not_know_grow_out_of_what_experts_said() -> None:
    yes = [
        *rows("Genius with cornucopae", 8),
        *rows("Genius with horn of plenty", 8, start=1),
        *rows("Genius", 4, start=2),
    ]
    no = [*rows("Genius with altar", 40, start=3), *rows("Genius with cornucopiae", 3, start=4)]
    found = {word.lemma: word for word in growth(["cornucopiae", "cornucopia"], yes, no)}
    assert set(found) == {"cornucopae", "horn of plenty", "horn", "plenty"}
    assert (found["cornucopae"].like, found["horn of plenty"].like) == ("cornucopiae", "")
    assert (found["cornucopae"].yes, found["cornucopae"].of_yes, found["cornucopae"].no) == (8, 20, 0)
    assert found["cornucopae"].examples
    assert growth(["x"], [], no) == growth(["x"], yes, []) == []


def test_a_hundred_thousand_texts_take_less_than_a_minute(shared: Path) -> None:
    with (shared / "designs/designs.csv").open(encoding="utf-8") as stream:
        designs = list(csv.DictReader(stream))
    texts = [SideText(row["id"], "reverse", "en", row["design_en"]) for row in designs]
    started = time.process_time()
    found = candidates(texts)
    assert (time.process_time() - started) * 100_000 / len(texts) < 60
    assert {"patera", "eagle", "thunderbolt", "river god", "lion skin"} <= set(by_lemma(found))


LABELS = index_labels(
    [
        LabelRow("victoria", "wordnet:Deity", True, "en", "Victory"),
        LabelRow("victoria", "wordnet:Deity", True, "fr", "Victoire"),
        LabelRow("victoria", "wordnet:Deity", False, "de", "Viktoria"),
        LabelRow("rome", "nmo:Mint", True, "en", "Rome"),
    ]
)


def test_translations_are_looked_up_whatever_the_case_and_language() -> None:
    (found,) = translations("victoire", LABELS)
    assert (found.id, found.names, found.others) == (
        "victoria",
        {"en": "Victory", "fr": "Victoire"},
        {"de": ("Viktoria",)},
    )
    assert found.link == "http://nomisma.org/id/victoria"
    assert translations("Cornucopia", LABELS) == []
    assert translations("ROME", LABELS, ["fr"])[0].names == {}
    assert names_by_kind(LABELS, {"nmo:Mint": "mints"}) == {"mints": {"Rome"}}


def test_the_table_of_nomisma_is_read_and_another_is_refused(shared: Path, tmp_path: Path) -> None:
    labels = read_labels(shared / "nomisma/nomisma_labels.tsv")
    denarius = translations("Denar", labels)[0]
    assert (denarius.id, denarius.names["fr"], denarius.names["it"]) == ("denarius", "Denier", "Denario")
    other = tmp_path / "names.tsv"
    other.write_text("id\tlabel\nrome\tRome\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"names\.tsv lacks the column class"):
        read_labels(other)
