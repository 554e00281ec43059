"""The REST interface: what it gives, what it refuses and in which words."""

from __future__ import annotations

import base64
import io
import json
import time
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from annotations import tasks
from annotations.api import predictions
from annotations.models import (
    Identification,
    Label,
    ModelVersion,
    Prediction,
    Publication,
    Side,
    Snapshot,
    TrainingRun,
    WorkerPresence,
)
from annotations.services.accounts import make_token
from annotations.services.decisions import record_decision
from annotations.services.labels import refresh_model_labels
from tests.conftest import MakeCoin

API = "/api/v1/"
PROBLEM = "application/problem+json"


def get(client: Client, address: str, status: int = 200, **options: Any) -> Any:
    response = client.get(API + address, **options)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == (PROBLEM if status >= 400 else "application/json")
    return response.json()


def make_version(concepts: tuple[str, ...] = ("eagle", "horse"), publisher: User | None = None) -> ModelVersion:
    snapshot = Snapshot.objects.create(file="s.jsonl", sha256="f" * 64, concepts=list(concepts), counts={})
    run = TrainingRun.objects.create(snapshot=snapshot, kind="concept_vit", config={"epochs": 1}, seed=0)
    metrics = {"test": {"mean": {"ap": 0.5}}, "curves": {}}
    version = ModelVersion.objects.create(
        run=run, kind=run.kind, concepts=list(concepts), thresholds=[0.5] * len(concepts), metrics=metrics, folder="f"
    )
    if publisher:
        Publication.objects.create(version=version, user=publisher)
    return version


def picture(name: str = "coin.png", content: bytes | None = None) -> SimpleUploadedFile:
    if content is None:
        stream = io.BytesIO()
        Image.new("RGB", (80, 40), "white").save(stream, "PNG")
        content = stream.getvalue()
    return SimpleUploadedFile(name, content)


def token_header(user: User) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Token {make_token(user=user)}"}


def test_a_coin_carries_its_sides_and_each_answer_says_whose_it_is(
    client: Client, make_coin: MakeCoin, expert: User, admin: User
) -> None:
    coin = make_coin("demo.1", reverse="Eagle standing left on thunderbolt.", mint="Rome")
    side = coin.sides.get(face="reverse")
    version = make_version(("eagle", "horse"), publisher=admin)
    Prediction.objects.create(side=side, version=version, probabilities=[0.25, 0.75])
    refresh_model_labels(version)
    record_decision(user=expert, side_id=side.pk, concept="eagle", answer="no", key=uuid4(), base_id=None)

    found = get(client, "coins/demo.1")

    reverse = next(side for side in found["sides"] if side["face"] == "reverse")
    labels = {label["concept"]: label for label in reverse["labels"]}
    assert labels["eagle"] == {
        "concept": "eagle",
        "answer": "no",
        "origin": "expert",
        "expert": "no",
        "text": True,
        "model": {"version": version.pk, "score": 0.25, "present": False},
    }
    assert labels["horse"]["origin"] == "model"
    assert labels["horse"]["expert"] is None
    assert reverse["prediction"]["model"] == version.pk
    assert [row["present"] for row in reverse["prediction"]["concepts"]] == [False, True]
    assert reverse["text"] == "Eagle standing left on thunderbolt."
    assert found["descriptions"][0]["scope"] == "reverse"


def test_a_side_shows_what_the_published_model_says_and_no_other(
    client: Client, make_coin: MakeCoin, admin: User
) -> None:
    side = make_coin("demo.1").sides.first()
    other, published = make_version(), make_version(publisher=admin)
    for version, probability in ((other, 0.9), (published, 0.1)):
        Prediction.objects.create(side=side, version=version, probabilities=[probability, 0.2])
    prediction = get(client, f"sides/{side.pk}")["prediction"]
    assert prediction["model"] == published.pk
    assert prediction["concepts"][0] == {"concept": "eagle", "probability": 0.1, "threshold": 0.5, "present": False}


def test_identifiers_with_slashes_and_dots_are_found(client: Client, make_coin: MakeCoin) -> None:
    make_coin("ric/1.2 b")
    assert get(client, "coins/ric/1.2%20b")["identifier"] == "ric/1.2 b"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["a", "b", "c"]),
        ("mint=Rome", ["a"]),
        ("authority=Nero&mint=Lyon", ["b"]),
        ("denomination=Denarius&material=Silver", ["c"]),
        ("date_from=-40&date_to=-20", ["c"]),
        ("date_from=60", ["a", "b"]),
        ("concept=eagle", ["a"]),
        ("concept=eagle&origin=text&face=reverse", ["a"]),
        ("concept=eagle&origin=text&face=obverse", []),
        ("concept=eagle&origin=expert", []),
        ("q=thunderbolt", ["a"]),
        ("q=thunder*", ["a"]),
        ("q=-thunderbolt", ["b", "c"]),
    ],
)
def test_coins_are_filtered_as_on_the_search_page(
    client: Client, make_coin: MakeCoin, query: str, expected: list[str]
) -> None:
    make_coin("a", reverse="Eagle on thunderbolt.", mint="Rome", authority="Nero", date_from=64, date_to=66)
    make_coin("b", mint="Lyon", authority="Nero", date_from=65, date_to=68)
    make_coin("c", denomination="Denarius", material="Silver", date_from=-32, date_to=-31)
    assert [coin["identifier"] for coin in get(client, f"coins?{query}")["results"]] == expected


def test_labels_are_filtered_by_side_concept_origin_and_answer(
    client: Client, make_coin: MakeCoin, expert: User
) -> None:
    side = make_coin("demo.1", reverse="Eagle and horse.").sides.get(face="reverse")
    make_coin("demo.2", reverse="Eagle.")
    record_decision(user=expert, side_id=side.pk, concept="horse", answer="no", key=uuid4(), base_id=None)
    assert [row["coin"] for row in get(client, "labels?concept=eagle")["results"]] == ["demo.1", "demo.2"]
    assert {row["concept"] for row in get(client, f"labels?side={side.pk}")["results"]} == {"eagle", "horse"}
    assert [row["concept"] for row in get(client, "labels?origin=expert&answer=no")["results"]] == ["horse"]


def test_a_label_that_nobody_answers_any_more_is_not_listed(client: Client, make_coin: MakeCoin) -> None:
    side = make_coin("demo.1", reverse="Eagle.").sides.get(face="reverse")
    Label.objects.filter(side=side).update(text_present=False, answer="", origin="")
    assert get(client, "labels")["results"] == []
    assert get(client, f"sides/{side.pk}")["labels"] == []


def test_a_concept_comes_with_its_rules_names_and_implications(client: Client, concepts: dict[str, Any]) -> None:
    quadriga = get(client, "concepts/quadriga")
    assert quadriga["implies"] == ["horse"]
    assert {"pattern", "kind", "language", "version"} <= set(quadriga["rules"][0])
    assert quadriga["names"]["en"] == quadriga["name"]
    assert len(get(client, "concepts")["results"]) == 16


def test_models_that_never_were_published_are_for_administrators(client: Client, expert: User, admin: User) -> None:
    hidden, shown = make_version(), make_version(publisher=admin)
    for user in (None, expert):
        if user:
            client.force_login(user)
        assert [row["id"] for row in get(client, "models")["results"]] == [shown.pk]
        get(client, f"models/{hidden.pk}", status=404)
    client.force_login(admin)
    rows = get(client, "models")["results"]
    assert [(row["id"], row["published"], len(row["publications"])) for row in rows] == [
        (hidden.pk, False, 0),
        (shown.pk, True, 1),
    ]
    assert rows[1]["thresholds"] == {"eagle": 0.5, "horse": 0.5}
    assert rows[1]["snapshot"] == "f" * 64
    assert "metrics" not in rows[1]
    assert get(client, f"models/{shown.pk}")["metrics"]["test"]["mean"]["ap"] == 0.5


def test_pages_follow_one_another_without_gap_or_double(client: Client, make_coin: MakeCoin) -> None:
    for number in range(7):
        make_coin(f"demo.{number}")
    seen, address = [], "coins?size=3"
    while address:
        page = get(client, address)
        seen += [coin["identifier"] for coin in page["results"]]
        address = page["next"].split(API)[1] if page["next"] else ""
    assert seen == [f"demo.{number}" for number in range(7)]


@pytest.mark.parametrize("address", ["coins", "sides", "labels", "concepts", "models", "coins/demo.0"])
def test_more_rows_cost_no_more_queries(
    client: Client,
    make_coin: MakeCoin,
    admin: User,
    address: str,
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    def add(number: int) -> None:
        coin = make_coin(f"demo.{number}", obverse="Horse.", reverse="Eagle.")
        version = make_version(publisher=admin)
        for side in coin.sides.all():
            Prediction.objects.create(side=side, version=version, probabilities=[0.9, 0.8])

    add(0)
    with django_assert_max_num_queries(10) as first:
        get(client, address)
    for number in range(1, 6):
        add(number)
    with django_assert_num_queries(len(first.captured_queries)):
        get(client, address)


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
    assert side["concepts"] == [
        {"concept": "eagle", "probability": 0.5, "threshold": 0.5, "present": True},
        {"concept": "horse", "probability": 0.1, "threshold": 0.5, "present": False},
    ]
    assert Identification.objects.get().created_by == expert


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
    monkeypatch.setattr(predictions.PredictionThrottle, "rate", "2/min")
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


def test_sides_are_listed_by_coin_and_face(client: Client, make_coin: MakeCoin) -> None:
    make_coin("demo.1")
    make_coin("demo.2")
    found = get(client, "sides?coin=demo.2&face=obverse")["results"]
    assert [(side["coin"], side["face"]) for side in found] == [("demo.2", "obverse")]
    assert Side.objects.count() == 4
