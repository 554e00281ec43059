"""What our loop costs beside a plain one: `python -m benchmarks.head`, a linear head over features as of 56,000 sides.

The plain loop is the shortest that PyTorch allows for the same lesson: shuffled indices, the same linear layer, masked
loss, SGD. Ours adds the learning rate's schedule, progress, average precision on validation sides, and a checkpoint
after each epoch. Both learn the same number of steps from the same data, in turns. Half a minute on two cores. With few
sides (--sides) the checkpoints, which cost the same for any number, weigh most.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from mlcore.checkpoint import Checkpoints
from mlcore.concepts.data import ConceptLesson, FeatureInputs
from mlcore.losses.masked_bce import MaskedBCE
from mlcore.losses.prevalence import positive_weights
from mlcore.nets.devices import name_of, prepare_device
from mlcore.train_loop import Plan, fit

EPOCHS, BATCH, ROUNDS = 15, 256, 3
VALIDATION = 2000
"""Sides beside those that are learned from."""


def draw_lesson(sides: int, width: int, concepts: int, device: torch.device) -> ConceptLesson:
    """Features drawn at random, with answers that depend on them."""
    random = np.random.default_rng(0)
    features = random.standard_normal((sides + VALIDATION, width), dtype=np.float32)
    truth = features @ random.standard_normal((width, concepts), dtype=np.float32) / width**0.5
    labels = (truth + random.standard_normal(truth.shape) > 1.5).astype(int)
    numbers = np.arange(sides + VALIDATION)
    return ConceptLesson(
        inputs=FeatureInputs(features, device),
        labels=labels,
        train=numbers[:sides],
        validation=numbers[sides:],
        criterion=MaskedBCE(positive_weights(labels[:sides]), device),
        batch_size=BATCH,
        seed=0,
        device=device,
    )


def learn_plainly(lesson: ConceptLesson, width: int, concepts: int) -> float:
    """Seconds of a bare loop."""
    inputs = lesson.inputs.batch(lesson.train, None)
    labels = torch.from_numpy(lesson.labels[lesson.train]).to(lesson.device)
    head = nn.Linear(width, concepts).to(lesson.device)
    optimiser = torch.optim.SGD(head.parameters(), lr=0.01, momentum=0.9)
    began = time.perf_counter()
    for _ in range(EPOCHS):
        for chosen in torch.randperm(len(inputs), device=lesson.device).split(BATCH):
            loss = lesson.criterion(head(inputs[chosen]), labels[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return time.perf_counter() - began


def learn_here(lesson: ConceptLesson, width: int, concepts: int, plan: Plan) -> float:
    """Seconds of our loop, checkpoints and validation included."""
    head = nn.Linear(width, concepts).to(lesson.device)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        fit(head, lesson, plan, Checkpoints(Path(folder), "benchmark"), lambda event: None)
        return time.perf_counter() - began


def main(sides: int, width: int, concepts: int) -> None:
    device = prepare_device(0)
    lesson = draw_lesson(sides, width, concepts, device)
    plan = Plan(EPOCHS, "sgd", 0.01, 0.9, 0.0, "one_cycle")
    plain, ours = [], []
    for number in range(ROUNDS):
        plain.append(learn_plainly(lesson, width, concepts))
        ours.append(learn_here(lesson, width, concepts, plan))
        print(f"round {number + 1}: plain loop {plain[-1]:.2f} s, ours {ours[-1]:.2f} s")
    seconds = statistics.median(ours)
    figures = {
        "ratio_to_plain": round(seconds / statistics.median(plain), 3),
        "sides_per_second": round(EPOCHS * sides / seconds),
        "shape": [sides, width, concepts],
        "device": name_of(device),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sides", type=int, default=56_000)
    parser.add_argument("--width", type=int, default=1024)
    parser.add_argument("--concepts", type=int, default=8)
    given = parser.parse_args()
    main(given.sides, given.width, given.concepts)
