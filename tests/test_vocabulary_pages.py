from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import AuthorityName, Concept, LabellingRun, MiningRun, Rule, RuleChange, Side
from annotations.services import jobs
from annotations.services.concepts import ConceptRefused, create_concept
from annotations.services.decisions import record_decision
from annotations.services.mining import carry_out_mining, queue_mining
from mlcore.text.vocabulary import RuleEntry
from tests.conftest import MakeCoin


@pytest.fixture(autouse=True)
def _no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """The heartbeat's own connection cannot see into the transaction of a test."""
    monkeypatch.setattr(jobs, "HEARTBEAT", 600)


@pytest.fixture
def mined(make_coin: MakeCoin) -> MiningRun:
    """Eight coins whose reverses speak of an owl, four of them of Trajan, their ruler, as well."""
    for place in range(8):
        more = ", behind him Trajan" if place % 2 else ""
        make_coin(f"m.{place}", "Laureate head right", f"Small owl on amphora{more}, eagle", authority="Trajan")
    return search_texts()


def search_texts() -> MiningRun:
    run = queue_mining(user=None)
    jobs.work_on(MiningRun, run.pk, carry_out_mining)
    run.refresh_from_db()
    assert (run.status, run.reason) == ("succeeded", "")
    return run


def words(client: Client, **query: str) -> dict[str, dict[str, Any]]:
    found = client.get(reverse("vocabulary_json"), query).json()["words"]
    return {word["term"]: word for word in found}


def test_words_come_with_their_sides_and_with_examples_in_which_they_stand(
    client: Client, expert: User, mined: MiningRun
) -> None:
    client.force_login(expert)
    amphora = words(client)["amphora"]
    assert (amphora["sides"], amphora["obverse"], amphora["reverse"], amphora["key_side"]) == (8, 0, 8, "reverse")
    assert len(amphora["examples"]) == 3
    for example in amphora["examples"]:
        (start, end) = example["marks"][0]
        assert example["text"][start:end] == "amphora"
        assert example["coin"].startswith("m.")
    page = BeautifulSoup(client.get(reverse("vocabulary")).content, "html.parser")
    row = next(row for row in page.select(".words tbody tr") if row.select_one(".term").get_text() == "amphora")
    assert [mark.get_text() for mark in row.select("mark")] == ["amphora"] * 3
    assert row.select_one(".share-bar")["aria-label"] == "0 % on obverses, 100 % on reverses"


def test_names_of_rulers_are_hidden_until_they_are_asked_for_and_then_marked(
    client: Client, expert: User, mined: MiningRun
) -> None:
    client.force_login(expert)
    known = {term.lower(): word["known"] for term, word in words(client, hide="nothing").items()}
    assert any("trajan" in term and "ruler" in kinds for term, kinds in known.items()) or "trajan" not in known
    assert not any("ruler" in word["known"] for word in words(client).values())


def test_the_list_is_chosen_by_side_language_and_what_concepts_cover_and_ordered(
    client: Client, expert: User, mined: MiningRun
) -> None:
    client.force_login(expert)
    everything = words(client, hide="nothing")
    assert everything["eagle"]["concepts"] == ["eagle"]
    assert "eagle" not in words(client, hide="covered")
    assert {word["key_side"] for word in words(client, side="obverse").values()} == {"obverse"}
    assert words(client, language="de") == {}
    ordered = [word["g2"] for word in words(client, order="keyness").values()]
    assert ordered == sorted(ordered, reverse=True)


@pytest.mark.parametrize("query", [{"order": "beauty"}, {"side": "edge"}, {"page": "0"}, {"hide": "all"}])
def test_an_address_that_means_nothing_is_refused_in_a_sentence(
    client: Client, expert: User, query: dict[str, str]
) -> None:
    client.force_login(expert)
    response = client.get(reverse("vocabulary"), query)
    assert response.status_code == 400
    assert next(iter(query)) in response.content.decode()


def test_an_expert_looks_and_an_administrator_starts_one_search_however_often_the_button_is_pressed(
    client: Client, expert: User, admin: User
) -> None:
    client.force_login(expert)
    assert "An administrator starts the search" in client.get(reverse("vocabulary")).content.decode()
    assert client.post(reverse("vocabulary_start")).status_code == 403
    client.force_login(admin)
    client.post(reverse("vocabulary_start"))
    assert client.post(reverse("vocabulary_start")).status_code == 302
    run = MiningRun.objects.get()
    assert 'hx-trigger="every 1s"' in client.get(reverse("vocabulary")).content.decode()
    client.post(reverse("vocabulary_cancel", args=[run.pk]))
    run.refresh_from_db()
    assert run.status == "cancelled"


def test_one_click_proposes_a_concept_with_its_translations_and_another_makes_it(
    client: Client, admin: User, mined: MiningRun
) -> None:
    for language, name in (("en", "Amphora"), ("de", "Amphore"), ("fr", "Amphore"), ("xx", "Aamfora")):
        AuthorityName.objects.create(
            uri="http://nomisma.org/id/amphora", kind="object type", language=language, name=name, folded=name.lower()
        )
    client.force_login(admin)
    address = f"{reverse('vocabulary_concept')}?word=amphora&language=en"
    page = BeautifulSoup(client.get(address).content, "html.parser")
    filled = {field["name"]: field.get("value", "") for field in page.select("main input.form-control")}
    assert (filled["name"], filled["name_de"], filled["words_de"]) == ("Amphora", "Amphore", "Amphore")
    assert (filled["link"], filled["words_en"].lower()) == ("http://nomisma.org/id/amphora", "amphora")
    response = client.post(address, filled | {"words_en": "amphora, wine jar, amphor*", "guideline": ""})
    concept = Concept.objects.get(slug="amphora")
    assert response["Location"] == concept.get_absolute_url()
    kinds = {rule.pattern: rule.kind for rule in concept.rules.filter(language="en")}
    assert kinds == {"amphora": "word", "wine jar": "phrase", "amphor": "stem"}
    assert RuleChange.objects.filter(rule__concept=concept, version=1, user=admin).count() == concept.rules.count()
    assert LabellingRun.objects.get().status == "queued"
    again = client.post(address, filled)
    assert again.status_code == 400
    assert "is a name of the concept Amphora already" in again.content.decode()
    assert Concept.objects.filter(name="Amphora").count() == 1


def test_a_foreign_word_is_no_english_name(client: Client, admin: User, concepts: dict[str, Concept]) -> None:
    client.force_login(admin)
    address = reverse("vocabulary_concept", query={"word": "Füllhorn", "language": "de"})

    def proposed() -> dict[str, str]:
        page = BeautifulSoup(client.get(address).content, "html.parser")
        return {field["name"]: field.get("value", "") for field in page.select("main input.form-control")}

    asked = proposed()
    assert (asked["name"], asked["name_de"], asked["words_de"]) == ("", "Füllhorn", "Füllhorn")
    assert "Say what it is called in English." in client.get(address).content.decode()
    refused = client.post(address, asked)
    assert refused.status_code == 400 and "Give the concept a name in English." in refused.content.decode()
    for language, name in (("en", "Cornucopia"), ("de", "Füllhorn")):
        AuthorityName.objects.create(
            uri="http://nomisma.org/id/cornucopia",
            kind="object type",
            language=language,
            name=name,
            folded=name.lower().replace("ü", "u"),
        )
    known = proposed()
    assert (known["name"], known["name_de"]) == ("Cornucopia", "Füllhorn")
    client.post(address, known)
    assert Concept.objects.get(slug="cornucopia").names["de"] == "Füllhorn"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "Adler"}, "“Adler” is a name of the concept Eagle already"),
        ({"name": "Big bird", "link": "https://www.wikidata.org/wiki/Q2092297"}, "The concept Eagle links to"),
        ({"name": "鷲"}, "has no Latin letters"),
        ({"name": "Owl", "rules": [RuleEntry("en", "word", "ow1!")]}, "is not made of words"),
    ],
)
def test_a_concept_that_exists_or_cannot_be_read_is_refused_with_a_sentence(
    concepts: dict[str, Concept], admin: User, given: dict[str, Any], said: str
) -> None:
    before = Concept.objects.count(), Rule.objects.count()
    with pytest.raises(ConceptRefused, match=said):
        create_concept(user=admin, **{"names": {}, "rules": [], **given})
    assert (Concept.objects.count(), Rule.objects.count()) == before


@pytest.fixture
def lacking(make_coin: MakeCoin, expert: User) -> MiningRun:
    """Experts see an eagle where texts say aetos, which no rule reads."""
    for place in range(8):
        coin = make_coin(f"g.{place}", "Head of the king", "The aetos on a thunderbolt")
        side = Side.objects.get(coin=coin, face="reverse")
        record_decision(user=expert, side_id=side.pk, concept="eagle", answer="yes", key=uuid4(), base_id=None)
        make_coin(f"h.{place}", "Head of the king", "Lion on the rock")
    return search_texts()


def test_words_that_rules_lack_are_shown_on_both_pages_and_become_rules(
    client: Client, expert: User, admin: User, lacking: MiningRun
) -> None:
    client.force_login(expert)
    found = {word["term"]: word for word in client.get(reverse("growth_json")).json()["concepts"]["eagle"]}
    assert (found["aetos"]["yes"], found["aetos"]["of_yes"], found["aetos"]["no"]) == (8, 8, 0)
    shown = client.get(reverse("concept", args=["eagle"])).content.decode()
    assert "Words that its rules lack" in shown and "<mark>aetos</mark>" in shown and "Add as a rule" not in shown
    asked = {"concept": "eagle", "language": "en", "pattern": "aetos", "back": "growth"}
    assert client.post(reverse("growth_add"), asked).status_code == 403
    client.force_login(admin)
    assert "Add as a rule" in client.get(reverse("growth")).content.decode()
    assert client.post(reverse("growth_add"), asked)["Location"] == reverse("growth")
    assert Rule.objects.get(concept__slug="eagle", pattern="aetos").kind == "word"
    assert LabellingRun.objects.count() == 1
    assert "aetos" not in {w["term"] for w in client.get(reverse("growth_json")).json()["concepts"].get("eagle", [])}
    again = client.post(reverse("growth_add"), asked, follow=True).content.decode()
    assert "has the rule aetos" in again


def test_visitors_see_no_words_that_rules_lack(client: Client, lacking: MiningRun) -> None:
    assert b"Words that its rules lack" not in client.get(reverse("concept", args=["eagle"])).content
