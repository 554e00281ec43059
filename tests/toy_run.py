"""A training run on a few drawn sides, started as the site starts it: by a command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coinsite.embedded import ROOT
from mlcore.contract import read_snapshot, write_snapshot
from mlcore.registry import config_from, load_kind
from tests.coin_drawings import Heard, drawn_snapshot

IN_TWO = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m")


def some_unknown(number: int, column: int) -> int:
    """As drawn, but a fifth of the labels is not known: shares of a batch then hold different numbers of them."""
    return -1 if (number * 7 + column) % 5 == 0 else (number % 2, number // 8 % 2)[column]


@dataclass
class ToyRun:
    folder: Path
    config: dict[str, Any]

    def __post_init__(self) -> None:
        drawn = drawn_snapshot(self.folder / "pictures", sides=40, label=some_unknown)
        write_snapshot(self.folder / "snapshot.jsonl", drawn.concepts, drawn.samples)
        (self.folder / "config.json").write_text(json.dumps(self.config))

    def arguments(self, out: str | Path) -> list[str]:
        pictures, features = self.folder / "pictures", self.folder / "features"
        return [
            *("train", str(self.folder / "snapshot.jsonl"), "--kind", "concept_vit"),
            *("--out", str(self.folder / out), "--config", str(self.folder / "config.json")),
            *("--pictures", str(pictures), "--features", str(features)),
        ]

    def start(self, out: str | Path, *command: str, **options: Any) -> subprocess.Popen[str]:
        begin = command or (sys.executable, "-m", "mlcore")
        environment = os.environ | {"OMP_NUM_THREADS": "1", "TORCH_ELASTIC_SHUTDOWN_TIMEOUT": "5"}
        return subprocess.Popen(
            [*begin, *self.arguments(out)], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment, **options
        )

    def run(self, out: str | Path, *command: str, **options: Any) -> tuple[int, list[dict[str, Any]]]:
        """Exit code and events."""
        child = self.start(out, *command, **options)
        output, _ = child.communicate(timeout=120)
        return child.returncode, [json.loads(line) for line in output.splitlines()]

    def train_here(self, out: str | Path, **changed: Any) -> Heard:
        """The same run in this process: figures do not depend on which process they are made in."""
        report, config = Heard(), config_from("concept_vit", self.config | changed)
        snapshot = read_snapshot(self.folder / "snapshot.jsonl")
        folders = {"pictures": self.folder / "pictures", "features": self.folder / "features"}
        load_kind("concept_vit").train(snapshot, config, self.folder / out, report, **folders)
        return report


def curve_in(folder: Path) -> list[tuple[float, float, float]]:
    rows = json.loads((folder / "result.json").read_text())["metrics"]["epochs"]
    return [(row["train_loss"], row["validation_loss"], row["validation_ap"]) for row in rows]


def figures_in(folder: Path) -> dict[str, Any]:
    """All figures of a run but those that tell how long it took."""
    metrics = dict(json.loads((folder / "result.json").read_text())["metrics"])
    metrics.pop("cost")
    rows = [{key: value for key, value in row.items() if key != "images_per_second"} for row in metrics.pop("epochs")]
    return metrics | {"epochs": rows, "test_file": json.loads((folder / "test.json").read_text())}
