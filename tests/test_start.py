"""One command starts everything, twice is refused, what dies comes back, Ctrl-C ends it all."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from coinsite.embedded import ROOT
from tests.running_site import RunningSite, command_line, descendants, eventually, is_alive


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A small corpus, so that starting takes seconds."""
    var = tmp_path_factory.mktemp("var")
    table = var / "coins.csv"
    table.write_text("identifier,mint,reverse_text\nlot.1,Rome,Eagle standing left\nlot.2,Antioch,Victory advancing\n")
    site = RunningSite(var).start("--corpus", str(table))
    yield site
    site.stop()


def test_it_prints_address_accounts_and_what_to_try(site: RunningSite) -> None:
    output = site.output()
    assert site.address in output
    for name, password in site.passwords().items():
        assert name in output and password in output
    assert "review/" in output and "runs/new" in output


def test_the_first_page_shows_the_corpus(site: RunningSite) -> None:
    assert site.status("/coins/") == 200
    assert site.status("/coins/lot.1") == 200
    assert site.status("/coins/lot.9") == 404


def test_passwords_are_for_the_owner_alone(site: RunningSite) -> None:
    for name in ("accounts.json", "secret-key"):
        assert (site.var / name).stat().st_mode & 0o077 == 0


def test_a_second_start_says_where_the_first_runs(site: RunningSite) -> None:
    second = site.run("start", "--port", str(site.port))
    assert second.returncode != 0
    assert f"already runs here: {site.address}" in second.stderr
    assert site.status("/health") == 200


def test_a_worker_that_is_killed_comes_back(site: RunningSite) -> None:
    (worker,) = site.children("celery", "default,gpu")
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: site.children("celery", "default,gpu") not in ([], [worker]))


def test_the_web_server_that_is_killed_comes_back(site: RunningSite) -> None:
    master = min(site.children("gunicorn"))
    os.kill(master, signal.SIGKILL)
    eventually(lambda: not is_alive(master))
    eventually(lambda: site.status("/health") == 200)


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        site = RunningSite(tmp_path, port=other.getsockname()[1])
        refused = site.run("start", "--port", str(site.port))
    assert refused.returncode != 0
    assert f"Port {site.port} is taken" in refused.stderr


def test_a_corpus_that_is_not_there_is_named(tmp_path: Path) -> None:
    refused = RunningSite(tmp_path).run("start", "--port", "0", "--corpus", "/no/such/corpus")
    assert refused.returncode != 0
    assert "/no/such/corpus" in refused.stderr


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"SECRET_KEY": "change-me"}, "SECRET_KEY is missing, shorter than 32 characters or a default one"),
        ({"DEBUG": "1", "ALLOWED_HOSTS": "coins.example.org"}, "Unset DEBUG, or allow only localhost"),
    ],
)
def test_an_unsafe_setting_is_refused_with_a_sentence(variables: dict[str, str], sentence: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": "postgres:///none", **variables},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**RunningSite(tmp_path / "file" / "var").environment()},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "cannot be made" in done.stderr and "COINSITE_VAR" in done.stderr


def test_ctrl_c_ends_every_process_and_the_database(site: RunningSite) -> None:
    """The last test of this file: it stops the site."""
    assert site.process
    below = list(descendants(site.process.pid))
    (postgres,) = {int((site.var / "postgres" / "postmaster.pid").read_text().splitlines()[0])}
    assert "postgres" in command_line(postgres)
    assert site.stop() == 0
    eventually(lambda: not any(is_alive(pid) for pid in [*below, postgres]), seconds=20)


def test_it_starts_again_with_the_same_accounts(site: RunningSite) -> None:
    before = site.passwords()
    site.start()
    assert site.passwords() == before
    assert "with 2 coins" in site.output()
