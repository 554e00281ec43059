"""python -m mlcore COMMAND: train, predict, explain, study, rank, synthesize, kinds.

Standard output carries one JSON object a line (see README); exit code 0 done, 2 refused with a sentence, 3 unexpected,
130 cancelled.
"""

from __future__ import annotations

import argparse
import sys
import traceback

from mlcore.commands import explain, kinds, predict, rank, study, synthesize, train
from mlcore.commands.events import EventLines, end_with_parent, leads_its_crew, open_event_stream
from mlcore.contract import Cancelled, LearningError

REFUSED, UNEXPECTED, CANCELLED = 2, 3, 130
COMMANDS = (train, predict, explain, study, rank, synthesize, kinds)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    chosen = _parser().parse_args(arguments)
    report = EventLines(open_event_stream(), leads=leads_its_crew())
    report.cancel_on_signals()
    end_with_parent()
    try:
        report.write({"event": "done"} | chosen.run(chosen, report))
    except LearningError as error:
        report.write({"event": "failed", "reason": str(error)})
        return REFUSED
    except Cancelled:
        report.write({"event": "cancelled"})
        return CANCELLED
    except Exception as error:  # noqa: BLE001 - the last place where whoever started the command can be told
        traceback.print_exc(file=sys.stderr)
        report.write({"event": "failed", "reason": f"{type(error).__name__}: {error}"})
        return UNEXPECTED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mlcore", description="Learn from coins on the command line.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        name = command.__name__.rpartition(".")[2]
        added = commands.add_parser(name, help=(command.__doc__ or "").strip().splitlines()[0])
        command.add_arguments(added)
        added.set_defaults(run=command.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
