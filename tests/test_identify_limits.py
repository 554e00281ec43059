"""How often photographs are taken, and of what size."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from annotations.views import identify as view
from tests.api_calls import make_version


@pytest.mark.django_db
def test_many_photographs_at_once_are_held_back_with_a_sentence(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view.PhotographThrottle, "rate", "2/min", raising=False)
    answers = [client.post("/identify/", {}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert "Wait a little" in answers[2].content.decode()


@pytest.mark.django_db
def test_a_file_over_the_cap_is_read_past_and_kept_nowhere(
    client: Client, admin: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_version(publisher=admin)
    settings.PHOTOGRAPH_MAX_BYTES = 2**20
    monkeypatch.setattr(view, "queue_identification", pytest.fail)
    response = client.post(reverse("identify"), {"photograph": SimpleUploadedFile("coin.jpg", b"\xff" * (2**20 + 1))})
    assert response.status_code == 413
    problem = BeautifulSoup(response.content, "html.parser").select_one("#problem").get_text(" ", strip=True)
    assert problem == "The file is larger than 1 MB, and at most 1 MB are taken. Send a smaller copy."
