"""The back room: what staff may look at, what nobody may change, and what starts work."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.contrib import admin as django_admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations import tasks
from annotations.models import (
    Box,
    Coin,
    Concept,
    Decision,
    Job,
    LabellingRun,
    Prediction,
    Publication,
    Rule,
    Snapshot,
    TrainingRun,
)
from annotations.services.decisions import record_decision
from tests.conftest import MakeCoin


@pytest.fixture
def staff(db: None) -> User:
    """An administrator without superuser's rights and without any permission of Django's own."""
    return User.objects.create_user("stella", password="denarius-47", is_staff=True)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """What was sent to a worker."""
    jobs: list[Job] = []
    monkeypatch.setattr(tasks, "send", jobs.append)
    return jobs


def page_of(model: type[Any], page: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def act(client: Client, model: type[Any], action: str, *ids: int) -> Any:
    return client.post(page_of(model), {"action": action, "_selected_action": ids}, follow=True)


def make_run(status: str) -> TrainingRun:
    snapshot = Snapshot.objects.create(file="s.jsonl", sha256="0" * 64, concepts=[], counts={})
    return TrainingRun.objects.create(snapshot=snapshot, kind="concept_vit", config={}, seed=0, status=status)


def test_staff_see_every_list(client: Client, staff: User, expert: User, make_coin: MakeCoin) -> None:
    side = make_coin("demo.1", reverse="Eagle.").sides.get(face="reverse")
    record_decision(user=expert, side_id=side.pk, concept="eagle", answer="yes", key=uuid4(), base_id=None)
    client.force_login(staff)
    ours = [model for model in django_admin.site._registry if model._meta.app_label == "annotations"]
    assert len(ours) > 10
    for model in ours:
        assert client.get(page_of(model)).status_code == 200, model
    assert client.get(reverse("admin:index")).status_code == 200


def test_coins_are_found_by_the_beginning_of_their_identifier(client: Client, staff: User, make_coin: MakeCoin) -> None:
    make_coin("ans.1944.1", title="Denarius")
    make_coin("bm.1944.1", title="Aureus")
    client.force_login(staff)
    page = BeautifulSoup(client.get(page_of(Coin), {"q": "ans.19"}).content, "html.parser")
    found = page.select_one("#result_list").get_text(" ")
    assert "ans.1944.1" in found
    assert "bm.1944.1" not in found


@pytest.mark.parametrize("model", [Decision, Box, Prediction, Publication, Coin])
def test_nobody_adds_changes_or_deletes_what_was_said(
    client: Client, admin: User, make_coin: MakeCoin, expert: User, model: type[Any]
) -> None:
    side = make_coin("demo.1", reverse="Eagle.").sides.get(face="reverse")
    decision = record_decision(user=expert, side_id=side.pk, concept="eagle", answer="yes", key=uuid4(), base_id=None)
    there = {Decision: decision.pk, Coin: side.coin_id}.get(model, 1)
    client.force_login(admin)
    assert client.get(page_of(model, "add")).status_code == 403
    assert client.post(page_of(model, "add"), {"answer": "no"}).status_code == 403
    assert client.post(page_of(model, "change", there), {"answer": "no"}).status_code in (302, 403)
    assert client.post(page_of(model, "delete", there), {"post": "yes"}).status_code in (302, 403)
    act(client, model, "delete_selected", there)
    assert list(Decision.objects.values_list("pk", "answer")) == [(decision.pk, "yes")]
    assert Coin.objects.count() == 1


def test_a_user_with_decisions_is_disabled_and_not_deleted(client: Client, admin: User, expert: User) -> None:
    client.force_login(admin)
    assert client.post(page_of(User, "delete", expert.pk), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=expert.pk).exists()


def test_staff_cannot_make_themselves_superusers(client: Client, staff: User) -> None:
    client.force_login(staff)
    for page, args in (("changelist", ()), ("add", ()), ("change", (staff.pk,)), ("delete", (staff.pk,))):
        assert client.get(page_of(User, page, *args)).status_code == 403
        assert client.post(page_of(User, page, *args), {"is_superuser": "on"}).status_code == 403
    password = reverse("admin:auth_user_password_change", args=[staff.pk])
    assert client.post(password, {"password1": "a", "password2": "a"}).status_code == 403
    staff.refresh_from_db()
    assert not staff.is_superuser


def test_superusers_put_people_into_groups(client: Client, admin: User, visitor: User) -> None:
    client.force_login(admin)
    group = admin.groups.get(name="experts")
    form = {"username": "vera", "is_active": "on", "groups": [group.pk]}
    moments = {f"{name}_{part}": "" for name in ("last_login", "date_joined") for part in (0, 1)}
    moments |= {"date_joined_0": "2024-01-01", "date_joined_1": "00:00"}
    answer = client.post(page_of(User, "change", visitor.pk), form | moments)
    assert answer.status_code == 302, BeautifulSoup(answer.content, "html.parser").select(".errorlist")
    assert User.objects.get(pk=visitor.pk).has_perm("annotations.add_decision")


def concept_form(concept: Concept, *rules: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    form: dict[str, Any] = {"name": concept.name, "names": "{}", "guideline": "", "link": ""}
    form |= {"rules-TOTAL_FORMS": len(rules), "rules-INITIAL_FORMS": initial}
    for place, rule in enumerate(rules):
        form |= {f"rules-{place}-{name}": value for name, value in rule.items()}
        form[f"rules-{place}-concept"] = concept.pk
    return form


def test_rules_are_shown_with_the_way_to_their_page_and_cannot_be_changed_here(
    client: Client, staff: User, db: None
) -> None:
    concept = Concept.objects.create(slug="owl", name="Owl")
    rule = Rule.objects.create(concept=concept, language="en", kind="word", pattern="owl")
    client.force_login(staff)
    changed = {"id": rule.pk, "language": "en", "kind": "stem", "pattern": "owl"}
    added = {"id": "", "language": "en", "kind": "word", "pattern": "owlet"}
    client.post(page_of(Concept, "change", concept.pk), concept_form(concept, changed, added, initial=1))
    assert list(Rule.objects.values_list("kind", "pattern", "version")) == [("word", "owl", 1)]
    page = BeautifulSoup(client.get(page_of(Concept, "change", concept.pk)).content, "html.parser")
    links = {link["href"] for link in page.select("a[href^='/concepts/']")}
    assert {reverse("rules", args=["owl"]), reverse("rule", args=["owl", rule.pk])} <= links


def test_a_concept_is_changed_on_its_own_page_where_its_history_is_kept(client: Client, staff: User, db: None) -> None:
    concept = Concept.objects.create(slug="owl", name="Owl")
    client.force_login(staff)
    sent = concept_form(concept) | {"slug": "bird", "name": "Bird", "retired": "on"}
    client.post(page_of(Concept, "change", concept.pk), sent)
    concept.refresh_from_db()
    assert (concept.slug, concept.name, concept.retired) == ("owl", "Owl", False)
    page = BeautifulSoup(client.get(page_of(Concept, "change", concept.pk)).content, "html.parser")
    assert page.select_one(f"a[href='{concept.get_absolute_url()}']")
    assert client.post(page_of(Concept, "delete", concept.pk), {"post": "yes"}).status_code == 403


def test_reading_all_texts_again_is_one_job_however_often_it_is_asked_for(
    client: Client, staff: User, concepts: dict[str, Concept], sent: list[Job]
) -> None:
    client.force_login(staff)
    for _ in range(2):
        act(client, Concept, "read_again", concepts["eagle"].pk)
    run = LabellingRun.objects.get()
    assert (run.status, run.created_by) == ("queued", staff)
    assert set(sent) == {run}


def test_a_training_is_started_with_the_form_of_the_site(client: Client, staff: User) -> None:
    client.force_login(staff)
    page = BeautifulSoup(client.get(page_of(TrainingRun)).content, "html.parser")
    assert page.find("a", href=lambda address: address and address.startswith(page_of(TrainingRun, "add")))
    assert client.get(page_of(TrainingRun, "add"))["Location"] == reverse("run_new")


def test_runs_are_cancelled_and_repeated_from_their_list(client: Client, staff: User, sent: list[Job]) -> None:
    waiting, running, failed, done = (make_run(status) for status in ("queued", "running", "failed", "succeeded"))
    client.force_login(staff)
    everything = [run.pk for run in (waiting, running, failed, done)]
    act(client, TrainingRun, "cancel", *everything)
    rows = {run.pk: run for run in TrainingRun.objects.all()}
    assert rows[waiting.pk].status == "cancelled"
    assert rows[running.pk].cancel_requested
    assert (rows[failed.pk].status, rows[done.pk].status) == ("failed", "succeeded")
    act(client, TrainingRun, "repeat", *everything)
    assert {job.pk for job in sent} == {waiting.pk, failed.pk}
    assert set(TrainingRun.objects.filter(status="queued")) == {waiting, failed}


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (Decision, "user__password__startswith"),
        (TrainingRun, "created_by__password__startswith"),
        (Coin, "sides__decisions__user__password__startswith"),
        (Concept, "decisions__user__password__startswith"),
    ],
)
def test_a_filter_cannot_read_passwords(client: Client, staff: User, model: type[Any], lookup: str) -> None:
    client.force_login(staff)
    assert client.get(page_of(model), {lookup: "pbkdf2"}).status_code == 400


@pytest.mark.django_db
def test_the_policy_is_relaxed_in_the_back_room_and_nowhere_else(client: Client, staff: User) -> None:
    assert "unsafe" not in client.get(reverse("admin:login"), follow=True)["Content-Security-Policy"]
    client.force_login(staff)
    inside = client.get(page_of(Coin))["Content-Security-Policy"]
    assert "'unsafe-eval'" in inside
    assert "'unsafe-inline'" not in inside.split("script-src")[1].split(";")[0]
    assert "unsafe" not in client.get(reverse("search"))["Content-Security-Policy"]
    assert "unsafe" not in client.get(reverse("account"))["Content-Security-Policy"]


@pytest.mark.browser
def test_the_back_room_works_under_its_policy(live_server: Any, browser: Any, admin: User, make_coin: MakeCoin) -> None:
    make_coin("demo.1")
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{live_server.url}{reverse('admin:login')}?next={page_of(Coin)}")
    page.fill("[name=username]", "root")
    page.fill("[name=password]", "denarius-45")
    page.click("button[type=submit]")
    page.get_by_role("link", name="demo.1").click()
    page.get_by_role("link", name="View on site").wait_for()
    page.goto(f"{live_server.url}{page_of(Concept, 'change', Concept.objects.get(slug='eagle').pk)}")
    page.get_by_role("link", name="Rules", exact=True).click()
    page.get_by_role("link", name="Change", exact=True).first.wait_for()
    assert [line for line in said if "favicon" not in line and "404" not in line] == []
    page.close()


def test_the_back_room_has_the_icon_of_the_site(client: Client, staff: User) -> None:
    client.force_login(staff)
    icons = [
        BeautifulSoup(client.get(reverse(name)).content, "html.parser").select_one("link[rel=icon]")["href"]
        for name in ("admin:index", "search")
    ]
    assert icons[0] == icons[1], "else the browser asks for /favicon.ico, which is not there"
