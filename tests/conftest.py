"""Builders and places that several tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection

from annotations.models import Coin, Concept, Description, Side
from annotations.services.accounts import ensure_groups
from annotations.services.concepts import load_concepts
from annotations.services.texts import read_texts

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
CHROMIUM = Path("/usr/bin/chromium")
MakeCoin = Callable[..., Coin]


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """Hashing that is slow on purpose would take half of the suite's time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """The test database carries the process id, so that several runs do not meet."""
    connection.settings_dict["TEST"]["NAME"] = f"test_coinsite_{os.getpid()}"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real coins beside the repository."""
    if not SHARED.is_dir():
        reason = f"the real coins of {SHARED} are not here"
        if os.environ.get("REQUIRE_SHARED"):
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture
def expert(db: None) -> User:
    user = User.objects.create_user("ada", password="denarius-42")
    user.groups.add(ensure_groups())
    return user


@pytest.fixture
def second_expert(db: None) -> User:
    user = User.objects.create_user("bela", password="denarius-43")
    user.groups.add(ensure_groups())
    return user


@pytest.fixture
def third(db: None) -> User:
    """Another expert, who settles what two disagree on."""
    user = User.objects.create_user("cleo", password="denarius-46")
    user.groups.add(ensure_groups())
    return user


@pytest.fixture
def visitor(db: None) -> User:
    """Signed in, with no role."""
    return User.objects.create_user("vera", password="denarius-44")


@pytest.fixture
def admin(db: None) -> User:
    user = User.objects.create_superuser("root", password="denarius-45")
    user.groups.add(ensure_groups())
    return user


@pytest.fixture
def concepts(db: None) -> dict[str, Concept]:
    load_concepts()
    return {concept.slug: concept for concept in Concept.objects.all()}


@pytest.fixture
def make_coin(concepts: dict[str, Concept]) -> MakeCoin:
    """A coin with two sides, a text per side, and its labels read."""

    def make(identifier: str = "demo.1", obverse: str = "", reverse: str = "", crop: str = "", **fields: Any) -> Coin:
        coin = Coin.objects.create(identifier=identifier, title=fields.pop("title", f"Coin {identifier}"), **fields)
        for face, text in (("obverse", obverse), ("reverse", reverse)):
            Side.objects.create(coin=coin, face=face, crop=crop, thumbnail=crop)
            if text:
                Description.objects.create(coin=coin, scope=face, text=text, language="en")
        read_texts([coin.pk])
        return coin

    return make


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, headless."""
    from playwright.sync_api import sync_playwright

    if not CHROMIUM.exists():
        pytest.fail("Chromium is missing; install Debian's package `chromium`.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        )
        yield chromium
        chromium.close()
