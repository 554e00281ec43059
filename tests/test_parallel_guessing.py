"""Fifty guesses at once are counted as if they came one after the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse


@pytest.mark.django_db(transaction=True)
def test_of_forty_guesses_in_parallel_at_most_ten_are_tried(expert: User) -> None:
    def guess(number: int) -> int:
        try:
            return Client().post(reverse("login"), {"username": "ada", "password": f"guess-{number}"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(guess, range(40)))
    assert answers.count(200) <= 10
    assert set(answers) == {200, 429}
