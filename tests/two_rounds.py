"""Two rounds, of which the second gained all there is to gain, and the page that shows it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from bs4 import BeautifulSoup, Tag
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from annotations.models import Decision, ModelVersion, Side, Snapshot
from annotations.services.decisions import record_decision
from tests.learning_rows import make_model
from tests.two_models import freeze_experts, write_test_file


def page(client: Client, user: User, address: str = "/rounds/") -> BeautifulSoup:
    client.force_login(user)
    response = client.get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text(" ").split())


def row_of(shown: BeautifulSoup, section: str, first: str) -> list[str]:
    rows = shown.select(f"section[aria-labelledby={section}] tbody tr")
    cells = [[words(cell) for cell in row.select("th, td")] for row in rows]
    return next(row for row in cells if row[0] == first)


def make_round(admin: User, sides: list[Side], *, right: bool, hours_ago: int) -> ModelVersion:
    version = make_model(admin)
    write_test_file(version, sides, right=right)
    Snapshot.objects.filter(pk=version.run.snapshot_id).update(created_at=ago(hours=hours_ago))
    return version


def ago(**spans: float) -> datetime:
    return timezone.now() - timedelta(**spans)


def say(user: User, side: Side, when: datetime, answer: str = "yes", concept: str = "eagle") -> Decision:
    key = uuid.uuid4()
    made = record_decision(user=user, side_id=side.pk, concept=concept, answer=answer, key=key, base_id=None)
    Decision.objects.filter(pk=made.pk).update(created_at=when)
    return made


def make_two_rounds(admin: User, sides: list[Side]) -> tuple[ModelVersion, ModelVersion]:
    """The first is wrong everywhere, the second right everywhere, and experts answered on all test sides."""
    freeze_experts(sides)
    return make_round(admin, sides, right=False, hours_ago=48), make_round(admin, sides, right=True, hours_ago=24)
