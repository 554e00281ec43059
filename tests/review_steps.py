"""What tests of the review do again and again."""

from __future__ import annotations

import json
import uuid
from typing import Any

from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from annotations.models import Side
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
