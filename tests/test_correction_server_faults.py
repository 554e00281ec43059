"""A real server that is killed between click and acknowledgement, and eight who answer it at once."""

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

from mlcore.synthesis import synthesize
from tests.running_site import RunningSite, descendants, eventually
from tests.test_decisions import in_parallel
from tests.test_faults import Person

pytestmark = pytest.mark.slow
Pair = tuple[int, str]
KILLS, CLIENTS, DECISIONS, PAGE = 100, 8, 250, 10


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


def test_ten_posts_of_one_key_to_a_real_server_are_one_row(site: RunningSite, pairs: list[Pair]) -> None:
    person, before = Person(site, "expert"), read_chains(site)
    body = answer_to(pairs[0], (before.get(pairs[0]) or [""])[-1], "yes")
    statuses = [status for status, _ in in_parallel(*[partial(send, person, "/review/decide", body)] * 10)]  # type: ignore[misc]
    assert set(statuses) <= {200, 201} and 201 in statuses
    assert keys_of(read_chains(site)) == sorted([*keys_of(before), body["key"]])


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
