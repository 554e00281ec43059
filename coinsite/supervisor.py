"""Web server and workers as children of one process, which ends them all on Ctrl-C."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from coinsite.embedded import ROOT

PATIENCE = 6.0  # seconds a child has to end in order; a job it leaves is taken up again at the next start
RESTART_PAUSE = 2.0
RECONCILE_EVERY = 10.0


class AlreadyRunning(Exception):
    pass


class PortTaken(Exception):
    pass


@contextmanager
def only_one(lock: Path, port: int) -> Iterator[Supervisor]:
    """Hold the lock of this installation. Raises AlreadyRunning with its address, or PortTaken."""
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise AlreadyRunning(
                f"coinsite already runs here: {file.read().strip()}. Stop it first with Ctrl-C."
            ) from error
        _check_port(port)
        file.truncate(0)
        file.write(f"http://127.0.0.1:{port}/ (process {os.getpid()})")
        file.flush()
        yield Supervisor(lock.parent / "logs")


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTaken(
                f"Port {port} is taken by another program. Choose another: make run PORT={port + 1}"
            ) from error


@dataclass
class Supervisor:
    """Starts programs, starts again what dies, and stops them in order. What they say goes to files of their own."""

    logs: Path
    _commands: dict[str, list[str]] = field(default_factory=dict)
    _children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def start_all(self, port: int) -> None:
        python = [sys.executable, "-m"]
        worker = [*python, "celery", "-A", "coinsite", "--quiet", "worker", "--loglevel", "WARNING"]
        worker += ["--without-mingle", "--without-gossip"]
        self._commands = {
            "web": [
                *(*python, "gunicorn", "coinsite.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
                *("--threads", "8", "--timeout", "120", "--graceful-timeout", "5", "--log-level", "warning"),
            ],
            "worker": [*worker, "-n", "worker@%h", "-Q", "default,gpu", "--pool", "threads", "--concurrency", "2"],
            "predict": [*worker, "-n", "predict@%h", "-Q", "predict", "--pool", "solo"],
            "reconcile": [sys.executable, "manage.py", "reconcile", "--every", str(RECONCILE_EVERY)],
        }
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._stopping.set())
        for name in self._commands:
            self._start(name)
        _wait_for(port, self._children["web"])

    def wait(self) -> int:
        """Until a signal comes. Starts again what ended; returns the exit status."""
        while not self._stopping.wait(RESTART_PAUSE):
            for name, child in self._children.items():
                if child.poll() is not None:
                    self._tell(
                        f"{name} ended with code {child.returncode} and is started again. Log: {self._log(name)}"
                    )
                    self._start(name)
        self._stop()
        return 0

    def _start(self, name: str) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        with self._log(name).open("ab") as log:
            self._children[name] = subprocess.Popen(  # noqa: S603 - our own programs, arguments as a list
                self._commands[name],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches this process alone, and the children end in order
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def _tell(self, sentence: str) -> None:
        print(f"  {sentence}", file=sys.stderr, flush=True)  # noqa: T201

    def _stop(self) -> None:
        deadline = time.monotonic() + PATIENCE
        for child in self._children.values():
            child.terminate()
        for child in self._children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def _end_with_parent() -> None:
    """Ask Linux to end this child in order when its parent is killed, so that no port and no worker stays taken."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def _wait_for(port: int, web: subprocess.Popen[bytes]) -> None:
    """Until the web server takes connections."""
    while web.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise PortTaken(f"The web server did not start on port {port}; its own words are in the folder logs.")
