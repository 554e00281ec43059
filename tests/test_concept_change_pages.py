from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import Concept, ConceptChange, Decision, Label, LabellingRun, ReviewItem, Side
from annotations.services.concept_changes import retire_concept
from annotations.services.concept_merging import merge_concepts
from annotations.services.decisions import record_decision
from tests.conftest import MakeCoin
from tests.review_steps import page_of


def words_on(response: Any) -> str:
    return " ".join(page_of(response).main.get_text(" ").split())


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


@pytest.fixture(autouse=True)
def _no_messages_to_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotations.tasks.send", lambda job: None)


def filled(office: Client, slug: str, **changed: Any) -> dict[str, Any]:
    """What the form of a concept would send, with some fields changed."""
    form = page_of(office.get(reverse("concept_edit", args=[slug]))).select_one("main form:has([name=guideline])")
    sent: dict[str, Any] = {
        each["name"]: each.get("value", "")
        for each in form.select("input[type=text], input[type=url], input[type=hidden]")
    }
    sent |= {each["name"]: each.get_text().strip() for each in form.select("textarea")}
    chosen = form.select_one("select option[selected]")
    sent["broader"] = chosen["value"] if chosen else ""
    sent["implies"] = [each["value"] for each in form.select("input[type=checkbox][checked]")]
    return sent | changed


def test_an_administrator_changes_a_concept_and_each_thing_stands_in_its_history(
    office: Client, concepts: dict[str, Concept], admin: User
) -> None:
    eagle, altar = concepts["eagle"], concepts["altar"]
    nothing = office.post(reverse("concept_edit", args=["eagle"]), filled(office, "eagle"), follow=True)
    assert "Nothing differs" in words_on_page(nothing) and not ConceptChange.objects.exists()
    sent = filled(office, "eagle", name="Bird", guideline="<b>Any</b> bird.\n\nNo cock.", broader=altar.pk)
    answer = office.post(reverse("concept_edit", args=["eagle"]), sent, follow=True)
    assert "Changed: name, guideline, broader concept." in words_on_page(answer)
    eagle.refresh_from_db()
    assert (eagle.slug, eagle.name, eagle.broader_id) == ("eagle", "Bird", altar.pk)
    page = page_of(office.get(reverse("concept", args=["eagle"])))
    assert [p.get_text() for p in page.select(".guideline p")] == ["<b>Any</b> bird.", "No cock."]
    history = [item.strong.get_text(strip=True) for item in page.select(".changes li")]
    assert history == ["Broader concept", "Guideline", "Name"]
    assert admin.get_username() in page.select_one(".changes").get_text()


def words_on_page(response: Any) -> str:
    return " ".join(page_of(response).get_text(" ").split())


def test_a_change_that_somebody_else_overtook_is_shown_beside_theirs(
    office: Client, concepts: dict[str, Concept]
) -> None:
    stale = filled(office, "eagle", name="Aquila bird")
    office.post(reverse("concept_edit", args=["eagle"]), filled(office, "eagle", guideline="Theirs."))
    answer = office.post(reverse("concept_edit", args=["eagle"]), stale)
    assert answer.status_code == 409
    page = page_of(answer)
    assert "Theirs." in page.select_one(".alert-warning").get_text()
    assert page.select_one("[name=name]")["value"] == "Aquila bird"
    again = stale | {"base": page.select_one("[name=base]")["value"]}
    assert office.post(reverse("concept_edit", args=["eagle"]), again).status_code == 302
    assert Concept.objects.get(slug="eagle").name == "Aquila bird"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Give the concept a name in English."),
        ({"name": "Horse"}, "“Horse” is a name of the concept Horse already."),
        ({"link": "no address"}, "Enter a valid URL."),
        ({"broader": 10**6}, "Select a valid choice."),
        ({"base": "x"}, None),
    ],
)
def test_what_a_concept_cannot_be_is_refused_with_a_sentence(
    office: Client, concepts: dict[str, Concept], changed: dict[str, Any], sentence: str | None
) -> None:
    answer = office.post(reverse("concept_edit", args=["eagle"]), filled(office, "eagle") | changed)
    assert answer.status_code == 400
    assert sentence is None or sentence in words_on(answer)
    assert not ConceptChange.objects.exists()


def test_experts_and_strangers_see_no_way_to_change(client: Client, expert: User, concepts: dict[str, Concept]) -> None:
    for signed_in in (False, True):
        if signed_in:
            client.force_login(expert)
        page = page_of(client.get(reverse("concept", args=["eagle"])))
        assert not page.select("main form, a[href$='/edit'], a[href$='/merge']")
    assert client.post(reverse("concept_retire", args=["eagle"])).status_code == 403


def test_retiring_and_bringing_back_are_one_click_each_and_the_page_says_so(
    office: Client, make_coin: MakeCoin, concepts: dict[str, Concept]
) -> None:
    make_coin("r.1", reverse="Eagle")
    for _ in range(2):
        office.post(reverse("concept_retire", args=["eagle"]))
    page = office.get(reverse("concept", args=["eagle"]))
    assert "Eagle is no longer asked for, searched for or learned." in words_on(page)
    listed = page_of(office.get(reverse("concepts")))
    assert "Eagle" not in [row.th.get_text(strip=True) for row in listed.select("tbody tr")]
    assert listed.select_one("details").get_text(" ", strip=True).endswith("Eagle retired")
    found = office.get(reverse("search"), {"concept": "eagle"})
    assert found.status_code == 400 and "The concept Eagle is retired and no longer searched for" in words_on(found)
    refused = office.get("/api/v1/coins", {"concept": "eagle"})
    assert refused.status_code == 400 and "retired" in refused.content.decode()
    office.post(reverse("concept_revive", args=["eagle"]))
    assert [change.what for change in ConceptChange.objects.all()] == ["revived", "retired"]
    assert LabellingRun.objects.count() == 1
    assert office.get(reverse("search_json"), {"concept": "eagle"}).json()["count"] == 1


def test_merging_shows_first_what_comes_together_and_old_addresses_lead_on(
    office: Client, make_coin: MakeCoin, expert: User, concepts: dict[str, Concept]
) -> None:
    side = Side.objects.get(coin=make_coin("m.1", reverse="Eagle"), face="reverse")
    for slug, answer in (("eagle", "yes"), ("horse", "no")):
        record_decision(user=expert, side_id=side.pk, concept=slug, answer=answer, key=uuid4(), base_id=None)
    address = reverse("concept_merge", args=["eagle"])
    preview = page_of(office.get(address, {"into": "horse"}))
    figures = [dd.get_text(strip=True) for dd in preview.select(".counts dd")]
    assert figures[:3] + figures[4:] == ["1", "0", "1", "1"]
    assert not ConceptChange.objects.exists()
    assert office.get(address, {"into": "eagle"}).status_code == 400
    assert office.post(address, {"into": "unicorn"}).status_code == 400
    for _ in range(2):
        office.post(address, {"into": "horse"})
    assert Concept.objects.get(slug="eagle").merged_into == concepts["horse"]
    assert ConceptChange.objects.count() == 2 and ReviewItem.objects.open().count() == 1
    for name in ("concept", "concept_json"):
        answer = office.get(reverse(name, args=["eagle"]))
        assert answer.status_code == 301 and answer["Location"] == reverse(name, args=["horse"]) + "?merged=eagle"
    assert office.get(reverse("rules", args=["eagle"]))["Location"] == reverse("rules", args=["horse"])
    page = office.get(reverse("concept", args=["eagle"]), follow=True)
    assert "Eagle was merged into Horse: what was said of it counts here." in words_on(page)
    assert page_of(page).select("#differ-title")
    assert office.get(reverse("search_json"), {"concept": "eagle"}).json()["count"] == 0
    assert office.get("/api/v1/labels", {"concept": "eagle"}).json()["results"][0]["concept"] == "horse"
    chips = page_of(office.get(reverse("search"), {"concept": "eagle"})).select(".chip")
    assert [chip.get_text(strip=True).removeprefix("Take off") for chip in chips] == ["Horse"]
    office.post(reverse("concept_unmerge", args=["eagle"]))
    assert Concept.objects.get(slug="eagle").merged_into is None
    assert office.get(reverse("search_json"), {"concept": "eagle"}).json()["count"] == 1


def test_a_concept_that_is_merged_or_retired_by_a_service_is_no_longer_offered(
    office: Client, admin: User, concepts: dict[str, Concept]
) -> None:
    retire_concept(user=admin, concept=concepts["altar"])
    merge_concepts(user=admin, concept=concepts["spear"], into=concepts["shield"])
    offered = {each["value"] for each in page_of(office.get(reverse("concept_merge", args=["eagle"]))).select("option")}
    assert offered == {"", *concepts} - {"eagle", "altar", "spear"}


def test_an_answer_that_was_on_its_way_when_its_concept_was_merged_or_retired_is_kept(
    client: Client, make_coin: MakeCoin, admin: User, expert: User, concepts: dict[str, Concept]
) -> None:
    side = Side.objects.get(coin=make_coin("w.1"), face="reverse")
    merge_concepts(user=admin, concept=concepts["spear"], into=concepts["shield"])
    retire_concept(user=admin, concept=concepts["altar"])
    client.force_login(expert)
    for slug in ("spear", "altar"):
        sent = {"side": side.pk, "concept": slug, "answer": "yes", "key": str(uuid4()), "base": ""}
        assert client.post(reverse("review_decide"), sent, content_type="application/json").status_code == 201
    assert list(Decision.objects.order_by("pk").values_list("concept__slug", flat=True)) == ["spear", "altar"]
    assert list(Label.objects.filter(side=side).values_list("concept__slug", "answer")) == [("shield", "yes")]


def test_a_merging_that_answers_bind_is_not_offered_to_be_taken_back(
    office: Client, make_coin: MakeCoin, admin: User, concepts: dict[str, Concept]
) -> None:
    side = make_coin("m.1", reverse="Horse", crop="ab/x.webp").sides.get(face="reverse")
    merge_concepts(user=admin, concept=concepts["eagle"], into=concepts["horse"])
    address = reverse("concept_unmerge", args=["eagle"])
    page = office.get(reverse("concept", args=["horse"]))
    assert len(page_of(page).select(f".relations form[action='{address}']")) == 1
    record_decision(user=admin, side_id=side.pk, concept="horse", answer="no", key=uuid4(), base_id=None)
    page = office.get(reverse("concept", args=["horse"]))
    assert page_of(page).select(".relations form") == []
    reason = "Since the merging one answer was given on Horse, and nobody can tell whether Eagle was meant."
    assert f"Eagle was merged into it. This stays so. {reason}" in words_on(page)
    assert reason in words_on_page(office.post(address, follow=True))
    assert Concept.objects.get(slug="eagle").merged_into == concepts["horse"]


def test_a_merging_is_one_line_of_the_history_of_either_concept(
    office: Client, admin: User, concepts: dict[str, Concept]
) -> None:
    def told(slug: str) -> list[str]:
        page = page_of(office.get(reverse("concept", args=[slug])))
        return [item.strong.get_text(strip=True) for item in page.select(".changes li")]

    merge_concepts(user=admin, concept=concepts["eagle"], into=concepts["horse"])
    assert told("horse") == ["Eagle was merged into Horse"]
    office.post(reverse("concept_unmerge", args=["eagle"]))
    assert told("horse") == ["Eagle was taken out of it again", "Eagle was merged into it"]
    assert told("eagle") == ["Eagle was taken out of Horse again", "Eagle was merged into Horse"]
    for what in ("retire", "revive"):
        for slug in ("eagle", "horse"):
            office.post(reverse(f"concept_{what}", args=[slug]))
    concepts["eagle"].refresh_from_db()
    merge_concepts(user=admin, concept=concepts["eagle"], into=concepts["horse"])
    assert told("horse") == [
        "Eagle was merged into Horse",
        "Brought back",
        "Eagle: Brought back",
        "Retired",
        "Eagle: Retired",
        "Eagle was taken out of Horse again",
        "Eagle was merged into Horse",
    ]
