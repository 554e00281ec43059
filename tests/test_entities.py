"""Entity lists, what they find in descriptions, and what an expert's corrections make of it."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random

import pytest

from mlcore.contract import LabelledSpan, LearningError, TextSample
from mlcore.text.entities import EntityMatcher
from mlcore.text.entity_corrections import NOTHING, SpanCorrection, corrected_sample, merge_spans
from mlcore.text.entity_lists import EntityLists, read_entity_lists
from mlcore.text.entity_masking import mask_names, thin_out

ANIMALS = """id,name_en,name_ger,description,alternativenames_en,alternativenames_ger,\
typos_en,typos_ger,link,Cat_I,Cat_II
1,eagle,Adler,NULL,eagles,NULL,eagel,NULL,https://example.org/eagle,Bird,NULL
2,Nemean Lion,Nemeischer Löwe,NULL,NULL,NULL,NULL,NULL,NULL,Mammal,MythicalCreature
3,swan,Schwan,NULL,NULL,,NULL,NULL,NULL,Bird,NULL
"""
OBJECTS = """id,name_en,name_ger,description,alternativenames_en,alternativenames_ger,typos_en,typos_ger,link,Cat_I
1,laurel wreath,Lorbeerkranz,NULL,NULL,NULL,NULL,NULL,NULL,Ornaments
2,wreath,Kranz,NULL,wreaths,NULL,NULL,NULL,NULL,Ornaments
3,arch,Bogen,NULL,NULL,NULL,NULL,NULL,NULL,Architecture
4,bow,Bogen,NULL,NULL,NULL,NULL,NULL,NULL,Arms
5,arrow,Pfeil,NULL,NULL,NULL,NULL,NULL,NULL,Arms
6,column,Pfeiler,NULL,NULL,NULL,NULL,NULL,NULL,Architecture
"""
PERSONS = """id,name,name_german,description,alternativenames,typos,link,related,cnt_PersonID,Cat_I
1,Ptolemy III Euergetes,Ptolemaios III. Euergetes,NULL,"Ptolemy III. Euergetes, ptolemy_iii",NULL,NULL,NULL,44,Male
2,Apollo,Apollon,NULL,NULL,NULL,NULL,NULL,NULL,Male
"""
VERBS = """id,name_en,name_ger,alternativenames_en,alternativenames_ger,link
1,holding,halten,NULL,"erhebend, ausgestreckt",NULL
2,seated_on,sitzen,"seated, riding_on",NULL,NULL
"""
HIERARCHY = """class,superclass,class_uri,superclass_uri
Bird,cnt:Animal,https://example.org/bird,https://example.org/animal
cnt:Animal,cnt:Thing,NULL,NULL
"""
FILES = {
    "nlp_list_animal.csv": ANIMALS,
    "nlp_list_obj.csv": OBJECTS,
    "nlp_list_person.csv": PERSONS,
    "nlp_list_verb.csv": VERBS,
    "nlp_hierarchy.csv": HIERARCHY,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


@pytest.fixture
def lists(folder: Path) -> EntityLists:
    return read_entity_lists(folder)


def found(lists: EntityLists, text: str, language: str = "") -> list[tuple[str, str]]:
    spans = EntityMatcher(lists).find(text, language)
    return [(text[span.start : span.end], span.id) for span in spans]


def test_names_classes_and_links_of_the_lists_are_kept(lists: EntityLists) -> None:
    eagle = next(entity for entity in lists.entities if entity.id == "animal-1")
    assert (eagle.name, eagle.label, eagle.link) == ("eagle", "ANIMAL", "https://example.org/eagle")
    assert {(name.text, name.language, name.kind) for name in eagle.names} == {
        ("eagle", "en", "preferred"),
        ("Adler", "de", "preferred"),
        ("eagles", "en", "alternative"),
        ("eagel", "en", "misspelling"),
    }
    assert lists.classes_of(eagle) == ("Bird", "cnt:Animal", "cnt:Thing")
    assert lists.hierarchy["Bird"].link == "https://example.org/bird"
    riding = next(entity for entity in lists.entities if entity.id == "verb-2")
    assert [name.text for name in riding.names] == ["seated on", "sitzen", "seated", "riding on"]


def test_the_longest_name_wins_and_offsets_are_those_of_the_text(lists: EntityLists) -> None:
    text = "Apollo seated on rock, holding laurel-wreath; above, WREATH AVG and eagel"
    assert found(lists, text) == [
        ("Apollo", "person-2"),
        ("seated on", "verb-2"),
        ("holding", "verb-1"),
        ("laurel-wreath", "object-1"),
        ("eagel", "animal-1"),
    ]


def test_roman_numerals_with_and_without_a_full_stop_belong_to_a_name_and_a_sentence_does_not(
    lists: EntityLists,
) -> None:
    assert found(lists, "Head of Ptolemy III. Euergetes, right") == [("Ptolemy III. Euergetes", "person-1")]
    assert found(lists, "Head of Ptolemy III, right") == [("Ptolemy III", "person-1")]
    assert found(lists, "Altar of laurel. Wreath above") == [("Wreath", "object-2")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("zwei Kränze und Köpfe", ["Kränze"]),
        ("in den Kränzen, mit LORBEERKRANZ", ["Kränzen"]),
        ("des Adlers, den Schwänen", ["Adlers", "Schwänen"]),
        ("den Nemeischen Löwen würgend", ["Nemeischen Löwen"]),
        ("Apollons Bogen haltend", ["Apollons", "Bogen", "haltend"]),
        ("er hält in der ausgestreckten Rechten", ["hält", "ausgestreckten"]),
        ("der thronende, sitzende Gott", ["sitzende"]),
    ],
)
def test_german_forms_are_known(lists: EntityLists, text: str, words: list[str]) -> None:
    assert [word for word, _ in found(lists, text, "de")] == words


def test_of_two_words_that_could_be_inflected_the_one_that_changed_less_is_meant(lists: EntityLists) -> None:
    assert found(lists, "zwischen Pfeilern und Pfeilen", "de") == [("Pfeilern", "object-6"), ("Pfeilen", "object-5")]


def test_a_name_of_several_entities_is_the_first_and_says_which_else(lists: EntityLists) -> None:
    (span,) = EntityMatcher(lists).find("Bogen", "de")
    assert (span.id, span.name, span.also) == ("object-3", "arch", ("object-4",))


def test_only_the_asked_language_and_labels_are_read(lists: EntityLists) -> None:
    assert found(lists, "eagle and Adler", "en") == [("eagle", "animal-1")]
    assert found(lists, "eagle and Adler", "fr") == [("eagle", "animal-1"), ("Adler", "animal-1")]
    assert EntityMatcher(lists, ("OBJECT",)).find("eagle holding bow")[0].id == "object-4"


def test_legends_and_empty_texts_name_nothing(lists: EntityLists) -> None:
    assert found(lists, "") == found(lists, "APOLLO EAGLE ·") == found(lists, "Apollodorus") == []


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("nlp_list_animal.csv", "id,name_en", "id,english", ("nlp_list_animal.csv", "name or name_en")),
        ("nlp_list_animal.csv", ",link,", ",url,", ("lacks the column link",)),
        ("nlp_list_animal.csv", "2,Nemean", "1,Nemean", ("line 3", "'1'", "was there before")),
        ("nlp_list_animal.csv", "2,Nemean", ",Nemean", ("line 3", "''")),
        ("nlp_list_animal.csv", "3,swan,Schwan", "3,NULL,", ("line 4", "entity 3 has no name")),
        ("nlp_list_animal.csv", "https://example.org/eagle", "javascript:alert(1)", ("line 2", "javascript", "no web")),
        ("nlp_list_animal.csv", "Bird,NULL\n2", "Bird\n2", ("line 2", "10 cells", "11 headings")),
        ("nlp_hierarchy.csv", "superclass,class_uri", "above,class_uri", ("lacks the column superclass",)),
    ],
)
def test_a_wrong_list_is_refused_with_file_line_and_reason(
    folder: Path, name: str, old: str, new: str, words: tuple[str, ...]
) -> None:
    assert old in FILES[name]
    (folder / name).write_text(FILES[name].replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LearningError) as refused:
        read_entity_lists(folder)
    assert all(word in str(refused.value) for word in words), refused.value


def test_a_folder_without_lists_and_a_file_in_another_encoding_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(LearningError, match="holds no list"):
        read_entity_lists(tmp_path / "nowhere")
    (folder / "nlp_list_animal.csv").write_bytes(ANIMALS.encode("utf-16"))
    with pytest.raises(LearningError, match="Save it as CSV in UTF-8"):
        read_entity_lists(folder)


def test_one_list_alone_is_enough_and_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "nlp_list_plant.csv").write_text("\ufeffid,name_en,name_ger,link\n1,ivy,Efeu,NULL\n", encoding="utf-8")
    assert [entity.id for entity in read_entity_lists(tmp_path).entities] == ["plant-1"]


def test_the_lists_of_corpus_nummorum_are_read_whole(shared: Path) -> None:
    lists = read_entity_lists(shared / "designs")
    counts = {label: sum(each.label == label for each in lists.entities) for label in ("PERSON", "OBJECT", "ANIMAL")}
    assert counts == {"PERSON": 412, "OBJECT": 307, "ANIMAL": 73} and len(lists.entities) == 849
    assert all(span.end <= len(text) for text, span in _some_spans(shared, lists))


def _some_spans(shared: Path, lists: EntityLists) -> list[tuple[str, object]]:
    matcher = EntityMatcher(lists)
    with (shared / "designs" / "designs.csv").open(encoding="utf-8", newline="") as stream:
        texts = [row["design_en"] for row, _ in zip(csv.DictReader(stream), range(500), strict=False)]
    pairs = [(text, span) for text in texts for span in matcher.find(text)]
    assert len(pairs) > 2_000
    return pairs


MACHINE = (LabelledSpan(0, 6, "PERSON"), LabelledSpan(15, 21, "OBJECT"), LabelledSpan(25, 31, "OBJECT"))


def test_an_expert_wins_where_spans_touch_and_leaves_the_rest() -> None:
    merged = merge_spans(MACHINE, [SpanCorrection(12, 21, "PLANT"), SpanCorrection(25, 31, NOTHING)])
    assert [(each.start, each.end, each.label, each.by_expert) for each in merged] == [
        (0, 6, "PERSON", False),
        (12, 21, "PLANT", True),
    ]


def test_a_later_correction_takes_the_place_of_an_earlier_one() -> None:
    merged = merge_spans(MACHINE, [SpanCorrection(0, 6, NOTHING), SpanCorrection(0, 10, "ANIMAL")])
    assert (merged[0].start, merged[0].end, merged[0].label) == (0, 10, "ANIMAL")
    assert merge_spans(MACHINE, []) == merge_spans(tuple(reversed(MACHINE)), [])


def test_corrected_texts_become_samples_that_say_a_person_read_them() -> None:
    text = "Apollo holding branch of laurel"
    given = {"description": 4, "coin": "c", "language": "en", "text": text, "machine": MACHINE, "split": "train"}
    sample = corrected_sample(**given, corrections=[SpanCorrection(25, 31, "PLANT")])
    assert sample.expert and [text[each.start : each.end] for each in sample.spans] == ["Apollo", "branch", "laurel"]
    assert not corrected_sample(**given, corrections=[]).expert
    for start, end in ((-1, 3), (5, 5), (30, 99), (6, 7)):
        with pytest.raises(LearningError, match="covers no words of description 4"):
            corrected_sample(**given, corrections=[SpanCorrection(start, end, "PLANT")])


def sample(text: str, *names: str) -> TextSample:
    spans = tuple(LabelledSpan(text.index(name), text.index(name) + len(name), "PERSON") for name in names)
    return TextSample(1, "c", "en", text, spans, False, "train")


def test_hidden_names_keep_their_place_their_capitals_and_their_numerals() -> None:
    given = sample("Bust of Constantius II, holding eagle, right", "Constantius II", "eagle")
    hidden = mask_names(given, Random(3), names=1.0, others=0.0)
    first, second = (hidden.text[each.start : each.end] for each in hidden.spans)
    assert hidden.text == f"Bust of {first}, holding {second}, right"
    assert first.endswith(" II") and first[0].isupper() and second.islower() and (first, second) != ("", "eagle")
    assert mask_names(given, Random(3), names=0.0, others=0.0) == given
    assert mask_names(given, Random(3), names=0.0, others=1.0).text.count("Constantius II") == 1


def test_thinning_leaves_out_what_names_only_the_well_known() -> None:
    texts = [sample(f"Head of Nero number {number}", "Nero") for number in range(9)]
    texts += [sample("Nero and Poppaea", "Nero", "Poppaea"), sample("Monogram")]
    kept = [each.text for each in thin_out(texts, 3)]
    assert {"Nero and Poppaea", "Monogram"} <= set(kept) and len(kept) == 4
