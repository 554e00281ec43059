"""A picture sent to the REST interface: answered, put off, or refused with a reason."""

from __future__ import annotations

import io
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from PIL import Image

from annotations import tasks
from annotations.api import predictions
from annotations.models import (
    Identification,
    WorkerPresence,
)
from tests.api_calls import API, PROBLEM, get, make_version, picture, token_header


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A worker of the queue `predict`, which ends a row as the test wants it."""
    WorkerPresence.objects.create(name="w", queues=["predict"], seen_at=timezone.now())
    ends: dict[str, Any] = {"status": "succeeded"}
    monkeypatch.setattr(
        tasks, "send", lambda row: Identification.objects.filter(pk=row.pk).update(**ends) if ends else None
    )
    return ends


def test_a_picture_is_answered_with_probabilities_version_and_thresholds(
    client: Client, expert: User, admin: User, worker: dict[str, Any]
) -> None:
    version = make_version(publisher=admin)
    found = {"probabilities": {"eagle": 0.5, "horse": 0.1}, "present": ["eagle"], "crop": "ab/c.webp"}
    worker |= {"version": version, "sides": [{"face": "obverse", "box": [0, 0, 40, 40], **found}]}
    response = client.post(f"{API}predictions", {"picture": picture()}, **token_header(expert))
    assert response.status_code == 200
    body = response.json()
    assert body["model"] == {"version": version.pk, "kind": "concept_vit"}
    (side,) = body["sides"]
    assert side["face"] == "obverse"
    unbounded = {"verdict": "not sure", "low": None, "high": None, "reason": "", "calibration": ""}
    assert side["concepts"] == [
        {"concept": "eagle", "probability": 0.5, "threshold": 0.5, "present": True} | unbounded,
        {"concept": "horse", "probability": 0.1, "threshold": 0.5, "present": False} | unbounded,
    ]
    assert (side["level"], side["unlike"], side["alike"], side["box"]) == (None, False, [], [0, 0, 40, 40])
    assert Identification.objects.get().created_by == expert


def test_a_model_with_bounds_says_when_it_is_not_sure_and_what_lies_near(
    client: Client, expert: User, admin: User, worker: dict[str, Any], make_coin: Any
) -> None:
    near = make_coin("rrc.1").sides.get(face="obverse")
    version = make_version(publisher=admin)
    reason = "not seen is never said: only 8 validation sides show it; 9 are needed"
    said = {"verdict": "not sure", "low": 0.0, "high": 0.7, "reason": reason, "calibration": "platt"}
    found = {"probabilities": {"eagle": 0.5}, "present": ["eagle"], "crop": "ab/c.webp", "verdicts": {"eagle": said}}
    more = {"level": 0.9, "of": [80, 40], "unlike": False, "alike": [[near.pk, 0.7]]}
    worker |= {"version": version, "sides": [{"face": "obverse", "box": [0, 0, 40, 40], **found, **more}]}
    (side,) = client.post(f"{API}predictions", {"picture": picture()}, **token_header(expert)).json()["sides"]
    assert side["concepts"] == [{"concept": "eagle", "probability": 0.5, "threshold": 0.5, "present": True} | said]
    assert (side["level"], side["unlike"]) == (0.9, False)
    assert side["alike"] == [{"coin": "rrc.1", "face": "obverse", "side": near.pk, "cosine": 0.7}]


def test_without_a_worker_the_answer_is_202_at_once_and_can_be_fetched_later(
    client: Client, expert: User, admin: User
) -> None:
    make_version(publisher=admin)
    began = time.perf_counter()
    response = client.post(f"{API}predictions", {"picture": picture()}, **token_header(expert))
    assert time.perf_counter() - began < 2
    assert response.status_code == 202
    row = Identification.objects.get()
    assert response["Location"].endswith(f"{API}predictions/{row.public_id}")
    assert client.get(response["Location"]).json()["status"] == "queued"
    Identification.objects.update(status="failed", reason="No coin stands out.")
    assert client.get(response["Location"]).json()["reason"] == "No coin stands out."


def test_a_worker_that_takes_too_long_means_202(
    client: Client, expert: User, admin: User, worker: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_version(publisher=admin)
    worker.clear()
    monkeypatch.setattr(predictions, "PATIENCE", 0.3)
    response = client.post(f"{API}predictions", {"picture": picture()}, **token_header(expert))
    assert response.status_code == 202


def test_a_picture_without_a_coin_is_refused_with_the_reason(
    client: Client, expert: User, admin: User, worker: dict[str, Any]
) -> None:
    make_version(publisher=admin)
    worker |= {"status": "failed", "reason": "No coin stands out from its ground."}
    response = client.post(f"{API}predictions", {"picture": picture()}, **token_header(expert))
    assert response.status_code == 422
    assert response.json()["detail"] == "No coin stands out from its ground."


def _truncated() -> bytes:
    stream = io.BytesIO()
    Image.effect_noise((200, 200), 80).convert("RGB").save(stream, "JPEG")
    return stream.getvalue()[:3000]


def _bomb() -> bytes:
    stream = io.BytesIO()
    Image.new("1", (13_000, 13_000)).save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("empty.jpg", b"", 400),
        ("cut.jpg", _truncated(), 422),
        ("drawing.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", 422),
        ("page.png", b"<html><body>hello</body></html>", 422),
        ("bomb.png", _bomb(), 422),
    ],
)
def test_pictures_that_cannot_be_used_are_refused_with_a_sentence(
    client: Client, expert: User, admin: User, name: str, content: bytes, status: int
) -> None:
    make_version(publisher=admin)
    response = client.post(f"{API}predictions", {"picture": picture(name, content)}, **token_header(expert))
    assert (response.status_code, response["Content-Type"]) == (status, PROBLEM)
    assert len(response.json()["detail"]) > 15
    assert not Identification.objects.exists()


def test_a_form_without_a_picture_names_the_field(client: Client, expert: User) -> None:
    response = client.post(f"{API}predictions", {"photo": picture()}, **token_header(expert))
    assert response.status_code == 400
    assert "picture" in response.json()["errors"]


def test_a_body_that_is_too_large_is_refused_before_a_byte_of_it_is_read(client: Client, expert: User) -> None:
    class Unread(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise AssertionError("the body was read")

    for address in ("predictions", "tokens"):
        response = client.generic(
            "POST",
            API + address,
            content_type="multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(40 * 2**20),
            **{"wsgi.input": Unread()},
            **token_header(expert),
        )
        assert (response.status_code, response["Content-Type"]) == (413, PROBLEM)


def test_without_a_published_model_the_answer_is_a_conflict_that_says_what_to_do(client: Client, expert: User) -> None:
    response = client.post(f"{API}predictions", {"picture": picture()}, **token_header(expert))
    assert response.status_code == 409
    assert "publishes" in response.json()["detail"]


def test_predictions_have_a_limit_of_their_own(client: Client, expert: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictions.PredictionThrottle, "rate", "2/min", raising=False)
    header = token_header(expert)
    answers = [client.post(f"{API}predictions", {"picture": picture()}, **header) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [409, 409, 429]
    assert answers[2]["Content-Type"] == PROBLEM
    get(client, "coins", **header)


def test_a_session_may_predict_only_with_its_csrf_token(expert: User) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(expert)
    refused = careful.post(f"{API}predictions", {"picture": picture()})
    assert (refused.status_code, refused["Content-Type"]) == (403, PROBLEM)
    careful.get("/account/")
    allowed = careful.post(
        f"{API}predictions", {"picture": picture()}, headers={"x-csrftoken": careful.cookies["csrftoken"].value}
    )
    assert allowed.status_code == 409
