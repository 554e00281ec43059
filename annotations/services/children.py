"""Run `python -m mlcore …` as a child process and follow its events."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from annotations.services.jobs import Pulse, WorkerLost
from coinsite.embedded import ROOT
from mlcore.contract import Cancelled, LearningError

PATIENCE = 20.0  # seconds between a polite stop and a kill
FAILED, CANCELLED = 2, 130


def run_child(
    arguments: Sequence[str], *, log: Path, pulse: Pulse, on_event: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Run a command of mlcore to its end and return its last event.

    Raises LearningError with the child's own reason, Cancelled, and WorkerLost where it was killed.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as errors:
        child = subprocess.Popen(  # noqa: S603 - our own program, arguments as a list
            [sys.executable, "-m", "mlcore", *arguments], stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT
        )
        pulse.when_stopped = lambda: _stop(child)
        try:
            last = _follow(child, pulse, on_event)
        finally:
            pulse.when_stopped = lambda: None
            _end(child)
    return _outcome(child.returncode, last, log)


def _follow(child: subprocess.Popen[str], pulse: Pulse, on_event: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    last: dict[str, Any] = {}
    output: IO[str] | None = child.stdout
    for line in output or ():
        last = json.loads(line)
        if last["event"] == "progress":
            with suppress(Cancelled):  # the pulse has told the child already; it ends in order and says so
                pulse(last)
        else:
            on_event(last)
    child.wait()
    return last


def _stop(child: subprocess.Popen[str]) -> None:
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)


def _end(child: subprocess.Popen[str]) -> None:
    """Whatever happened here, no child stays behind."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    if child.stdout:
        child.stdout.close()


def _outcome(code: int, last: dict[str, Any], log: Path) -> dict[str, Any]:
    if code == 0:
        return last
    if code in (CANCELLED, -signal.SIGTERM):
        raise Cancelled
    if last.get("event") == "failed":
        raise LearningError(str(last["reason"]))
    if code < 0:
        name = signal.Signals(-code).name
        raise WorkerLost(f"The process was killed ({name}); where memory is short, choose a smaller batch or network.")
    raise LearningError(f"The process ended with code {code} before it began. Its last words: {_tail(log)}")


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "(none)"
