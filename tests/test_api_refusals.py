"""The REST interface: what it refuses, in which words, and how soon."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.api_calls import API, PROBLEM, get, token_header


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("coins?colour=red", "colour"),
        ("coins?mint__startswith=R", "mint__startswith"),
        ("coins?sides__decisions__user__password=x", "sides__decisions__user__password"),
        ("coins?ordering=sides__decisions__user__password", "ordering"),
        ("coins?_connector=OR", "_connector"),
        ("labels?decision__user=1", "decision__user"),
        ("coins/demo.1?fields=all", "fields"),
        ("coins?mint=Rome&mint=Lyon", "mint"),
        ("coins?size=0", "size"),
        ("coins?size=-1", "size"),
        ("coins?size=201", "size"),
        ("coins?size=1e99999999", "size"),
        ("coins?size=NaN", "size"),
        ("coins?size=" + "9" * 5000, "size"),
        ("coins?cursor=%00", "cursor"),
        ("coins?cursor=!!!", "cursor"),
        ("coins?cursor=cD1hYmM%3D", "cursor"),
        ("coins?cursor=cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk%3D", "cursor"),
        ("coins?date_from=1e99999999", "date_from"),
        ("coins?date_from=NaN", "date_from"),
        ("coins?date_from=0", "date_from"),
        ("coins?date_from=" + "9" * 5000, "date_from"),
        ("coins?date_from=10&date_to=5", "date_from"),
        ("coins?q=" + "a" * 201, "q"),
        ("coins?q=...", "q"),
        ("coins?q=a%00b", "q"),
        ("coins?mint=a%00b", "mint"),
        ("coins?concept=unicorn", "concept"),
        ("coins?origin=text", "concept"),
        ("coins?concept=eagle&origin=oracle", "origin"),
        ("labels?side=1e99999999", "side"),
        ("labels?side=99999999999999999999", "side"),
        ("labels?answer=maybe", "answer"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named_at_once(
    client: Client, concepts: dict[str, Any], address: str, named: str
) -> None:
    began = time.perf_counter()
    refused = get(client, address, status=400)
    assert time.perf_counter() - began < 0.5
    assert named in refused["errors"]
    assert refused["status"] == 400
    assert refused["detail"]


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("get", "nothing", 404),
        ("get", "coins/", 404),
        ("get", "coins/none", 404),
        ("get", "coins/a%00b", 404),
        ("get", "sides/999999999999999999999999", 404),
        ("get", f"predictions/{uuid4()}", 404),
        ("post", "coins", 405),
        ("delete", "labels/1", 405),
        ("put", "predictions", 405),
        ("post", "predictions", 401),
        ("get", "tokens", 401),
        ("delete", "tokens/abc", 401),
    ],
)
@pytest.mark.django_db
def test_every_refusal_is_problem_details(client: Client, method: str, address: str, status: int) -> None:
    response = getattr(client, method)(API + address)
    assert response.status_code == status
    assert response["Content-Type"] == PROBLEM
    assert set(response.json()) >= {"type", "status", "title", "detail"}


@pytest.mark.django_db
def test_malformed_bodies_and_wishes_are_problem_details(client: Client, expert: User) -> None:
    broken = client.post(f"{API}tokens", "{bad", content_type="application/json")
    assert (broken.status_code, broken["Content-Type"]) == (400, PROBLEM)
    other = client.post(f"{API}tokens", "<a/>", content_type="text/xml")
    assert (other.status_code, other["Content-Type"]) == (415, PROBLEM)
    unwanted = client.get(f"{API}coins", headers={"accept": "text/csv"})
    assert (unwanted.status_code, unwanted["Content-Type"]) == (406, PROBLEM)
    torn = client.post(
        f"{API}predictions", b"--x\r\n", content_type="multipart/form-data; boundary=", **token_header(expert)
    )
    assert (torn.status_code, torn["Content-Type"]) == (400, PROBLEM)
    wide = client.post(f"{API}predictions", {"note": "n" * 6_000_000}, **token_header(expert))
    assert (wide.status_code, wide["Content-Type"]) == (413, PROBLEM)


@pytest.mark.django_db
def test_an_error_of_ours_is_told_to_the_log_and_not_to_the_stranger(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the password is 1234")

    monkeypatch.setattr("annotations.api.filters.matching", fail)
    client.raise_request_exception = False
    response = client.get(f"{API}coins")
    assert (response.status_code, response["Content-Type"]) == (500, PROBLEM)
    assert b"1234" not in response.content
    assert "the password is 1234" in caplog.text
