"""Run `python -m mlcore …` as a child process and follow its events."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NoReturn

from annotations.services.jobs import Pulse, WorkerLost
from annotations.services.launching import command_line
from coinsite.embedded import ROOT
from mlcore.contract import Cancelled, LearningError

PATIENCE = 20.0  # seconds between a polite stop and a kill
FAILED, CANCELLED = 2, 130


def run_child(
    arguments: Sequence[str],
    *,
    log: Path,
    pulse: Pulse,
    on_event: Callable[[dict[str, Any]], None],
    processes: int = 1,
) -> dict[str, Any]:
    """Run a command of mlcore to its end, in so many processes that work together, and return its last event.

    Raises LearningError with the child's own reason, Cancelled, and WorkerLost where it was killed.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    command, surroundings = command_line(arguments, processes)
    with log.open("ab") as errors:
        child = subprocess.Popen(  # noqa: S603 - our own program, arguments as a list
            command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT, env=surroundings
        )
        pulse.when_stopped = _Stop(child, again=processes == 1)
        try:
            last = _follow(child, pulse, on_event)
        finally:
            pulse.when_stopped = lambda: None
            _end(child)
    if processes > 1 and child.returncode:
        return _outcome_of_many(last, log, stopped=pulse.cancelled.is_set() or pulse.lost.is_set())
    return _outcome(child.returncode, last, log)


class _Stop:
    """Asks a child to end, as often as the pulse beats: the second signal ends a command at once.

    torchrun is asked once, for a second signal would keep it from ending its processes.
    """

    def __init__(self, child: subprocess.Popen[str], *, again: bool) -> None:
        self._child, self._again, self._asked = child, again, False

    def __call__(self) -> None:
        if self._child.poll() is None and (self._again or not self._asked):
            self._child.send_signal(signal.SIGTERM)
        self._asked = True


def _follow(child: subprocess.Popen[str], pulse: Pulse, on_event: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """The last event; of several processes that failed one after the other, the reason of the first."""
    last: dict[str, Any] = {}
    failed: dict[str, Any] = {}
    output: IO[str] | None = child.stdout
    for line in output or ():
        last = json.loads(line)
        if last["event"] == "progress":
            with suppress(Cancelled):  # the pulse has told the child already; it ends in order and says so
                pulse(last)
        else:
            on_event(last)
        if last["event"] == "failed" and not failed:
            failed = last
    child.wait()
    return failed or last


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


def _outcome_of_many(last: dict[str, Any], log: Path, *, stopped: bool) -> NoReturn:
    """torchrun ends with the same code whatever its processes ended with, and stops all when one is lost."""
    if last.get("event") == "failed":
        raise LearningError(str(last["reason"]))
    if stopped:
        raise Cancelled
    if last:
        raise WorkerLost("One of the processes was killed; where memory is short, choose a smaller batch or network.")
    raise LearningError(f"The processes ended before they began. Their last words: {_tail(log)}")


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "(none)"
