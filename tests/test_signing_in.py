"""Signing in, and what a browser is told to keep strangers out."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse


def _sign_in(client: Client, name: str, password: str, **headers: str) -> Any:
    return client.post(reverse("login"), {"username": name, "password": password}, headers=headers)


def _complaint(response: Any) -> str:
    page = BeautifulSoup(response.content, "html.parser")
    for field in page.find_all("input"):
        field.decompose()  # the form repeats the name that was tried
    return page.main.get_text(" ", strip=True)


def test_the_page_to_sign_in_does_not_tell_which_names_exist(client: Client, expert: User) -> None:
    User.objects.create_user("gone", password="denarius-46", is_active=False)
    tries = [("ada", "wrong"), ("nobody", "wrong"), ("gone", "denarius-46")]
    answers = [_sign_in(Client(), *pair) for pair in tries]
    assert {answer.status_code for answer in answers} == {200}
    assert len({_complaint(answer) for answer in answers}) == 1


def test_a_new_address_for_every_guess_does_not_get_around_the_limit(client: Client, expert: User) -> None:
    answers = [
        _sign_in(client, "ada", f"guess-{number}", **{"x-forwarded-for": f"203.0.113.{number}", "x-real-ip": "1.2.3.4"})
        for number in range(12)
    ]
    assert [answer.status_code for answer in answers[:9]] == [200] * 9
    assert answers[-1].status_code == 429
    assert _sign_in(client, "ada", "denarius-42").status_code == 429


def test_the_session_key_changes_when_somebody_signs_in(client: Client, expert: User) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    assert _sign_in(client, "ada", "denarius-42").status_code == 302
    assert client.session.session_key != before


def test_a_disabled_user_is_out_at_once(client: Client, expert: User) -> None:
    client.force_login(expert)
    assert client.get(reverse("account")).status_code == 200
    User.objects.filter(pk=expert.pk).update(is_active=False)
    refused = client.get(reverse("account"))
    assert (refused.status_code, refused["Location"]) == (302, "/account/login/?next=/account/")


def test_signing_in_leads_nowhere_else(client: Client, expert: User) -> None:
    away = client.post(f"{reverse('login')}?next=https://evil.example/", {"username": "ada", "password": "denarius-42"})
    assert away["Location"] == reverse("home")


def test_a_remote_user_header_is_not_believed(client: Client, admin: User) -> None:
    answer = client.get(
        reverse("account"), headers={"remote-user": "root", "x-remote-user": "root"}, REMOTE_USER="root"
    )
    assert answer.status_code == 302


@pytest.mark.parametrize("name", ["search", "login", "identify", "api_docs"])
@pytest.mark.django_db
def test_pages_allow_no_inline_script_and_no_frame(client: Client, name: str) -> None:
    answer = client.get(reverse(name))
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    page = BeautifulSoup(answer.content, "html.parser")
    assert [tag for tag in page.find_all("script") if not tag.get("src")] == []
    assert page.find_all("style") == []
    assert list(page.find_all(style=True)) == []
