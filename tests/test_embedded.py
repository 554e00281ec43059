"""What the installation makes for itself: a secret, a broker, a database, and a refusal where it cannot."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from coinsite import embedded

Usage = namedtuple("Usage", "total used free")


def test_a_full_disk_is_told_before_the_database_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 10**12, 5 * 2**20))
    with pytest.raises(embedded.CannotStart, match=r"only 5 MB are free .* COINSITE_VAR"):
        embedded.start_database(tmp_path / "postgres")
    assert not (tmp_path / "postgres").exists()


def test_the_secret_is_drawn_once_and_kept_for_the_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COINSITE_VAR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgres:///elsewhere")
    secrets = []
    for _ in range(2):
        monkeypatch.delenv("SECRET_KEY", raising=False)
        embedded.prepare_environment()
        secrets.append(embedded.os.environ["SECRET_KEY"])
    assert secrets[0] == secrets[1]
    assert len(secrets[0]) > 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


def test_what_the_environment_says_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COINSITE_VAR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgres:///elsewhere")
    monkeypatch.setenv("BROKER_URL", "redis://127.0.0.1:6379/0")
    embedded.prepare_environment()
    assert embedded.os.environ["DATABASE_URL"] == "postgres:///elsewhere"
    assert embedded.os.environ["BROKER_URL"] == "redis://127.0.0.1:6379/0"
    assert not (tmp_path / "postgres").exists()
