"""Signing in, the account page, the frame of every page, and the pages that say no."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken

from annotations.models import Decision
from annotations.services.accounts import make_token


def sign_in(client: Client, name: str, password: str) -> int:
    return client.post(
        reverse("login"), {"username": name, "password": password, "next": "/coins/?q=eagle"}
    ).status_code


def navigation(client: Client) -> list[str]:
    page = BeautifulSoup(client.get(reverse("search")).content, "html.parser")
    return [link.get_text(strip=True) for link in page.select(".navbar-nav a")]


def test_one_comes_back_to_where_one_was(client: Client, expert: User) -> None:
    link = BeautifulSoup(client.get("/coins/?q=eagle&mint=Rome").content, "html.parser").select_one(".account-menu a")
    assert link["href"] == "/account/login/?next=%2Fcoins%2F%3Fq%3Deagle%26mint%3DRome"
    page = BeautifulSoup(client.get(link["href"]).content, "html.parser")
    assert page.select_one("[name=next]")["value"] == "/coins/?q=eagle&mint=Rome"
    answer = client.post(link["href"], {"username": "ada", "password": "denarius-42", "next": "/coins/?q=eagle"})
    assert answer.url == "/coins/?q=eagle"


def test_a_foreign_address_to_come_back_to_is_not_followed(client: Client, expert: User) -> None:
    given = {"username": "ada", "password": "denarius-42", "next": "https://evil.example/"}
    assert client.post(reverse("login"), given).url == reverse("home")


def test_the_start_leads_experts_to_the_review_and_others_to_the_search(client: Client, expert: User) -> None:
    assert client.get("/").url == reverse("search")
    client.force_login(expert)
    assert client.get("/").url == reverse("review")


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(client: Client, expert: User) -> None:
    said = []
    for name in ("ada", "nobody"):
        answer = client.post(reverse("login"), {"username": name, "password": "wrong"})
        said.append(BeautifulSoup(answer.content, "html.parser").select_one("[role=alert]").get_text(strip=True))
    assert said[0] == said[1]


def test_after_ten_wrong_passwords_the_name_is_closed_and_says_for_how_long(client: Client, expert: User) -> None:
    assert [sign_in(client, "ada", "wrong") for _ in range(10)][-1] == 429
    answer = client.post(reverse("login"), {"username": "ada", "password": "denarius-42"})
    assert answer.status_code == 429
    assert "quarter of an hour" in answer.content.decode()


def test_a_disabled_user_is_refused(client: Client, expert: User) -> None:
    User.objects.update(is_active=False)
    assert sign_in(client, "ada", "denarius-42") == 200
    assert "_auth_user_id" not in client.session


def test_signing_in_changes_the_session_and_signing_out_ends_it(client: Client, expert: User) -> None:
    client.get(reverse("login"))
    client.session["seen"] = 1
    client.session.save()
    before = client.session.session_key
    sign_in(client, "ada", "denarius-42")
    assert client.session.session_key != before
    assert client.get(reverse("logout")).status_code == 405
    client.post(reverse("logout"))
    assert client.get(reverse("account")).status_code == 302


def test_the_navigation_shows_what_the_role_may_open(client: Client, expert: User, admin: User) -> None:
    public = navigation(client)
    assert {"Search", "Concepts"} <= set(public) and not {"Review", "Runs", "Administration"} & set(public)
    client.force_login(expert)
    assert "Review" in navigation(client) and "Administration" not in navigation(client)
    client.force_login(admin)
    assert {"Review", "Runs", "Models", "Administration"} <= set(navigation(client))


def test_a_token_is_shown_once_and_opens_the_interface(client: Client, expert: User) -> None:
    client.force_login(expert)
    page = BeautifulSoup(client.post(reverse("account")).content, "html.parser")
    token = page.select_one("#token").get_text()
    assert AuthToken.objects.get().user == expert
    again = client.get(reverse("account"))
    assert token not in again.content.decode()
    assert token[:8] in again.content.decode()
    assert "no-store" in again["Cache-Control"]


def test_a_token_is_revoked_from_the_account_page_and_opens_nothing_any_more(client: Client, expert: User) -> None:
    kept, leaked = make_token(user=expert), make_token(user=expert)
    client.force_login(expert)
    page = BeautifulSoup(client.get(reverse("account")).content, "html.parser")
    rows = {row.th.get_text()[:8]: row for row in page.select("#tokens ~ table tbody tr")}
    assert rows.keys() == {kept[:8], leaked[:8]}
    made = timezone.localtime(AuthToken.objects.get(token_key__startswith=leaked[:8]).created)
    assert f"{made:%b %Y, %H:%M}" in rows[leaked[:8]].select_one("[data-label=Made]").get_text()
    form = rows[leaked[:8]].form
    assert "cannot be undone" in page.select_one(f"#{form['data-confirm']}").get_text()
    said = BeautifulSoup(client.post(form["action"], follow=True).content, "html.parser")
    assert "is revoked" in said.select_one("[role=status]").get_text()
    programs = {token: Client(headers={"authorization": f"Token {token}"}) for token in (kept, leaked)}
    assert {token: each.get("/api/v1/coins").status_code for token, each in programs.items()} == {
        kept: 200,
        leaked: 401,
    }
    twice = BeautifulSoup(client.post(form["action"], follow=True).content, "html.parser")
    assert "You have no token" in twice.select_one("[role=status]").get_text()


def test_nobody_revokes_the_token_of_another(client: Client, expert: User, visitor: User) -> None:
    make_token(user=expert)
    key = AuthToken.objects.get().token_key
    client.force_login(visitor)
    client.post(reverse("token_revoke", args=[key]))
    assert client.get(reverse("token_revoke", args=[key])).status_code == 405
    assert AuthToken.objects.get().user == expert


def test_a_token_needs_the_form_of_this_site(expert: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(expert)
    assert client.post(reverse("account")).status_code == 403
    assert not AuthToken.objects.exists()


def test_the_account_counts_ones_own_decisions(client: Client, expert: User, visitor: User) -> None:
    client.force_login(visitor)
    assert not Decision.objects.exists()
    assert "No decision yet" in client.get(reverse("account")).content.decode()


@pytest.mark.parametrize("path", ["/nix", "/coins/nix"])
def test_a_page_that_is_not_there_says_so_in_the_sites_own_words(client: Client, db: None, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert BeautifulSoup(answer.content, "html.parser").h1.get_text() == "Nothing is here"


def test_every_page_forbids_inline_code_and_carries_none(client: Client, db: None) -> None:
    answer = client.get(reverse("search"))
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy
    page = BeautifulSoup(answer.content, "html.parser")
    assert all(script.get("src") for script in page.select("script"))
    assert not page.select("style, [style], [onclick]")
