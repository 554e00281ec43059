"""What an answer costs: `python -m benchmarks.decisions [--coins 100000] [--decisions 2000] [--more 100000]`.

A corpus is drawn into an embedded database of its own: two sides per coin, 16 concepts, six labels and two and a half
open questions per side. A web server as an installation starts it; one expert, signed in, who answers what is asked and
asks for more, as the page's script does, over one connection: milliseconds of `review/decide` and `review/next.json`
together, of all concepts in turn and of one; and of a contact sheet's page of 48 and the next. The same again after
100,000 more decisions, which leave as many questions open: `growth` is the ratio of the 95th percentiles. Beside them
the bare insert of such a row. About five minutes on two cores; --coins 5000 --decisions 200 --more 5000 take one. Ends
with a line of JSON.
"""

from __future__ import annotations

import argparse
import http.client
import json
import secrets
import tempfile
import time
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.decisions_corpus import CONCEPTS, PERSONS, draw_corpus, draw_decisions, draw_gold
from benchmarks.own_site import close_site, open_site, web_server

BEFORE = 5000
"""Decisions that stand when the first figures are taken."""
SHOWN, WARM = 48, 20
LEAST = {"coins": 2000, "decisions": 20, "more": 100}
"""Below these, questions run out or there is nothing to take a percentile of."""
Took = list[float]


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        open_site(folder)
        line = measure(folder, options)
        close_site()
    print(json.dumps(line))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--coins", type=int, default=100_000)
    parser.add_argument("--decisions", type=int, default=2000)
    parser.add_argument("--more", type=int, default=100_000, help="decisions between both measurements")
    given = parser.parse_args()
    for name, least in LEAST.items():
        if getattr(given, name) < least:
            parser.error(f"--{name} {getattr(given, name)} is too little to measure on: {least} or more are.")
    return given


def measure(folder: str, options: argparse.Namespace) -> dict[str, Any]:
    from annotations.models import Decision, Label, ReviewItem

    began = time.monotonic()
    persons = make_persons(folder)
    draw_corpus(options.coins)
    draw_decisions(BEFORE, persons)
    draw_gold()
    size = {"coins": options.coins, "labels": Label.objects.count(), "open": ReviewItem.objects.open().count()}
    print(json.dumps(size | {"drawn_in_s": round(time.monotonic() - began, 1)}), flush=True)
    with web_server(folder) as port:
        expert = Browser(port, persons[0])
        first = ask_and_answer(expert, options.decisions)
        print(json.dumps(first), flush=True)
        draw_decisions(options.more, persons)
        again = ask_and_answer(expert, options.decisions)
    plain = figures(insert_plainly(persons[0], 500))
    again |= {"decisions_standing": Decision.objects.count(), "insert": plain}
    return {
        "p50_ms": again["both"]["p50"],
        "p95_ms": again["both"]["p95"],
        "sheet_p95_ms": again["sheet"]["p95"],
        "growth": round(again["both"]["p95"] / first["both"]["p95"], 2),
        "growth_sheet": round(again["sheet"]["p95"] / first["sheet"]["p95"], 2),
        "decide_to_insert": round(again["decide"]["p50"] / plain["p50"], 1),
        **size,
        "first": first,
        "again": again,
    }


def make_persons(folder: str) -> list[Any]:
    from pathlib import Path

    from django.contrib.auth.models import User

    from annotations.services.accounts import ensure_first_accounts, ensure_groups

    ensure_first_accounts(Path(folder) / "accounts.json")
    others = [User.objects.create(username=f"expert-{n}") for n in range(1, PERSONS)]
    for other in others:
        other.groups.add(ensure_groups())
    return [User.objects.get(username="expert"), *others]


class Browser:
    """Somebody signed in, over one connection that stays open."""

    def __init__(self, port: int, user: Any) -> None:
        from importlib import import_module

        from django.conf import settings
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session.save()
        token = secrets.token_hex(16)
        self.headers = {
            "Cookie": f"sessionid={session.session_key}; csrftoken={token}",
            "X-CSRFToken": token,
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str) -> bytes:
        return self._ask("GET", path, None)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return json.loads(self._ask("POST", path, json.dumps(body)))

    def _ask(self, method: str, path: str, body: str | None) -> bytes:
        self.connection.request(method, path, body, self.headers)
        response = self.connection.getresponse()
        said = response.read()
        if response.status not in (200, 201):
            raise SystemExit(f"{method} {path} was answered with {response.status}: {said[:500]!r}")
        return said


def ask_and_answer(expert: Browser, count: int) -> dict[str, Any]:
    """Milliseconds over all concepts, over one concept after the other, by the page, and of both pages' first load."""
    expert.connection.close()  # the server closes one that rests
    decide, following = answer_singly(expert, [""] * count)
    _, one_concept = answer_singly(expert, [f"concept-{n % CONCEPTS}" for n in range(count // 4)])
    pages, next_pages = answer_pages(expert, count // 20)
    loads = [timed(lambda: expert.get("/review/"))[1] for _ in range(5)]
    sheets = [timed(lambda: expert.get("/review/sheet"))[1] for _ in range(5)]
    return {
        "both": figures([one + two for one, two in zip(decide, following, strict=True)]),
        "decide": figures(decide),
        "next": figures(following),
        "next_of_concept": figures(one_concept),
        "sheet": figures([one + two for one, two in zip(pages, next_pages, strict=True)]),
        "sheet_save": figures(pages),
        "sheet_next": figures(next_pages),
        "review_page": figures(loads),
        "sheet_page": figures(sheets),
    }


def answer_singly(expert: Browser, filters: list[str]) -> tuple[Took, Took]:
    """One question after the other, three in hand; `filters`: the concept asked for each time, empty for any."""
    decide: Took = []
    following: Took = []
    in_hand: dict[int, Any] = {}
    warm = filters[:WARM]
    for concept in warm + filters:
        held = ",".join(map(str, in_hand))
        said, took = timed(lambda c=concept, h=held: expert.get(f"/review/next.json?concept={c}&exclude={h}"))
        following.append(took)
        in_hand |= {each["id"]: each for each in json.loads(said)["questions"]}
        if not in_hand:
            raise SystemExit(f"No question {f'of {concept} ' if concept else ''}is left. Draw more --coins.")
        asked = in_hand.pop(next(iter(in_hand)))
        kept = dict(list(in_hand.items())[:2])
        in_hand = {} if concept else kept
        body = {"side": asked["side"], "concept": asked["concept"], "answer": "yes", "base": asked["base"] or ""}
        decide.append(timed(lambda b=body: expert.post("/review/decide", b | {"key": str(uuid.uuid4())}))[1])
    return decide[len(warm) :], following[len(warm) :]


def answer_pages(expert: Browser, count: int) -> tuple[Took, Took]:
    pages: Took = []
    following: Took = []
    for number in range(2 + count):
        slug = f"concept-{number % CONCEPTS}"
        wanted = {"concept": slug, "said": "yes", "show": SHOWN, "exclude": ""}
        said, took = timed(lambda w=wanted: expert.post("/review/sheet/next.json", w))
        following.append(took)
        answers = [
            {"side": cell["side"], "concept": slug, "answer": "yes", "key": str(uuid.uuid4()), "base": cell["base"]}
            for cell in said["page"]["cells"]
        ]
        body = {"page": str(uuid.uuid4()), "answers": answers, "left_out": ""}
        pages.append(timed(lambda b=body: expert.post("/review/page", b))[1])
    return pages[2:], following[2:]


def insert_plainly(user: Any, count: int) -> Took:
    """The row alone, committed, on sides and concepts of which nobody speaks."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_SILENT, [count])
        pairs = cursor.fetchall()
        return [timed(lambda p=pair: cursor.execute(_INSERT, [*p, user.pk, uuid.uuid4()]))[1] for pair in pairs]


_SILENT = """
SELECT side.id, concept.id FROM annotations_side side CROSS JOIN annotations_concept concept
WHERE NOT EXISTS (SELECT 1 FROM annotations_label label WHERE label.side_id = side.id AND label.concept_id = concept.id)
LIMIT %s
"""
_INSERT = """
INSERT INTO annotations_decision (side_id, concept_id, answer, user_id, key, created_at)
VALUES (%s, %s, 'yes', %s, %s, now())
"""


def figures(took: Took) -> dict[str, float]:
    """Milliseconds."""
    return {f"p{q}": round(1000 * float(np.percentile(took, q)), 1) for q in (50, 95, 99)}


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.monotonic()
    return work(), time.monotonic() - began


if __name__ == "__main__":
    main()
