"""Lists of entities in the database, what texts name by them, and what persons say instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from annotations.models import Coin, Description, Entity, EntityMention, LabellingRun, SpanDecision
from annotations.queries.entities import merged_mentions
from annotations.queries.span_queue import doubtful_texts, next_text
from annotations.services.decisions import KeyReused
from annotations.services.entities import entity_matcher, import_entities
from annotations.services.spans import SpanConflict, SpanRefused, record_span, undo_span
from annotations.services.texts import read_texts
from tests.conftest import MakeCoin

ANIMALS = """id,name_en,name_ger,alternativenames_en,typos_en,link,Cat_I
22,eagle,Adler,eagles,eagel,https://www.wikidata.org/wiki/Q2092297,Bird
23,lion,Löwe,NULL,NULL,NULL,Mammal
"""
PERSONS = "id,name,name_german,alternativenames,link\n1,Apollo,Apollon,NULL,NULL\n"


@pytest.fixture
def lists(tmp_path: Path, db: None) -> Path:
    (tmp_path / "nlp_list_animal.csv").write_text(ANIMALS)
    (tmp_path / "nlp_list_person.csv").write_text(PERSONS)
    return tmp_path


def told(text: Description) -> list[tuple[str, str, str]]:
    return [(text.text[each.start : each.end], each.label, each.source) for each in merged_mentions([text])[text.pk]]


def say(user: User, text: Description, words: str, label: str, base: SpanDecision | None = None, **other: Any) -> Any:
    start = text.text.index(words)
    fields: dict[str, Any] = {"start": start, "end": start + len(words), "key": uuid4()} | other
    base_id = base.pk if base else None
    return record_span(user=user, description_id=text.pk, label=label, base_id=base_id, **fields)


def test_importing_the_same_lists_again_changes_nothing_and_a_new_name_renews_its_entity(lists: Path) -> None:
    assert import_entities(folder=lists) == {"animal": 2, "person": 1}
    before = dict(Entity.objects.values_list("identifier", "pk"))
    (lists / "nlp_list_animal.csv").write_text(ANIMALS.replace("lion,Löwe", "lioness,Löwin"))
    import_entities(folder=lists)
    assert dict(Entity.objects.values_list("identifier", "pk")) == before
    assert Entity.objects.get(identifier="animal-23").name == "lioness"


def test_a_broken_list_is_refused_by_file_and_line_and_nothing_is_stored(lists: Path) -> None:
    (lists / "nlp_list_person.csv").write_text(PERSONS + "1,Artemis,Artemis,NULL,NULL\n")
    with pytest.raises(CommandError, match=r"nlp_list_person\.csv, line 3"):
        call_command("import_entities", str(lists))
    assert not Entity.objects.exists()


def test_without_lists_texts_are_read_and_nothing_is_named(make_coin: MakeCoin) -> None:
    coin = make_coin(reverse="Eagle standing")
    assert entity_matcher() is None
    assert told(coin.descriptions.get()) == []


def test_the_command_has_all_texts_read_again_as_a_job(
    make_coin: MakeCoin, lists: Path, django_capture_on_commit_callbacks: Any
) -> None:
    make_coin(reverse="Eagle standing")
    call_command("import_entities", str(lists))
    assert LabellingRun.objects.count() == 1


def test_names_are_found_in_both_languages_and_reading_again_makes_none_twice(make_coin: MakeCoin, lists: Path) -> None:
    import_entities(folder=lists)
    coin = make_coin(obverse="Apollo with two eagles")
    german = Description.objects.create(coin=coin, scope="reverse", text="Löwe nach rechts", language="de")
    for _ in range(2):
        read_texts([coin.pk])
    assert EntityMention.objects.count() == 3
    assert told(coin.descriptions.get(scope="obverse")) == [("Apollo", "person", "list"), ("eagles", "animal", "list")]
    assert told(german) == [("Löwe", "animal", "list")]
    assert EntityMention.objects.get(description=german).entity == Entity.objects.get(identifier="animal-23")


@pytest.fixture
def text(make_coin: MakeCoin, lists: Path) -> Description:
    import_entities(folder=lists)
    coin: Coin = make_coin(reverse="Apollo standing, eagle beside Diktynna")
    return coin.descriptions.get()


def test_an_expert_wins_over_the_list_and_the_rows_of_machines_stay(expert: User, text: Description) -> None:
    say(expert, text, "eagle", "")
    say(expert, text, "Diktynna", "person")
    assert told(text) == [("Apollo", "person", "list"), ("Diktynna", "person", "expert")]
    assert EntityMention.objects.count() == 2
    read_texts([text.coin_id])
    assert told(text) == [("Apollo", "person", "list"), ("Diktynna", "person", "expert")]


def test_what_is_taken_back_stands_as_the_machine_said(expert: User, text: Description) -> None:
    said = say(expert, text, "Apollo standing", "object")
    assert told(text)[0] == ("Apollo standing", "object", "expert")
    back = undo_span(user=expert, decision_id=said.pk, key=uuid4())
    assert told(text)[0] == ("Apollo", "person", "list")
    assert undo_span(user=expert, decision_id=said.pk, key=uuid4()) == back
    assert SpanDecision.objects.count() == 2
    again = say(expert, text, "Apollo", "object", base=back)
    assert told(text)[0] == ("Apollo", "object", "expert")
    assert again.base == back


def test_a_confirmed_name_keeps_its_entity(expert: User, text: Description) -> None:
    assert say(expert, text, "eagle", "animal").entity == Entity.objects.get(identifier="animal-22")


def test_the_same_key_is_one_row_and_for_other_words_it_is_refused(expert: User, text: Description) -> None:
    said = say(expert, text, "eagle", "animal")
    assert say(expert, text, "eagle", "animal", key=said.key) == said
    with pytest.raises(KeyReused):
        say(expert, text, "Apollo", "person", key=said.key)
    assert SpanDecision.objects.count() == 1


def test_a_stale_answer_is_a_conflict_also_where_the_words_only_touch(
    expert: User, second_expert: User, text: Description
) -> None:
    first = say(second_expert, text, "Apollo standing", "object")
    with pytest.raises(SpanConflict) as conflict:
        say(expert, text, "Apollo", "person")
    assert conflict.value.current == first
    assert say(expert, text, "Apollo", "person", base=first).base == first


def test_another_persons_answer_is_not_taken_back(expert: User, second_expert: User, text: Description) -> None:
    said = say(second_expert, text, "eagle", "object")
    with pytest.raises(PermissionDenied):
        undo_span(user=expert, decision_id=said.pk, key=uuid4())


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 900), (6, 7)])
def test_a_place_without_words_is_refused(expert: User, text: Description, start: int, end: int) -> None:
    with pytest.raises(SpanRefused, match="no words"):
        say(expert, text, "Apollo", "person", start=start, end=end)


def test_rows_are_neither_changed_nor_deleted(expert: User, text: Description) -> None:
    said = say(expert, text, "eagle", "animal")
    with pytest.raises(TypeError):
        said.save()
    with pytest.raises(TypeError):
        said.delete()


def test_what_was_said_outlives_the_text(expert: User, text: Description) -> None:
    said = say(expert, text, "eagle", "animal")
    text.delete()
    said.refresh_from_db()
    assert said.description is None
    assert said.text == "eagle"


def test_doubtful_texts_come_first_and_checked_ones_leave_the_queue(
    expert: User, text: Description, make_coin: MakeCoin
) -> None:
    plain = make_coin("demo.2", reverse="Eagle").descriptions.get()
    disputed = make_coin("demo.3", reverse="lion").descriptions.get()
    EntityMention.objects.create(description=disputed, start=0, end=4, label="object", source="model 1")
    queue = doubtful_texts()
    assert [each.description for each in queue] == [disputed, text, plain]
    assert queue[1].unknown == ("Diktynna",)
    follows = next_text(disputed, queue)
    assert follows is not None
    assert follows.description == text
    say(expert, text, "eagle", "animal")
    assert [each.description for each in doubtful_texts()] == [disputed, plain]
