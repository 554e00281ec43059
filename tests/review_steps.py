"""What tests of the review do again and again."""

from __future__ import annotations

import json
import uuid
from typing import Any

from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import Decision, ReviewItem, ReviewPolicy, Side
from annotations.services.decisions import record_decision
from annotations.services.gold import set_gold
from annotations.services.review import rank_questions
from tests.conftest import MakeCoin


def ask_about_an_eagle(make_coin: MakeCoin) -> Side:
    """A coin with an eagle on its reverse, and questions about what its text names."""
    coin = make_coin(obverse="Head right", reverse="Eagle standing left on altar", crop="ab/picture.webp")
    rank_questions(round=0)
    return coin.sides.get(face="reverse")


def answer(about: Side, /, **changes: Any) -> dict[str, Any]:
    return {"side": about.pk, "concept": "eagle", "answer": "yes", "key": str(uuid.uuid4()), "base": None} | changes


def post(client: Client, name: str, **body: Any) -> Any:
    """As the page's script sends it."""
    headers = {"accept": "application/json"}
    return client.post(reverse(name), json.dumps(body), content_type="application/json", headers=headers)


def page_of(html: Any) -> BeautifulSoup:
    """The parsed page of a response, or of a fragment."""
    return BeautifulSoup(getattr(html, "content", html), "html.parser")


OPEN, GOLD, OVERLAP = (0, 2, 4), 1, 3


def settle_two_of_five_eagles(make_coin: MakeCoin, other: User, admin: User) -> list[Side]:
    """Eagles, the most suspicious first; two of them settled by another person, of which one is gold."""
    coins = [make_coin(f"coin.{n}", reverse="Eagle standing left", crop="ab/picture.webp") for n in range(5)]
    rank_questions(round=0)
    found = [coin.sides.get(face="reverse") for coin in coins]
    for number, side in enumerate(found):
        ReviewItem.objects.filter(side=side).update(score=0.9 - number / 10)
    settled = [decide_on_the_eagle(other, found[number]) for number in (GOLD, OVERLAP)]
    set_gold(user=admin, decision=settled[0])
    ReviewPolicy.objects.create(gold_share=0.5, overlap_share=1)  # each open question with one of both before it
    return found


def decide_on_the_eagle(user: User, side: Side, answer: str = "yes", base: int | None = None) -> Decision:
    return record_decision(user=user, side_id=side.pk, concept="eagle", answer=answer, key=uuid.uuid4(), base_id=base)
