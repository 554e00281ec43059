"""A progress bar of one line: rewritten on a terminal, one line per stage elsewhere."""

from __future__ import annotations

import time
from typing import Any, TextIO

from django.core.management.base import OutputWrapper

WIDTH = 30


class ProgressLine:
    def __init__(self, stream: OutputWrapper | TextIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._stage, self._began, self._shown = "", 0.0, 0.0

    def show(self, event: dict[str, Any]) -> None:
        now = time.monotonic()
        if event["stage"] != self._stage:
            self.end()
            self._stage, self._began, self._shown = event["stage"], now, 0.0
            if not self._terminal:
                self._stream.write(f"  {self._stage} …\n")
        if self._terminal and (now - self._shown > 0.1 or event["done"] >= event["total"]):
            self._shown = now
            self._draw(event["done"], event["total"] or 1, now - self._began)

    def _draw(self, done: int, total: int, seconds: float) -> None:
        filled = WIDTH * done // total
        rate = done / seconds if seconds > 0 else 0
        left = f", {(total - done) / rate:.0f} s left" if rate and done < total else ""
        bar = "█" * filled + "░" * (WIDTH - filled)
        self._stream.write(f"\r  {self._stage:<18} {bar} {done}/{total} ({rate:.0f}/s{left})\033[K", ending="")  # type: ignore[call-arg]
        self._stream.flush()

    def end(self) -> None:
        if self._stage and self._terminal:
            self._stream.write("\n", ending="")  # type: ignore[call-arg]
        self._stage = ""
