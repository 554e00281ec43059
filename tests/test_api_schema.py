"""The interface against its own description: whatever it allows to be sent, nothing breaks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error

from annotations.api.predictions import PredictionThrottle
from annotations.models import ModelVersion, Prediction, Publication, Snapshot, TrainingRun
from annotations.services.accounts import make_token
from coinsite.wsgi import application
from tests.conftest import MakeCoin

EXAMPLES = 15  # per operation, role and mode
ENOUGH = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def corpus(make_coin: MakeCoin, admin: User) -> None:
    coin = make_coin("demo.1", obverse="Horse.", reverse="Eagle on thunderbolt.", mint="Rome", date_from=-44)
    snapshot = Snapshot.objects.create(file="s.jsonl", sha256="f" * 64, concepts=["eagle"], counts={})
    run = TrainingRun.objects.create(snapshot=snapshot, kind="concept_vit", config={}, seed=0)
    version = ModelVersion.objects.create(
        run=run, kind=run.kind, concepts=["eagle"], thresholds=[0.5], metrics={"test": {}}, folder="f"
    )
    Publication.objects.create(version=version, user=admin)
    for side in coin.sides.all():
        Prediction.objects.create(side=side, version=version, probabilities=[0.7])


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """Requests by WSGI would close the connection that holds the test's transaction; Django's own client does this."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def cheap_passwords(settings: Any) -> None:
    """Guessed names and passwords are hashed, which is slow on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("role", ["anyone", "expert", "admin"])
def test_nothing_that_is_sent_breaks_the_interface(
    role: str,
    mode: GenerationMode,
    cheap_passwords: None,
    one_connection: None,
    corpus: None,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(PredictionThrottle, "rate", "100000/min", raising=False)
    user = None if role == "anyone" else request.getfixturevalue(role)
    headers = {"Authorization": f"Token {make_token(user=user)}"} if user else {}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema", application)
    sent: list[int] = []
    for operation in (result.ok() for result in schema.get_all_operations()):

        @ENOUGH
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: schemathesis.Case) -> None:
            sent.append(case.call_and_validate(checks=[not_a_server_error], headers=headers).status_code)

        with suppress(Unsatisfiable):  # where any text is a name, nothing breaks the description
            send()
    assert len(sent) > 100
    assert {200, 400} <= set(sent) if mode == GenerationMode.POSITIVE else 400 in sent


@pytest.mark.django_db
def test_every_address_is_described_with_its_errors(client: Client) -> None:
    described = client.get("/api/v1/schema").json()
    assert set(described["paths"]) == {
        "/api/v1/coins",
        "/api/v1/coins/{identifier}",
        "/api/v1/concepts",
        "/api/v1/concepts/{slug}",
        "/api/v1/labels",
        "/api/v1/labels/{id}",
        "/api/v1/models",
        "/api/v1/models/{id}",
        "/api/v1/predictions",
        "/api/v1/predictions/{public_id}",
        "/api/v1/sides",
        "/api/v1/sides/{id}",
        "/api/v1/tokens",
        "/api/v1/tokens/{key}",
    }
    for operations in described["paths"].values():
        for operation in operations.values():
            assert "application/problem+json" in operation["responses"]["4XX"]["content"]
    filters = {each["name"] for each in described["paths"]["/api/v1/coins"]["get"]["parameters"]}
    assert {"q", "authority", "mint", "denomination", "material", "date_from", "date_to", "concept", "origin"} < filters


@pytest.mark.browser
def test_the_page_that_describes_the_interface_works_offline_under_the_sites_policy(
    live_server: Any, browser: Any, make_coin: MakeCoin
) -> None:
    make_coin("demo.1")
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: said.append(asked.url) if not _ours(asked.url, live_server.url) else None)
    page.goto(f"{live_server.url}/api/v1/docs")
    page.locator("#operations-coins-coins_list button").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    answer = page.locator(".live-responses-table .response-col_status").nth(1)
    answer.wait_for()
    assert answer.inner_text().startswith("200")
    assert said == []
    page.close()


def _ours(address: str, site: str) -> bool:
    return address.startswith((site, "data:", "blob:"))
