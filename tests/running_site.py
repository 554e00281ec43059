"""A whole installation of its own, started as a person would: database, web server and workers."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from coinsite.embedded import ROOT

OF_ITS_OWN = ("DATABASE_URL", "BROKER_URL", "SECRET_KEY", "DEBUG", "MEDIA_ROOT", "MODELS_ROOT")
OF_ITS_OWN += ("FEATURES_ROOT", "UPLOADS_ROOT", "ORIGINALS_ROOT", "ANON_RATE", "USER_RATE")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class RunningSite:
    var: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None
    extra: dict[str, str] = field(default_factory=dict)
    """More of the environment, for example another broker."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in OF_ITS_OWN}
        return kept | {"COINSITE_VAR": str(self.var), "PYTHONUNBUFFERED": "1", **self.extra}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "manage.py", *arguments]

    def start(self, *arguments: str) -> RunningSite:
        self.process = subprocess.Popen(
            self.command("start", "--port", str(self.port), *arguments),
            cwd=ROOT,
            env=self.environment(),
            stdout=(self.var / "start.out").open("w"),
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.wait_until_it_answers()
        return self

    def wait_until_it_answers(self, seconds: float = 180) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process and self.process.poll() is not None:
                raise AssertionError(f"the site ended: {self.output()}")
            if self.status("/health") == 200:
                return
            time.sleep(0.2)
        raise AssertionError(f"no answer in {seconds} s: {self.output()}")

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(self.address + path, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def output(self) -> str:
        return (self.var / "start.out").read_text()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), cwd=ROOT, env=self.environment(), capture_output=True, text=True, timeout=300
        )

    def shell(self, code: str) -> str:
        """Run Python inside this installation and return what it prints."""
        done = self.run("shell", "-v", "0", "-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def passwords(self) -> dict[str, str]:
        return dict(json.loads((self.var / "accounts.json").read_text()))

    def children(self, *words: str) -> list[int]:
        """Processes below this site whose command line holds all these words."""
        assert self.process
        return [pid for pid in descendants(self.process.pid) if all(word in command_line(pid) for word in words)]

    def stop(self) -> int:
        assert self.process
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


def descendants(pid: int) -> Iterable[int]:
    """Children of all its threads, and theirs."""
    for threads in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = threads.read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in map(int, children):
            yield child
            yield from descendants(child)


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def eventually(condition: object, seconds: float = 60, every: float = 0.3) -> None:
    """Wait until a callable returns something true; fail with its name if it never does."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(every)
    raise AssertionError(f"{getattr(condition, '__name__', condition)} did not come true in {seconds} s")
