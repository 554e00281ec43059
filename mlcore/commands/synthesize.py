"""Draw a demo corpus of coins with the truth beside it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mlcore.contract import LearningError, Report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--coins", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    from mlcore.synthesis import synthesize

    if arguments.coins < 1:
        raise LearningError(f"--coins is {arguments.coins}; it must be 1 or more.")
    synthesize(coins=arguments.coins, seed=arguments.seed, out=arguments.out, report=report)
    return {"out": str(arguments.out), "coins": arguments.coins}
