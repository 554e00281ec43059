"""Run a command of mlcore as it is, and kill this process, as a power cut would, at a chosen call of a function.

python -m tests.interrupted MODULE:NAME NUMBER ARGUMENTS...

Of several processes only the one whose number is in KILLED_RANK is killed.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import Any

from mlcore.__main__ import main


def kill_at(place: str, number: int) -> None:
    module, _, name = place.partition(":")
    inside, calls = importlib.import_module(module), [0]
    real = getattr(inside, name)

    def counted(*arguments: Any, **named: Any) -> Any:
        calls[0] += 1
        if calls[0] == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **named)

    setattr(inside, name, counted)


if __name__ == "__main__":
    if os.environ.get("RANK", "0") == os.environ.get("KILLED_RANK", "0"):
        kill_at(sys.argv[1], int(sys.argv[2]))
    sys.exit(main(sys.argv[3:]))
