"""How often photographs are taken."""

from __future__ import annotations

import pytest
from django.test import Client

from annotations.views import identify as view


@pytest.mark.django_db
def test_many_photographs_at_once_are_held_back_with_a_sentence(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view.PhotographThrottle, "rate", "2/min", raising=False)
    answers = [client.post("/identify/", {}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert "Wait a little" in answers[2].content.decode()
