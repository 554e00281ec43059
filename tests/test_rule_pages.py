"""Pages of rules: looked at by experts, changed by administrators, after a preview."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import Concept, LabellingRun, Rule, RuleChange
from annotations.queries.text_rules import Draft
from annotations.services.rules import save_rule
from tests.conftest import MakeCoin


@pytest.fixture
def owl(db: None) -> Concept:
    return Concept.objects.create(slug="owl", name="Owl")


@pytest.fixture
def rule(owl: Concept) -> Rule:
    return Rule.objects.create(concept=owl, language="en", kind="word", pattern="owl")


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def read(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html.parser")


def words(page: Any) -> str:
    return " ".join(page.get_text(" ").split())


def page_of(rule: Rule) -> str:
    return reverse("rule", args=[rule.concept.slug, rule.pk])


def sent(pattern: str, base: int = 0, kind: str = "word", **more: Any) -> dict[str, Any]:
    return {"pattern": pattern, "kind": kind, "language": "en", "base": base, "action": "preview", **more}


def save(client: Client, address: str, form: dict[str, Any]) -> Any:
    """Preview, then press the button of the preview."""
    previewed = read(client.post(address, form)).select_one("[name=previewed]")
    assert previewed is not None
    return client.post(address, form | {"action": "save", "previewed": previewed["value"]})


def test_a_rule_is_previewed_with_its_words_marked_and_saved_only_then(
    office: Client, owl: Concept, make_coin: MakeCoin, admin: User
) -> None:
    make_coin("o.1", reverse="An owl on a branch", crop="ab/x.webp")
    address = reverse("rule_new", args=["owl"])
    unseen = office.post(address, sent("owl") | {"action": "save"})
    assert not Rule.objects.filter(concept=owl).exists(), "what nobody has previewed is shown first"
    page = read(unseen)
    assert "1 label would appear, 0 would go" in words(page.select_one("#preview"))
    assert [mark.get_text() for mark in page.select("#preview mark")] == ["owl"]
    assert page.select_one("#preview img")["src"].endswith("ab/x.webp")
    answer = save(office, address, sent("owl"))
    assert answer.status_code == 302 and answer["Location"] == reverse("rules", args=["owl"])
    assert RuleChange.objects.get(rule__concept=owl).user == admin
    assert LabellingRun.objects.get().created_by == admin
    page = read(office.get(answer["Location"]))
    assert "wait to be read" in words(page.select_one("#labelling")) and page.select_one("#labelling[hx-get]")


def test_words_changed_after_the_preview_are_previewed_anew(office: Client, owl: Concept) -> None:
    address = reverse("rule_new", args=["owl"])
    stale = read(office.post(address, sent("owl"))).select_one("[name=previewed]")["value"]
    office.post(address, sent("owlet") | {"action": "save", "previewed": stale})
    assert not Rule.objects.filter(concept=owl).exists()


def test_while_typing_only_the_preview_is_sent_and_a_mistake_is_a_sentence(office: Client, owl: Concept) -> None:
    headers = {"hx-request": "true", "hx-target": "preview"}
    answer = office.post(reverse("rule_new", args=["owl"]), sent("(a+)+$"), headers=headers)
    assert answer.status_code == 200 and not read(answer).select("html")
    assert "is not made of words" in words(read(answer).select_one("[role=alert]"))
    assert office.post(reverse("rule_new", args=["owl"]), sent("(a+)+$")).status_code == 400


def test_a_rule_is_retired_and_an_earlier_version_is_taken_back(office: Client, rule: Rule, admin: User) -> None:
    page = read(office.get(page_of(rule) + "?retired=1"))
    assert page.select_one("#id_retired").has_attr("checked") and page.select_one("[name=previewed]")
    save(office, page_of(rule), sent("owl", 1, retired="on"))
    rule.refresh_from_db()
    assert (rule.version, rule.retired) == (2, True)
    assert "Retired (1)" in words(read(office.get(reverse("rules", args=["owl"]))))
    assert office.get(reverse("concept_json", args=["owl"])).json()["rules"] == []
    assert office.get(reverse("api_concept-detail", args=["owl"])).json()["rules"] == []
    history = read(office.get(page_of(rule)))
    (back,) = [link["href"] for link in history.select("a") if "Take this version back" in link.get_text()]
    page = read(office.get(back))
    assert not page.select_one("#id_retired").has_attr("checked")
    save(office, page_of(rule), sent("owl", 2))
    rule.refresh_from_db()
    assert (rule.version, rule.retired) == (3, False)
    said = office.get(reverse("rule_json", args=["owl", rule.pk])).json()["rules"][0]
    assert [(each["version"], each["retired"], each["by"]) for each in said["history"]] == [
        (3, False, "root"),
        (2, True, "root"),
        (1, False, None),
    ]


def test_of_two_who_change_a_rule_the_second_sees_both(office: Client, rule: Rule, second_expert: User) -> None:
    form = sent("owls", 1)
    previewed = read(office.post(page_of(rule), form)).select_one("[name=previewed]")["value"]
    save_rule(user=second_expert, concept=rule.concept, draft=Draft("en", "stem", "owlet"), rule=rule, base=1)
    answer = office.post(page_of(rule), form | {"action": "save", "previewed": previewed})
    assert answer.status_code == 409
    said = read(answer)
    assert "bela saved this rule" in words(said) and "“owlet”" in words(said)
    assert said.select_one("#id_pattern")["value"] == "owls" and said.select_one("#id_base")["value"] == "2"
    rule.refresh_from_db()
    assert rule.pattern == "owlet"
    assert save(office, page_of(rule), sent("owls", 2)).status_code == 302


def test_experts_look_and_try_but_change_nothing(client: Client, expert: User, rule: Rule) -> None:
    client.force_login(expert)
    assert not read(client.get(page_of(rule))).select("main form")
    assert client.post(page_of(rule), sent("owls", 1)).status_code == 403
    assert "Add a rule" not in words(read(client.get(reverse("rules", args=["owl"]))))


def test_the_table_counts_the_sides_of_each_rule_and_names_where_it_counted(
    office: Client, make_coin: MakeCoin, rule: Rule
) -> None:
    make_coin("o.1", obverse="Athena", reverse="Owl")
    page = read(office.get(reverse("rules", args=["owl"])))
    cells = {cell["data-label"]: cell.get_text(strip=True) for cell in page.select(".rule-table tbody td")}
    assert (cells["Sides"], cells["By it alone"], cells["Precision"]) == ("1", "1", "–")
    assert "Counted over 2 sides of all 1 coin" in words(page)
    said = office.get(reverse("rules_json", args=["owl"])).json()
    assert said["rules"][0]["worth"]["sides"] == 1 and said["sample"] == "whole corpus"


def test_rules_that_read_nothing_are_folded_with_their_number_and_stay_in_the_json(
    office: Client, make_coin: MakeCoin, owl: Concept, rule: Rule
) -> None:
    make_coin("o.1", obverse="Night owl", reverse="Owl")
    Rule.objects.create(concept=owl, language="en", kind="exclusion", pattern="night owl")
    for language, pattern in (("en", "owlet"), ("en", "tawny"), ("de", "Eule")):
        Rule.objects.create(concept=owl, language=language, kind="word", pattern=pattern)
    page = read(office.get(reverse("rules", args=["owl"])))
    assert [words(link) for link in page.select(".rule-table tbody th a")] == ["night owl", "owl"]
    assert [words(fold.summary) for fold in page.select("details")] == [
        "1 rule that reads nothing in these texts",
        "2 rules that read nothing in these texts",
    ]
    folded = page.select("details")[1].select("li a")
    assert [words(link) for link in folded] == ["owlet", "tawny"]
    assert office.get(folded[0]["href"]).status_code == 200
    said = office.get(reverse("rules_json", args=["owl"])).json()["rules"]
    assert len(said) == 5 and all(each["worth"] is not None for each in said)


def test_a_rule_whose_every_match_is_swallowed_is_not_folded(office: Client, make_coin: MakeCoin, rule: Rule) -> None:
    make_coin("o.1", reverse="Night owl")
    Rule.objects.create(concept=rule.concept, language="en", kind="exclusion", pattern="night owl")
    page = read(office.get(reverse("rules", args=["owl"])))
    assert {words(link) for link in page.select(".rule-table tbody th a")} == {"night owl", "owl"}
    assert not page.select("details")


def test_a_text_is_tried_whole_or_in_part_and_too_long_a_one_is_refused(
    office: Client, make_coin: MakeCoin, rule: Rule
) -> None:
    coin = make_coin("o.1", reverse="Owl beside OWL")
    address = reverse("rules_try", args=["owl"])
    page = read(office.get(address, {"side": coin.sides.get(face="reverse").pk}))
    assert page.select_one("textarea").get_text(strip=True) == "Owl beside OWL"
    said = [words(row) for row in page.select("#trial tbody tr")]
    assert len(said) == 2 and "version 1 Counts" in said[0] and "capitals are legend" in said[1]
    part = office.post(address, {"text": "<b>owl</b>"}, headers={"hx-request": "true", "hx-target": "trial"})
    assert not read(part).select("html") and [mark.get_text() for mark in read(part).select(".trial-text mark")]
    assert b"<b>owl" not in part.content
    long = office.post(address, {"text": "owl " * 2000})
    assert long.status_code == 400 and "at most 5000 are read" in words(read(long))


def test_unknown_rules_sides_and_concepts_are_not_found(office: Client, rule: Rule, concepts: dict[str, Any]) -> None:
    assert office.get(reverse("rules", args=["unicorn"])).status_code == 404
    assert office.get(reverse("rule", args=["eagle", rule.pk])).status_code == 404
    assert office.get(reverse("rules_try", args=["owl"]), {"side": "999999999"}).status_code == 404
    assert office.get(page_of(rule), {"version": "7"}).status_code == 404


def test_more_coins_cost_the_table_and_the_preview_no_more_queries(
    office: Client, make_coin: MakeCoin, rule: Rule, django_assert_max_num_queries: Any
) -> None:
    for place in range(8):
        make_coin(f"q.{place}", obverse="Owl", reverse="Owlet")
    with django_assert_max_num_queries(18):
        office.get(reverse("rules", args=["owl"]))
    with django_assert_max_num_queries(24):
        office.post(page_of(rule), sent("owlet", 1))
