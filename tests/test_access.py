"""Every role, every address, every method: who may do what is written down here, and nobody may do anything else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from annotations.models import (
    Concept,
    Description,
    DoublesRun,
    Entity,
    Identification,
    ImportRun,
    Label,
    MiningRun,
    ModelVersion,
    Photograph,
    PredictionRun,
    RecropRun,
    ReviewItem,
    Rule,
    SaliencyMap,
    SaliencyStudy,
    Side,
    Snapshot,
    SourceRun,
    TrainingRun,
)
from tests.access_table import ACCESS, ROLES
from tests.conftest import MakeCoin

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS")

NOWHERE = {"api_nothing": "/api/v1/nothing/at/all", "api_elsewhere": "/api/v9/coins"}
"""Says 404 to everybody."""
FAR = 1000  # beyond what the database's counters reach meanwhile
EXAMPLES: dict[str, Any] = {
    "identifier": "demo.1",
    "slug": "eagle",
    "rule_id": 1000 * FAR,
    "entity_id": "animal-22",
    "suffix": "csv",
    "name": "ab/cd.webp",
    "key": "abcdefgh",
    "public_id": UUID(int=1),
    **dict.fromkeys(
        (
            *("pk", "item_id", "run_id", "model_id", "side_id", "map_id", "photograph_id", "description_id"),
            *("study_id", "user_id", "decision_id", "group_id", "verdict_id"),
        ),
        FAR,
    ),
}

MAY_DIFFER = {("allowed", "OPTIONS"), ("refused", "HEAD")}
"""OPTIONS tells the methods and does nothing; a page whose GET does something (it leases a question) knows no HEAD."""


@dataclass(frozen=True)
class Place:
    name: str
    address: str


def _walk(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, inner)
        else:
            yield f"{space}{pattern.name or ''}", pattern


def _places() -> list[Place]:
    """All addresses but those of the back room, which has a guard and a test of its own."""
    found = []
    for name, pattern in _walk(get_resolver().url_patterns):
        if name.startswith("admin:"):
            continue
        assert name, f"The address {pattern.pattern} has no name; give it one."
        found.append(Place(name, _address(name, pattern)))
    return found


def _address(name: str, pattern: URLPattern) -> str:
    if name in NOWHERE:
        return NOWHERE[name]
    wanted = list(pattern.pattern.regex.groupindex)
    return reverse(name, kwargs={each: EXAMPLES[each] for each in wanted})


def _back_room() -> list[Place]:
    places = []
    for name, pattern in _walk(get_resolver().url_patterns):
        if name.startswith("admin:") and name != "admin:":
            wanted = {"app_label": "annotations", "object_id": "1", "content_type_id": "1", "id": "1"}
            kwargs = {each: wanted[each] for each in pattern.pattern.regex.groupindex}
            places.append(Place(name, reverse(name, kwargs=kwargs)))
    return places


def test_every_address_is_in_the_table_and_the_table_names_no_other() -> None:
    names = {place.name for place in _places()}
    assert names - set(ACCESS) - set(NOWHERE) == set(), "Say in ACCESS who may use these addresses."
    assert set(ACCESS) - names == set(), "These addresses are gone; take them out of ACCESS."


@pytest.fixture
def rows(make_coin: MakeCoin) -> None:
    """One of everything that an address can name, each with the id of EXAMPLES."""
    coin = make_coin("demo.1")
    coin.sides.all().delete()
    side = Side.objects.create(pk=FAR, coin=coin, face="obverse", crop="ab/cd.webp", thumbnail="ab/cd.webp")
    eagle = Concept.objects.get(slug="eagle")
    Label.objects.create(pk=FAR, side=side, concept=eagle, text_present=True, answer="yes", origin="text")
    ReviewItem.objects.create(pk=FAR, side=side, concept=eagle, score=1, reason="The text names it.")
    Description.objects.create(pk=FAR, coin=coin, scope="obverse", text="Eagle")
    Entity.objects.create(identifier="animal-22", label="animal", name="eagle")
    Rule.objects.create(pk=1000 * FAR, concept=eagle, language="en", kind="word", pattern="erne")
    snapshot = Snapshot.objects.create(file="s.jsonl", sha256="0" * 64, concepts=["eagle"], counts={})
    run = TrainingRun.objects.create(pk=FAR, snapshot=snapshot, kind="concept_vit", config={}, seed=0, status="failed")
    learned = {
        "concepts": ["eagle"],
        "thresholds": [0.5],
        "metrics": {"test": {"mean": {"ap": 0.5}}},
        "folder": "run-1",
    }
    version = ModelVersion.objects.create(pk=FAR, run=run, kind=run.kind, **learned)
    PredictionRun.objects.create(pk=FAR, version=version, status="failed")
    SaliencyStudy.objects.create(pk=FAR, version=version, methods=["hipe"], status="failed")
    SaliencyMap.objects.create(pk=FAR, side=side, version=version, concept=eagle, status="failed")
    Photograph.objects.create(pk=FAR, coin=coin, scope="both", name="lot.jpg", refusal="missing")
    RecropRun.objects.create(pk=FAR, status="failed")
    MiningRun.objects.create(pk=FAR, status="failed")
    SourceRun.objects.create(pk=FAR, status="failed")
    DoublesRun.objects.create(pk=FAR, status="failed")
    ImportRun.objects.create(pk=FAR, format="nuds", path="nowhere", name="nowhere", status="failed")
    Identification.objects.create(public_id=UUID(int=1), file="ab/cd.webp", status="failed")


@pytest.fixture(params=ROLES)
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def somebody(role: str, request: pytest.FixtureRequest, db: None) -> User | None:
    return None if role == "anyone" else request.getfixturevalue(role)


def test_each_role_may_do_what_the_table_says_and_nothing_else(
    role: str, somebody: User | None, client: Client, rows: None
) -> None:
    client.raise_request_exception = False
    wrong = []
    for place in _places():
        if place.name == "login" and somebody:
            continue  # whoever is signed in is sent home, whatever the method
        for method in METHODS:
            if somebody:
                client.force_login(somebody)
            response = client.generic(method, place.address)
            said, expected = _said(response), _expected(place, method, role)
            if said != expected and (said, method) not in MAY_DIFFER:
                wrong.append(f"{method} {place.address} as {role}: {said} ({response.status_code}), not {expected}")
    assert not wrong, "\n".join(wrong)


def _expected(place: Place, method: str, role: str) -> str:
    if place.name in NOWHERE:
        return "allowed"
    allowed = ACCESS[place.name]
    first = allowed.get("GET" if method == "HEAD" else method)
    return "allowed" if first and ROLES.index(role) >= ROLES.index(first) else "refused"


def _said(response: Any) -> str:
    if response.status_code >= 500:
        return "broken"
    to_login = response.status_code == 302 and response["Location"].startswith(("/account/login/", "/admin/login/"))
    return "refused" if response.status_code in (401, 403, 405) or to_login else "allowed"


def test_the_back_room_lets_in_administrators_alone(role: str, somebody: User | None, client: Client) -> None:
    client.raise_request_exception = False
    open_to_all = {"admin:login"}
    wrong = []
    for place in _back_room():
        for method in ("GET", "POST"):
            if somebody:
                client.force_login(somebody)
            response = client.generic(method, place.address)
            if role != "admin" and place.name not in open_to_all and response.status_code != 302:
                wrong.append(f"{method} {place.address} as {role}: {response.status_code}")
            if response.status_code >= 500:
                wrong.append(f"{method} {place.address} as {role}: broken")
    assert wrong == []


@pytest.mark.parametrize("origin", [None, "https://evil.example", "null"])
def test_a_post_without_a_token_or_from_elsewhere_is_refused_everywhere(admin: User, origin: str | None) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.raise_request_exception = False
    careful.force_login(admin)
    careful.get(reverse("account"))
    token = {"x-csrftoken": careful.cookies["csrftoken"].value, "origin": origin} if origin else {}
    posted = [place for place in _places() if "POST" in ACCESS.get(place.name, {})]
    answers = {place.name: careful.post(place.address, headers=token).status_code for place in posted}
    assert answers.pop("api_tokens") in (403, 415)  # it reads JSON alone, which no form can send
    assert {name: status for name, status in answers.items() if status != 403} == {}


def test_the_same_post_with_its_token_is_taken(admin: User) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(admin)
    careful.get(reverse("account"))
    token = careful.cookies["csrftoken"].value
    taken = careful.post(reverse("account"), headers={"x-csrftoken": token, "origin": "http://testserver"})
    assert taken.status_code == 200
