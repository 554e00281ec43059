"""Tokens for programs: made with a password, shown once, revoked."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.api_calls import API, PROBLEM, get, picture, token_header


def basic(name: str, password: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def ask_token(client: Client, name: str, password: str) -> Any:
    body = json.dumps({"username": name, "password": password})
    return client.post(f"{API}tokens", body, content_type="application/json")


def test_a_token_is_made_with_a_password_shown_once_used_and_revoked(client: Client, expert: User) -> None:
    made = ask_token(client, "ada", "denarius-42")
    assert made.status_code == 201
    header = {"HTTP_AUTHORIZATION": f"Token {made.json()['token']}"}
    (listed,) = get(client, "tokens", **header)
    assert listed["key"] == made.json()["key"]
    assert made.json()["token"] not in json.dumps(listed)
    again = client.post(f"{API}tokens", "{}", content_type="application/json", **header)
    assert again.status_code == 403
    assert client.delete(f"{API}tokens/{listed['key']}", **header).status_code == 204
    assert client.get(f"{API}coins", **header).status_code == 401


def test_basic_authentication_gets_a_token_and_nothing_else(client: Client, expert: User) -> None:
    made = client.post(f"{API}tokens", **basic("ada", "denarius-42"))
    assert made.status_code == 201
    refused = client.post(f"{API}predictions", {"picture": picture()}, **basic("ada", "denarius-42"))
    assert refused.status_code == 401


def test_a_token_of_somebody_else_cannot_be_revoked(client: Client, expert: User, visitor: User) -> None:
    key = ask_token(client, "ada", "denarius-42").json()["key"]
    assert client.delete(f"{API}tokens/{key}", **token_header(visitor)).status_code == 404
    assert expert.auth_token_set.count() == 1


def test_names_that_do_not_exist_cannot_be_told_from_wrong_passwords(client: Client, expert: User) -> None:
    User.objects.create_user("gone", password="denarius-46", is_active=False)
    tries = [("ada", "wrong"), ("nobody", "wrong"), ("gone", "denarius-46"), ("a\0b", "wrong")]
    answers = [client.post(f"{API}tokens", **basic(*pair)) for pair in tries]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1


def test_guessing_passwords_for_tokens_is_stopped_after_ten(client: Client, expert: User) -> None:
    answers = [ask_token(client, "ada", f"guess-{number}").status_code for number in range(12)]
    assert answers[:9] == [401] * 9
    assert answers[-1] == 429
    locked = ask_token(client, "ada", "denarius-42")
    assert (locked.status_code, locked["Content-Type"]) == (429, PROBLEM)


@pytest.mark.parametrize("header", ["Token", "Token a b", "Token \xff\xfe", "Token " + "0" * 64, "Basic !!", "Basic"])
@pytest.mark.django_db
def test_a_broken_authorization_is_refused(client: Client, header: str) -> None:
    assert client.get(f"{API}tokens", HTTP_AUTHORIZATION=header).status_code == 401


def test_the_token_of_a_disabled_user_is_worth_nothing(client: Client, expert: User) -> None:
    header = token_header(expert)
    get(client, "tokens", **header)
    User.objects.filter(pk=expert.pk).update(is_active=False)
    get(client, "tokens", status=401, **header)
