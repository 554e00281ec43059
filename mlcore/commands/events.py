"""What a command says to the program that started it: one JSON object a line, and how it is told to stop."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import IO, Any

from mlcore.contract import Cancelled

PROGRESS_EVERY = 0.2
"""Seconds between two progress lines of a stage, so that a reader can keep up."""
WATCH_EVERY = 1.0
"""Seconds between two looks at whether the parent still lives."""


class EventLines:
    """A Report that writes events to a stream and raises Cancelled once a signal came."""

    def __init__(self, stream: IO[str], clock: Callable[[], float] = time.monotonic, leads: bool = True) -> None:
        """`leads` is false for all but the first of several processes: they only say why they failed."""
        self._stream, self._clock, self._leads = stream, clock, leads
        self._cancelled = False
        self._last: tuple[str, float] = ("", 0.0)

    def __call__(self, event: dict[str, Any]) -> None:
        if self._cancelled:
            raise Cancelled
        if event["event"] != "progress" or self._is_due(event):
            self.write(event)

    def write(self, event: dict[str, Any]) -> None:
        """Write an event without asking whether to stop: for the last words."""
        if self._leads or event["event"] == "failed":
            # in one piece, or the lines of two processes may run into each other
            self._stream.write(json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n")
            self._stream.flush()

    def _is_due(self, event: dict[str, Any]) -> bool:
        stage, now = str(event["stage"]), self._clock()
        if event["done"] < event["total"] and self._last[0] == stage and now - self._last[1] < PROGRESS_EVERY:
            return False
        self._last = (stage, now)
        return True

    def cancel_on_signals(self) -> None:
        """Let SIGTERM and SIGINT (Ctrl-C) stop the work at its next event; a second one stops it at once."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._cancel)

    def _cancel(self, number: int, frame: FrameType | None) -> None:
        if self._cancelled:
            raise Cancelled
        self._cancelled = True


def open_event_stream() -> IO[str]:
    """Keep standard output for events alone: what libraries print goes to standard error from here on."""
    stream = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return stream


def leads_its_crew() -> bool:
    """Whether this process is the first of those that torchrun started, or the only one."""
    return os.environ.get("RANK", "0") == "0"


def end_with_parent() -> None:
    """End this process within seconds of its parent's death, so that a killed worker leaves no orphan behind.

    Where torchrun stands between, its own parent counts as well: torchrun does not look whether that still lives.
    """
    elders = _elders()

    def watch() -> None:
        while _elders() == elders:
            time.sleep(WATCH_EVERY)
        os.kill(os.getpid(), signal.SIGKILL)  # the work may hold the interpreter; files are whole at any moment

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


def _elders() -> tuple[int, int]:
    """The parent, and under torchrun the parent of that."""
    parent = os.getppid()
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return parent, 0
    try:
        about = Path(f"/proc/{parent}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:  # it has just ended, or the system has no such files and only the parent can be watched
        return parent, 0
    return parent, int(about.rpartition(")")[2].split()[1])
