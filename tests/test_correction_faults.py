"""What experts say survives killed servers, long silences, double reversals and eight who answer at once."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPException
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from annotations.models import Decision, ReviewItem
from annotations.services.decisions import record_decision, undo_decision
from annotations.services.page_decisions import PageAnswer, record_page, undo_page
from annotations.views import review
from mlcore.synthesis import synthesize
from tests.conftest import MakeCoin
from tests.review_steps import ask_about_an_eagle
from tests.running_site import RunningSite, descendants, eventually
from tests.test_decisions import in_parallel
from tests.test_faults import Person
from tests.test_review_browser import answers_in_order, open_queue, press, wait_for_saving

Pair = tuple[int, str]
KILLS, CLIENTS, DECISIONS, PAGE = 100, 8, 250, 10


@pytest.mark.django_db(transaction=True)
def test_ten_reversals_at_once_are_one(expert: User, make_coin: MakeCoin) -> None:
    side = ask_about_an_eagle(make_coin)
    given = record_decision(user=expert, side_id=side.pk, concept="eagle", answer="no", key=uuid4(), base_id=None)
    outcomes = in_parallel(*[lambda: undo_decision(user=expert, decision_id=given.pk, key=uuid4())] * 10)
    assert outcomes == [Decision.objects.get(undoes=given)] * 10
    assert answers_in_order() == ["no", "withdrawn"]


@pytest.mark.django_db(transaction=True)
def test_a_page_that_two_tabs_take_back_at_once_is_taken_back_once(expert: User, make_coin: MakeCoin) -> None:
    sides = [make_coin(f"coin.{n}", reverse="Eagle standing").sides.get(face="reverse") for n in range(4)]
    page = [PageAnswer(side.pk, "eagle", "no", uuid4(), None) for side in sides]
    record_page(user=expert, page=uuid4(), answers=page)

    def take_back() -> set[int]:
        return {each.pk for each in undo_page(user=expert, page=uuid4(), keys={each.key: uuid4() for each in page})}

    outcomes = in_parallel(*[take_back] * 6)
    assert outcomes == [set(Decision.objects.filter(answer="withdrawn").values_list("pk", flat=True))] * 6
    assert answers_in_order() == ["no"] * 4 + ["withdrawn"] * 4


@pytest.mark.django_db
def test_more_open_questions_than_can_be_counted_between_answers_are_counted_by_the_page_alone(
    client: Client, expert: User, make_coin: MakeCoin, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_about_an_eagle(make_coin)
    waiting = ReviewItem.objects.open().count()
    assert waiting > 1
    client.force_login(expert)

    def said() -> Any:
        return client.get(reverse("review_next")).json()["progress"]["open"]

    monkeypatch.setattr(review, "MOST_COUNTED", waiting)
    assert said() == waiting
    monkeypatch.setattr(review, "MOST_COUNTED", waiting - 1)
    assert said() is None
    assert client.get(reverse("review")).context["progress"]["open"] == waiting


@pytest.fixture
def page(browser: Any, live_server: LiveServer, expert: User, make_coin: MakeCoin) -> Iterator[Any]:
    yield from open_queue(browser, live_server, expert, make_coin)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_page_counts_down_by_itself_where_the_server_does_not_count(
    page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "MOST_COUNTED", 1)
    waiting = int(page.inner_text("#open"))
    with page.expect_response("**/review/next.json*") as response:
        press(page, "y")
    assert response.value.json()["progress"]["open"] is None
    press(page, "n")
    wait_for_saving(page, "Saved")
    assert int(page.inner_text("#open")) == waiting - 2 == ReviewItem.objects.open().count()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seconds", [20, pytest.param(60, marks=pytest.mark.slow)])
def test_twelve_acts_without_a_network_are_twelve_rows_in_their_order(page: Any, seconds: int) -> None:
    gone = time.monotonic()
    page.context.set_offline(True)
    press(page, *"yznzuzyznzyu")
    wait_for_saving(page, "Waiting (12)")
    page.wait_for_timeout(1000 * (seconds - (time.monotonic() - gone)))
    assert answers_in_order() == []
    page.context.set_offline(False)
    wait_for_saving(page, "Saved")
    first = ["yes", "withdrawn", "no", "withdrawn", "unsure", "withdrawn", "yes", "withdrawn", "no", "withdrawn", "yes"]
    assert answers_in_order() == [*first, "unsure"]
    assert Decision.objects.filter(answered_by=None).count() == 2, "one chain for each of two questions"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    var = tmp_path_factory.mktemp("var")
    synthesize(coins=6, seed=5, out=var / "corpus", report=lambda event: None)
    site = RunningSite(var).start("--corpus", str(var / "corpus" / "coins.csv"))
    yield site
    site.stop()


@pytest.fixture
def pairs(site: RunningSite) -> list[Pair]:
    """Every concept on both sides of two coins."""
    code = (
        "import json; from annotations.models import Coin, Concept; "
        "print(json.dumps([(side.pk, concept.slug) for coin in Coin.objects.all()[:2] for side in coin.sides.all() "
        "for concept in Concept.objects.in_use()]))"
    )
    return [(side, concept) for side, concept in json.loads(site.shell(code))]


def send(person: Person, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    """Status and what was said; 0 where there was no answer."""
    headers = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": person.token()}
    request = urllib.request.Request(person.site.address + path, json.dumps(body).encode(), headers)
    try:
        with person.opener.open(request, timeout=30) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read()) if error.code == 409 else None
    except (OSError, HTTPException):
        return 0, None


def send_until_acknowledged(person: Person, path: str, body: dict[str, Any]) -> int:
    """As the outbox does: the same keys again until the server says that it has them."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        status, _ = send(person, path, body)
        if status in (200, 201):
            return status
        assert status in (0, 500, 502, 503), f"{path} was answered with {status}"
        time.sleep(0.05)
    raise AssertionError("no acknowledgement in 60 s")


def answer_to(pair: Pair, base: str, answer: str) -> dict[str, Any]:
    return {"side": pair[0], "concept": pair[1], "answer": answer, "base": base, "key": str(uuid4())}


def read_chains(site: RunningSite) -> dict[Pair, list[str]]:
    """The keys of each question's decisions, in the order in which they answer each other; proves that they do."""
    code = (
        "import json; from annotations.models import Decision, Label; "
        "rows = Decision.objects.values_list('side_id', 'concept__slug', 'key', 'base__key', 'answer'); "
        "labels = Label.objects.exclude(expert='').values_list('side_id', 'concept__slug', 'decision__key'); "
        "print(json.dumps([list(rows), list(labels)], default=str))"
    )
    rows, labels = json.loads(site.shell(code))
    following: dict[tuple[Pair, str | None], str] = {}
    for side, concept, key, base, _ in rows:
        assert ((side, concept), base) not in following, f"two answers to {base}"
        following[(side, concept), base] = key
    chains: dict[Pair, list[str]] = {}
    for pair in {(side, concept) for side, concept, *_ in rows}:
        chain, last = [], following.get((pair, None))
        while last:
            chain.append(last)
            last = following.get((pair, last))
        chains[pair] = chain
    assert sum(map(len, chains.values())) == len(rows), "an answer stands beside its chain"
    assert {(side, concept): key for side, concept, key in labels} == {pair: keys[-1] for pair, keys in chains.items()}
    return chains


def read_blind(site: RunningSite) -> list[str]:
    """The keys of what was said to questions that were asked a second time without a word of the first answer."""
    code = (
        "import json; from annotations.models import BlindAnswer; "
        "print(json.dumps(list(BlindAnswer.objects.values_list('key', flat=True)), default=str))"
    )
    return list(json.loads(site.shell(code)))


def ask_everything_twice(site: RunningSite) -> None:
    site.shell(
        "from annotations.models import ReviewPolicy; "
        "ReviewPolicy.objects.update_or_create(pk=1, defaults={'gold_share': 0, 'overlap_share': 1})"
    )


def keys_of(chains: dict[Pair, list[str]]) -> list[str]:
    return sorted(key for chain in chains.values() for key in chain)


@pytest.mark.slow
def test_ten_posts_of_one_key_to_a_real_server_are_one_row(site: RunningSite, pairs: list[Pair]) -> None:
    person, before = Person(site, "expert"), read_chains(site)
    body = answer_to(pairs[0], (before.get(pairs[0]) or [""])[-1], "yes")
    statuses = [status for status, _ in in_parallel(*[partial(send, person, "/review/decide", body)] * 10)]  # type: ignore[misc]
    assert set(statuses) <= {200, 201} and 201 in statuses
    assert keys_of(read_chains(site)) == sorted([*keys_of(before), body["key"]])


@pytest.mark.slow
def test_no_answer_is_lost_or_doubled_by_a_hundred_kills_between_click_and_acknowledgement(
    site: RunningSite, pairs: list[Pair]
) -> None:
    """Nine times the process that holds the answer, the tenth time the whole web server."""
    person, random, before = Person(site, "expert"), Random(5), read_chains(site)
    last = {pair: chain[-1] for pair, chain in before.items()}
    sent, cut, stored_unsaid = [], 0, 0
    for number in range(KILLS):
        eventually(lambda: site.status("/health") == 200, every=0.05)
        pair = pairs[number % 7]
        body = answer_to(pair, last.get(pair, ""), random.choice(["yes", "no", "unsure"]))
        master = site.children("gunicorn")[0]
        victims = [*descendants(master), *([master] if number % 10 == 9 else [])]
        outcome: list[tuple[int, Any]] = []
        click = threading.Thread(target=lambda: outcome.append(send(person, "/review/decide", body)))  # noqa: B023
        click.start()
        time.sleep(random.uniform(0, 0.03))
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        click.join()
        if outcome[0][0] not in (200, 201):
            cut += 1
            stored_unsaid += send_until_acknowledged(person, "/review/decide", body) == 200
        last[pair] = body["key"]
        sent.append(body["key"])
    print(f"{cut} of {KILLS} answers were cut off, {stored_unsaid} of these had been stored")  # noqa: T201
    assert cut >= KILLS // 4, "the kills came too late to prove anything"
    assert keys_of(read_chains(site)) == sorted([*keys_of(before), *sent])


def answer_singly(person: Person, pairs: list[Pair], random: Random, known: dict[Pair, str]) -> tuple[list[str], int]:
    """One answer, given again to what another person said meanwhile. Returns its key, and how often it was refused."""
    pair, refused = random.choice(pairs), 0
    while True:
        body = answer_to(pair, known.get(pair, ""), random.choice(["yes", "no", "unsure"]))
        status, said = send(person, "/review/decide", body)
        if status in (200, 201):
            known[pair] = body["key"]
            return [body["key"]], refused
        assert status == 409
        refused += 1
        known[pair] = str(said["theirs"]["id"])


def answer_page(person: Person, pairs: list[Pair], random: Random, known: dict[Pair, str]) -> tuple[list[str], int]:
    """Ten answers in one transaction."""
    chosen, refused = random.sample(pairs, PAGE), 0
    while True:
        answers = {pair: answer_to(pair, known.get(pair, ""), random.choice(["yes", "no"])) for pair in chosen}
        status, said = send(person, "/review/page", {"page": str(uuid4()), "answers": list(answers.values())})
        if status in (200, 201):
            known |= {pair: body["key"] for pair, body in answers.items()}
            return [body["key"] for body in answers.values()], refused
        assert status == 409
        refused += 1
        by_key = {body["key"]: pair for pair, body in answers.items()}
        known |= {by_key[each["key"]]: str(each["theirs"]["id"]) for each in said["theirs"]}


@pytest.mark.slow
def test_eight_who_answer_the_same_two_coins_singly_and_by_the_page_overwrite_nothing(
    site: RunningSite, pairs: list[Pair]
) -> None:
    """Among them second readings: who signs in while others answer is asked blind what those have settled."""
    ask_everything_twice(site)
    before, blind_before = read_chains(site), read_blind(site)
    acknowledged: list[str] = []
    refusals: list[int] = []

    def work(number: int, act: Callable[..., tuple[list[str], int]]) -> None:
        person, random, known = Person(site, ("expert", "admin")[number % 2]), Random(number), dict[Pair, str]()
        given = 0
        while given < DECISIONS:
            keys, refused = act(person, pairs, random, known)
            acknowledged.extend(keys)
            refusals.append(refused)
            given += len(keys)

    clients = [partial(work, number, answer_page if number < 2 else answer_singly) for number in range(CLIENTS)]
    began = time.monotonic()
    assert in_parallel(*clients) == [None] * CLIENTS
    print(f"{len(acknowledged)} stored in {time.monotonic() - began:.0f} s, {sum(refusals)} conflicts")  # noqa: T201
    assert len(acknowledged) == CLIENTS * DECISIONS
    assert sum(refusals) > 20, "they hardly met"
    stored, blind = keys_of(read_chains(site)), read_blind(site)
    print(f"{len(blind) - len(blind_before)} of them blind")  # noqa: T201
    assert sorted([*stored, *blind]) == sorted([*keys_of(before), *blind_before, *acknowledged])
