"""What can be learned from scratch: `python -m benchmarks.concepts ANS_DIR [--test OTHER_ANS_DIR] [--quick]`.

A small CNN and a small ViT of the kind `concept_vit` learn 14 concepts on reverses, from what the site's rules find in
the texts of the reverses. Without --test the coins are parted 64:16:20; with it, 92 % of ANS_DIR are learned from, 8 %
validate, and every reverse of the other folder is tested on. Coins of the other folder are never learned from.

The best epoch of each model, and whether one of them or their average stands for `macro_ap`, are chosen on the
validation coins. Intervals (95 %) come from drawing test coins. Beside the two, in the same run: logistic regression
on grey pixels. About 16 minutes on two cores, however many coins there are; --quick shows a tenth of the pictures, in
two minutes, to see that a folder serves: its figures say little.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.ans_sides import CONCEPTS, can_be_told, labels_of, make_snapshot, part_coins, read_reverses
from benchmarks.given import in_words, print_figures
from benchmarks.pixels import read_pixels, regress
from mlcore.contract import SPLITS, LearningError, Sample, SidePicture, Snapshot
from mlcore.kinds.concept_vit import Config, predict, train
from mlcore.metrics.concepts import Answers, mean_average_precision, measure

Floats = npt.NDArray[np.float64]
BOTH, PIXELS = "both", "pixels"
ROOT = Path("/")
TOLD = 10
"""Epochs between two lines about a model."""
MOST_EPOCHS = 200
"""However few coins there are: more would only be learned by heart."""
QUICK = 10
"""What --quick divides the pictures by."""


@dataclass(frozen=True)
class Plan:
    config: Config
    shown: int
    """Pictures shown in all, in as many epochs as that takes: time does not grow with the coins."""

    def for_coins(self, count: int) -> Config:
        return replace(self.config, epochs=min(MOST_EPOCHS, max(1, round(self.shown / max(1, count)))))


SCRATCH = Config(
    weights="scratch",
    frozen=False,
    optimiser="adamw",
    schedule="one_cycle",
    weight_decay=0.05,
    ema=0.998,
    mixed_precision=True,
    rotation=20,
    scale=0.2,
    label_smoothing=0.02,
    test_time_rotations=5,
)
PLANS = {
    "CNN": Plan(replace(SCRATCH, backbone="resnet10t", image_size=96, learning_rate=0.002), 88_000),
    "ViT": Plan(replace(SCRATCH, backbone="levit_128s", image_size=128, learning_rate=0.002), 88_000),
}


@dataclass(frozen=True)
class Lesson:
    """One model to be trained, as it is sent to a process of its own."""

    name: str
    config: Config
    snapshot: Snapshot
    out: Path


def learn(lesson: Lesson) -> dict[str, Floats]:
    """Train, and return the model's probabilities for the 14 concepts on validation and test."""
    began = time.monotonic()

    def report(event: dict[str, Any]) -> None:
        if event["event"] == "epoch" and (event["epoch"] % TOLD == 0 or event["epoch"] == event["epochs"]):
            ap = "" if event["validation_ap"] is None else f", validation AP {event['validation_ap']:.3f}"
            minutes = (time.monotonic() - began) / 60
            print(f"{lesson.name}: epoch {event['epoch']} of {event['epochs']}{ap}, {minutes:.1f} min", flush=True)

    train(lesson.snapshot, lesson.config, lesson.out, report, pictures=ROOT, features=lesson.out)
    found = {}
    for split in ("validation", "test"):
        sides = [SidePicture(each.side, ROOT / each.picture) for each in lesson.snapshot.samples if each.split == split]
        said = [each.probabilities for each in predict(lesson.out, sides, lambda _: None)]
        found[split] = np.array(said, dtype=np.float64).reshape(-1, len(CONCEPTS))
    return found


def learn_all(snapshot: Snapshot, plans: Mapping[str, Plan], executor: Executor) -> dict[str, dict[str, Floats]]:
    """Model to split to probabilities (sides, concepts); the average of the models and the pixels beside them."""
    coins = len(snapshot.of("train"))
    with tempfile.TemporaryDirectory() as folder:
        lessons = [Lesson(name, plan.for_coins(coins), snapshot, Path(folder) / name) for name, plan in plans.items()]
        for lesson in lessons:
            lesson.out.mkdir()
        coming = {lesson.name: executor.submit(learn, lesson) for lesson in lessons}
        found = {name: future.result() for name, future in coming.items()}
    average = {split: np.mean([said[split] for said in found.values()], axis=0) for split in ("validation", "test")}
    return found | {BOTH: average, PIXELS: {"test": learn_pixels(snapshot)}}


def learn_pixels(snapshot: Snapshot) -> Floats:
    train_set, validation, test = (
        (read_pixels([ROOT / sample.picture for sample in samples]), labels_of(samples))
        for samples in map(snapshot.of, SPLITS)
    )
    return regress(train_set, validation, test[0])


def choose(snapshot: Snapshot, found: Mapping[str, Mapping[str, Floats]]) -> tuple[str, dict[str, float]]:
    """What is best on the validation coins, and what each has there."""
    labels = labels_of(snapshot.of("validation"))
    scores = {
        name: round(mean_average_precision(labels, said["validation"]) or 0.0, 4)
        for name, said in found.items()
        if name != PIXELS
    }
    return max(scores, key=lambda name: scores[name]), scores


def figures_of(test: Sequence[Sample], probabilities: Floats) -> dict[str, dict[str, Any]]:
    """AP with its interval per concept and under "mean", over the concepts that some test coins show and some lack."""
    coins, thresholds = [sample.coin for sample in test], [0.5] * len(CONCEPTS)
    return measure(Answers(tuple(CONCEPTS), labels_of(test), probabilities, coins, thresholds, {}))


def print_table(snapshot: Snapshot, figures: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    first = next(iter(figures.values()))
    taught = {
        name: bool(column.any()) for name, column in zip(CONCEPTS, labels_of(snapshot.of("train")).T, strict=True)
    }
    print(f"\n{'AP on the test coins':22}{'present':>9}{'share':>8}" + "".join(f"{name:>23}" for name in figures))
    for concept in CONCEPTS:
        row = first[concept]
        if row["ap"] is None:
            print(f"{concept:22}{row['positives']:>9}   on none of the test coins, or on all: left out of the mean")
            continue
        cells = "".join(f"{_cell(each[concept]):>23}" for each in figures.values())
        note = "" if taught[concept] else "   on no coin that was learned from"
        print(f"{concept:22}{row['positives']:>9}{row['prevalence']:>8.3f}{cells}{note}")
    means = "".join(f"{_cell(each['mean']):>23}" for each in figures.values())
    print(f"{'mean':22}{'':9}{_prevalence(first):>8.3f}{means}")


def _cell(row: Mapping[str, Any]) -> str:
    interval = row["intervals"]["ap"]
    return f"{row['ap']:.3f}" + (f" [{interval[0]:.3f}, {interval[1]:.3f}]" if interval else " [too few]")


def _prevalence(figures: Mapping[str, Mapping[str, Any]]) -> float:
    return float(np.mean([figures[name]["prevalence"] for name in CONCEPTS if figures[name]["ap"] is not None]))


def run(folder: Path, other: Path | None, plans: Mapping[str, Plan], executor: Executor) -> dict[str, Any]:
    """Read, train, print the table and return the figures. Raises LearningError where a split tells nothing apart."""
    snapshot = make_snapshot(part_coins(read_reverses(folder), read_reverses(other) if other else None))
    counts = {split: len(snapshot.of(split)) for split in SPLITS}
    print(f"coins: {counts}", flush=True)
    for split in SPLITS:
        if not can_be_told(labels_of(snapshot.of(split))):
            raise LearningError(
                f"No concept is both shown and lacking among the coins for {split} ({counts[split]}); asked for were "
                f"{', '.join(CONCEPTS)}. Take more coins."
            )
    found = learn_all(snapshot, plans, executor)
    chosen, on_validation = choose(snapshot, found)
    figures = {name: figures_of(snapshot.of("test"), said["test"]) for name, said in found.items()}
    print_table(snapshot, figures)
    mean = figures[chosen]["mean"]
    low, high = mean["intervals"]["ap"] or (None, None)
    if low is None:
        print("No concept is shown by five test coins and lacking on five: that is too few for intervals.")
    return {
        "macro_ap": mean["ap"],
        "macro_ap_low": low,
        "macro_ap_high": high,
        "chosen_on_validation": chosen,
        "validation_ap": on_validation,
        **{f"{name.lower()}_ap": each["mean"]["ap"] for name, each in figures.items()},
        "prevalence": _prevalence(figures[chosen]),
        "concepts": mean["concepts"],
        "coins": counts,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="coins.csv and images/ID.rev.jpg to learn from")
    parser.add_argument("--test", type=Path, help="a folder of the same layout to test on")
    parser.add_argument("--quick", action="store_true", help="show a tenth of the pictures")
    arguments = parser.parse_args()
    began = time.monotonic()
    os.environ["OMP_NUM_THREADS"] = "1"  # two processes of one thread each: threads would wait for each other
    context = multiprocessing.get_context("spawn")
    plans = PLANS
    if arguments.quick:
        plans = {name: replace(plan, shown=plan.shown // QUICK) for name, plan in PLANS.items()}
    with ProcessPoolExecutor(min(2, len(os.sched_getaffinity(0))), mp_context=context) as pool, in_words():
        figures = run(arguments.folder, arguments.test, plans, pool)
    own, of_children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = {
        "minutes": round((time.monotonic() - began) / 60, 1),
        "minutes_of_one_core": round(sum(each.ru_utime + each.ru_stime for each in (own, of_children)) / 60, 1),
    }
    print_figures(
        {name: round(value, 4) if isinstance(value, float) else value for name, value in figures.items()} | spent
    )


if __name__ == "__main__":
    main()
